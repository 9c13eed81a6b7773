"""What has no leaf: events that are not sealed yet with what they made, and records that no event made at all."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..audit.models import AuditEvent
from . import leaves
from .again import CHUNK, UNFIT, Name, named, read
from .leaves import EVENT, RECORDS
from .models import LogLeaf

Said = dict[str, Any]


def pending(session: Session) -> set[Name]:
    """The records that events without a leaf made or changed. They are few: sealing follows within seconds."""
    return {name for event in _events(session) for name in named(event["changes"])}


def unsealed(session: Session, known: set[Name]) -> Iterator[Said]:
    """The events in the order in which they would be sealed, each followed by its records; then the records that have
    no leaf and that no event names. `known` is what `pending` gave."""
    for event in _events(session):
        yield _said(EVENT, str(event["id"]), leaves.leaf(EVENT, event))
        yield from (record for kind, id in named(event["changes"]) for record in _record(session, kind, id))
    for kind in RECORDS:
        yield from _orphans(session, kind, known)


def _events(session: Session) -> Iterator[dict[str, Any]]:
    sealed = select(LogLeaf.event_id).where(LogLeaf.event_id == AuditEvent.id).correlate(AuditEvent).exists()
    query = select(*leaves.columns(EVENT)).where(~sealed).order_by(AuditEvent.transaction_id, AuditEvent.id)
    yield from (dict(row) for row in session.execute(query.execution_options(yield_per=CHUNK)).mappings())


def _record(session: Session, kind: str, id: str) -> Iterator[Said]:
    """This record, unless its present version has a leaf."""
    for _, leaf in read(session, kind, [UUID(id)]):
        version = leaf.get("version") if isinstance(leaf, dict) else None
        if not session.scalar(select(LogLeaf.index).where(
                LogLeaf.what == kind, LogLeaf.record_id == id, LogLeaf.revision == version)):
            yield _said(kind, id, leaf)


def _said(kind: str, id: str, leaf: Any) -> Said:
    """The line of one record; of one that no leaf could say, its name."""
    try:
        leaves.data(leaf)
    except UNFIT:
        return {"unfit": {"kind": kind, "id": id}}
    return {"leaf": leaf}


def _orphans(session: Session, kind: str, pending: set[Name]) -> Iterator[Said]:
    """By key, so many at a time."""
    key, after = RECORDS[kind].__mapper__.primary_key[0], None
    while ids := list(session.scalars(
            select(key).where(*([] if after is None else [key > after])).order_by(key).limit(CHUNK))):
        after = ids[-1]
        sealed = set(session.scalars(select(LogLeaf.record_id).where(
            LogLeaf.what == kind, LogLeaf.record_id.in_([str(id) for id in ids]))))
        for id in ids:
            if str(id) not in sealed and (kind, str(id)) not in pending:
                yield from _record(session, kind, str(id))
