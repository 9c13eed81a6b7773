"""The team by person, for who shares out its cases."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from sqlalchemy.orm import joinedload

from ..access.people import named
from ..access.queries import scoped
from ..assessments.acuity import Acuity, acuities
from ..audit import record_read
from ..cases.duties import due_dates
from ..cases.models import Case
from ..cases.models import State as CaseState
from ..kernel.clocks import local_day
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..policy import may_ever
from .panels import MOST_CASES


@dataclass(frozen=True)
class Member:
    """One person's share. `oldest` is the case in which something waits longest, or None."""

    user_id: UUID | None
    name: str
    open: int
    high: int
    overdue: int
    today: int
    oldest: Case | None = None


def team(actor: Actor, zone: tzinfo) -> list[Member]:
    """Everybody who leads an open case of their offices, by name; the last row adds up. Empty for who assigns none."""
    if not may_ever(actor, "case.assign"):
        return []
    cases = list(db.session.scalars(scoped(actor, "case.assign", Case).where(Case.state != CaseState.CLOSED)
        .options(joinedload(Case.office)).order_by(Case.opened_at).limit(MOST_CASES)))
    if not cases:
        return []
    due, high = due_dates(cases), {id for id, found in acuities([case.id for case in cases]).items()
                                   if found is Acuity.HIGH}
    names, shares = named([case.specialist_id for case in cases]), _shares(cases)
    rows = [_member(id, names.get(id, ""), few, due, high, zone) for id, few in shares.items()]
    record_read(actor, "case.read", [row.oldest for row in rows if row.oldest], list="team")
    return [*sorted(rows, key=lambda row: row.name), _total(rows)]


def _shares(cases: Iterable[Case]) -> dict[UUID, list[Case]]:
    found: dict[UUID, list[Case]] = {}
    for case in cases:
        found.setdefault(case.specialist_id, []).append(case)
    return found


def _member(user_id: UUID, name: str, cases: Sequence[Case], due: Mapping[UUID, datetime], high: set[UUID],
            zone: tzinfo) -> Member:
    waiting = sorted((case for case in cases if case.id in due), key=lambda case: due[case.id])
    late = [case for case in waiting if due[case.id] < now()]
    day = local_day(now(), zone)
    today = [case for case in waiting if due[case.id] >= now() and local_day(due[case.id], zone) == day]
    return Member(user_id, name, len(cases), sum(case.id in high for case in cases), len(late), len(today),
                  waiting[0] if waiting else None)


def _total(rows: Sequence[Member]) -> Member:
    return Member(None, "Team", sum(row.open for row in rows), sum(row.high for row in rows),
                  sum(row.overdue for row in rows), sum(row.today for row in rows))
