"""Does a statement stay beside records that this session was given?

It does when each private table of each SELECT in it is held: by `column = id`, `column IN (ids)` or `within(column,
ids)` of given records, or by `column = column` of a table that is held. That counts where it must be true of every row:
in the WHERE, alone or under AND, and in what a join is on; of an outer join only for the table that it brings. A SELECT
inside another holds tables of that one only by an EXISTS or IN that must be true itself. What is said anywhere else
(under OR or NOT, in a function, among the columns, to sort or group by) holds nothing, and a statement with SQL of its
own in it is never answered.
"""
from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from sqlalchemy import BindParameter, Select, Table
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, ColumnClause
from sqlalchemy.sql.selectable import Alias, CompoundSelect, SelectBase, SelectStatementGrouping

from ..kernel.many import within
from ..kernel.watched import is_public
from . import clauses


@dataclass(eq=False)
class _Scope:
    """One SELECT: its sources by name, and the one around it. `needed`: each row of that one needs a row of this."""

    around: _Scope | None
    needed: bool
    own: set[str] = field(default_factory=set)

    def all(self) -> set[str]:
        return self.own | (self.around.all() if self.around else set())

    def of(self, name: str) -> Iterator[_Key]:
        """The source of this name: its own, or of the nearest around it."""
        if name in self.own:
            yield self, name
        elif self.around:
            yield from self.around.of(name)

    def decides(self, key: _Key, only: Collection[str] | None) -> bool:
        """Can what is true of each row here hold this source?"""
        if key[0] is self:
            return only is None or key[1] in only
        return self.needed and only is None and self.around is not None and self.around.decides(key, None)


_Key = tuple[_Scope, str]


@dataclass
class _Found:
    """What one statement is made of: its private tables, those that are held, and which hold which."""

    given: Container[Any]
    parameters: Mapping[str, Any]
    private: set[_Key] = field(default_factory=set)
    held: set[_Key] = field(default_factory=set)
    links: list[tuple[_Key, _Key]] = field(default_factory=list)
    apart: dict[int, list[_Scope]] = field(default_factory=dict)
    scopes: dict[int, _Scope] = field(default_factory=dict)
    by_text: bool = False


def anchored(statement: Any, given: Container[Any], parameters: Mapping[str, Any]) -> bool:
    """True when there is something private in it and all of it hangs on what was given."""
    if statement is None:
        return False
    found = _Found(given, parameters)
    _read(found, statement, None, needed=True)
    _spread(found)
    return not found.by_text and bool(found.private) and found.private <= found.held


def _read(found: _Found, statement: Any, around: _Scope | None, *, needed: bool) -> list[_Scope]:
    """A statement, or a SELECT inside one: what it is made of, then what is true of each of its rows."""
    if isinstance(statement, SelectStatementGrouping):
        return _read(found, statement.element, around, needed=needed)
    if isinstance(statement, CompoundSelect):
        return [scope for each in statement.selects for scope in _read(found, each, around, needed=False)]
    parts = clauses.level(statement)
    facts = list(clauses.true_of_each_row(statement, parts))
    scope = found.scopes[id(statement)] = _Scope(around, needed)
    _meet(found, scope, statement, parts)
    must = {id(clauses.needed(fact)) for fact, only in facts if only is None}
    for part in parts:
        _go_into(found, scope, part, must)
    for fact, only in facts:
        _hold(found, scope, fact, only)
    return [scope]


def _meet(found: _Found, scope: _Scope, statement: Any, parts: list[Any]) -> None:
    """Its private tables count."""
    found.by_text = found.by_text or any(clauses.by_text(part) for part in parts)
    called = clauses.sources_of(statement, parts)
    scope.own = clauses.own(statement, parts, called, scope.around.all() if scope.around else ())
    found.private |= {(scope, name) for name in scope.own if called[name] and not is_public(called[name])}


def _go_into(found: _Found, scope: _Scope, part: Any, must: Container[int]) -> None:
    """A SELECT inside it is read, and, once and by itself, one that it reads from."""
    if isinstance(part, SelectBase):
        _read(found, part, scope, needed=id(part) in must)
    for source in clauses.sources(part):
        if not clauses.is_table(source) and id(source.element) not in found.apart:
            found.apart[id(source.element)] = []
            found.apart[id(source.element)] += _read(found, source.element, None, needed=True)


def _hold(found: _Found, scope: _Scope, fact: Any, only: Collection[str] | None) -> None:
    if isinstance(fact, within) and _is_given(found, fact.many, many=True):
        found.held |= set(_decided(found, scope, _plain(fact.column), only))
    if not isinstance(fact, BinaryExpression) or fact.operator not in (operators.eq, operators.in_op):
        return
    left, right = (_plain(side) for side in (fact.left, fact.right))
    for one, other in ((left, right), (right, left)):
        if isinstance(one, ColumnClause) and isinstance(other, BindParameter) and _is_given(
                found, other, many=clauses.is_in(fact)):
            found.held |= set(_decided(found, scope, one, only))
        if isinstance(one, ColumnClause) and isinstance(other, ColumnClause):
            found.links += product(_keys(found, scope, one), _decided(found, scope, other, only))
    if isinstance(left, ColumnClause) and isinstance(right, Select) and clauses.is_in(fact):
        for column in right.selected_columns:
            inner = found.scopes[id(right)]
            found.links += product(_keys(found, scope, left), _decided(found, inner, column, inner.own))
            found.links += product(_keys(found, inner, column), _decided(found, scope, left, only))


def _plain(side: Any) -> Any:
    """A side of a comparison without the brackets around it."""
    while not isinstance(side, ColumnClause | BindParameter | Select) and hasattr(side, "element"):
        side = side.element
    return side


def _is_given(found: _Found, bind: BindParameter[Any], *, many: bool) -> bool:
    value = found.parameters.get(bind.key, bind.effective_value)
    return all(each in found.given for each in ((value or ()) if many else [value]))


def _decided(found: _Found, scope: _Scope, column: Any, only: Collection[str] | None) -> list[_Key]:
    """Those tables of a column that can be held by what is true of each row here."""
    places = scope.of(_name(column))
    return _keys(found, scope, column) if any(scope.decides(place, only) for place in places) else []


def _keys(found: _Found, scope: _Scope, column: Any) -> list[_Key]:
    """The tables that a column stands in: its own, or those from which a subquery has it."""
    if not isinstance(column, ColumnClause) or isinstance(column.table, Table | Alias):
        return list(scope.of(_name(column)))
    apart = found.apart.get(id(getattr(column.table, "element", None)), [])
    return [key for base in column.base_columns for each in apart for key in each.of(_name(base))]


def _name(column: Any) -> str:
    return str(getattr(getattr(column, "table", None), "name", ""))


def _spread(found: _Found) -> None:
    """A table that is equal, column to column, to one that is held is held."""
    grown = True
    while grown:
        grown = False
        for holding, held in found.links:
            if holding in found.held and held not in found.held:
                found.held.add(held)
                grown = True
