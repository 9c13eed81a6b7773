"""The records that a session was given: what stands beside them may be asked for by their ids.

Kept per session and per web request, as ids only, and no more than the latest so many.
"""
from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid
from sqlalchemy.orm import Session

from .watched import is_public

MOST = 20_000
Given = dict[UUID, None]


def given(session: Session) -> Given:
    """Their ids, in the order in which they came."""
    found: Given = session.info.setdefault("given", {})
    return found


def give(session: Session, rows: Iterable[Any]) -> None:
    """From here on this session holds these rows: their own ids, and those of the private records they hang on."""
    held = given(session)
    for row in rows:
        values = row.__dict__
        for name in handles(row.__class__):
            if (id := values.get(name)) is not None:
                held[id] = None
    if len(held) > MOST:
        for id in list(held)[:MOST // 2]:
            del held[id]


def forget_given(session: Session) -> None:
    """Another request begins."""
    session.info.pop("given", None)


def may_get(session: Session, model: Any, id: Any) -> bool:
    """May a record be had by its key alone? A session keeps what it read, also what only the rules were to see."""
    table = model.__table__.name
    return is_public(table) or bool(session.info.get("rules")) or id in given(session)


@cache
def handles(model: Any) -> tuple[str, ...]:
    """The columns of a model that name it, or a private record it belongs to."""
    return tuple(name for name, attribute in model.__mapper__.column_attrs.items() if _names(attribute.columns[0]))


def _names(column: Any) -> bool:
    if not isinstance(column.type, Uuid) or (column.table is not None and is_public(column.table.name)):
        return False
    return column.primary_key or any(not is_public(key.column.table.name) for key in column.foreign_keys)
