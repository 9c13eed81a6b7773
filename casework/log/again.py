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

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ..audit.models import AuditEvent
from . import leaves
from .leaves import EVENT, MAY_CHANGE, Leaf
from .models import LogKey, LogLeaf

CHUNK = 1_000
DIGITS = 9  # of the number of a key, at most: more are no number of its column
SHOWN: tuple[Any, ...] = (LogLeaf.index.label("at"), LogLeaf.what, LogLeaf.event_id, LogLeaf.record_id,
                          LogLeaf.body, LogLeaf.hash)
CHANGING = MAY_CHANGE & frozenset(leaves.RECORDS)
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
    """The leaves after each event that are of what it names, up to the first that is not."""
    names = {row.at: {(kind, str(id)) for kind, id in named(row.changes)} for row in events}
    found = _at(session, [at + step for at, each in names.items() for step in range(1, len(each) + 1)])
    for at, each in names.items():
        run = [found[place] for place in takewhile(found.__contains__, range(at + 1, at + len(each) + 1))]
        yield from takewhile(lambda row: _name(row) in each, run)  # noqa: B023 - used up at once


def _at(session: Session, places: Sequence[int]) -> dict[int, Any]:
    """The leaves at these places, so many at a time."""
    return {row.at: row for first in range(0, len(places), CHUNK) for row in session.execute(
        select(*SHOWN).where(LogLeaf.index.in_(places[first:first + CHUNK]), LogLeaf.what.in_(leaves.RECORDS)))}


def lines(session: Session, rows: Sequence[Any], pending: set[Name]) -> list[Line]:
    """These rows of `log_leaf` with what their records say. What the hash does not cover, the other columns of
    `log_leaf`, decides nothing: a text that was kept is taken only for an older version, by what it says itself."""
    newest = _newest(session, rows)
    older = {row.at: text for row in rows if (text := _kept(row)) and _version(text) < newest[_name(row)]}
    wanted: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        if row.at not in older:
            wanted[row.what].append(_key(row))
    found = {(kind, str(key)): said for kind, keys in wanted.items() for key, said in read(session, kind, keys)}
    return [_line(row, older.get(row.at) or _live(row, found, pending)) for row in rows]


def present(session: Session) -> Iterator[dict[str, Any]]:
    """Every record that may change, as it stands now: whoever verifies holds it against its newest version."""
    for kind in sorted(CHANGING):
        key, after = leaves.KINDS[kind].__mapper__.primary_key[0], None
        while ids := list(session.scalars(
                select(key).where(*([] if after is None else [key > after])).order_by(key).limit(CHUNK))):
            after = ids[-1]
            yield from ({"leaf": said} if isinstance(said, dict) else {"unfit": {"kind": kind, "id": str(id)}}
                        for id, said in read(session, kind, ids))


def _line(row: Any, said: Leaf | Unfit | None) -> Line:
    leaf = said if isinstance(said, dict) else None
    return Line(row.at, *_name(row), row.hash, leaf, isinstance(said, Unfit))


def _live(row: Any, found: dict[Name, Leaf | Unfit], pending: set[Name]) -> Leaf | Unfit | None:
    """The record as it stands; where a change that is not sealed yet gave it a later version, the text that was
    kept."""
    said, kept = found.get((row.what, str(_key(row)))), _kept(row)
    changed = kept and isinstance(said, dict) and _name(row) in pending and _version(said) > _version(kept)
    return kept if changed else said


class Unfit:
    """Stands where a row cannot be read as what its columns hold."""


def _kept(row: Any) -> Leaf | None:
    """The text that was kept with the leaf, if the record may change and the text is one of this very record."""
    try:
        said: Leaf = json.loads(row.body or "") if row.what in CHANGING else {}
        leaves.data(said)
    except (*UNFIT, RecursionError):
        return None
    return said if isinstance(said, dict) and (said.get("kind"), said.get("id")) == _name(row) else None


def _version(leaf: Leaf) -> int:
    version = leaf.get("version")
    return version if type(version) is int else 0


def _newest(session: Session, rows: Sequence[Any]) -> dict[Name, int]:
    """The highest version that the texts of each record say."""
    ids, found = {row.record_id for row in rows if row.what in CHANGING}, dict[Name, int]()
    query = select(LogLeaf.what, LogLeaf.event_id, LogLeaf.record_id, LogLeaf.body).where(
        LogLeaf.record_id.in_(ids), LogLeaf.what.in_(CHANGING))
    for row in session.execute(query) if ids else ():
        if text := _kept(row):
            found[_name(row)] = max(_version(text), found.get(_name(row), 0))
    return found


def _name(row: Any) -> Name:
    """Kind and id, as `log_leaf` has them."""
    return row.what, str(row.event_id if row.what == EVENT else row.record_id)


def _key(row: Any) -> Any:
    """The key of the record itself; one that is no key of its table finds nothing."""
    try:
        if row.what == EVENT:
            return row.event_id
        if row.what != LogKey.__tablename__:
            return UUID(row.record_id)
        return int(row.record_id) if len(row.record_id) <= DIGITS else None
    except (ValueError, TypeError, AttributeError):
        return None


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
