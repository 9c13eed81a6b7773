"""Opening, changing, staffing, closing and reopening a case."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from ..access.models import Office, User
from ..audit import action
from ..kernel.clocks import local_day
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.errors import Conflict, Invalid
from ..kernel.scope import rules
from ..policy import Role
from .closing import CHECKLIST, open_ends
from .files import SHARED_WITH_INVESTIGATION, Contact, Identity, Note
from .models import Case, Discovery, Person, Reason, Source, TeamMember, in_case
from .workflow import WORKFLOW


def open_case(actor: Actor, office: Office, *, referral_source: Source, language: str = "English",
              interpreter: bool = False, under_18: bool = False, discovered_at: datetime | None = None,
              investigation_id: UUID | None = None, specialist_id: UUID | None = None,
              same_person_as: Case | None = None) -> Case:
    """A new file, with a new person unless it is `same_person_as` in an earlier one. Whoever opens it is on the team;
    the lead is `specialist_id`, or else the opener. For a person under 18 the moment of discovery is asked for."""
    with action(actor, "case.open", office) as deed:
        person = db.session.get_one(Person, same_person_as.person_id) if same_person_as else _new_person()
        lead = _specialist(specialist_id, office) if specialist_id else actor.id
        deed.subject = case = Case(
            **_number(office), person_id=person.id, office_id=office.id, specialist_id=lead,
            referral_source=referral_source, language=language, interpreter=interpreter, under_18=under_18,
            investigation_id=investigation_id, opened_at=now(), updated_at=now())
        db.session.add(case)
        db.session.flush()
        for member in dict.fromkeys((actor.id, lead)):
            _joins(case, member)
            db.session.flush()
        if under_18:
            _discovered(actor, case, discovered_at, None)
    return case


def _new_person() -> Person:
    person = Person()
    db.session.add_all((person, Identity(person=person), Contact(person=person)))
    return person


def _number(office: Office) -> dict[str, Any]:
    """The next number of this office's year. The office is locked, so two openings cannot meet."""
    year = local_day(now(), office.zone).year
    with rules("number"):
        last = db.session.scalar(select(func.max(Case.serial)).where(
            Case.office_id == office.id, Case.year == year)) or 0
    return {"year": year, "serial": last + 1, "number": f"VA-{year}-{office.code}-{last + 1:05}"}


def update(actor: Actor, case: Case, *, expecting: int | None = None, investigation_id: UUID | None = None,
           **words: Any) -> Case:
    """Change what the strip says: language, interpreter, source, investigation, under 18."""
    with action(actor, "case.update", case, expecting=expecting):
        if words.get("under_18") and case.discovered_at is None:
            raise Invalid(under_18="Record the moment of discovery: the 24-hour notice to HHS runs from it.")
        for name, value in words.items():
            setattr(case, name, value)
        if investigation_id is not None and investigation_id != case.investigation_id:
            _hang_on(case, investigation_id)
        case.updated_at = now()
    return case


def _hang_on(case: Case, investigation_id: UUID) -> None:
    """The notes that an investigation may read follow the case to it."""
    case.investigation_id = investigation_id
    shared = select(Note).where(Note.case_id == case.id, Note.about.in_(SHARED_WITH_INVESTIGATION))
    for note in db.session.scalars(shared):
        note.investigation_id = investigation_id


def record_discovery(actor: Actor, case: Case, *, discovered_at: datetime, reason: str = "") -> Discovery:
    """When an official discovered that the person is under 18. A second record supersedes the first, with a reason."""
    with action(actor, "case.record_discovery", case, reason=reason):
        latest = db.session.scalar(select(Discovery).where(
            Discovery.case_id == case.id).order_by(Discovery.id.desc()).limit(1))
        if latest is not None and not reason.strip():
            raise Invalid(reason="Say why the recorded moment was wrong. Both stay on record.")
        case.under_18 = True
        return _discovered(actor, case, discovered_at, latest, reason)


def _discovered(actor: Actor, case: Case, moment: datetime | None, latest: Discovery | None,
                reason: str = "") -> Discovery:
    if moment is None:
        raise Invalid(discovered_at="When was it discovered? The 24-hour notice to HHS runs from this moment.")
    if moment > now():
        raise Invalid(discovered_at="This moment has not come yet.")
    discovery = Discovery(**in_case(case), discovered_at=moment, recorded_by_id=actor.id, recorded_at=now(),
                          supersedes_id=latest.id if latest else None, reason=reason or None)
    db.session.add(discovery)
    case.discovered_at, case.updated_at = moment, now()
    return discovery


def assign(actor: Actor, case: Case, *, specialist_id: UUID) -> Case:
    """Another lead specialist of the same office. The earlier one stays on the team until taken off it."""
    with action(actor, "case.assign", case):
        office = db.session.get_one(Office, case.office_id)
        case.specialist_id, case.updated_at = _specialist(specialist_id, office), now()
        _joins(case, specialist_id)
    return case


def join_team(actor: Actor, case: Case, *, specialist_id: UUID, until: datetime | None = None) -> Case:
    """One more specialist, until then or until further notice: somebody on call is not locked out at night."""
    with action(actor, "case.join_team", case):
        _joins(case, _specialist(specialist_id, db.session.get_one(Office, case.office_id)), until)
    return case


def leave_team(actor: Actor, case: Case, *, user_id: UUID) -> Case:
    """From now on they no longer see the case. The lead is replaced, never only taken off."""
    with action(actor, "case.leave_team", case):
        if user_id == case.specialist_id:
            raise Conflict("Assign another specialist first: a case always has a lead.")
        for member in _current(case, user_id):
            member.until = now()
    return case


def close(actor: Actor, case: Case, *, reason: Reason, checklist: Mapping[str, bool]) -> Case:
    """Close, when nothing is open and each line of the checklist is confirmed."""
    with action(actor, "case.close", case, reason=reason):
        WORKFLOW.require(case, "close")
        if missing := [name for name in CHECKLIST if not checklist.get(name)]:
            raise Invalid(**dict.fromkeys(missing, "Confirm this, or keep the case open."))
        if ends := open_ends(case):
            raise Conflict("This case cannot close yet. " + " ".join(ends))
        WORKFLOW.advance(case, "close")
        case.closed_at = case.updated_at = now()
        case.closed_reason = reason
    return case


def reopen(actor: Actor, case: Case, *, reason: str) -> Case:
    with action(actor, "case.reopen", case, reason=reason):
        WORKFLOW.advance(case, "reopen")
        case.closed_at, case.closed_reason, case.updated_at = None, None, now()
    return case


def _specialist(user_id: UUID, office: Office) -> UUID:
    user = db.session.get(User, user_id)
    roles = (Role.SPECIALIST, Role.PROGRAM_SUPERVISOR)
    if user is None or not any(user.holds(role, office.id) for role in roles):
        raise Invalid(specialist_id="Choose a specialist of this office.")
    return user.id


def _joins(case: Case, user_id: UUID, until: datetime | None = None) -> None:
    if not _current(case, user_id):
        db.session.add(TeamMember(case_id=case.id, person_id=case.person_id, user_id=user_id, since=now(), until=until))
        db.session.flush()


def _current(case: Case, user_id: UUID) -> list[TeamMember]:
    rows = db.session.scalars(select(TeamMember).where(TeamMember.case_id == case.id, TeamMember.user_id == user_id))
    return [row for row in rows if row.current]
