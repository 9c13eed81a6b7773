"""What is due in a case, and by when. Rooms above add what they know; the desk, the list and the case page show it.

    @duties.finds
    def screens(actor, case): yield Duty(case.id, case.number, "Complete the rapid screen", due_at=…, url=…, rule=…)

    @duties.dates
    def screens_due(cases): return {case.id: moment, …}
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ..kernel.clocks import NEVER
from ..kernel.conditions import Actor
from .models import Case


@dataclass(frozen=True)
class Duty:
    """One deed that waits for the reader. `what` reads as a button ("Sign the full assessment"), `rule` says how its
    time is counted and under which law, `urgent` puts it first among those due on the same day."""

    case_id: UUID
    case_number: str
    what: str
    due_at: datetime | None
    url: str
    urgent: bool = False
    rule: str = ""
    says: str = ""
    button: str = "Open"


Finder = Callable[[Actor, Case | None], Iterable[Duty]]
Dater = Callable[[Sequence[Case]], Mapping[UUID, datetime]]

FINDERS: list[Finder] = []
DATERS: list[Dater] = []


def finds(finder: Finder) -> Finder:
    """`finder(actor, case)` yields what waits for this actor: in this case, or with None in all of theirs. A bounded
    number of queries either way."""
    FINDERS.append(finder)
    return finder


def dates(dater: Dater) -> Dater:
    """`dater(cases)` says when the next thing is due, for those cases where something is; one query for all."""
    DATERS.append(dater)
    return dater


def duties(actor: Actor, case: Case | None = None) -> list[Duty]:
    """Everything that waits for this actor, soonest first."""
    found = (duty for finder in FINDERS for duty in finder(actor, case))
    return sorted(found, key=lambda duty: (duty.due_at or NEVER, not duty.urgent))


def due_dates(cases: Sequence[Case]) -> dict[UUID, datetime]:
    """The earliest moment at which something is due, by case; cases with nothing due are left out."""
    earliest: dict[UUID, datetime] = {}
    for dater in DATERS:
        for case_id, moment in dater(cases).items():
            earliest[case_id] = min(moment, earliest.get(case_id, moment))
    return earliest
