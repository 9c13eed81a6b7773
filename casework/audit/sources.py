"""What a statement of SQLAlchemy reads from: its tables and subqueries, by name; which of them are its own, and what in
it nobody can judge."""
from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import BindParameter, Select, TextClause
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import ColumnClause, quoted_name
from sqlalchemy.sql.operators import custom_op
from sqlalchemy.sql.selectable import Alias, AliasedReturnsRows, Join, SelectBase, TableClause, Values

from ..kernel.db import Base
from ..kernel.watched import is_public
from .opened import Opened

WHOLE = (ColumnClause, BindParameter, TableClause, SelectBase, AliasedReturnsRows, Opened)
WORDS = ("_prefixes", "_suffixes", "_hints", "_statement_hints")


def level(part: Any) -> list[Any]:
    """Every part of a statement; what a SELECT or a table inside it is made of is not looked at."""
    parts: list[Any] = list(part.get_children())
    for each in parts:  # grows meanwhile
        if not isinstance(each, WHOLE):
            parts += each.get_children()
    return parts


def sources(part: Any) -> Iterator[Any]:
    """The table or subquery that this part is, or that it is a column or a condition of."""
    if isinstance(part, TableClause | AliasedReturnsRows):
        yield part
    elif isinstance(part, UpdateBase | Opened):
        yield from sources(part.table)
    elif isinstance(part, ColumnClause) and isinstance(part.table, TableClause | AliasedReturnsRows):
        yield part.table


def is_table(source: Any) -> bool:
    return isinstance(source, TableClause) or (isinstance(source, Alias) and isinstance(source.element, TableClause))


def sources_of(statement: Any, parts: Iterable[Any]) -> list[Any]:
    return [source for part in (statement, *parts) for source in sources(part)]


def called(source: Any) -> str:
    """A table, as the database calls it; a subquery is called nothing."""
    return str(source.name if isinstance(source, TableClause) else source.element.name) if is_table(source) else ""


def names(part: Any) -> set[str]:
    """The sources that stand in this part."""
    return {str(source.name) for each in (part, *level(part)) for source in sources(each)}


def strange(part: Any) -> bool:
    """Is it SQL of its own, which nobody can judge: words, an operator, a hint, a table that no model has?"""
    if isinstance(part, TableClause):
        return not is_public(str(part.name)) and hash(part) != hash(Base.metadata.tables.get(str(part.name)))
    if isinstance(part, ColumnClause) and part.is_literal:
        return not (part.name == "*" or part.name.isdecimal())
    name = getattr(part, "name", None)
    return (isinstance(part, TextClause | Values) or isinstance(getattr(part, "operator", None), custom_op)
            or any(getattr(part, words, None) for words in WORDS)
            or (isinstance(name, quoted_name) and name.quote is False))


def own(statement: Any, parts: Iterable[Any], found: Collection[str], beside: Collection[str],
        around: Collection[str]) -> set[str]:
    """Which of its sources a SELECT brings itself. The others are those of the SELECT next outside (`beside`), or,
    where it says so, of any outside (`around`)."""
    if not isinstance(statement, Select) or not around:
        return set(found)
    if statement._correlate:
        return set(found) - set(around) & set().union(*map(names, statement._correlate))
    if statement._correlate_except is not None:
        return set(found) - (set(around) - set().union(*map(names, statement._correlate_except)))
    if not statement._auto_correlate or len(found) == 1:
        return set(found)
    joins = list(joins_of(statement, parts))
    joined = {name for target, *_ in joins for name in names(target)}
    return (set(found) - set(beside)) | joined | (_begun_with(statement) if joins else set())


def _begun_with(statement: Any) -> set[str]:
    """What joins may begin with."""
    begun = (*statement.inner_columns, *statement._from_obj,
             *(left for _, _, left, _ in _set_up(statement) if left is not None))
    return {name for part in begun for name in names(part)}


def _set_up(statement: Any) -> Iterator[Any]:
    """What `join()` was told, also before the statement was given other columns."""
    for each in (*getattr(statement, "_memoized_select_entities", ()), statement):
        yield from getattr(each, "_setup_joins", ())


def joins_of(statement: Any, parts: Iterable[Any]) -> Iterator[tuple[Any, Any, bool, bool]]:
    """Each join: what it brings, on what, whether it is an outer one, and whether a full one."""
    for target, on, _, how in _set_up(statement):
        if isinstance(target, QueryableAttribute):  # along a relationship: on what that says
            yield target, target.expression, False, how["isouter"] or how["full"]
        else:
            yield target, on, how["isouter"], how["full"]
    for part in parts:
        if isinstance(part, Join):
            yield part.right, part.onclause, part.isouter, part.full

