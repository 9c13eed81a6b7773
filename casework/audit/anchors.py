"""Does a statement stay beside records that this session was given?

It does when each private table in it is held: by `column = id`, `column IN (ids)` or `within(column, ids)` of given
records, where that must be true of every row, or by `column = column` of a table that is held. What stands under OR or
NOT holds nothing, and a statement with SQL of its own in it is never answered.
"""
from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from sqlalchemy import BindParameter, Table, TextClause
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, ColumnClause, UnaryExpression
from sqlalchemy.sql.selectable import Alias, AliasedReturnsRows, Select, SelectBase

from ..kernel.many import within
from ..kernel.watched import is_public


@dataclass
class _Found:
    """What one statement is made of: its private tables, those that are held, and which hang on which."""

    given: Container[Any]
    parameters: Mapping[str, Any]
    private: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    links: list[tuple[str, str]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    by_text: bool = False


def anchored(statement: Any, given: Container[Any], parameters: Mapping[str, Any]) -> bool:
    """True when there is something private in it and all of it hangs on what was given."""
    if statement is None:
        return False
    found = _Found(given, parameters)
    _read(found, statement, sure=True)
    _spread(found)
    return not found.by_text and bool(found.private) and found.private <= found.held


def _read(found: _Found, part: Any, *, sure: bool) -> None:
    """`sure`: what is said here is true of every row."""
    if isinstance(part, SelectBase):
        sure = True
    elif isinstance(part, TextClause) or (isinstance(part, ColumnClause) and part.is_literal and part.name != "*"):
        found.by_text = True
    elif (isinstance(part, BooleanClauseList) and part.operator is operators.or_) or isinstance(part, UnaryExpression):
        sure = False
    elif isinstance(part, BinaryExpression) and sure:
        _hold(found, part)
    elif isinstance(part, within) and sure and _is_given(found, _value(found, part.many)):
        found.held |= _keys(_plain(part.column))
    for table in _tables(part):
        _meet(found, table)
    for child in part.get_children():
        _read(found, child, sure=sure)


def _tables(part: Any) -> Iterator[Any]:
    if isinstance(part, Table | Alias):
        yield part
    elif isinstance(part, ColumnClause) and part.table is not None:
        yield part.table


def _meet(found: _Found, table: Any) -> None:
    """A private table counts; a subquery is read through, once."""
    if isinstance(table, Table) and not is_public(table.name):
        found.private.add(_key(table))
    elif isinstance(table, AliasedReturnsRows) and id(table) not in found.seen:
        found.seen.add(id(table))
        if isinstance(table.element, Table):
            if not is_public(table.element.name):
                found.private.add(_key(table))
        else:
            _read(found, table.element, sure=True)


def _hold(found: _Found, said: BinaryExpression[Any]) -> None:
    left, right = (_plain(side) for side in (said.left, said.right))
    if said.operator is operators.eq:
        for one, other in ((left, right), (right, left)):
            if isinstance(one, ColumnClause) and isinstance(other, BindParameter):
                found.held |= _keys(one) if _is_given(found, [_value(found, other)]) else set()
        if isinstance(left, ColumnClause) and isinstance(right, ColumnClause):
            found.links += product(_keys(left), _keys(right))
    elif said.operator is operators.in_op and isinstance(left, ColumnClause):
        if isinstance(right, BindParameter) and _is_given(found, _value(found, right)):
            found.held |= _keys(left)
        elif isinstance(right, Select):
            found.links += [link for column in right.selected_columns if isinstance(column, ColumnClause)
                            for link in product(_keys(left), _keys(column))]


def _plain(side: Any) -> Any:
    """A side of a comparison without the brackets around it."""
    while not isinstance(side, ColumnClause | BindParameter | Select) and hasattr(side, "element"):
        side = side.element
    return side


def _value(found: _Found, bind: BindParameter[Any]) -> Any:
    return found.parameters.get(bind.key, bind.effective_value)


def _is_given(found: _Found, values: Any) -> bool:
    return all(value in found.given for value in values or ())


def _keys(column: ColumnClause[Any]) -> set[str]:
    """The tables that a column stands in: its own, or those from which a subquery has it."""
    if isinstance(column.table, Table | Alias):
        return {_key(column.table)}
    return {_key(base.table) for base in column.base_columns if base.table is not None}


def _key(table: Any) -> str:
    return str(table.name)


def _spread(found: _Found) -> None:
    """A table that is equal, column to column, to one that is held is held."""
    grown = True
    while grown:
        grown = False
        for one, other in found.links:
            if (one in found.held) != (other in found.held):
                found.held |= {one, other}
                grown = True
