"""What must be true of each row of a SELECT, and what is known of it from outside."""
from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import BindParameter, Select
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import (
    AsBoolean,
    BinaryExpression,
    BooleanClauseList,
    ColumnClause,
    False_,
    Grouping,
    Over,
    Tuple,
    UnaryExpression,
)
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import Exists

from ..kernel.people import one_of
from .sources import joins_of, level, names

Fact = tuple[Any, Collection[str] | None]
"""A condition, and the sources of which alone it is true; None: of all."""


def true_of_each_row(statement: Any, parts: Iterable[Any]) -> Iterator[Fact]:
    """What is true of every row; what an outer join is on is so only of the table that it brings."""
    for fact in _each(getattr(statement, "whereclause", None)):
        yield fact, None
    for target, on, outer, full in joins_of(statement, parts):
        for fact in _each(None if full else on):
            yield fact, names(target) if outer else None


def is_empty(statement: Any) -> bool:
    """Does its WHERE let no row through?"""
    return any(isinstance(fact, False_) for fact in _each(getattr(statement, "whereclause", None)))


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


def plain(side: Any) -> Any:
    """A side of a comparison, or a column, without the brackets and the name around it."""
    while not isinstance(side, ColumnClause | BindParameter | Select | UnaryExpression) and hasattr(side, "element"):
        side = side.element
    return side


def is_in(fact: Any) -> bool:
    return isinstance(fact, BinaryExpression) and fact.operator is operators.in_op


def members(part: Any) -> Iterator[tuple[Any, int, Any]]:
    """Each column that must be, or not be, among those of a SELECT inside: the column, that SELECT, its column."""
    if isinstance(part, one_of):
        left, right = part.clauses
    elif isinstance(part, BinaryExpression) and part.operator in (operators.in_op, operators.not_in_op):
        left, right = part.left, part.right
    else:
        return
    inner = plain(right)
    columns = list(plain(left).clauses) if isinstance(plain(left), Tuple) else [left]
    if isinstance(inner, Select) and len(columns) == len(inner.selected_columns):
        for column, there in zip(columns, inner.selected_columns, strict=True):
            yield plain(column), id(inner), plain(there)


def needed(fact: Any) -> Select[Any] | None:
    """The SELECT of which this fact needs a row: in an EXISTS or an IN, unless it gives one in any case."""
    inner = fact.element if isinstance(fact, Exists) else fact.right if is_in(fact) else None
    while inner is not None and not isinstance(inner, Select):
        inner = getattr(inner, "element", None)
    return None if inner is None or _has(inner, FunctionElement) else inner


def open_columns(statement: Any) -> list[Any] | None:
    """The columns by which it can be held from outside, None for any: what is chosen of a SELECT's rows is so only if
    it has not made something else of all of them before. A group keeps what it is grouped by."""
    if not isinstance(statement, Select):
        return None
    if is_cut(statement) or statement._distinct or _has(statement, Over):
        return []
    if statement._group_by_clauses:
        return [plain(column) for column in statement._group_by_clauses]
    return [] if _has(statement, FunctionElement) or statement._having_criteria else None


def is_cut(statement: Any) -> bool:
    """Does it end after so many rows, or leave some out?"""
    return any(clause is not None for clause in (
        statement._limit_clause, statement._offset_clause, statement._fetch_clause))


def _has(statement: Select[Any], kind: type) -> bool:
    """In its columns, its order or what its groups must be."""
    said = (*statement.inner_columns, *statement._order_by_clauses, *statement._having_criteria)
    return any(isinstance(part, kind) for each in said for part in (each, *level(each)))
