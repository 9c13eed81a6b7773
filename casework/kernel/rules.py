"""Rows of the rulebook as things with types: clocks, rules of the emergency fund, approval tiers."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .clocks import Clock, Unit

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the emergency fund: a number and what it counts (dollars, count, or a Unit of time)."""

    name: str
    value: Decimal
    unit: str
    citation: str
    marked: str
    note: str

    @property
    def count(self) -> int:
        """The value as a whole number."""
        return int(self.value)


@dataclass(frozen=True, slots=True)
class Tier:
    """Who must sign for a rolling total up to `ceiling` (None: any amount), by role; a role named twice is two people.

    A category in `forced_by` needs this tier at least, whatever the amount.
    """

    number: int
    ceiling: Decimal | None
    approvers: tuple[str, ...]
    after_the_fact: bool
    legal_note: bool
    forced_by: frozenset[str]
    note: str


def clocks_of(body: Iterable[Row]) -> list[Clock]:
    """The rows of `clocks`, or those of `fund_rules` that count time, as clocks."""
    return [_clock(row) for row in body if row["unit"] in list(Unit)]


def rules_of(body: Iterable[Row]) -> dict[str, Rule]:
    """The rows of `fund_rules` by name."""
    return {row["name"]: _rule(row) for row in body}


def tiers_of(body: Iterable[Row]) -> list[Tier]:
    """The rows of `tiers`, from the lowest up."""
    return sorted((_tier(row) for row in body), key=lambda tier: tier.number)


def _clock(row: Row) -> Clock:
    length: dict[str, Any] = {row["unit"]: int(row.get("length") or row["value"])}
    return Clock(row["name"], citation=row["citation"], marked=row["mark"],
                 duty=row.get("duty") or row["note"], starts=row.get("starts", ""), **length)


def _rule(row: Row) -> Rule:
    return Rule(row["name"], Decimal(row["value"]), row["unit"], row["citation"], row["mark"], row["note"])


def _tier(row: Row) -> Tier:
    return Tier(
        number=int(row["tier"]),
        ceiling=Decimal(row["ceiling"]) if row["ceiling"] else None,
        approvers=tuple(row["approvers"].split("|")),
        after_the_fact=row["after_the_fact"] == "yes",
        legal_note=row["legal_note"] == "yes",
        forced_by=frozenset(filter(None, row["forced_by"].split("|"))),
        note=row["note"],
    )
