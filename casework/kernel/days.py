"""Days as an office counts them: in its own time zone, calendar days, months and federal fiscal years."""
from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, tzinfo


def local_day(moment: datetime, zone: tzinfo) -> date:
    """The day it is in `zone` at an aware moment."""
    if moment.tzinfo is None:
        raise TypeError("a moment without a zone")
    return moment.astimezone(zone).date()


def start_of_day(day: date, zone: tzinfo) -> datetime:
    """The first moment of a day in `zone`, in UTC; also where the clock is moved at midnight."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The last microsecond of a day in `zone`, in UTC, so that it still bears that day's date."""
    return start_of_day(day + timedelta(days=1), zone) - timedelta(microseconds=1)


def days_before(day: date, count: int) -> date:
    return day - timedelta(days=count)


def months_after(day: date, count: int) -> date:
    """The same day of a later month, or the last of that month where it is shorter."""
    years, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def fiscal_year(day: date) -> int:
    """The federal fiscal year (31 USC 1102): October 2025 to September 2026 is 2026."""
    return day.year + (day.month >= 10)


def fiscal_year_days(year: int) -> tuple[date, date]:
    """Its first and its last day."""
    return date(year - 1, 10, 1), date(year, 9, 30)
