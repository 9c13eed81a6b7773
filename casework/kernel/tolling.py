"""Counting on from a start while pauses do not count: exact time, calendar days, working days."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from .days import local_day
from .holidays import is_working_day

Pause = tuple[datetime, datetime | None]
Span = tuple[int, int | None]
_EPOCH, _TICK = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


def in_order(pauses: Iterable[Pause]) -> list[Pause]:
    """By their beginning; ValueError for one that ends before it begins."""
    ordered = sorted(pauses, key=lambda pause: pause[0])
    if any(until is not None and until < since for since, until in ordered):
        raise ValueError("a pause that ends before it begins")
    return ordered


def whole_days(pauses: Iterable[Pause], zone: tzinfo) -> list[Span]:
    """Each pause as the days it leaves out: from the day it begins up to, and without, the day it ends."""
    return [(_number(since, zone), None if until is None else _number(until, zone)) for since, until in pauses]


def hours_on(start: datetime, hours: int, pauses: Iterable[Pause]) -> datetime | None:
    """The moment after exactly so many hours outside the pauses (in order), in UTC; None while one has no end."""
    spans = [(_tick(since), None if until is None else _tick(until)) for since, until in pauses]
    reached = _reach(_tick(start), timedelta(hours=hours) // _TICK, spans)
    return None if reached is None else _EPOCH + reached * _TICK


def days_on(start: date, count: int, left_out: Sequence[Span]) -> date | None:
    """The last of so many days after `start` that are not left out; None when they never come."""
    reached = _reach(start.toordinal() + 1, count, left_out)
    return None if reached is None else date.fromordinal(reached - 1)


def working_days_on(start: date, count: int, left_out: Sequence[Span]) -> date | None:
    """As `days_on`, counting working days only."""
    day: date | None = start
    while count and day is not None:
        day = days_on(day, 1, left_out)
        count -= day is not None and is_working_day(day)
    return day


def _reach(at: int, left: int, spans: Iterable[Span]) -> int | None:
    for since, until in spans:
        run = max(since - at, 0)
        if left <= run:
            break
        if until is None:
            return None
        if until > at:
            at, left = until, left - run
    return at + left


def _number(moment: datetime, zone: tzinfo) -> int:
    return local_day(moment, zone).toordinal()


def _tick(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise TypeError("a moment without a zone")
    return (moment.astimezone(UTC) - _EPOCH) // _TICK
