"""Days and times as people write and read them."""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

from casework.kernel.db import now

from .hooks import reader_zone

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")
PARTS = ("month", "day", "year")
NEAR = {0: "today", -1: "yesterday", 1: "tomorrow"}


class WrongDate(ValueError):
    """What is wrong with a typed date, and which boxes it is about."""

    def __init__(self, reason: str, *parts: str) -> None:
        super().__init__(reason)
        self.parts = parts


def typed_day(typed: Mapping[str, str]) -> date | None:
    """The day in three boxes; None when all are empty; `WrongDate` says what is missing or not a date."""
    boxes = {part: typed.get(part, "").strip() for part in PARTS}
    missing = [part for part in PARTS if not boxes[part]]
    if len(missing) == len(PARTS):
        return None
    if missing:
        raise WrongDate(f"this date still needs a {' and a '.join(missing)}.", *missing)
    for part in PARTS:
        if not (boxes[part].isascii() and boxes[part].isdecimal()):
            raise WrongDate(f"enter the {part} as a number.", part)
    if len(boxes["year"]) != 4:
        raise WrongDate("enter the year with four digits.", "year")
    return _real(*(int(boxes[part]) for part in ("year", "month", "day")))


def _real(year: int, month: int, day: int) -> date:
    if not 1 <= month <= 12:
        raise WrongDate("enter a month from 1 to 12.", "month")
    try:
        return date(year, month, day)
    except ValueError:
        raise WrongDate(f"{MONTHS[month - 1]} {year} has no day {day}.", "day") from None


def typed_moment(typed: Mapping[str, str], zone: tzinfo | None = None) -> datetime | None:
    """Day and time of the reader's office, as an aware moment."""
    day, clock = typed_day(typed), typed.get("time", "").strip()
    if day is None and not clock:
        return None
    if day is None:
        raise WrongDate("this still needs a date.", *PARTS)
    if not clock:
        raise WrongDate("this still needs a time.", "time")
    return datetime.combine(day, _time(clock), zone or reader_zone()).astimezone(UTC)


def _time(typed: str) -> time:
    try:
        if not re.fullmatch(r"[0-9]{1,2}:[0-9]{2}", typed):
            raise ValueError
        return time.fromisoformat(typed.zfill(5))
    except ValueError:
        raise WrongDate("enter the time as hours and minutes, for example 14:10.", "time") from None


def boxes(value: date | datetime | None) -> dict[str, str]:
    """The other way: what stands in the boxes."""
    if value is None:
        return {}
    local = value.astimezone(reader_zone()) if isinstance(value, datetime) else value
    clock = {"time": f"{local:%H:%M}"} if isinstance(local, datetime) else {}
    return {"month": str(local.month), "day": str(local.day), "year": str(local.year), **clock}


def local(value: datetime | None = None) -> datetime:
    return (value or now()).astimezone(reader_zone())


def day_words(value: date | str | None, *, year: bool = True) -> str:
    """`23 Nov 2026`; of a moment, the day it was in the reader's office. Words in its place stay as they are."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, datetime):
        value = local(value).date()
    return f"{value.day} {value:%b}" + (f" {value.year}" if year else "")


def moment_words(value: datetime | None) -> str:
    """`today, 14:10`, `20 Nov, 15:10`, `20 Nov 2025, 15:10`, in the reader's office."""
    if value is None:
        return ""
    zone = reader_zone()
    here, today = value.astimezone(zone), now().astimezone(zone).date()
    day = NEAR.get((here.date() - today).days) or day_words(here.date(), year=here.year != today.year)
    return f"{day}, {here:%H:%M}"


@dataclass(frozen=True)
class Due:
    """A clock in words: `kind` is over, soon, later or done."""
    kind: str
    word: str
    rest: str


def due_words(due: date | datetime | None, done: date | datetime | None = None) -> Due:
    if done is not None:
        return Due("done", "Done", _when(done, local().date())[2])
    if due is None:
        return Due("later", "No date", "")
    today = local().date()
    day, clock, when = _when(due, today)
    away = (day - today).days
    if (due <= now()) if isinstance(due, datetime) else away < 0:
        return Due("over", f"Overdue {_late(due, away)}", f"since {when}")
    if away == 0:
        return Due("soon", "Today", f"by {clock}" if clock else "")
    if away == 1:
        return Due("soon", "Tomorrow", when)
    return Due("later", f"{due:%A}" if away < 7 else f"In {away} days", when)


def _when(value: date | datetime, today: date) -> tuple[date, str, str]:
    """The day, the hour, and both in words. What is due at the end of a day has no hour: there the day says it all."""
    here = local(value) if isinstance(value, datetime) else None
    day, clock = here.date() if here else value, f"{here:%H:%M}" if here and here.time() != time.max else ""
    words = day_words(day, year=day.year != today.year)
    return day, clock, f"{words}, {clock}" if clock else words


def _late(due: date | datetime, away: int) -> str:
    days = -away
    if days < 1 and isinstance(due, datetime):
        hours = int((now() - due).total_seconds() // 3600)
        return f"{hours} hour{'s' * (hours != 1)}" if hours else "just now"
    return f"{days} day{'s' * (days != 1)}"
