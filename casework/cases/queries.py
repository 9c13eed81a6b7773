"""Questions about cases: the list, one case with what belongs to its person, who may be chosen."""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import joinedload, lazyload, load_only

from ..access.lines import Lines
from ..access.models import Office, User
from ..access.people import Colleague, FieldOffice, colleagues
from ..access.queries import Page, find, how_many, listed, visible
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..kernel.errors import Invalid, NotFound
from ..policy import Role
from .files import Contact, Identity, Note
from .investigations import Investigation
from .models import Case, Discovery, HHSNotice, TeamMember

SORTS = {"number": Case.number, "updated": Case.updated_at, "opened": Case.opened_at}
INVESTIGATION_SORTS = {"number": Investigation.number, "opened": Investigation.opened_at}
WITH = (joinedload(Case.office), joinedload(Case.specialist).options(
    load_only(User.username, User.name, User.version), lazyload(User.grants)))

LISTED = Lines(Case, {
    "office": ((Office.id, Office.code, Office.name, Office.timezone), Case.office_id, FieldOffice),
    "specialist": ((User.id, User.username, User.name), Case.specialist_id, Colleague)})

OF_CASE = (Note.case_id == bindparam("case_id"),)
Own = TypeVar("Own", Identity, Contact)


def case(actor: Actor, id: UUID, *, verb: str = "case.read") -> Case:
    """One case they may see, with its office and lead."""
    return find(actor, Case, id, verb=verb, options=WITH)


def cases(actor: Actor, args: Mapping[str, Any], order: Any) -> Page[Any]:
    """One page of the cases they may see, as `CaseArgs` asks."""
    where, said = wanted(args)
    return listed(actor, "case.read", LISTED, where=where, said=said, order=order, after=args.get("after"),
                  limit=args["limit"], **asked(args))


def count(actor: Actor, args: Mapping[str, Any]) -> int:
    where, said = wanted(args)
    return how_many(actor, "case.read", Case, where=where, said=said)


def asked(args: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for, for the trail: filters hold no identity."""
    return {name: str(args[name]) for name in ("state", "office", "specialist", "q") if args.get(name)}


def wanted(args: Mapping[str, Any]) -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
    """What is asked for as clauses built once, and the values of their parameters."""
    said = {**({"state": args["state"]} if args.get("state") else {}),
            **_named("office", args.get("office"), str.upper),
            **_named("specialist", args.get("specialist"), str.casefold),
            **(numbered(args["q"]) if args.get("q") else {})}
    return [WANTED[name] for name in said], said


def _named(what: str, said: str | None, fold: Callable[[str], str]) -> dict[str, Any]:
    """Named by id, or by the handle people use."""
    if not said:
        return {}
    try:
        return {f"{what}_id": UUID(said)}
    except ValueError:
        return {what: fold(said)}


def _by_handle(id: Any, handle: Any, name: str) -> Any:
    return select(id).where(handle == bindparam(name)).scalar_subquery()


ESCAPE = "/"
WANTED: dict[str, ColumnElement[bool]] = {
    "state": Case.state == bindparam("state"),
    "office_id": Case.office_id == bindparam("office_id"),
    "office": Case.office_id == _by_handle(Office.id, Office.code, "office"),
    "specialist_id": Case.specialist_id == bindparam("specialist_id"),
    "specialist": Case.specialist_id == _by_handle(User.id, User.username, "specialist"),
    "number": Case.number == bindparam("number"),
    "serial": Case.serial == bindparam("serial"),
    "beginning": Case.number.like(bindparam("beginning"), escape=ESCAPE),
}


def numbered(text: str) -> dict[str, Any]:
    """A whole number, the beginning of one, or its last digits without the zeros: which of WANTED, and its value."""
    plain = text.strip().upper()
    if plain.isascii() and plain.isdecimal() and len(plain) < 10:
        return {"serial": int(plain)}
    return {"beginning": re.sub(r"([/%_])", rf"{ESCAPE}\1", plain) + "%"}


def of_person(actor: Actor, model: type[Own], case: Case, verb: str = "") -> Own:
    """The identity or contact of a case's person, if they may see it. Hidden and absent look the same."""
    page = visible(actor, verb or f"{model.__tablename__}.read", model, where=(model.person_id == case.person_id,),
                   limit=1)
    if not page:
        raise NotFound("There is nothing here, or nothing you may see.")
    return page[0]


def names(actor: Actor, cases: Sequence[Case]) -> dict[UUID, str]:
    """What the people of these cases are called, by person, as far as this reader may know; each is logged."""
    people = {case.person_id for case in cases}
    shown = visible(actor, "identity.read", Identity, where=(Identity.person_id.in_(people),), limit=200)
    return {identity.person_id: called(identity) for identity in shown}


def called(identity: Identity) -> str:
    return identity.goes_by or identity.legal_name or "Not recorded"


def notes_of(actor: Actor, case: Case, args: Mapping[str, Any]) -> Page[Note]:
    """One page of the notes of this case that they may read, newest first."""
    return visible(actor, "note.read", Note, where=about(case, args), order=Note.written_at.desc(),
                   after=args.get("after"), limit=args["limit"], options=(joinedload(Note.author),))


def how_many_notes(actor: Actor, case: Case) -> int:
    """How many notes of this case they may read."""
    return how_many(actor, "note.read", Note, where=OF_CASE, said={"case_id": case.id})


def about(case: Case, args: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    return [Note.case_id == case.id, *([Note.about == args["about"]] if args.get("about") else [])]


def notices_of(actor: Actor, case: Case, *, limit: int = 200, after: str | None = None) -> Page[HHSNotice]:
    """The notices on record, newest first: what counts stands before what it supersedes."""
    return visible(actor, "hhs_notice.read", HHSNotice, where=(HHSNotice.case_id == case.id,),
                   order=HHSNotice.recorded_at.desc(), after=after, limit=limit)


def investigations_of(actor: Actor, args: Mapping[str, Any], order: Any) -> Page[Investigation]:
    return visible(actor, "investigation.read", Investigation, order=order, after=args.get("after"),
                   limit=args["limit"])


def office_of(case: Case) -> Office:
    """The one that was read together with the case, if it was; else asked for."""
    known: Office | None = case.__dict__.get("office")
    return known or db.session.get_one(Office, case.office_id)


def lead_of(case: Case) -> User:
    known: User | None = case.__dict__.get("specialist")
    return known if known and known.id == case.specialist_id else db.session.get_one(User, case.specialist_id)


def team_of(case: Case) -> list[TeamMember]:
    """Everybody who works or worked on it, since when and until when, newest last."""
    return list(db.session.scalars(select(TeamMember).where(TeamMember.case_id == case.id)
                                   .options(joinedload(TeamMember.user)).order_by(TeamMember.since, TeamMember.id)))


def discoveries(case: Case) -> list[Discovery]:
    """Every moment recorded, the one that counts first."""
    return list(db.session.scalars(select(Discovery).where(Discovery.case_id == case.id)
                                   .order_by(Discovery.id.desc())))


def helpers(office_id: UUID) -> Sequence[Colleague]:
    """Who may lead or join a case of this office."""
    return colleagues(Role.SPECIALIST, Role.PROGRAM_SUPERVISOR, office_id=office_id)


def investigation_named(actor: Actor, id: UUID | None) -> UUID | None:
    """The investigation, if it is one they may see: a case hangs on no other."""
    if id is None:
        return None
    if not visible(actor, "investigation.read", Investigation, where=(Investigation.id == id,), limit=1):
        raise Invalid(investigation_id="There is no such investigation, or none that you may see.")
    return id


def earlier(actor: Actor, number: str | None) -> Case | None:
    """The case with this number, if they may see it."""
    if not number:
        return None
    found = visible(actor, "case.read", Case, where=(Case.number == number.strip().upper(),), limit=1)
    if not found:
        raise Invalid(earlier_case="There is no case with this number, or none that you may see.")
    return found[0]
