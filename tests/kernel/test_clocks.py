"""How long a duty may take: hours, days, pauses, and how it stands."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.kernel.clocks import (
    NEVER,
    Clock,
    Pause,
    Unit,
    When,
    days_before,
    end_of_day,
    fiscal_year,
    fiscal_year_days,
    is_working_day,
    local_day,
    months_after,
    standing,
    start_of_day,
)

DENVER, NEW_YORK, GUAM = ZoneInfo("America/Denver"), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Guam")
HAVANA, SAO_PAULO = ZoneInfo("America/Havana"), ZoneInfo("America/Sao_Paulo")  # change their clocks at midnight
MICROSECOND = timedelta(microseconds=1)

zones = st.sampled_from([DENVER, NEW_YORK, GUAM, HAVANA, SAO_PAULO, ZoneInfo("Asia/Kathmandu"), ZoneInfo("UTC")])
moments = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
spells = st.timedeltas(timedelta(0), timedelta(days=60))
closed_pauses = st.lists(st.tuples(moments, spells).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=5)
days = st.dates(date(1990, 1, 1), date(2060, 1, 1))
lengths = st.integers(1, 40)
hours, calendar, working = (
    lengths.map(lambda length: Clock("a duty", hours=length)),
    lengths.map(lambda length: Clock("a duty", calendar_days=length)),
    lengths.map(lambda length: Clock("a duty", working_days=length)),
)
any_clock = st.one_of(
    hours, calendar, working,
    lengths.map(lambda length: Clock("a duty", calendar_months=length)),
    st.integers(1, 5).map(lambda length: Clock("a duty", calendar_years=length)),
)


def in_denver(day: int, hour: int = 12, *, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=DENVER)


def the_end_of(day: date, zone: ZoneInfo = DENVER) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 59, 59, 999999, tzinfo=zone)


# Days off, changed clocks, months


@pytest.mark.parametrize(("length", "due"), [(1, date(2026, 11, 27)), (2, date(2026, 11, 30)), (7, date(2026, 12, 7))])
def test_working_days_pass_over_thanksgiving_and_weekends(length: int, due: date) -> None:
    wednesday = in_denver(25)
    assert Clock("a duty", working_days=length).due(wednesday, DENVER) == the_end_of(due)


@pytest.mark.parametrize("hour", [0, 23])
def test_the_day_of_the_start_is_not_counted_however_early_or_late(hour: int) -> None:
    assert Clock("a duty", working_days=1).due(in_denver(23, hour), DENVER) == the_end_of(date(2026, 11, 24))


def test_a_duty_begun_on_a_saturday_has_all_of_monday() -> None:
    assert Clock("a duty", working_days=1).due(in_denver(21), DENVER) == the_end_of(date(2026, 11, 23))


def test_calendar_days_may_end_on_a_sunday() -> None:
    assert Clock("a duty", calendar_days=6).due(in_denver(23), DENVER) == the_end_of(date(2026, 11, 29))


def test_days_are_the_days_of_the_office() -> None:
    late_on_monday_in_denver = datetime(2026, 11, 24, 6, tzinfo=UTC)
    clock = Clock("a duty", working_days=1)
    assert clock.due(late_on_monday_in_denver, DENVER) == the_end_of(date(2026, 11, 24))
    assert clock.due(late_on_monday_in_denver, GUAM) == the_end_of(date(2026, 11, 25), GUAM)


@pytest.mark.parametrize(("start", "words"), [
    (in_denver(31, month=10, hour=12), "2026-11-01 11:00"),  # the night has 25 hours
    (in_denver(7, month=3, hour=12), "2026-03-08 13:00"),  # and this one 23
])
def test_hours_are_not_bent_when_the_clocks_change(start: datetime, words: str) -> None:
    due = Clock("a duty", hours=24).due(start, DENVER)
    assert due - start.astimezone(UTC) == timedelta(hours=24)
    assert due.astimezone(DENVER).strftime("%Y-%m-%d %H:%M") == words


@pytest.mark.parametrize(("clock", "start", "due"), [
    (Clock("a duty", calendar_months=1), date(2026, 1, 31), date(2026, 2, 28)),
    (Clock("a duty", calendar_months=13), date(2026, 12, 15), date(2028, 1, 15)),
    (Clock("a duty", calendar_years=2), date(2026, 3, 1), date(2028, 3, 1)),
    (Clock("a duty", calendar_years=1), date(2028, 2, 29), date(2029, 2, 28)),
    (Clock("a duty", days_before=90), date(2026, 11, 23), date(2026, 8, 25)),
])
def test_months_and_years_end_on_the_day_people_say(clock: Clock, start: date, due: date) -> None:
    assert clock.due(start_of_day(start, DENVER), DENVER) == the_end_of(due)


# Pauses


def test_a_pause_takes_exactly_its_hours() -> None:
    start = in_denver(23)
    pause = (start + timedelta(hours=5), start + timedelta(hours=8))
    assert Clock("a duty", hours=24).due(start, DENVER, [pause]) == start + timedelta(hours=27)


def test_a_pause_from_monday_to_thursday_leaves_out_three_days() -> None:
    pause = (in_denver(9), in_denver(12))
    assert Clock("a duty", calendar_days=5).due(in_denver(6), DENVER, [pause]) == the_end_of(date(2026, 11, 14))


def test_a_pause_within_one_day_leaves_out_nothing() -> None:
    pause = (in_denver(9, 8), in_denver(9, 17))
    assert Clock("a duty", calendar_days=5).due(in_denver(6), DENVER, [pause]) == the_end_of(date(2026, 11, 11))


def test_a_pause_over_a_weekend_leaves_out_no_working_day() -> None:
    clock, start = Clock("a duty", working_days=5), in_denver(2)
    assert clock.due(start, DENVER, [(in_denver(7), in_denver(9))]) == clock.due(start, DENVER)


@pytest.mark.parametrize("clock", [Clock("a duty", hours=48), Clock("a duty", calendar_days=2),
                                   Clock("a duty", working_days=2)])
def test_a_pause_without_end_stops_the_clock(clock: Clock) -> None:
    start = in_denver(23)
    paused = [(start + timedelta(hours=1), None)]
    assert clock.due(start, DENVER, paused) == NEVER
    assert clock.standing(start, start, DENVER, paused).when is When.PAUSED


def test_a_pause_without_end_does_not_save_a_duty_that_was_due_before() -> None:
    clock, start = Clock("a duty", working_days=1), in_denver(23)
    assert clock.due(start, DENVER, [(in_denver(25), None)]) == the_end_of(date(2026, 11, 24))


def test_a_pause_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before"):
        Clock("a duty", hours=1).due(in_denver(23), DENVER, [(in_denver(25), in_denver(24))])


# Standing


@pytest.mark.parametrize(("now", "when", "days_left"), [
    (in_denver(20), When.LATER, 4),
    (in_denver(22, 23), When.LATER, 2),
    (in_denver(23, 0), When.TOMORROW, 1),
    (in_denver(24, 0), When.TODAY, 0),
    (the_end_of(date(2026, 11, 24)), When.TODAY, 0),
    (in_denver(25, 0), When.OVERDUE, -1),
])
def test_how_a_duty_stands(now: datetime, when: When, days_left: int) -> None:
    stands = Clock("a duty", working_days=1).standing(now, in_denver(23), DENVER)
    assert (stands.when, stands.days, stands.day) == (when, days_left, date(2026, 11, 24))
    assert (stands.left < timedelta(0)) is (when is When.OVERDUE)


def test_a_moment_that_passed_this_morning_is_overdue_and_not_today() -> None:
    assert standing(in_denver(23, 12), in_denver(23, 11), DENVER).when is When.OVERDUE


@pytest.mark.parametrize(("due", "this_week"), [(23, True), (25, True), (29, True), (30, False), (22, False)])
def test_this_week_ends_on_sunday(due: int, this_week: bool) -> None:
    assert standing(in_denver(23, 8), in_denver(due, 9), DENVER).this_week is this_week


def test_what_is_overdue_is_not_of_this_week() -> None:
    assert not standing(in_denver(23, 12), in_denver(23, 11), DENVER).this_week


def test_today_is_today_in_the_office() -> None:
    now, due = datetime(2026, 11, 24, 6, tzinfo=UTC), datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert standing(now, due, DENVER).when is When.TOMORROW
    assert standing(now, due, NEW_YORK).when is When.TODAY


# What a clock is


@pytest.mark.parametrize("lengths", [{}, {"hours": 1, "working_days": 1}, {"hours": 0}, {"calendar_days": -1}])
def test_a_clock_has_exactly_one_length_above_zero(lengths: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="exactly one length"):
        Clock("a duty", **lengths)  # type: ignore[arg-type]


def test_a_clock_keeps_its_law_and_its_mark() -> None:
    clock = Clock("hhs_minor", hours=24, citation="22 USC 7105(b)(1)(H)", marked="F")
    assert (clock.unit, clock.length, clock.citation, clock.marked) == (Unit.HOURS, 24, "22 USC 7105(b)(1)(H)", "F")
    with pytest.raises(ValueError, match="unknown mark"):
        Clock("hhs_minor", hours=24, marked="X")


@pytest.mark.parametrize("clock", [Clock("a duty", hours=1), Clock("a duty", working_days=1)])
def test_a_moment_without_a_zone_is_refused(clock: Clock) -> None:
    with pytest.raises(TypeError, match="without a zone"):
        clock.due(datetime(2026, 11, 23), DENVER)  # noqa: DTZ001


# Fiscal years


@pytest.mark.parametrize(("day", "year"), [
    (date(2026, 9, 30), 2026), (date(2026, 10, 1), 2027), (date(2027, 1, 1), 2027),
])
def test_a_fiscal_year_begins_in_october(day: date, year: int) -> None:
    assert fiscal_year(day) == year


@given(days)
def test_every_day_is_within_its_fiscal_year(day: date) -> None:
    first, last = fiscal_year_days(fiscal_year(day))
    assert first <= day <= last
    assert fiscal_year(days_before(first, 1)) == fiscal_year(last) - 1


# What always holds


@given(any_clock, moments, zones)
def test_a_due_moment_lies_after_the_start(clock: Clock, start: datetime, zone: ZoneInfo) -> None:
    assert clock.due(start, zone) > start


@given(any_clock, moments, spells, zones, closed_pauses)
def test_who_starts_later_is_due_no_earlier(
        clock: Clock, start: datetime, later: timedelta, zone: ZoneInfo, pauses: Sequence[Pause]) -> None:
    if clock.calendar_months or clock.calendar_years:
        pauses = []  # a month is as long as the one it begins in, so a pause may turn the order round by a day or three
    assert clock.due(start, zone, pauses) <= clock.due(start + later, zone, pauses)


@given(st.sampled_from(["hours", "calendar_days", "working_days", "calendar_months"]), lengths, moments, zones)
def test_a_longer_clock_is_due_later(unit: str, length: int, start: datetime, zone: ZoneInfo) -> None:
    shorter, longer = (Clock("a duty", **{unit: n}).due(start, zone) for n in (length, length + 1))  # type: ignore[arg-type]
    assert shorter < longer


@given(working, moments, zones, closed_pauses)
def test_working_days_never_end_on_a_day_off(
        clock: Clock, start: datetime, zone: ZoneInfo, pauses: Sequence[Pause]) -> None:
    assert is_working_day(local_day(clock.due(start, zone, pauses), zone))


@given(working, moments, zones)
def test_between_start_and_due_lie_exactly_so_many_working_days(clock: Clock, start: datetime, zone: ZoneInfo) -> None:
    first, last = local_day(start, zone), local_day(clock.due(start, zone), zone)
    assert sum(is_working_day(last - timedelta(n)) for n in range((last - first).days)) == clock.length


@given(hours, moments, zones)
def test_hours_are_elapsed_hours(clock: Clock, start: datetime, zone: ZoneInfo) -> None:
    assert clock.due(start.astimezone(zone), zone) - start == timedelta(hours=clock.length)


@given(calendar, moments, zones)
def test_calendar_days_are_so_many_dates_later(clock: Clock, start: datetime, zone: ZoneInfo) -> None:
    assert local_day(clock.due(start, zone), zone) == local_day(start, zone) + timedelta(days=clock.length)


@given(hours, moments, st.integers(0, 999), spells, zones)
def test_a_pause_before_the_due_moment_adds_exactly_its_time(
        clock: Clock, start: datetime, part: int, spell: timedelta, zone: ZoneInfo) -> None:
    since = start + part * timedelta(hours=clock.length) / 1000
    assert clock.due(start, zone, [(since, since + spell)]) == clock.due(start, zone) + spell


@given(calendar, moments, st.integers(1, 40), spells, zones)
def test_a_pause_adds_exactly_the_days_between_its_two_ends(
        clock: Clock, start: datetime, after: int, spell: timedelta, zone: ZoneInfo) -> None:
    day = local_day(start, zone) + timedelta(days=min(after, clock.length))
    since = start_of_day(day, zone)
    added = local_day(since + spell, zone) - day
    paused = clock.due(start, zone, [(since, since + spell)])
    assert local_day(paused, zone) == local_day(clock.due(start, zone), zone) + added


@given(any_clock, moments, zones, closed_pauses)
def test_pauses_never_bring_a_duty_forward_and_their_order_does_not_matter(
        clock: Clock, start: datetime, zone: ZoneInfo, pauses: list[Pause]) -> None:
    due = clock.due(start, zone, pauses)
    assert due >= clock.due(start, zone)
    assert due == clock.due(start, zone, pauses[::-1]) == clock.due(start, zone, [*pauses, *pauses])


@given(any_clock, moments, zones, st.timedeltas(timedelta(-5), timedelta(days=5)), spells)
def test_a_pause_in_two_overlapping_pieces_is_one_pause(
        clock: Clock, start: datetime, zone: ZoneInfo, after: timedelta, spell: timedelta) -> None:
    since, until = start + after, start + after + spell
    pieces: list[Pause] = [(since, since + spell / 2), (since + spell / 4, until)]
    assert clock.due(start, zone, pieces) == clock.due(start, zone, [(since, until)])


@given(days, zones)
def test_days_follow_each_other_without_gap(day: date, zone: ZoneInfo) -> None:
    assert start_of_day(day, zone) <= end_of_day(day, zone)
    assert end_of_day(day, zone) + MICROSECOND == start_of_day(day + timedelta(days=1), zone)
    assert local_day(start_of_day(day, zone), zone) == local_day(end_of_day(day, zone), zone) == day
    assert local_day(start_of_day(day, zone) - MICROSECOND, zone) == day - timedelta(days=1)


@given(days, st.integers(0, 120))
def test_months_after_lands_in_the_right_month(day: date, count: int) -> None:
    later = months_after(day, count)
    assert later.year * 12 + later.month == day.year * 12 + day.month + count
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@given(moments, moments, zones)
def test_standing_agrees_with_the_calendar(now: datetime, due: datetime, zone: ZoneInfo) -> None:
    stands = standing(now, due, zone)
    assert (stands.when is When.OVERDUE) == (due < now)
    assert stands.days == (local_day(due, zone) - local_day(now, zone)).days
    assert stands.left == due - now
