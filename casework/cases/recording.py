"""Writing down who a person is, how to reach them, what was done, and the notices that the law asks for."""
from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from ..audit import action
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.errors import Invalid
from ..kernel.exact import NotExact, exact_index
from .files import SHARED_WITH_INVESTIGATION, Contact, Identity, Note, NoteKind
from .models import Case, HHSNotice, in_case, sealed_in

INDEXED = ("a_number", "passport", "phone", "email")


def record_identity(actor: Actor, identity: Identity, *, expecting: int | None = None, **words: Any) -> Identity:
    """Who the person is, as far as it is known. Exact identifiers are indexed; names never are."""
    with action(actor, "identity.record", identity, expecting=expecting):
        if words.get("birth_on") and words["birth_on"] > now().date():
            raise Invalid(birth_on="This day has not come yet.")
        _set(identity, words)
    return identity


def record_contact(actor: Actor, contact: Contact, case: Case, *, expecting: int | None = None,
                   **words: Any) -> Contact:
    """How to reach the person safely, confirmed now. The case's strip says when calling is not safe."""
    with action(actor, "contact.record", contact, expecting=expecting):
        _set(contact, words)
        contact.confirmed_at = now()
        if contact.do_not_call != case.do_not_call:
            with action(actor, "case.update", case):
                case.do_not_call, case.updated_at = contact.do_not_call, now()
    return contact


def _set(record: Identity | Contact, words: dict[str, Any]) -> None:
    for name, value in words.items():
        clear = value.strip() or None if isinstance(value, str) else value
        setattr(record, name, clear)
        if name in INDEXED:
            setattr(record, f"{name}_index", _index(name, str(clear)) if clear else None)


def _index(name: str, clear: str) -> bytes:
    try:
        return exact_index(name, clear)
    except NotExact as problem:
        raise Invalid(**{name: str(problem)}) from None


def add_note(actor: Actor, case: Case, *, about: NoteKind, body: str, advised_at: datetime | None = None,
             advised_language: str | None = None) -> Note:
    """A note. A disclosure of a crime goes to the investigation, so it needs the moment and the language in which
    the person was told that it is not confidential."""
    if about is NoteKind.CRIME_DISCLOSURE:
        _advised(advised_at, advised_language)
    with action(actor, "note.add", case, about=about) as deed:
        shared = case.investigation_id if about in SHARED_WITH_INVESTIGATION else None
        deed.subject = note = Note(**sealed_in(case), about=about, body=body, author_id=actor.id, written_at=now(),
                                   advised_at=advised_at, advised_language=advised_language, investigation_id=shared)
        db.session.add(note)
        case.updated_at = now()
    return note


def _advised(moment: datetime | None, language: str | None) -> None:
    if moment is None or not language:
        raise Invalid(**{name: "Say when, and in which language, the person heard that this is not confidential."
                         for name, value in (("advised_at", moment), ("advised_language", language)) if not value})
    if moment > now():
        raise Invalid(advised_at="This moment has not come yet.")


def record_hhs_notice(actor: Actor, case: Case, *, about: str, sent_at: datetime, method: str,
                      reference: str | None = None, reason: str | None = None) -> HHSNotice:
    """A notice that was sent to HHS. Recording it again supersedes the earlier record, and says why."""
    with action(actor, "hhs_notice.record", case, about=about) as deed:
        if sent_at > now() + timedelta(minutes=1):
            raise Invalid(sent_at="This moment has not come yet.")
        latest = db.session.scalar(select(HHSNotice).where(
            HHSNotice.case_id == case.id, HHSNotice.about == about).order_by(HHSNotice.id.desc()).limit(1))
        if latest is not None and not reason:
            raise Invalid(reason="This notice is on record. Say what was wrong with it; both stay on record.")
        deed.subject = notice = HHSNotice(
            **in_case(case), about=about, sent_at=sent_at, method=method, reference=reference, recorded_by_id=actor.id,
            recorded_at=now(), supersedes_id=latest.id if latest else None, reason=reason)
        db.session.add(notice)
        if about == "under_18":
            case.hhs_notified_at = sent_at
        case.updated_at = now()
    return notice
