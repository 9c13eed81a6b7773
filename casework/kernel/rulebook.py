"""The rulebook: every dated setting of the program, in numbered versions that are added and never changed.

A topic is one table of rows (`tiers`, `clocks` ...). Its body is a list of rows, each a mapping of column to text, with
the columns of the packaged file; whoever decides under a version keeps the id of its entry.
"""
from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, declared_attr

from .clocks import Clock, local_day
from .constraints import append_only
from .db import Name, Record, db, now
from .once import once
from .prepared import Prepared
from .rules import Row, Rule, Tier, clocks_of, rules_of, tiers_of

__all__ = [
    "FIRST_EFFECTIVE_ON", "HEADQUARTERS", "TOPICS", "Edition", "NoRule", "Packaged", "Row", "Rule", "RulebookEntry",
    "Tier", "clock", "clocks", "clocks_of", "current", "edition", "in_force", "packaged", "rules_of", "tiers_of",
    "today",
]

TOPICS = ("need_domains", "expense_categories", "cp_checklist", "notices", "tiers", "fund_rules", "clocks")
FIRST_EFFECTIVE_ON = date(2020, 10, 1)
HEADQUARTERS = ZoneInfo("America/New_York")


class NoRule(LookupError):
    """Nothing was in force for a topic on a day, or a table in force has no such row."""


class RulebookEntry(Record):
    """One version of one topic, in force from the start of `effective_on` until a higher version is."""

    __tablename__ = "rulebook_entry"
    __table_args__ = (
        UniqueConstraint("topic", "version", info={"says": "This version of the rules has already been published."}),
        CheckConstraint("version > 0", name="version_counts_from_one"),
    )

    topic: Mapped[Name]
    effective_on: Mapped[date]
    body: Mapped[list[Any]]

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {}  # here `version` is the number of the edition, given by whoever publishes it


append_only(RulebookEntry)


@dataclass(frozen=True)
class Edition:
    """What an entry says. Entries never change, so a process reads each once and keeps it."""

    id: UUID
    topic: str
    version: int
    effective_on: date
    body: list[Row]

    @cached_property
    def clocks(self) -> dict[str, Clock]:
        return {clock.name: clock for clock in clocks_of(self.body)}


_editions: dict[UUID, Edition] = {}


def edition(id: UUID) -> Edition:
    """The one with this id."""
    return _read([id])[0]


def _read(ids: list[UUID]) -> list[Edition]:
    """These editions, those that are new here in one query."""
    if new := [id for id in ids if id not in _editions]:
        entry = RulebookEntry
        for row in db.session.execute(select(entry.id, entry.topic, entry.version, entry.effective_on, entry.body)
                                      .where(entry.id.in_(new))):
            _editions[row.id] = Edition(*row)
    return [_editions[id] for id in ids]


class Packaged(NamedTuple):
    """Version 1 of a topic as it comes with the program; `RulebookEntry(**it._asdict())` publishes it."""

    topic: str
    version: int
    effective_on: date
    body: list[Row]


def packaged() -> Iterator[Packaged]:
    """Version 1 of every topic, read from the files in `casework/rulebook`."""
    for topic in TOPICS:
        yield Packaged(topic, 1, FIRST_EFFECTIVE_ON, [dict(row) for row in _packaged_rows(topic)])


@cache
def _packaged_rows(topic: str) -> list[Row]:
    with (files("casework") / "rulebook" / f"{topic}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def today() -> date:
    """The day that decides which rules are in force where no office does: headquarters'."""
    return local_day(now(), HEADQUARTERS)


def current(topic: str, on: date | None = None) -> Edition:
    """The highest version of `topic` in force on a day (default: today); NoRule when there is none."""
    day = on or today()
    id = once((current, topic, day), lambda: HIGHEST.one(topic=topic, day=day))
    if id is None:
        raise NoRule(f"no version of {topic} is in force on {day}")
    return _read([id])[0]


def in_force(on: date | None = None) -> dict[str, Edition]:
    """The edition of every topic in force on a day, by topic, in one query."""
    day = on or today()
    return once((in_force, day), lambda: _in_force(day))


HIGHEST = Prepared(select(RulebookEntry.id).where(
    RulebookEntry.topic == bindparam("topic"), RulebookEntry.effective_on <= bindparam("day"),
).order_by(RulebookEntry.version.desc()).limit(1))
RISING = Prepared(select(RulebookEntry.topic, RulebookEntry.id).where(
    RulebookEntry.effective_on <= bindparam("day")).order_by(RulebookEntry.version))


def _in_force(day: date) -> dict[str, Edition]:
    newest = {row.topic: row.id for row in RISING.rows(day=day)}
    return dict(zip(newest, _read(list(newest.values())), strict=True))


def clocks(on: date | None = None) -> Mapping[str, Clock]:
    """Every duty's clock by name, those of the fund's rules among them, in one query. Ask once per page."""
    book = in_force(on)
    found = [edition for topic in ("clocks", "fund_rules") if (edition := book.get(topic))]
    return {name: clock for edition in found for name, clock in edition.clocks.items()}


def clock(name: str, on: date | None = None) -> Clock:
    """One duty's clock; NoRule for a name that no table in force has."""
    found = clocks(on).get(name)
    if found is None:
        raise NoRule(f"no clock {name} is in force on {on or today()}")
    return found
