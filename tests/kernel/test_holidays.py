"""Federal holidays by rule, against an independent list."""
from __future__ import annotations

from datetime import date

import holidays
import pytest

from casework.kernel.holidays import federal_holidays, is_working_day


@pytest.mark.parametrize("year", range(1990, 2061))
def test_the_rule_and_the_published_list_close_the_same_weekdays(year: int) -> None:
    published = {day for day in holidays.country_holidays("US", years=[year, year + 1]) if day.year == year}
    assert set(federal_holidays(year)) == {day for day in published if day.weekday() < 5}


@pytest.mark.parametrize(("day", "name"), [
    (date(2021, 6, 18), "Juneteenth National Independence Day"),
    (date(2026, 7, 3), "Independence Day"),
    (date(2027, 7, 5), "Independence Day"),
    (date(2021, 12, 31), "New Year's Day"),
    (date(1986, 1, 20), "Birthday of Martin Luther King, Jr."),
    (date(1977, 10, 24), "Veterans Day"),
    (date(1978, 11, 10), "Veterans Day"),
    (date(2026, 5, 25), "Memorial Day"),
    (date(2026, 11, 26), "Thanksgiving Day"),
])
def test_a_holiday_is_kept_on_its_working_day(day: date, name: str) -> None:
    assert federal_holidays(day.year)[day] == name
    assert not is_working_day(day)


@pytest.mark.parametrize("day", [
    date(2020, 6, 19),  # before the law of 2021
    date(1985, 1, 21),  # before the first Birthday of Martin Luther King, Jr.
    date(2025, 1, 21),  # the day after an inauguration that fell on a holiday
    date(2021, 1, 20),  # Inauguration Day
    date(2026, 11, 27),  # the day after Thanksgiving
])
def test_an_ordinary_weekday_is_a_working_day(day: date) -> None:
    assert is_working_day(day)


@pytest.mark.parametrize("day", [date(2026, 11, 21), date(2026, 11, 22)])
def test_a_weekend_is_not(day: date) -> None:
    assert not is_working_day(day)


@pytest.mark.parametrize("year", [1970, 9999])
def test_years_the_rules_do_not_cover_are_refused(year: int) -> None:
    with pytest.raises(ValueError, match="1971"):
        federal_holidays(year)


def test_nobody_can_change_the_shared_list() -> None:
    with pytest.raises(TypeError):
        federal_holidays(2026)[date(2026, 1, 2)] = "A day off"  # type: ignore[index]
