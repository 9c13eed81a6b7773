"""The leaves of the log once more, made from the records as they stand now: what an auditor takes away.

Nothing here compares. A record that was altered is written as it is, one that is gone is a gap with its name, and
whoever verifies sees both. Memory does not grow with the rows.
"""
from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from ..audit.models import AuditEvent
from . import leaves
from .leaves import EVENT, MAY_CHANGE, Leaf
from .models import LogKey, LogLeaf

CHUNK = 1_000
SHOWN: tuple[Any, ...] = (LogLeaf.index.label("at"), LogLeaf.what, LogLeaf.event_id, LogLeaf.record_id,
                          LogLeaf.revision, LogLeaf.body, LogLeaf.hash)
UNFIT = (ValueError, TypeError, LookupError, ArithmeticError)
Name = tuple[str, str]


@dataclass(frozen=True)
class Line:
    """One leaf: its place and its hash in the tree, whose it is, and what its record says; None when it is gone, and
    `unfit` when what stands there is nothing that a leaf could say."""

    index: int
    kind: str
    id: str
    hash: bytes
    leaf: Leaf | None
    unfit: bool = False

    def as_dict(self) -> dict[str, Any]:
        name = {"kind": self.kind, "id": self.id}
        said = {"leaf": self.leaf} if self.leaf is not None else {"unfit" if self.unfit else "missing": name}
        return {"index": self.index, **said}


def every(session: Session, pending: set[Name]) -> Iterator[list[Line]]:
    """All of them by index, so many at a time. `pending` names records that a change not yet sealed has altered."""
    after = -1
    while rows := session.execute(
            select(*SHOWN).where(LogLeaf.index > after).order_by(LogLeaf.index).limit(CHUNK)).all():
        after = rows[-1].at
        yield lines(session, rows, pending)


def some(session: Session, where: Sequence[ColumnElement[bool]], pending: set[Name]) -> Iterator[list[Line]]:
    """Those of the events that fit, each followed by what it made or changed."""
    after, query = -1, select(*SHOWN, AuditEvent.changes).join(AuditEvent, AuditEvent.id == LogLeaf.event_id)
    while rows := session.execute(
            query.where(*where, LogLeaf.index > after).order_by(LogLeaf.index).limit(CHUNK)).all():
        after = rows[-1].at
        yield lines(session, sorted([*rows, *_following(session, rows)], key=lambda row: int(row.at)), pending)


def named(changes: Any) -> list[Name]:
    """The records that an event made or changed; none when what stands there is no list of changes."""
    try:
        return list(leaves.named(changes))
    except UNFIT:
        return []


def _following(session: Session, events: Sequence[Any]) -> Iterator[Any]:
    """The leaves after each event, up to the next event."""
    places = {row.at + step: row.at for row in events
              for step in range(1, len(named(row.changes)) + 1)}
    wanted = list(places)
    for first in range(0, len(wanted), CHUNK):
        found = {row.at: row for row in session.execute(
            select(*SHOWN).where(LogLeaf.index.in_(wanted[first:first + CHUNK]), LogLeaf.what.in_(leaves.RECORDS)))}
        for event in dict.fromkeys(places[at] for at in wanted[first:first + CHUNK]):
            run = (found.get(at) for at in wanted[first:first + CHUNK] if places[at] == event)
            yield from (row for row in takewhile(lambda row: row is not None, run) if row is not None)


def lines(session: Session, rows: Sequence[Any], pending: set[Name]) -> list[Line]:
    """These rows of `log_leaf` with what their records say."""
    wanted: dict[str, list[Any]] = defaultdict(list)
    newest = _newest(session, rows)
    for row in rows:
        if not _kept(row, newest, pending):
            wanted[row.what].append(_key(row))
    found = {(kind, str(key)): said for kind, keys in wanted.items() for key, said in read(session, kind, keys)}
    return [_line(row, found, newest, pending) for row in rows]


def _line(row: Any, found: dict[Name, Any], newest: dict[Name, int], pending: set[Name]) -> Line:
    id = str(row.event_id if row.what == EVENT else row.record_id)
    said = _body(row.body) if _kept(row, newest, pending) else found.get((row.what, str(_key(row))))
    leaf = said if isinstance(said, dict) else None
    return Line(row.at, row.what, id, row.hash, leaf, isinstance(said, Unfit))


class Unfit:
    """Stands where a row cannot be read as what its columns hold."""


def _kept(row: Any, newest: dict[Name, int], pending: set[Name]) -> bool:
    """Is this leaf's text the one that was kept? Of a record that may change, for every version but the newest."""
    name = (row.what, str(row.record_id))
    return row.what in MAY_CHANGE and (name in pending or row.revision != newest.get(name))


def _newest(session: Session, rows: Sequence[Any]) -> dict[Name, int]:
    ids = {row.record_id for row in rows if row.what in MAY_CHANGE}
    query = select(LogLeaf.what, LogLeaf.record_id, func.max(LogLeaf.revision)).where(
        LogLeaf.record_id.in_(ids), LogLeaf.what.in_(MAY_CHANGE)).group_by(LogLeaf.what, LogLeaf.record_id)
    return {(kind, str(id)): revision or 0 for kind, id, revision in session.execute(query)} if ids else {}


def _key(row: Any) -> Any:
    """The key of the record itself; one that is no key of its table finds nothing."""
    try:
        if row.what == EVENT:
            return row.event_id
        return int(row.record_id) if row.what == LogKey.__tablename__ else UUID(row.record_id)
    except ValueError:
        return None


def _body(text: str | None) -> Leaf | Unfit:
    try:
        found = json.loads(text or "")
    except ValueError:
        return Unfit()
    return found if isinstance(found, dict) else Unfit()


def read(session: Session, kind: str, keys: Iterable[Any]) -> Iterator[tuple[Any, Leaf | Unfit]]:
    """Key and leaf of each row that is there. One that cannot be read does not hide the others."""
    known = list(dict.fromkeys(key for key in keys if key is not None))
    if kind not in leaves.KINDS or not known:
        return
    try:
        yield from [_as_leaf(kind, row) for row in _rows(session, kind, known)]
    except UNFIT:
        if len(known) == 1:
            yield known[0], Unfit()
            return
        middle = len(known) // 2
        yield from read(session, kind, known[:middle])
        yield from read(session, kind, known[middle:])


def _rows(session: Session, kind: str, keys: list[Any]) -> Iterator[Any]:
    key = leaves.KINDS[kind].__mapper__.primary_key[0]
    for first in range(0, len(keys), CHUNK):
        yield from session.execute(
            select(*leaves.columns(kind)).where(key.in_(keys[first:first + CHUNK]))).mappings()


def _as_leaf(kind: str, row: Any) -> tuple[Any, Leaf]:
    said = leaves.leaf(kind, row)
    leaves.data(said)  # what no leaf can say is found here, not by whoever verifies
    return row["id"], said
