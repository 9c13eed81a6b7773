"""Where a column comes from, and when two that are equal make one record hang on the other.

Only keys do: one that leads to the other's table, or two that lead to the same private table. That two records are
alike in anything else (an office, a state, who works on them) lets nobody from one to the other.
"""
from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Table
from sqlalchemy.sql.elements import ColumnClause

from ..kernel.watched import is_public
from . import clauses
from .scopes import Found, Key, Scope
from .sources import is_table

Origin = tuple[Key, Any]
"""A source, and the column there."""


def alike(places: list[Origin]) -> bool:
    """Do they all name records of the same private table?"""
    return bool(places) and bool(frozenset.intersection(*(_named(column) for _, column in places)))


def _named(column: Any) -> frozenset[str]:
    """The private tables whose records this column names: that which it is the key of, and those it leads to."""
    table = getattr(column.table, "element", column.table)
    if not isinstance(table, Table) or column.key not in table.c:
        return frozenset()
    own = table.c[column.key]
    leads = {key.column.table.name for key in own.foreign_keys}
    mine = {table.name} if list(table.primary_key) == [own] else set()
    return frozenset(name for name in leads | mine if not is_public(name))


def decided(found: Found, scope: Scope, column: Any, only: Collection[str] | None) -> list[Origin]:
    """Those places of a column that can be held by what is true of each row here."""
    if not isinstance(column, ColumnClause) or not scope.decided(_source(column), only):
        return []
    return origins(found, scope, column, from_outside=True)


def origins(found: Found, scope: Scope, column: Any, *, from_outside: bool = False) -> list[Origin]:
    """The tables that a column stands in: its own, or those from which a subquery has it. Of none, if one of several
    SELECTs has it from elsewhere, or, when it is to be held `from_outside`, has made something else of its rows."""
    if not isinstance(column, ColumnClause):
        return []
    if is_table(column.table):
        return [(key, column) for key in scope.of(_source(column))]
    behind = id(getattr(column.table, "element", None))
    if from_outside and len(found.uses.get(behind, ())) != 1:
        return []
    places = [_within(found, inner, column, from_outside=from_outside) for inner in found.apart.get(behind, [])]
    return [place for each in places for place in each] if all(places) else []


def _within(found: Found, inner: Scope, column: Any, *, from_outside: bool) -> list[Origin]:
    """The same column inside a subquery."""
    names, columns = list(column.table.c.keys()), list(inner.statement.selected_columns)
    if column.key not in names or len(names) != len(columns):
        return []
    there = clauses.plain(columns[names.index(column.key)])
    if from_outside and not inner.open_by(there):
        return []
    return origins(found, inner, there, from_outside=from_outside)


def _source(column: Any) -> str:
    return str(getattr(getattr(column, "table", None), "name", ""))
