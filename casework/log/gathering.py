"""The leaves of a batch: each event, followed by the records it made or changed."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..kernel.canonical import NotCanonical
from ..kernel.errors import Conflict
from . import leaves
from .models import LogKey, LogLeaf
from .tree import Hash, leaf_hash

AT_A_TIME = 5_000
Name = tuple[str, str]
Version = tuple[str, str, int]


class CannotBeSealed(Conflict):
    """An event holds what has no one written form, so nothing from it on is sealed. Says which, and why."""


class NewLeaf(NamedTuple):
    """A row of `log_leaf` before it has its index."""

    kind: str
    hash: Hash
    event_id: int | None = None
    record_id: str | None = None
    revision: int | None = None
    body: str | None = None


def of_events(session: Session, events: Sequence[dict[str, Any]]) -> list[NewLeaf]:
    """In order. A record is a leaf once in each version; one that an event names and that is not there is no leaf,
    which whoever verifies will see."""
    named = [list(leaves.named(event["changes"])) for event in events]
    records = _records(session, {name for names in named for name in names})
    sealed = _sealed(session, records)
    found: list[NewLeaf] = []
    for event, names in zip(events, named, strict=True):
        found.append(_of_event(event))
        found += _fresh((records[name] for name in names if name in records), sealed)
    return found


def of_key(key: LogKey) -> NewLeaf:
    kind = LogKey.__tablename__
    row = {column.key: getattr(key, column.key) for column in leaves.columns(kind)}
    return _of_record(kind, str(key.id), 1, row)


def _of_event(event: dict[str, Any]) -> NewLeaf:
    try:
        return NewLeaf(leaves.EVENT, leaf_hash(leaves.data(leaves.leaf(leaves.EVENT, event))), event["id"])
    except NotCanonical as problem:
        raise CannotBeSealed(f"Event {event['id']} cannot be sealed: {problem}.") from None


def _fresh(records: Iterable[NewLeaf], sealed: set[Version]) -> Iterator[NewLeaf]:
    for record in records:
        if (version := _version(record)) not in sealed:
            sealed.add(version)
            yield record


def _version(leaf: NewLeaf) -> Version:
    return leaf.kind, str(leaf.record_id), int(leaf.revision or 0)


def _records(session: Session, names: set[Name]) -> dict[Name, NewLeaf]:
    by_kind: dict[str, list[UUID]] = defaultdict(list)
    for kind, id in names:
        by_kind[kind].append(UUID(id))
    return {(kind, str(row["id"])): _of_record(kind, str(row["id"]), row["version"], row)
            for kind, ids in by_kind.items() for row in _rows(session, kind, ids)}


def _rows(session: Session, kind: str, ids: list[UUID]) -> Iterator[dict[str, Any]]:
    shown = leaves.columns(kind)
    key = leaves.KINDS[kind].__mapper__.primary_key[0]
    for first in range(0, len(ids), AT_A_TIME):
        query = select(*shown).where(key.in_(ids[first : first + AT_A_TIME]))
        yield from (dict(row) for row in session.execute(query).mappings())


def _of_record(kind: str, id: str, revision: int, row: dict[str, Any]) -> NewLeaf:
    data = leaves.data(leaves.leaf(kind, row))
    body = data.decode() if kind in leaves.MAY_CHANGE else None
    return NewLeaf(kind, leaf_hash(data), record_id=id, revision=revision, body=body)


def _sealed(session: Session, records: Iterable[Name]) -> set[Version]:
    """Which versions of these records have a leaf already."""
    ids, found = sorted({id for _, id in records}), set[Version]()
    for first in range(0, len(ids), AT_A_TIME):
        query = select(LogLeaf.what, LogLeaf.record_id, LogLeaf.revision).where(
            LogLeaf.record_id.in_(ids[first : first + AT_A_TIME]), LogLeaf.what.in_(list(leaves.RECORDS)))
        found |= {(kind, str(id), int(revision or 0)) for kind, id, revision in session.execute(query)}
    return found
