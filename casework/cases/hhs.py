"""The 24-hour notice to HHS about a person under 18 (22 USC 7105(b)(1)(H)): until it is recorded, it is due."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy import ColumnElement, or_

from .. import policy
from ..access.queries import visible
from ..kernel import rulebook
from ..kernel.conditions import Actor
from . import duties
from .duties import Duty
from .models import Case
from .queries import WITH, office_of

CLOCK = "hhs_minor"


def owed(case: Case) -> bool:
    """Is the notice still to be recorded? A closed case owes it too."""
    return case.under_18 and case.discovered_at is not None and case.hhs_notified_at is None


def moments(cases: Sequence[Case]) -> dict[UUID, datetime]:
    """When the notice is, or was, due, for those cases where the clock runs or ran; the clock is read once."""
    found = {case: case.discovered_at for case in cases if case.under_18 and case.discovered_at is not None}
    clock = rulebook.clock(CLOCK) if found else None
    return {case.id: clock.due(moment, office_of(case).zone) for case, moment in found.items() if clock}


def due_at(case: Case) -> datetime | None:
    return moments([case]).get(case.id)


def rule() -> str:
    """The clock in words, with its source."""
    clock = rulebook.clock(CLOCK)
    return f"{clock.duty}: {clock.length} {clock.unit.replace('_', ' ')} from {clock.starts.lower()}. {clock.citation}."


@duties.dates
def due_dates(cases: Sequence[Case]) -> Mapping[UUID, datetime]:
    return moments([case for case in cases if owed(case)])


@duties.finds
def notices_owed(actor: Actor, case: Case | None) -> Iterator[Duty]:
    """For whoever may record it."""
    if (case is not None and not owed(case)) or not policy.may_ever(actor, "hhs_notice.record"):
        return
    where = [*_owed(actor), *([] if case is None else [Case.id == case.id])]
    waiting = visible(actor, "case.read", Case, where=where, order=Case.updated_at, limit=200, options=WITH)
    due, words = due_dates(waiting), rule() if waiting else ""
    for each in waiting:
        yield Duty(each.id, each.number, "Record the notice to HHS", due[each.id],
                   url_for("cases.hhs_notices", case_id=each.id), urgent=True, rule=words,
                   says="The person is under 18.", button="Record it")


def _owed(actor: Actor) -> list[ColumnElement[bool]]:
    theirs: list[Any] = [way.clause(Case) for way in policy.ways(actor, "hhs_notice.record")]
    return [or_(*theirs), Case.under_18.is_(True), Case.discovered_at.is_not(None), Case.hhs_notified_at.is_(None)]
