"""The tables, asked from the reader's side: what one role may, what it may not and who can, which clocks run."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import MetaData

from .. import policy
from ..kernel.clocks import MARKS, Clock
from ..kernel.conditions import Condition
from ..kernel.rulebook import clocks
from ..log.words import kind_words, to_do
from ..policy import ANYONE, INCOMPATIBLE, POLICY, ROLES, SYSTEM_MAY, VERBS, Role
from .words import a, begun, condition_words, length_words, role_words


@dataclass(frozen=True)
class May:
    deed: str
    verb: str
    when: str
    recorded: str


@dataclass(frozen=True)
class MayNot:
    deed: str
    verb: str
    who: str


def may(role: Role) -> list[May]:
    """What this role opens, each verb once, its ways side by side, in the order of the table."""
    found = dict.fromkeys(verb for verb, who, *_ in POLICY if who in (role, ANYONE))
    return [May(to_do(verb), verb, "; or ".join(_ways(verb, role)), recorded(verb)) for verb in found]


def may_not(role: Role) -> list[MayNot]:
    """What is closed to this role, and whose it is."""
    theirs = {row.verb for row in may(role)}
    others = dict.fromkeys(verb for verb, *_ in POLICY if verb not in theirs)
    return [MayNot(to_do(verb), verb, who_can(verb)) for verb in others]


def who_can(verb: str) -> str:
    """The roles that open a verb: `Auditor, privacy officer`."""
    found = dict.fromkeys(role_words(who) for row, who, *_ in POLICY if row == verb)
    return begun(", ".join(found))


def who_takes(verb: str) -> str:
    """Who takes this step of a workflow: roles, the clock, or nobody as long as no door leads to it."""
    by_clock = ["Casework, by the clock"] if verb in SYSTEM_MAY else []
    return "; ".join(filter(None, [who_can(verb), *by_clock])) or "Nobody yet: no door leads to it"


def never_with(role: Role) -> list[str]:
    """The roles that nobody who holds this one may hold as well."""
    return [role_words(other) for other in ROLES if frozenset((role, other)) in INCOMPATIBLE]


def recorded(verb: str) -> str:
    if verb.endswith(".read"):
        return "Every look"
    return "When it begins and ends" if verb == "session.use" else "Every time"


def _ways(verb: str, role: Role) -> Iterator[str]:
    for row, who, *conditions in POLICY:
        if row == verb and who in (role, ANYONE):
            yield _when(conditions)


def _when(conditions: list[Condition]) -> str:
    return ", ".join(condition_words(condition) for condition in conditions) or "everywhere"


@dataclass(frozen=True)
class Duty:
    """One clock as people read it."""

    duty: str
    length: str
    starts: str
    citation: str
    certainty: str


def duties() -> list[Duty]:
    """Every clock in force, in the order of its table."""
    return [_duty(clock) for clock in clocks().values()]


def _duty(clock: Clock) -> Duty:
    return Duty(clock.duty, length_words(clock.length, clock.unit), clock.starts, clock.citation,
                MARKS[clock.marked].capitalize())


def title(role: Role) -> str:
    return f"What may {a(role_words(role))} do?"


def counted(role: Role) -> tuple[int, int]:
    """How many of the program's verbs this role opens, of how many."""
    return len(may(role)), len(VERBS)


def version_words() -> str:
    return f"{len(policy.POLICY)} rows, {len(ROLES)} roles"


def sealed(tables: MetaData) -> list[tuple[str, list[str]]]:
    """What is kept encrypted: kind of record -> its fields."""
    found = [(kind_words(table.name), [column.name.removesuffix("_sealed").replace("_", " ")
                                       for column in table.columns if column.name.endswith("_sealed")])
             for table in tables.sorted_tables]
    return [(kind, names) for kind, names in found if names]


def unrecorded(tables: MetaData) -> list[str]:
    """The tables that are no part of the record: their changes leave no trace of their own."""
    return sorted(table.name.replace("_", " ") for table in tables.sorted_tables if table.info.get("operational"))
