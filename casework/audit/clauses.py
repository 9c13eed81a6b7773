"""What a statement of SQLAlchemy says: its parts, its tables, and what must be true of each of its rows."""
from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import BindParameter, Select, Table, TextClause
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.sql import operators
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import AsBoolean, BinaryExpression, BooleanClauseList, ColumnClause, Grouping
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import Alias, AliasedReturnsRows, Exists, Join, SelectBase

WHOLE = (ColumnClause, BindParameter, Table, SelectBase, AliasedReturnsRows)
Fact = tuple[Any, Collection[str] | None]
"""A condition, and the sources of which alone it is true; None: of all."""


def level(part: Any) -> list[Any]:
    """Every part of a statement; what a SELECT or a table inside it is made of is not looked at."""
    parts: list[Any] = list(part.get_children())
    for each in parts:  # grows meanwhile
        if not isinstance(each, WHOLE):
            parts += each.get_children()
    return parts


def by_text(part: Any) -> bool:
    return isinstance(part, TextClause) or (isinstance(part, ColumnClause) and part.is_literal and part.name != "*")


def sources(part: Any) -> Iterator[Any]:
    """The table or subquery that this part is, or that it is a column of."""
    if isinstance(part, Table | AliasedReturnsRows):
        yield part
    elif isinstance(part, UpdateBase):
        yield from sources(part.table)
    elif isinstance(part, ColumnClause) and isinstance(part.table, Table | AliasedReturnsRows):
        yield part.table


def is_table(source: Any) -> bool:
    return isinstance(source, Table) or (isinstance(source, Alias) and isinstance(source.element, Table))


def sources_of(statement: Any, parts: Iterable[Any]) -> dict[str, str]:
    """By its name here (an alias has its own) each table, as it is called, and each subquery, as nothing."""
    found = [source for part in (statement, *parts) for source in sources(part)]
    return {str(each.name): _called(each) for each in found}


def _called(source: Any) -> str:
    return str(source.name if isinstance(source, Table) else source.element.name) if is_table(source) else ""


def own(statement: Any, parts: Iterable[Any], found: Collection[str], around: Collection[str]) -> set[str]:
    """Which of its sources a SELECT brings itself; the others are those of the SELECT around it."""
    if not isinstance(statement, Select) or not around:
        return set(found)
    if statement._correlate:
        return set(found) - set(around) & set().union(*map(names, statement._correlate))
    if not statement._auto_correlate or len(found) == 1:
        return set(found)
    joined = {name for target, *_ in _joins(statement, parts) for name in names(target)}
    brought = {name for column in statement.inner_columns for name in names(column)} if joined else set()
    return (set(found) - set(around)) | joined | brought


def names(part: Any) -> set[str]:
    """The sources that stand in this part."""
    return {str(source.name) for each in (part, *level(part)) for source in sources(each)}


def true_of_each_row(statement: Any, parts: Iterable[Any]) -> Iterator[Fact]:
    """What is true of every row; what an outer join is on is so only of the table that it brings."""
    for fact in _each(getattr(statement, "whereclause", None)):
        yield fact, None
    for target, on, outer, full in _joins(statement, parts):
        for fact in _each(None if full else on):
            yield fact, names(target) if outer else None


def _joins(statement: Any, parts: Iterable[Any]) -> Iterator[tuple[Any, Any, bool, bool]]:
    """Each join: what it brings, on what, whether it is an outer one, and whether a full one."""
    for target, on, _, how in getattr(statement, "_setup_joins", ()):
        if isinstance(target, QueryableAttribute):  # along a relationship: on what that says
            yield target, target.expression, False, how["isouter"] or how["full"]
        else:
            yield target, on, how["isouter"], how["full"]
    for part in parts:
        if isinstance(part, Join):
            yield part.right, part.onclause, part.isouter, part.full


def _each(condition: Any) -> Iterator[Any]:
    """A condition, or each of those under an AND."""
    if isinstance(condition, BooleanClauseList) and condition.operator is operators.and_:
        for clause in condition.clauses:
            yield from _each(clause)
    elif isinstance(condition, Grouping) or (
            isinstance(condition, AsBoolean) and condition.operator is operators.is_true):
        yield from _each(condition.element)
    elif condition is not None:
        yield condition


def needed(fact: Any) -> Select[Any] | None:
    """The SELECT of which this fact needs a row: in an EXISTS or an IN, unless it gives one in any case."""
    inner = fact.element if isinstance(fact, Exists) else fact.right if is_in(fact) else None
    while inner is not None and not isinstance(inner, Select):
        inner = getattr(inner, "element", None)
    if inner is None or any(isinstance(part, FunctionElement) for column in inner.inner_columns
                            for part in (column, *level(column))):
        return None
    return inner


def is_in(fact: Any) -> bool:
    return isinstance(fact, BinaryExpression) and fact.operator is operators.in_op
