"""The legal public holidays of the United States by rule (5 USC 6103), and the working days they leave.

Not included, because the law does not: Inauguration Day (6103(c), the capital area only) and closings ordered for one
day by the President. Before 1971 the Monday holidays did not exist; those years are refused.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
FIRST_YEAR, LAST_YEAR = 1971, date.max.year - 1


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same date each year, kept on Friday if a Saturday (6103(b)(1)), on Monday if a Sunday (E.O. 11582)."""

    name: str
    month: int
    day: int
    since: int = FIRST_YEAR
    until: int = LAST_YEAR + 1

    def kept_on(self, year: int) -> date:
        day = date(year, self.month, self.day)
        return day + timedelta(days={SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0))


@dataclass(frozen=True, slots=True)
class Nth:
    """The nth such weekday of a month; 0 is the last one of the month before."""

    name: str
    month: int
    nth: int
    weekday: int = MONDAY
    since: int = FIRST_YEAR
    until: int = LAST_YEAR + 1

    def kept_on(self, year: int) -> date:
        first = date(year, self.month, 1)
        return first + timedelta(days=(self.weekday - first.weekday()) % 7 + 7 * (self.nth - 1))


HOLIDAYS: tuple[Fixed | Nth, ...] = (
    Fixed("New Year's Day", 1, 1),
    Nth("Birthday of Martin Luther King, Jr.", 1, 3, since=1986),
    Nth("Washington's Birthday", 2, 3),
    Nth("Memorial Day", 6, 0),
    Fixed("Juneteenth National Independence Day", 6, 19, since=2021),
    Fixed("Independence Day", 7, 4),
    Nth("Labor Day", 9, 1),
    Nth("Columbus Day", 10, 2),
    Nth("Veterans Day", 10, 4, until=1977),
    Fixed("Veterans Day", 11, 11, since=1978),
    Nth("Thanksgiving Day", 11, 4, THURSDAY),
    Fixed("Christmas Day", 12, 25),
)


@cache
def federal_holidays(year: int) -> Mapping[date, str]:
    """The weekdays of a calendar year (1971 to 9998) on which federal offices are closed, each with its name.

    A New Year's Day on a Saturday is kept on 31 December, and so is found in the year before.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"the rules for holidays cover the years {FIRST_YEAR} to {LAST_YEAR}")
    return MappingProxyType(dict(sorted((day, name) for day, name in _kept(year) if day.year == year)))


def _kept(year: int) -> Iterator[tuple[date, str]]:
    for holiday in HOLIDAYS:
        for legal_year in (year, year + 1):
            if holiday.since <= legal_year <= holiday.until:
                yield holiday.kept_on(legal_year), holiday.name


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no federal holiday."""
    return day.weekday() < SATURDAY and day not in federal_holidays(day.year)
