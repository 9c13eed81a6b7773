"""The dated settings: what is packaged, and which version is in force when."""
from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest

from casework.kernel.clocks import MARKS, Unit
from casework.kernel.rulebook import (
    FIRST_EFFECTIVE_ON,
    TOPICS,
    Packaged,
    Row,
    clocks_of,
    packaged,
    rules_of,
    tiers_of,
)

ROLES = {"program_supervisor", "fund_approver", "program_hq"}
BOOK = {entry.topic: entry for entry in packaged()}
CLOCKS = {clock.name: clock for topic in ("clocks", "fund_rules") for clock in clocks_of(BOOK[topic].body)}
RULES = rules_of(BOOK["fund_rules"].body)


def test_version_one_of_every_topic_is_packaged() -> None:
    assert tuple(BOOK) == TOPICS
    assert {entry.version for entry in packaged()} == {1}
    assert {entry.effective_on for entry in packaged()} == {FIRST_EFFECTIVE_ON} == {date(2020, 10, 1)}


@pytest.mark.parametrize("entry", BOOK.values(), ids=TOPICS)
def test_every_row_has_every_column_and_a_key_of_its_own(entry: Packaged) -> None:
    columns = list(entry.body[0])
    assert all(list(row) == columns and None not in row.values() for row in entry.body)
    keys = [row[columns[0]] for row in entry.body]
    assert len(set(keys)) == len(keys)
    assert all(keys)


@pytest.mark.parametrize(("topic", "count"), [("need_domains", 24), ("expense_categories", 34), ("cp_checklist", 17)])
def test_the_tables_of_law_are_whole(topic: str, count: int) -> None:
    assert len(BOOK[topic].body) == count


def test_no_file_is_left_without_a_topic() -> None:
    names = {file.name for file in (files("casework") / "rulebook").iterdir() if file.name.endswith(".csv")}
    assert names == {f"{topic}.csv" for topic in TOPICS}


def test_changing_what_was_handed_out_changes_nothing_for_others() -> None:
    next(packaged()).body[0]["code"] = "changed"
    assert next(packaged()).body[0]["code"] == "SAF"


# Clocks


@pytest.mark.parametrize(("name", "unit", "length", "marked"), [
    ("hhs_minor", Unit.HOURS, 24, "F"), ("rapid_screen", Unit.HOURS, 24, "D"),
    ("full_assessment", Unit.CALENDAR_DAYS, 30, "D"), ("reassess", Unit.CALENDAR_DAYS, 90, "D"),
    ("reassess_urgent", Unit.CALENDAR_DAYS, 30, "D"), ("cp_field_review", Unit.WORKING_DAYS, 2, "D"),
    ("cp_agency_review", Unit.WORKING_DAYS, 2, "D"), ("cp_take_up", Unit.WORKING_DAYS, 1, "D"),
    ("cp_answer", Unit.WORKING_DAYS, 10, "D"), ("cp_decision", Unit.CALENDAR_DAYS, 30, "M?"),
    ("cp_decision_expedited", Unit.WORKING_DAYS, 3, "D"), ("cp_issue", Unit.WORKING_DAYS, 5, "D"),
    ("hhs_adult", Unit.WORKING_DAYS, 1, "D"), ("cp_grant_longest", Unit.CALENDAR_YEARS, 2, "F"),
    ("cp_renewal_180", Unit.DAYS_BEFORE, 180, "D"), ("receipt_due", Unit.WORKING_DAYS, 5, "F"),
    ("checks_rest_due", Unit.WORKING_DAYS, 2, "D"), ("check_fresh", Unit.HOURS, 72, "D"),
    ("after_the_fact", Unit.WORKING_DAYS, 2, "D"), ("mask_after_stay", Unit.CALENDAR_DAYS, 30, "D"),
    ("fund_refund_deposit", Unit.CALENDAR_DAYS, 3, "F"),
])
def test_a_duty_has_its_packaged_length(name: str, unit: Unit, length: int, marked: str) -> None:
    clock = CLOCKS[name]
    assert (clock.unit, clock.length, clock.marked) == (unit, length, marked)


def test_the_clock_for_a_person_under_18_names_its_law() -> None:
    assert CLOCKS["hhs_minor"].citation == "22 USC 7105(b)(1)(H)"


def test_every_clock_says_what_it_asks_and_on_what_ground() -> None:
    assert len(CLOCKS) == len(BOOK["clocks"].body) + sum(rule.unit in list(Unit) for rule in RULES.values())
    assert all(clock.duty and clock.citation for clock in CLOCKS.values())


# The fund


@pytest.mark.parametrize(("name", "value", "unit"), [
    ("rolling_window", "30", "calendar_days"), ("checks_required", "3", "count"),
    ("checks_required_exigent", "1", "count"), ("exigent_cap", "1500.00", "dollars"),
    ("open_exceptions_most", "2", "count"), ("expired_years", "5", "count"),
])
def test_a_rule_of_the_fund_has_its_packaged_value(name: str, value: str, unit: str) -> None:
    assert (RULES[name].value, RULES[name].unit) == (Decimal(value), unit)


def test_every_rule_counts_something_known_and_carries_a_mark() -> None:
    assert {rule.unit for rule in RULES.values()} <= {"dollars", "count", *Unit}
    assert {rule.marked for rule in RULES.values()} <= set(MARKS)


def test_tiers_rise_and_only_the_last_has_no_ceiling() -> None:
    tiers = tiers_of(BOOK["tiers"].body)
    ceilings = [tier.ceiling for tier in tiers[:-1]]
    assert [tier.number for tier in tiers] == [0, 1, 2, 3, 4]
    assert ceilings == [Decimal(250), Decimal(500), Decimal(2000), Decimal(8000)]
    assert tiers[-1].ceiling is None
    assert all(tier.approvers and set(tier.approvers) <= ROLES for tier in tiers)


def test_only_the_lowest_tier_may_be_approved_afterwards() -> None:
    assert [tier.number for tier in tiers_of(BOOK["tiers"].body) if tier.after_the_fact] == [0]


def test_the_highest_tier_asks_headquarters_twice_and_a_legal_note() -> None:
    highest = tiers_of(BOOK["tiers"].body)[-1]
    assert highest.approvers == ("program_hq", "program_hq")
    assert highest.legal_note
    assert highest.forced_by == {"E03", "E20"}


def test_a_category_that_forces_a_tier_exists_and_may_be_paid() -> None:
    allowed = {row["code"]: row["allow"] for row in BOOK["expense_categories"].body}
    forced = [code for tier in tiers_of(BOOK["tiers"].body) for code in tier.forced_by]
    assert forced
    assert all(allowed[code] != "no" for code in forced)


def test_what_the_fund_never_pays_is_marked_so() -> None:
    never: list[Row] = [row for row in BOOK["expense_categories"].body if row["code"].startswith("X")]
    assert len(never) == 12
    assert all(row["allow"] == "no" for row in never)


def test_the_packaged_files_are_plain_csv() -> None:
    for topic in TOPICS:
        text = (files("casework") / "rulebook" / f"{topic}.csv").read_text(encoding="utf-8")
        assert "\r" not in text
        assert len({len(row) for row in csv.reader(text.splitlines())}) == 1
