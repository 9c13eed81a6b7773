"""The audit log as a list: who did or saw what, newest first.

The look itself is written down with its filter and range, not with the events it showed, or the log would speak
mostly of itself.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, select, union_all

from ..access.building import page
from ..access.cursors import cursor, place_of
from ..access.models import User
from ..access.queries import LARGEST_PAGE, how_many, open_ways
from ..audit import remember
from ..audit.looks import showing
from ..audit.models import AuditEvent
from ..cases.models import Case
from ..kernel.clocks import start_of_day
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..kernel.many import within
from ..kernel.scope import rules
from ..kernel.system import SYSTEM
from .naming import Event, named

VERB = "audit_event.read"


@dataclass(frozen=True)
class Events(Sequence[Event]):
    """One page of the audit log; `next` is None on the last."""

    rows: list[Event]
    next: str | None

    def __getitem__(self, index: Any) -> Any:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)


def events(actor: Actor, *, zone: tzinfo, limit: int = 50, after: str | None = None, **asked: Any) -> Events:
    """One page of what this actor may see of the log. `asked`: from_on, to_on (days of `zone`), who, verb, case."""
    ways, size = open_ways(actor, VERB, AuditEvent), max(1, min(limit, LARGEST_PAGE))
    where = fitting(zone, **asked)
    place = place_of(after) if after else None
    rows = list(db.session.scalars(page(ways, AuditEvent, where, AuditEvent.id.desc(), place, size + 1)))
    shown = rows[:size]
    remember(actor, VERB, rows=len(shown), page=after, filter=filter_words(asked))
    return Events(named(shown), cursor((shown[-1].id, shown[-1].id)) if len(rows) > size else None)


def how_many_events(actor: Actor, *, zone: tzinfo, **asked: Any) -> int:
    """How many of them there are; above 1,000 only that there are more."""
    return how_many(actor, VERB, AuditEvent, where=fitting(zone, **asked))


def filter_words(asked: Mapping[str, Any]) -> str:
    """`from 2026-01-01, actor ada`: what was asked for, for the trail."""
    return ", ".join(f"{name.removesuffix('_on').removesuffix('_id').replace('_', ' ')} {value}"
                     for name, value in asked.items() if value not in (None, ""))


def fitting(zone: tzinfo, *, from_on: date | None = None, to_on: date | None = None, who: str = "", verb: str = "",
            case: str = "") -> list[ColumnElement[bool]]:
    """The filter as conditions. Days are those of `zone`, both included."""
    found: list[ColumnElement[bool]] = []
    if from_on:
        found.append(AuditEvent.at >= start_of_day(from_on, zone))
    if to_on:
        found.append(AuditEvent.at < start_of_day(to_on + timedelta(days=1), zone))
    if verb:
        every = verb.endswith(".*")
        found.append(AuditEvent.verb.startswith(verb[:-1], autoescape=True) if every else AuditEvent.verb == verb)
    return found + ([_by(who)] if who else []) + ([_about(case)] if case else [])


def _by(who: str) -> ColumnElement[bool]:
    """Done by this person: their sign-in name, their id, or the system's name."""
    if who.casefold() == SYSTEM.name.casefold():
        return AuditEvent.actor_id == SYSTEM.id
    found = _id(who) or db.session.scalar(select(User.id).where(User.username == who.casefold()))
    return AuditEvent.actor_id == found if found else false()


def _about(case: str) -> ColumnElement[bool]:
    """About this case, or a list that showed something of it: the rules look up which, and nothing of them is shown but
    what the asker may read."""
    found = _id(case) or _case_numbered(case.strip().upper())
    if not found:
        return false()
    of_the_case = select(AuditEvent.id).where(AuditEvent.case_id == found)
    with rules("who looked"):
        ids = db.session.scalars(union_all(of_the_case, showing(db.session(), [found]))).all()
    return within(AuditEvent.id, ids)


def _case_numbered(number: str) -> UUID | None:
    """Which case bears a number: the rules look it up, and nothing of it is shown but events the asker may read."""
    with rules("numbers"):
        return db.session.scalar(select(Case.id).where(Case.number == number))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
