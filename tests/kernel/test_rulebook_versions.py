"""Versions of the rulebook in a database: which is in force when, and that none is ever changed."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import delete, event, insert, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from casework.kernel.constraints import conflict
from casework.kernel.db import at, db, uuid7
from casework.kernel.rulebook import (
    FIRST_EFFECTIVE_ON,
    TOPICS,
    NoRule,
    Row,
    RulebookEntry,
    clock,
    clocks,
    current,
    in_force,
    packaged,
)
from tests.postgres import database

NEW_YEAR = date(2027, 1, 1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'rules.sqlite'}"
    server, name = request.getfixturevalue("pg_server"), f"rules_{uuid7().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return database(server, name).replace("postgresql:", "postgresql+psycopg:")


@pytest.fixture(autouse=True)
def book(address: str) -> Iterator[None]:
    """A database that holds the packaged rulebook and nothing else."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = address
    db.init_app(app)
    with app.app_context():
        RulebookEntry.metadata.create_all(db.engine, [RulebookEntry.metadata.tables[RulebookEntry.__tablename__]])
        for entry in packaged():
            publish(**entry._asdict())
        yield
        db.session.remove()
        db.engine.dispose()


def publish(topic: str, version: int, effective_on: date, body: list[Row]) -> None:
    """By the owner's hand, as a migration would; whoever was reading begins anew."""
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(insert(RulebookEntry).values(
            id=uuid7(), topic=topic, version=version, effective_on=effective_on, body=body))


def rapid_screen_in(hours: str) -> list[Row]:
    return [row | {"length": hours} if row["name"] == "rapid_screen" else row for row in current("clocks").body]


def queries_of(act: Any) -> int:
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *words: seen.append(words[2]))
    act()
    return sum(statement.startswith("SELECT") for statement in seen)


def test_the_packaged_version_comes_back_as_it_was_written() -> None:
    assert set(in_force()) == set(TOPICS)
    for entry in packaged():
        assert (current(entry.topic).version, current(entry.topic).body) == (1, entry.body)


def test_a_new_version_is_in_force_from_its_day_on() -> None:
    publish("clocks", 2, NEW_YEAR, rapid_screen_in("12"))
    before, after = NEW_YEAR - timedelta(days=1), NEW_YEAR
    assert (current("clocks", before).version, current("clocks", after).version) == (1, 2)
    assert (clock("rapid_screen", before).length, clock("rapid_screen", after).length) == (24, 12)
    assert {topic for topic, entry in in_force(after).items() if entry.version == 2} == {"clocks"}


def test_of_two_versions_in_force_the_higher_one_holds() -> None:
    publish("clocks", 2, NEW_YEAR, rapid_screen_in("12"))
    publish("clocks", 3, NEW_YEAR - timedelta(days=30), rapid_screen_in("36"))
    assert clock("rapid_screen", NEW_YEAR).length == 36
    assert in_force(NEW_YEAR)["clocks"].version == 3


def test_without_a_day_it_is_today_at_headquarters() -> None:
    publish("clocks", 2, NEW_YEAR, rapid_screen_in("12"))
    with at(datetime(2027, 1, 1, 4, 59, tzinfo=UTC)):
        assert clock("rapid_screen").length == 24
    with at(datetime(2027, 1, 1, 5, tzinfo=UTC)):
        assert clock("rapid_screen").length == 12


@pytest.mark.parametrize(("topic", "on"), [("clocks", FIRST_EFFECTIVE_ON - timedelta(days=1)), ("weather", NEW_YEAR)])
def test_where_no_rule_is_in_force_it_is_said(topic: str, on: date) -> None:
    with pytest.raises(NoRule, match=f"no version of {topic} is in force on {on}"):
        current(topic, on)


def test_a_clock_that_nobody_wrote_is_not_made_up() -> None:
    with pytest.raises(NoRule, match="no clock tea_time"):
        clock("tea_time")


def test_a_version_is_published_once() -> None:
    with pytest.raises(IntegrityError) as refused:
        publish("clocks", 1, NEW_YEAR, [])
    answer = conflict(refused.value)
    assert str(answer) == "This version of the rules has already been published."


def test_versions_count_from_one() -> None:
    with pytest.raises(IntegrityError, match="version_counts_from_one"):
        publish("clocks", 0, NEW_YEAR, [])


@pytest.mark.parametrize("change", [update(RulebookEntry).values(version=9), delete(RulebookEntry)])
def test_the_database_refuses_to_change_or_remove_a_version(change: Any) -> None:
    with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.execute(change)


def test_one_question_is_one_query_whatever_the_number_of_versions() -> None:
    for version in range(2, 12):
        publish("clocks", version, NEW_YEAR, rapid_screen_in(str(version)))
    assert queries_of(in_force) == 2, "what is new to this process is read once, and kept: it never changes"
    assert queries_of(lambda: current("clocks")) == 1
    assert queries_of(clocks) == 1
    assert queries_of(in_force) == 1
