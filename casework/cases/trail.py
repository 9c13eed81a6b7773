"""Reading the trail of one case: what happened, for whoever may see it; who looked, for the supervisor."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import current_app, url_for
from sqlalchemy import Boolean, ColumnElement, CompoundSelect, Select, bindparam, or_, select, union_all

from .. import policy
from ..access.models import User
from ..access.people import named
from ..audit.looks import RECORD, showing
from ..audit.models import AuditEvent
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..kernel.many import within
from ..kernel.prepared import Prepared
from ..kernel.scope import rules
from . import story
from .files import SHARED_WITH_INVESTIGATION, Contact, Identity, NoteKind
from .models import Case
from .schemas import NOTES

DEEDS = [(verb, read) for verb in sorted(policy.VERBS) if story.is_deed(verb)
         and (read := f"{verb.split('.')[0]}.read") in policy.VERBS]
MOST = 500  # looks at a case that are told at once


@dataclass(frozen=True)
class Told:
    """One event as a reader sees it."""

    at: datetime
    says: str
    by: str
    url: str = ""


def events(actor: Actor, case: Case, *, before: int | None = None, limit: int = 12) -> tuple[list[Told], int | None]:
    """What happened, newest first, and where to go on. Ask only for a case that `find()` gave."""
    asked = {"case_id": case.id, "person_id": case.person_id, "verbs": _verbs(actor), "before": before or NO_END,
             "every_note": policy.may(actor, "hhs_notice.read", case), "most": limit + 1}
    with rules("story"):
        found = STORY.rows(**asked)
    told = [Told(event.at, _says(event), _name(event.actor_id, event.by), _url(event)) for event in found[:limit]]
    return told, found[limit - 1].id if len(found) > limit else None


def _verbs(actor: Actor) -> Sequence[str]:
    """The deeds that are told to this reader: those done to a kind of record that they may read."""
    return _told_to(tuple(dict.fromkeys(grant.role for grant in actor.current_grants)))


@lru_cache(256)
def _told_to(roles: tuple[str, ...]) -> Sequence[str]:
    return [verb for verb, read in DEEDS if policy.opens_ever(roles, read)]


def _story() -> Select[Any]:
    """The latest deeds done to the file and to the person's own records: one walk of an index for each. Members of the
    investigation hear of the notes they may read, and of no other."""
    shared = [AuditEvent.details["about"].as_string() == about for about in SHARED_WITH_INVESTIGATION]
    heard = or_(bindparam("every_note", type_=Boolean()), AuditEvent.verb != "note.add", *shared)
    own = union_all(*(select(record.id).where(record.person_id == bindparam("person_id"))
                      for record in (Identity, Contact)))
    parts = [select(AuditEvent.id).where(which, within(AuditEvent.verb, "verbs"), heard,
                                         AuditEvent.id < bindparam("before"))
             .order_by(AuditEvent.id.desc()).limit(bindparam("most")).subquery()
             for which in (AuditEvent.case_id == bindparam("case_id"), AuditEvent.subject_id.in_(own))]
    return (select(AuditEvent.id, AuditEvent.at, AuditEvent.verb, AuditEvent.actor_id, AuditEvent.subject_kind,
                   AuditEvent.subject_id, AuditEvent.details, User.name.label("by"))
            .outerjoin(User, User.id == AuditEvent.actor_id)
            .where(AuditEvent.id.in_(union_all(*(select(part.c.id) for part in parts))))
            .order_by(AuditEvent.id.desc()).limit(bindparam("most")))


STORY, NO_END = Prepared(_story()), 2 ** 63 - 1


def looks(case: Case, since: datetime) -> list[Told]:
    """Who was shown what of this case since then, newest first, of the latest five
    hundred looks; lists in which only its number stood are left out."""
    reading = [AuditEvent.at >= since, AuditEvent.verb.in_([verb for verb in policy.VERBS if not story.is_deed(verb)])]
    with rules("who looked"):
        ids = _looks(case, reading)
        found = list(db.session.scalars(select(AuditEvent).where(
            AuditEvent.id.in_(ids), *reading).order_by(AuditEvent.id.desc()).limit(MOST)))
    return _gathered(found, named([event.actor_id for event in found]))


def _looks(case: Case, reading: Sequence[ColumnElement[bool]]) -> CompoundSelect[Any]:
    """The latest looks at the file, at the person's own records by themselves, and at lists that showed these."""
    own = _own(case)
    latest = (select(AuditEvent.id).where(which, *reading).order_by(AuditEvent.id.desc()).limit(MOST).subquery()
              for which in (AuditEvent.case_id == case.id, AuditEvent.subject_id.in_(own)))
    return union_all(*(select(part.c.id) for part in latest),
                     showing(db.session(), own, place=RECORD, latest=MOST, where=reading))


def _gathered(found: Sequence[AuditEvent], who: dict[UUID, str]) -> list[Told]:
    """What one person opened within one minute is one line."""
    told = []
    minutes = groupby(found, lambda event: (event.at.replace(second=0, microsecond=0), _by(event, who)))
    for (minute, by), group in minutes:
        kinds = dict.fromkeys(event.verb.split(".")[0].replace("cp_", "Continued Presence ").replace("_", " ")
                              for event in group)
        told.append(Told(minute, ", ".join(kinds), by))
    return told


def _own(case: Case) -> Sequence[UUID]:
    """The keys of the person's own records."""
    return [id for model in (Identity, Contact)
            for id in db.session.scalars(select(model.id).where(model.person_id == case.person_id))]


def _says(event: Any) -> str:
    said = story.sentence(event.verb)
    about = NOTES[NoteKind(event.details["about"])] if event.verb == "note.add" else ""
    return f"{said.removesuffix('.')}: {about.lower()}." if about else said


def _by(event: AuditEvent, who: dict[UUID, str]) -> str:
    return _name(event.actor_id, who.get(event.actor_id) if event.actor_id else None)


def _name(actor_id: UUID | None, name: str | None) -> str:
    return name or ("Casework itself" if actor_id else "Nobody signed in")


def _url(event: Any) -> str:
    page = story.PAGES.get(event.subject_kind, "")
    return url_for(page, id=event.subject_id) if page in current_app.view_functions else ""
