"""The words of clocks, counts and addresses."""
from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from casework.kernel.db import at
from casework.web.dates import Due, due_words, moment_words
from casework.web.places import inside
from casework.web.stands import line
from casework.web.tables import Column, Table, count_words, plain_words
from casework.web.words import by_field, merged

MONDAY = datetime(2026, 11, 23, 21, 10, tzinfo=UTC)  # 14:10 in Denver


@pytest.fixture(autouse=True)
def _monday(app):
    with at(MONDAY), app.app_context():
        yield


@pytest.mark.parametrize(("due", "said"), [
    (MONDAY - timedelta(hours=2), Due("over", "Overdue 2 hours", "since 23 Nov, 12:10")),
    (MONDAY - timedelta(days=1), Due("over", "Overdue 1 day", "since 22 Nov, 14:10")),
    (MONDAY + timedelta(hours=3), Due("soon", "Today", "by 17:10")),
    (MONDAY + timedelta(days=1), Due("soon", "Tomorrow", "24 Nov, 14:10")),
    (MONDAY + timedelta(days=2), Due("later", "Wednesday", "25 Nov, 14:10")),
    (MONDAY + timedelta(days=9), Due("later", "In 9 days", "2 Dec, 14:10")),
    (date(2026, 11, 22), Due("over", "Overdue 1 day", "since 22 Nov")),
    (date(2026, 11, 23), Due("soon", "Today", "")),
    (date(2027, 11, 23), Due("later", "In 365 days", "23 Nov 2027")),
    (None, Due("later", "No date", "")),
])
def test_a_due_time_is_said_in_words_and_date(due, said):
    assert due_words(due) == said


def test_what_is_done_is_no_longer_overdue():
    assert due_words(MONDAY - timedelta(days=9), done=MONDAY).kind == "done"


@pytest.mark.parametrize(("moment", "said"), [
    (MONDAY, "today, 14:10"), (MONDAY - timedelta(days=1), "yesterday, 14:10"),
    (MONDAY - timedelta(days=3), "20 Nov, 14:10"), (MONDAY - timedelta(days=365), "23 Nov 2025, 14:10"),
    (datetime(2026, 11, 24, 5, 0, tzinfo=UTC), "today, 22:00"), (None, "")])
def test_a_moment_is_said_in_the_time_of_the_readers_office(moment, said):
    assert moment_words(moment) == said


def test_counts_are_exact_up_to_a_thousand():
    assert count_words(1, "case") == "1 case"
    assert count_words(1_000, "case") == "1,000 cases"
    assert count_words(1_001, "case") == "more than 1,000 cases"
    assert count_words(2, "entry", "entries") == "2 entries"


def test_a_column_says_money_as_money():
    assert plain_words(Decimal("1240.5")) == "$1,240.50"
    assert plain_words(None) == ""


def test_sorting_turns_round_and_starts_at_the_first_page(app):
    table = Table((Column("number", "Number", sort=True),), [], sorted_by="-number")
    with app.test_request_context("/cases?state=open&after=xyz"):
        assert table.direction(table.columns[0]) == "descending"
        assert table.turned(table.columns[0]) == "/cases?state=open&sort=number"
    with app.test_request_context("/cases?sort=number"):
        assert table.turned(table.columns[0]) == "/cases?sort=-number"


def test_the_line_of_steps_knows_what_is_done():
    steps = line({"draft": "Draft", "sent": "Sent", "paid": "Paid"}, "sent", {"draft": "20 Nov"})
    assert [(step.label, step.state, step.note) for step in steps] == [
        ("Draft", "done", "20 Nov"), ("Sent", "now", ""), ("Paid", "next", "")]


def test_messages_are_told_by_field():
    tree = merged({"on": ["is needed"], "checks": {0: {"kind": ["a"]}}},
                  {"on": ["no such day"], "checks": {0: {"on": ["b"]}}})
    assert by_field(tree) == {"on": ["no such day"], "checks.0.kind": ["a"], "checks.0.on": ["b"]}
    assert by_field({"_schema": ["all of it"]}) == {"form": ["all of it"]}


@pytest.mark.parametrize(("address", "leads"), [("/cases?state=open", "/cases?state=open"), ("//x.example", "/"),
                                                ("https://x.example/a", "/"), ("/a\\b", "/"), ("", "/"), (None, "/")])
def test_only_addresses_inside_are_followed(address, leads):
    assert inside(address) == leads
