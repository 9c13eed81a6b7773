"""The statements behind the ways to read: built anew, or once for all who hold alike (`one`, `first`, `count_of`)."""
from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    UnaryExpression,
    and_,
    bindparam,
    false,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.sql.operators import desc_op

from .. import policy
from ..audit.opened import Opened
from ..kernel.db import Base
from ..kernel.prepared import Prepared
from .cursors import Place
from .shapes import Shape

MOST = 512

Where = Sequence[ColumnElement[bool]]


@lru_cache(MOST)
def one(model: type[Base], verb: str, shape: Shape, options: tuple[Any, ...]) -> Select[Any]:
    """The row whose key is the parameter `sought`."""
    key = model.__mapper__.primary_key[0]
    return select(model).options(*options).where(
        key == bindparam("sought"), opened_by(policy.ways(shape, verb), model)
    ).execution_options(populate_existing=True)


def opened_by(ways: Sequence[policy.Way], model: type[Base]) -> Opened:
    """The condition that one of these ways opens a row of the model."""
    return Opened(or_(false(), *(way.clause(model) for way in ways)), model.__table__)


@lru_cache(MOST)
def first(verb: str, model: type[Base], shape: Shape, where: Where, order: tuple[Any, bool], limit: int,
          options: tuple[Any, ...]) -> Select[Any]:
    """The first page, in this order: a column, and whether it falls."""
    key, down = order
    return page(policy.ways(shape, verb), model, where, key.desc() if down else key, None, limit).options(
        *options).execution_options(populate_existing=True)


@lru_cache(MOST)
def count_of(verb: str, model: type[Base], shape: Shape, where: Where, cap: int) -> Prepared:
    """`count`, for values that come as parameters."""
    return Prepared(count(policy.ways(shape, verb), model, where, cap))


def count(ways: Sequence[policy.Way], model: type[Base], where: Where, cap: int) -> Select[Any]:
    """How many rows these ways open, counted no further than one past `cap`."""
    key, most = model.__mapper__.primary_key[0], _most(cap + 1)
    branches = [select(key.label("id")).where(opened_by([way], model), *where).limit(most).subquery() for way in ways]
    found = branches[0] if len(branches) == 1 else _distinct(branches, cap + 1)
    return select(func.count()).select_from(found)


def _distinct(branches: Sequence[Any], limit: int) -> Any:
    some = union_all(*(select(branch.c.id) for branch in branches)).subquery()
    return select(some.c.id).distinct().limit(_most(limit)).subquery()


def page(ways: Sequence[policy.Way], model: type[Base], where: Where, order: Any,
         after: Place | None, limit: int) -> Select[Any]:
    """The rows of one page, by the ways that open them.

    Each way is a branch with its own order and limit, so each is one index scan; then the branches are merged.
    """
    key, down, own = column_of(order), descending(order), model.__mapper__.primary_key[0]
    keys = (key, own)
    sort = [column.desc() if down else column.asc() for column in keys]
    beyond = [] if after is None else [tuple_(*keys) < tuple(after) if down else tuple_(*keys) > tuple(after)]
    if len(ways) == 1:
        return select(model).where(opened_by(ways, model), *where, *beyond).order_by(*sort).limit(_most(limit))
    branches = [select(select(own.label("id"), key.label("key"))
                       .where(opened_by([way], model), *where, *beyond).order_by(*sort).limit(_most(limit)).subquery())
                for way in ways]
    merged = union_all(*branches).subquery()
    merged_sort = [column.desc() if down else column.asc() for column in (merged.c.key, merged.c.id)]
    first = select(merged.c.id, merged.c.key).distinct().order_by(*merged_sort).limit(_most(limit)).subquery()
    return select(model).join(first, and_(first.c.id == own)).order_by(*sort)


def _most(rows: int) -> Any:
    """So many, in the statement's text: of a parameter PostgreSQL guesses a tenth of the table, and for that it plans
    the same statement anew each time."""
    return literal_column(str(rows))


def column_of(order: Any) -> Any:
    return order.element if isinstance(order, UnaryExpression) else order


def descending(order: Any) -> bool:
    return isinstance(order, UnaryExpression) and order.modifier is desc_op
