"""Unfolding what reads showed, so that "who looked at this case" is one index scan.

In batches, in the order of transactions (below the oldest that is still open, so that nothing can appear before what
is done); how far it came is stored with each batch, in one transaction. Killed anywhere it goes on where it was: no
look is lost and none stands twice. One at a time: the second waits for the first at the mark.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, literal, select, update
from sqlalchemy import tuple_ as together
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ..audit.looks import Mark, edge, foreign, is_postgresql, mark
from ..audit.models import AuditEvent, Look, Unfolded
from ..kernel.db import begin_writing, db
from ..kernel.scope import by_itself

BATCH = 1000


def unfold(batch: int = BATCH) -> int:
    """Everything that is finished, batch by batch; says how many events it went through."""
    whole = 0
    while done := one_batch(batch):
        whole += done
    return whole


def one_batch(batch: int = BATCH) -> int:
    """The next events, whole or not at all; says how many they were."""
    session = db.session()
    with by_itself("unfold"):
        begin_writing(session)
        _lay_mark(session)
        reached = mark(session, hold=True)
        restored = session.execute(_restored(reached, batch)).all() if is_postgresql(session) else []
        rows = session.execute(_next(session, reached, batch)).all()
        _store(session, [*restored, *rows])
        _move(session, reached, restored, rows)
        session.commit()
    return len(restored) + len(rows)


def _lay_mark(session: Session) -> None:
    first = {"id": 1, **Mark()._asdict()}
    session.execute(_insert(session, Unfolded).values(first).on_conflict_do_nothing())


def _next(session: Session, reached: Mark, batch: int) -> Select[Any]:
    query = select(AuditEvent.id, AuditEvent.transaction_id, AuditEvent.shown).limit(batch)
    if not is_postgresql(session):
        return query.where(AuditEvent.id > reached.event_id).order_by(AuditEvent.id)
    order = (AuditEvent.transaction_id, AuditEvent.id)
    after = (literal(number, BigInteger) for number in (reached.transaction_id, reached.event_id))
    return query.where(together(*order) > together(*after), AuditEvent.transaction_id < edge("xmin")).order_by(*order)


def _restored(reached: Mark, batch: int) -> Select[Any]:
    """Events of another cluster: all there are came with a restored dump, so their ids are order enough."""
    return select(AuditEvent.id, AuditEvent.transaction_id, AuditEvent.shown).where(
        foreign(), AuditEvent.id > reached.restored_id).order_by(AuditEvent.id).limit(batch)


def _store(session: Session, events: Sequence[Any]) -> None:
    looks = [look for event in events for look in _unfolded(event)]
    if looks:
        session.execute(_insert(session, Look).on_conflict_do_nothing(), looks)


def _unfolded(event: Any) -> Iterator[dict[str, Any]]:
    for place, (kind, record, about) in enumerate(event.shown):
        yield {"event_id": event.id, "place": place, "kind": kind, "record_id": UUID(record),
               "about_id": UUID(about) if about else None}


def _move(session: Session, reached: Mark, restored: Sequence[Any], rows: Sequence[Any]) -> None:
    to = Mark(rows[-1].transaction_id or 0, rows[-1].id, reached.restored_id) if rows else reached
    if restored:
        to = to._replace(restored_id=restored[-1].id)
    session.execute(update(Unfolded).where(Unfolded.id == 1).values(to._asdict()))


def _insert(session: Session, model: type[Any]) -> Any:
    return (postgresql if is_postgresql(session) else sqlite).insert(model)
