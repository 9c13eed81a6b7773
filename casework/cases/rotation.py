"""Turning keys while people work: each data key is wrapped anew, each exact index made anew, a few rows at a time.

Whoever reads or writes meanwhile meets the old form or the new, and both open: the older keys stay on the ring. A row
that somebody else changed is left to the next round (compare-and-set). The rows themselves say how far it is, so it may
be stopped at any moment and begun again. What is sealed under a data key stays as it is: signed records and the log
commit to its very bytes.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, and_, bindparam, func, or_, select, update

from ..audit import action
from ..audit.guards import letting_through
from ..kernel.crypto import HEADER, Unreadable
from ..kernel.data_keys import data_key, rewrapped
from ..kernel.db import db
from ..kernel.exact import DIGEST, NAME, NotExact, exact_index, name_of
from ..kernel.keyring import ring
from ..kernel.scope import rules
from ..kernel.system import SYSTEM
from .files import SCOPES
from .models import Person, PersonKey, key_place

BATCH = 1000


@dataclass
class Turned:
    """How far it is: rows done, rows that were behind at the start, rows that cannot be opened."""

    what: str
    of: int
    done: int = 0
    unreadable: int = 0


def rewrap(batch: int = BATCH, person_id: UUID | None = None) -> Iterator[Turned]:
    """Every data key (or one person's) that is wrapped under an older master key, until there is none."""
    where = [_wrapped_before(), *([PersonKey.person_id == person_id] if person_id else [])]
    yield from _turn("person keys", where, PersonKey.person_id, batch, _rewrap_some)


def reindex(batch: int = BATCH) -> Iterator[Turned]:
    """Every index of an exact identifier that was made under an older index key, until there is none."""
    for scope, model in SCOPES.items():
        where = [_indexed_before(getattr(model, f"{scope}_index"))]
        yield from _turn(f"{scope} indexes", where, model.id, batch, lambda rows, scope=scope: _index_some(scope, rows))


def rows_naming(purpose: str, id: int) -> int | None:
    """How many rows need this key; None where no row of the database names such keys."""
    if purpose == "master":
        header = bytes([1]) + id.to_bytes(NAME, "big")
        return _count(PersonKey.person_id, [_start(PersonKey.wrapped, HEADER) == header])
    if purpose != "index":
        return None
    name = id.to_bytes(NAME, "big")
    return sum(_count(model.id, [_named(getattr(model, f"{scope}_index"), name)]) for scope, model in SCOPES.items())


def rows_under_no_key() -> int:
    """How many exact indexes no key that is alive makes, so that nobody is found by them: `reindex` makes them anew.
    Those of before keys were named may be under any, and are not counted."""
    alive = [name_of(key) for key in ring.live("index")]
    return sum(_count(model.id, [_under_none(getattr(model, f"{scope}_index"), alive)])
               for scope, model in SCOPES.items())


def _turn(what: str, where: Sequence[ColumnElement[bool]], key: Any, batch: int, some: Any) -> Iterator[Turned]:
    """Rounds over what is behind, in the order of the key, until a round finds nothing that it can change."""
    told = Turned(what, _count(key, where))
    changed = 1
    while changed:
        changed, after, told.unreadable = 0, None, 0
        while ids := _next(key, where, after, batch):
            done, failed = some(ids)
            changed, after = changed + done, ids[-1]
            told.done, told.unreadable = told.done + done, told.unreadable + failed
            yield told
    yield told


def _next(key: Any, where: Sequence[ColumnElement[bool]], after: UUID | None, batch: int) -> list[UUID]:
    beyond = [] if after is None else [key > after]
    with rules("keys"):
        return list(db.session.scalars(select(key).where(*where, *beyond).order_by(key).limit(batch)))


def _count(key: Any, where: Sequence[ColumnElement[bool]]) -> int:
    with rules("keys"):
        return int(db.session.scalar(select(func.count(key)).where(*where)) or 0)


def _rewrap_some(ids: list[UUID]) -> tuple[int, int]:
    table, fresh, failed = PersonKey.__table__, [], 0
    with rules("keys"):
        rows = db.session.execute(select(PersonKey.person_id, PersonKey.wrapped).where(PersonKey.person_id.in_(ids)))
    for person_id, wrapped in rows.all():
        try:
            fresh.append({"row": person_id, "old": wrapped, "new": rewrapped(key_place(person_id), wrapped)})
        except Unreadable:
            failed += 1
    return _written("master", table.c.person_id, table.c.wrapped, fresh), failed


def _index_some(scope: str, ids: list[UUID]) -> tuple[int, int]:
    model: Any = SCOPES[scope]
    table, column, fresh, failed = model.__table__, f"{scope}_index", [], 0
    with rules("keys"):
        rows = db.session.execute(
            select(model.id, model.person_id, PersonKey.wrapped, getattr(model, f"{scope}_sealed"),
                   getattr(model, column)).outerjoin(PersonKey, PersonKey.person_id == model.person_id)
            .join(Person, Person.id == model.person_id)
            .where(model.id.in_(ids), getattr(model, column).is_not(None))).all()
    for id, person_id, wrapped, envelope, old in rows:
        try:
            clear = getattr(model, scope).open(data_key(key_place(person_id), wrapped), id, envelope)
            fresh.append({"row": id, "old": old, "new": exact_index(scope, clear or "")})
        except (Unreadable, NotExact):
            failed += 1
    return _written("index", table.c.id, table.c[column], fresh), failed


def _written(purpose: str, key: Any, column: Any, fresh: list[dict[str, Any]]) -> int:
    """One short transaction, with its line in the trail. A row that changed meanwhile is not touched."""
    if not fresh:
        return 0
    change = update(key.table).where(key == bindparam("row"), column == bindparam("old")).values(
        {column.name: bindparam("new")})
    to = f"{purpose}-{ring.current_of(purpose).id}"
    with action(SYSTEM, "key_ring.rotate", None, key=to) as deed, rules("keys"), letting_through():
        deed.details["rows"] = db.session.connection().execute(change, fresh).rowcount
    return int(deed.details["rows"])


def _wrapped_before() -> ColumnElement[bool]:
    return _start(PersonKey.wrapped, HEADER) != ring.current.header


def _indexed_before(column: Any) -> ColumnElement[bool]:
    return and_(column.is_not(None), or_(_start(column, NAME) != name_of(ring.index), func.length(column) == DIGEST))


def _named(column: Any, name: bytes) -> ColumnElement[bool]:
    """Under the key of this name, or from before keys were named: then it may be this one."""
    return and_(column.is_not(None), or_(_start(column, NAME) == name, func.length(column) == DIGEST))


def _under_none(column: Any, alive: Sequence[bytes]) -> ColumnElement[bool]:
    return and_(column.is_not(None), func.length(column) != DIGEST, _start(column, NAME).not_in(alive))


def _start(column: Any, bytes_: int) -> ColumnElement[bytes]:
    return func.substr(column, 1, bytes_, type_=LargeBinary)
