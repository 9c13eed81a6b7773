"""What waits for one person, in the order of its clocks: overdue, today, this week, later."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from uuid import UUID

from ..access.queries import visible
from ..cases.duties import Duty, duties
from ..cases.models import Case
from ..cases.queries import names
from ..kernel.clocks import federal_holidays, local_day
from ..kernel.conditions import Actor
from ..kernel.db import now
from ..policy import may_ever

WEEK, SHORT = 7, 5
TITLES = ("Overdue", "Today", "This week", "Later")


@dataclass(frozen=True)
class Row:
    """One deed as the desk shows it: what, in which case, by when under which rule, and the way to that very step."""

    title: str
    number: str
    says: str
    due: datetime | None
    rule: str
    url: str
    button: str


@dataclass(frozen=True)
class Group:
    title: str
    rows: list[Row]
    count: int

    @property
    def hidden(self) -> int:
        return self.count - len(self.rows)


def desk(actor: Actor, *, zone: tzinfo, called: Mapping[UUID, str] | None = None, whole: bool = False,
         found: Sequence[Duty] | None = None) -> list[Group]:
    """The four groups; empty ones are left out. Of what is due later only the first few, unless `whole`.

    `called` are the names that were asked for, by case.
    """
    sorted_in: dict[str, list[Duty]] = {title: [] for title in TITLES}
    for duty in duties(actor) if found is None else found:
        sorted_in[_group(duty, zone)].append(duty)
    return [Group(title, [_row(duty, called or {}) for duty in _few(title, few, whole)], len(few))
            for title, few in sorted_in.items() if few]


def _few(title: str, found: list[Duty], whole: bool) -> list[Duty]:
    return found if whole or title != TITLES[-1] else found[:SHORT]


def _group(duty: Duty, zone: tzinfo) -> str:
    """What has no clock of its own waits this week; what cannot wait, today."""
    overdue, today, week, later = TITLES
    if duty.due_at is None:
        return today if duty.urgent else week
    if duty.due_at < now():
        return overdue
    days = (local_day(duty.due_at, zone) - local_day(now(), zone)).days
    return today if days == 0 else week if days < WEEK else later


def _row(duty: Duty, called: Mapping[UUID, str]) -> Row:
    says = " · ".join(filter(None, [called.get(duty.case_id, ""), duty.says]))
    return Row(duty.what, duty.case_number, says, duty.due_at, duty.rule, duty.url, duty.button)


def names_of(actor: Actor, found: Iterable[Duty]) -> dict[UUID, str]:
    """What the people of these cases are called, by case, as far as this reader may know; each look is logged."""
    ids = {duty.case_id for duty in found}
    if not ids or not (may_ever(actor, "identity.read") and may_ever(actor, "case.read")):
        return {}
    cases = visible(actor, "case.read", Case, where=(Case.id.in_(ids),), limit=200)
    by_person = names(actor, cases)
    return {case.id: by_person[case.person_id] for case in cases if case.person_id in by_person}


def holidays_ahead(zone: tzinfo) -> dict[date, str]:
    """Federal holidays in the next seven days: clocks of working days skip them."""
    today = local_day(now(), zone)
    days = [today + timedelta(days=ahead) for ahead in range(WEEK)]
    found = {**federal_holidays(days[0].year), **federal_holidays(days[-1].year)}
    return {day: found[day] for day in days if day in found}


def overdue_words(groups: Sequence[Group]) -> str:
    """`Two things are overdue.`"""
    count = next((group.count for group in groups if group.title == TITLES[0]), 0)
    if not count:
        return "Nothing is overdue."
    few = ("One thing is", "Two things are", "Three things are", "Four things are", "Five things are")
    return f"{few[count - 1] if count <= len(few) else f'{count} things are'} overdue."
