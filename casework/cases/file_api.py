"""What is kept in a case file, for programs: who the person is, how to reach them, notes, notices to HHS."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from ..web.api import PageArgs, page_of, paged
from ..web.gate import opens_to
from ..web.versions import expected_version
from ..web.who import actor
from .blueprint import api
from .files import Contact, Identity
from .queries import case, notes_of, notices_of, of_person
from .recording import add_note, record_contact, record_hhs_notice, record_identity
from .schemas import Identify, NoteArgs, NotifyHHS, Reach, WriteNote
from .views import ContactView, HHSNoticeView, IdentityView, NoteView


@api.get("/cases/<uuid:case_id>/identity")
@opens_to("identity.read")
@api.response(200, IdentityView)
def identity(case_id: UUID) -> Any:
    """Who the person is."""
    return of_person(actor(), Identity, case(actor(), case_id))


@api.put("/cases/<uuid:case_id>/identity")
@opens_to("identity.record")
@api.arguments(Identify)
@api.response(200, IdentityView)
def identity_put(data: dict[str, Any], case_id: UUID) -> Any:
    """All of it at once. Needs If-Match."""
    version = expected_version()
    return record_identity(actor(), of_person(actor(), Identity, case(actor(), case_id)), expecting=version, **data)


@api.get("/cases/<uuid:case_id>/contact")
@opens_to("contact.read")
@api.response(200, ContactView)
def contact(case_id: UUID) -> Any:
    """How to reach the person safely."""
    return of_person(actor(), Contact, case(actor(), case_id))


@api.put("/cases/<uuid:case_id>/contact")
@opens_to("contact.record")
@api.arguments(Reach)
@api.response(200, ContactView)
def contact_put(data: dict[str, Any], case_id: UUID) -> Any:
    """All of it at once, confirmed now. Needs If-Match."""
    version, found = expected_version(), case(actor(), case_id)
    return record_contact(actor(), of_person(actor(), Contact, found), found, expecting=version, **data)


@api.get("/cases/<uuid:case_id>/notes")
@opens_to("note.read")
@api.arguments(NoteArgs, location="query")
@api.response(200, paged(NoteView))
def notes(args: dict[str, Any], case_id: UUID) -> Any:
    """The notes one may read, newest first."""
    return page_of(notes_of(actor(), case(actor(), case_id), args))


@api.post("/cases/<uuid:case_id>/notes")
@opens_to("note.add")
@api.arguments(WriteNote)
@api.response(201, NoteView)
def note_new(data: dict[str, Any], case_id: UUID) -> Any:
    """Facts of service. A disclosure of a crime needs the advisory's moment and language."""
    return add_note(actor(), case(actor(), case_id), **data)


@api.get("/cases/<uuid:case_id>/hhs-notices")
@opens_to("hhs_notice.read")
@api.arguments(PageArgs, location="query")
@api.response(200, paged(HHSNoticeView))
def notices(args: dict[str, Any], case_id: UUID) -> Any:
    """Every notice to HHS and every correction."""
    return page_of(notices_of(actor(), case(actor(), case_id), limit=args["limit"], after=args.get("after")))


@api.post("/cases/<uuid:case_id>/hhs-notices")
@opens_to("hhs_notice.record")
@api.arguments(NotifyHHS)
@api.response(201, HHSNoticeView)
def notice_new(data: dict[str, Any], case_id: UUID) -> Any:
    """Record a notice that was sent; recorded again, it supersedes and says why."""
    return record_hhs_notice(actor(), case(actor(), case_id), **data)
