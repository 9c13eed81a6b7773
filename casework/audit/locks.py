"""A row is judged as it is now: it is locked, and read again when it is not what is at hand."""
from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.orm import Mapper, Session

from ..kernel.prepared import Prepared

EAGER = frozenset({"joined", "selectin", "subquery", "immediate"})


class Lock(NamedTuple):
    """A row's own columns and the versions of the rows it belongs to."""

    query: Prepared
    columns: list[str]
    parents: list[str]


def moved_on(session: Session, thing: Any) -> bool:
    """Locks the row. False when it is still what is at hand, and what was read together with it still the same version:
    then there is nothing to read again."""
    mapper = inspect(thing).mapper
    eager = _eager(mapper)
    if eager is None:
        return True
    lock = _lock(mapper, tuple(name for name in eager if name in thing.__dict__))
    if any(name not in thing.__dict__ for name in lock.columns):
        return True
    known = [getattr(thing, name) for name in lock.columns]
    known += [getattr(thing, name).version for name in lock.parents]
    found = lock.query.asked_in(session, {"sought": thing.id})
    return not found or list(found[0]) != known


@cache
def _eager(mapper: Mapper[Any]) -> Sequence[str] | None:
    """The rows it belongs to that are read together with it. None where others are, whose changes neither its version
    nor theirs would tell."""
    kind: Any = mapper.class_
    eager = [each for each in mapper.relationships if each.lazy in EAGER and each.key not in kind.version_covers]
    known = all(each.innerjoin and each.lazy == "joined" for each in eager)
    return [each.key for each in eager] if known else None


@cache
def _lock(mapper: Mapper[Any], parents: tuple[str, ...]) -> Lock:
    """Of the rows it belongs to only these are at hand."""
    kind: Any = mapper.class_
    columns, there = [each.key for each in mapper.column_attrs], [mapper.relationships[name] for name in parents]
    versions = [each.mapper.class_.version for each in there]
    query = select(*(getattr(kind, name) for name in columns), *versions).where(kind.id == bindparam("sought"))
    for each in there:
        query = query.join(getattr(kind, each.key))
    return Lock(Prepared(query.with_for_update(of=kind)), columns, list(parents))
