"""Deadlines: how long a duty may take, counted how, under which law, and how it stands now.

How time is counted:

- Hours run exactly, night and weekend, and are not bent when the clocks change.
- Days are days of the office's time zone. The day of the start is not counted; the duty is due at the end of the last
  day, its last microsecond, so that a due moment bears the date people say. Calendar days may end on a day off.
- Working days leave out Saturdays, Sundays and federal holidays.
- Months and years end on the same numbered day, or on the last day of a shorter month.
- A pause (tolling) takes exactly its time from a clock of hours. For days, a pause from one day to another leaves out
  the day it began up to, and without, the day it ended; a pause begun and ended on one day leaves out nothing.
- While a pause has no end the duty has no due moment: it is NEVER, and stands as PAUSED.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

from .days import days_before, end_of_day, fiscal_year, fiscal_year_days, local_day, months_after, start_of_day
from .holidays import federal_holidays, is_working_day
from .tolling import Pause, Span, days_on, hours_on, in_order, whole_days, working_days_on

__all__ = [
    "MARKS", "NEVER", "Clock", "Pause", "Standing", "Unit", "When", "days_before", "end_of_day", "federal_holidays",
    "fiscal_year", "fiscal_year_days", "is_working_day", "local_day", "months_after", "standing", "start_of_day",
]

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
MARKS = {
    "F": "read in the source cited",
    "F~": "read only in part",
    "M": "from memory, not verified",
    "M?": "from weak memory, not verified",
    "D": "a proposal of this program",
}


class Unit(StrEnum):
    """What a clock counts; each value is the keyword that makes such a clock."""

    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    CALENDAR_MONTHS = "calendar_months"
    CALENDAR_YEARS = "calendar_years"
    DAYS_BEFORE = "days_before"


class When(StrEnum):
    OVERDUE = "overdue"
    TODAY = "today"
    TOMORROW = "tomorrow"
    LATER = "later"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a duty stands: its due day in the office's zone and the days until then (below zero when past)."""

    when: When
    due: datetime
    day: date
    days: int
    left: timedelta

    @property
    def this_week(self) -> bool:
        """Due on a day before next Monday, and not overdue."""
        today = self.day - timedelta(days=self.days)
        return self.when is not When.OVERDUE and 0 <= self.days <= 6 - today.weekday()


def standing(now: datetime, due: datetime, zone: tzinfo) -> Standing:
    """A duty is in time up to and including its due moment."""
    day = local_day(due, zone)
    days = (day - local_day(now, zone)).days
    return Standing(_when(now, due, days), due, day, days, due.astimezone(UTC) - now.astimezone(UTC))


def _when(now: datetime, due: datetime, days: int) -> When:
    if due == NEVER:
        return When.PAUSED
    if due.astimezone(UTC) < now.astimezone(UTC):
        return When.OVERDUE
    return {0: When.TODAY, 1: When.TOMORROW}.get(days, When.LATER)


@dataclass(frozen=True, slots=True)
class Clock:
    """A duty's time: exactly one length, above zero; the law it stands on; and how sure we are of it (MARKS).

    `days_before` counts calendar days back from its start, for reminders ahead of an end.
    """

    name: str
    _: KW_ONLY
    hours: int | None = None
    calendar_days: int | None = None
    working_days: int | None = None
    calendar_months: int | None = None
    calendar_years: int | None = None
    days_before: int | None = None
    citation: str = ""
    marked: str = "D"
    duty: str = ""
    starts: str = ""

    def __post_init__(self) -> None:
        lengths = [getattr(self, unit) for unit in Unit if getattr(self, unit) is not None]
        if len(lengths) != 1 or lengths[0] < 1:
            raise ValueError(f"clock {self.name}: exactly one length, above zero")
        if self.marked not in MARKS:
            raise ValueError(f"clock {self.name}: unknown mark {self.marked!r}")

    @property
    def unit(self) -> Unit:
        return next(unit for unit in Unit if getattr(self, unit) is not None)

    @property
    def length(self) -> int:
        return int(getattr(self, self.unit))

    def due(self, start: datetime, zone: tzinfo, tolled: Iterable[Pause] = ()) -> datetime:
        """The last moment in time, in UTC; NEVER while a pause that began before it has no end.

        `start` and the pauses are aware; pauses are (from, until or None), in any order, and may overlap.
        """
        pauses = in_order(tolled)
        if self.hours is not None:
            return hours_on(start, self.hours, pauses) or NEVER
        last = self._last_day(local_day(start, zone), whole_days(pauses, zone))
        return end_of_day(last, zone) if last else NEVER

    def standing(self, now: datetime, start: datetime, zone: tzinfo, tolled: Iterable[Pause] = ()) -> Standing:
        return standing(now, self.due(start, zone, tolled), zone)

    def _last_day(self, start: date, pauses: Sequence[Span]) -> date | None:
        if self.days_before is not None:
            return days_before(start, self.days_before)
        if self.working_days is not None:
            return working_days_on(start, self.working_days, pauses)
        return days_on(start, self._calendar_days_from(start), pauses)

    def _calendar_days_from(self, start: date) -> int:
        months = (self.calendar_months or 0) + 12 * (self.calendar_years or 0)
        return self.calendar_days or (months_after(start, months) - start).days
