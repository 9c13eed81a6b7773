"""Reading the trail of one case: what happened, for whoever may see it; who looked, for the supervisor."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from flask import current_app, url_for
from sqlalchemy import ColumnElement, String, and_, cast, or_, select

from .. import policy
from ..access.people import named
from ..audit.models import AuditEvent
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..kernel.scope import rules
from . import story
from .files import SHARED_WITH_INVESTIGATION, Contact, Identity, NoteKind
from .models import Case
from .schemas import NOTES

OF_PERSON = ("identity", "contact")


@dataclass(frozen=True)
class Told:
    """One event as a reader sees it."""

    at: datetime
    says: str
    by: str
    url: str = ""


def events(actor: Actor, case: Case, *, before: int | None = None, limit: int = 12) -> tuple[list[Told], int | None]:
    """What happened, newest first, and where to go on. Ask only for a case that `find()` gave."""
    verbs = [verb for verb in policy.VERBS if story.is_deed(verb) and _sees(actor, verb)]
    where = [_about(case), AuditEvent.verb.in_(verbs), *_notes(actor, case)]
    if before is not None:
        where.append(AuditEvent.id < before)
    query = select(AuditEvent).where(*where).order_by(AuditEvent.id.desc()).limit(limit + 1)
    with rules("story"):
        found = list(db.session.scalars(query))
    who = named([event.actor_id for event in found])
    told = [Told(event.at, _says(event), _by(event, who), _url(event)) for event in found[:limit]]
    return told, found[limit - 1].id if len(found) > limit else None


def looks(case: Case, since: datetime) -> list[Told]:
    """Who was shown what of this case since then, newest first, of the latest five
    hundred looks; lists in which only its number stood are left out."""
    own = _own(case)
    on_pages = [cast(AuditEvent.shown, String).contains(str(id)) for id in own]
    names = and_(AuditEvent.verb.in_([f"{kind}.read" for kind in OF_PERSON]), or_(*on_pages))
    query = select(AuditEvent).where(
        AuditEvent.at >= since, or_(AuditEvent.case_id == case.id, AuditEvent.subject_id.in_(own), names),
        AuditEvent.verb.in_([verb for verb in policy.VERBS if not story.is_deed(verb)]))
    with rules("who looked"):
        found = list(db.session.scalars(query.order_by(AuditEvent.id.desc()).limit(500)))
    return _gathered(found, named([event.actor_id for event in found]))


def _gathered(found: Sequence[AuditEvent], who: dict[UUID, str]) -> list[Told]:
    """What one person opened within one minute is one line."""
    told = []
    minutes = groupby(found, lambda event: (event.at.replace(second=0, microsecond=0), _by(event, who)))
    for (minute, by), group in minutes:
        kinds = dict.fromkeys(event.verb.split(".")[0].replace("cp_", "Continued Presence ").replace("_", " ")
                              for event in group)
        told.append(Told(minute, ", ".join(kinds), by))
    return told


def _about(case: Case) -> ColumnElement[bool]:
    return or_(AuditEvent.case_id == case.id,
               and_(AuditEvent.subject_kind.in_(OF_PERSON), AuditEvent.subject_id.in_(_own(case))))


def _own(case: Case) -> Sequence[UUID]:
    """The keys of the person's own records."""
    return [id for model in (Identity, Contact)
            for id in db.session.scalars(select(model.id).where(model.person_id == case.person_id))]


def _sees(actor: Actor, verb: str) -> bool:
    """A deed is told to those who may read the kind of record it was done to."""
    read = f"{verb.split('.')[0]}.read"
    return read in policy.VERBS and policy.may_ever(actor, read)


def _notes(actor: Actor, case: Case) -> list[ColumnElement[bool]]:
    """Members of the investigation hear of the notes they may read, and of no other."""
    if policy.may(actor, "hhs_notice.read", case):
        return []
    shared = [AuditEvent.details["about"].as_string() == about for about in SHARED_WITH_INVESTIGATION]
    return [or_(AuditEvent.verb != "note.add", *shared)]


def _says(event: AuditEvent) -> str:
    said = story.sentence(event.verb)
    about = NOTES[NoteKind(event.details["about"])] if event.verb == "note.add" else ""
    return f"{said.removesuffix('.')}: {about.lower()}." if about else said


def _by(event: AuditEvent, who: dict[UUID, str]) -> str:
    return who.get(event.actor_id, "Casework itself") if event.actor_id else "Nobody signed in"


def _url(event: AuditEvent) -> str:
    page = story.PAGES.get(event.subject_kind, "")
    return url_for(page, id=event.subject_id) if page in current_app.view_functions else ""
