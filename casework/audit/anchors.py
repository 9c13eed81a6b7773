"""Does a statement stay beside records that this session was given?

It does when each private table of each SELECT in it is held: by what the policy opens of it, by `column = id`, `column
IN (ids)` or `within(column, ids)` of given records, or by a key to, or of, a table that is held (`links.py`). That
counts where it must be true of every row: in the WHERE, alone or under AND, and in what a join is on; of an outer join
only for the table that it brings. A SELECT inside another holds tables of that one only by an EXISTS or IN that must be
true itself. What is said anywhere else (under OR or NOT, in a function, among the columns, to sort or group by) holds
nothing, and a statement with SQL of its own in it is never answered.
"""
from __future__ import annotations

from collections.abc import Collection, Container
from itertools import product
from typing import Any

from sqlalchemy import BindParameter, Select
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, ColumnClause, False_
from sqlalchemy.sql.selectable import CompoundSelect, SelectBase, SelectStatementGrouping

from ..kernel.many import within
from ..kernel.watched import is_public
from . import clauses
from .links import Origin, alike, decided, origins
from .opened import Opened
from .scopes import Found, Scope
from .sent import Sent
from .sources import called, is_table, level, own, sources, sources_of, strange


def anchored(statement: Any, given: Container[Any], sent: Sent) -> bool:
    """True when there is something private in it and all of it hangs on what was given, or is opened by the policy."""
    found = Found()
    _read(found, statement, None, needed=True)
    if found.strange or not found.private:
        return False
    for scope, fact, only in found.facts:
        _hold(found, scope, fact, only, lambda bind, many: _is_given(sent.values(bind), given, many))
    for scope, part in found.parts:
        _lead_into(found, scope, part)
    found.spread()
    return found.private <= found.held


def _read(found: Found, statement: Any, around: Scope | None, *, needed: bool, cut: bool = False) -> list[Scope]:
    """A statement, or a SELECT inside one: what it is made of, then what is true of each of its rows."""
    if isinstance(statement, SelectStatementGrouping):
        return _read(found, statement.element, around, needed=needed, cut=cut)
    if isinstance(statement, CompoundSelect):
        return _read_each(found, statement, around, cut=cut or clauses.is_cut(statement))
    parts = level(statement)
    facts = list(clauses.true_of_each_row(statement, parts))
    scope = found.scopes[id(around), id(statement)] = Scope(statement, around, needed, cut)
    _meet(found, scope, parts)
    must = {id(clauses.needed(fact)) for fact, only in facts if only is None}
    for part in parts:
        _go_into(found, scope, part, must)
    found.facts += [(scope, fact, only) for fact, only in facts]
    found.parts += [(scope, part) for part in parts]
    return [scope]


def _read_each(found: Found, statement: Any, around: Scope | None, *, cut: bool) -> list[Scope]:
    """The SELECTs of a UNION; what it is sorted and cut by holds nothing."""
    beside = [part for part in level(statement) if not any(part is each for each in statement.selects)]
    found.strange = found.strange or any(strange(part) for part in (statement, *beside))
    for part in beside:
        if isinstance(part, SelectBase):
            _read(found, part, None, needed=False)
    return [scope for each in statement.selects for scope in _read(found, each, around, needed=False, cut=cut)]


def _meet(found: Found, scope: Scope, parts: list[Any]) -> None:
    """Its private tables count. A name that means two things could not be told apart."""
    met = sources_of(scope.statement, parts)
    by_name = {str(each.name): each for each in met}
    found.strange = found.strange or any(strange(part) for part in (scope.statement, *parts)) or any(
        hash(found.named.setdefault(str(each.name), each)) != hash(each) for each in met)
    around = scope.around
    scope.own = own(scope.statement, parts, by_name, around.own if around else (), around.all() if around else ())
    for name in scope.own:
        if not is_table(by_name[name]):
            found.uses.setdefault(id(by_name[name].element), set()).add((scope, name))
        elif not is_public(called(by_name[name])):
            found.private.add((scope, name))


def _go_into(found: Found, scope: Scope, part: Any, must: Container[int]) -> None:
    """A SELECT inside it is read, and, once and by itself, one that it reads from."""
    if isinstance(part, SelectBase):
        _read(found, part, scope, needed=id(part) in must)
    for source in sources(part):
        if not is_table(source) and id(source.element) not in found.apart:
            found.apart[id(source.element)] = []
            found.apart[id(source.element)] += _read(found, source.element, None, needed=True)


def _hold(found: Found, scope: Scope, fact: Any, only: Collection[str] | None, is_given: Any) -> None:
    """What one condition holds, or by which it links one table to another."""
    if isinstance(fact, Opened):
        found.held |= set(scope.decided(str(fact.table.name), only))
    elif isinstance(fact, False_) and clauses.is_empty(scope.statement):
        found.held |= {(scope, name) for name in scope.own}
    elif isinstance(fact, within) and is_given(fact.many, True):
        found.hold(decided(found, scope, clauses.plain(fact.column), only))
    elif isinstance(fact, BinaryExpression) and fact.operator in (operators.eq, operators.in_op):
        left, right = clauses.plain(fact.left), clauses.plain(fact.right)
        for one, other in ((left, right), (right, left)):
            if isinstance(one, ColumnClause) and isinstance(other, BindParameter) and is_given(
                    other, clauses.is_in(fact)):
                found.hold(decided(found, scope, one, only))
        if isinstance(left, ColumnClause):
            _link(found, scope, left, right, only)


def _link(found: Found, scope: Scope, left: Any, right: Any, only: Collection[str] | None) -> None:
    """Two columns that are equal, one of them perhaps of a SELECT inside, which then holds this one."""
    if isinstance(right, ColumnClause):
        _tie(found, origins(found, scope, left), decided(found, scope, right, only))
        _tie(found, origins(found, scope, right), decided(found, scope, left, only))
    elif isinstance(right, Select) and len(right.selected_columns) == 1:
        column = clauses.plain(right.selected_columns[0])
        _tie(found, origins(found, found.scopes[id(scope), id(right)], column), decided(found, scope, left, only))


def _lead_into(found: Found, scope: Scope, part: Any) -> None:
    """`column IN (SELECT ...)` tells no more of the rows inside than whether this row's key is among them, wherever it
    is said."""
    for left, inner, column in clauses.members(part):
        there = found.scopes.get((id(scope), inner))
        if there is not None and there.open_by(column):
            _tie(found, origins(found, scope, left), decided(found, there, column, there.own))


def _tie(found: Found, holding: list[Origin], held: list[Origin]) -> None:
    if holding and held and alike([*holding, *held]):
        found.links += product([key for key, _ in holding], [key for key, _ in held])


def _is_given(values: list[Any] | None, given: Container[Any], many: bool) -> bool:
    return values is not None and all(each in given for one in values for each in ((one or ()) if many else [one]))
