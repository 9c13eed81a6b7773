"""Which events come next: those that are finished and have no leaf yet, in a total order.

On PostgreSQL commit order is neither the order of ids nor of transactions. An event is finished when its transaction
lies below the oldest one still open (the snapshot's xmin), so nothing can appear before it any more: by (transaction,
id). One that is visible though its transaction lies at or above the snapshot's xmax was never written in this cluster:
it came with a restored dump. Such events come first, with all whose ids are no higher, and those of this cluster wait
until none is left: one of a transaction still open could not come after them any more. On SQLite writers stand in
line, and the order is that of ids.

`Position` is where a batch ended: nothing finished below it is without a leaf. A position out of another cluster says
nothing, and is passed over. What has a leaf is left out in any case.
"""
from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Select, String, and_, case, cast, false, func, or_, select, true
from sqlalchemy import tuple_ as together
from sqlalchemy.orm import Session

from ..audit.models import AuditEvent
from .leaves import EVENT, columns
from .models import LogLeaf


class Position(NamedTuple):
    """The transaction (0 on SQLite) and the id of an event."""

    transaction_id: int
    event_id: int


START = Position(0, 0)
BELOW_ALL = Position(-1, -(2**62))
PASSED, FOREIGN = "_passed", "_foreign"


class Batch(NamedTuple):
    """Events in their order, as columns by name, and the position to store with them."""

    rows: list[dict[str, Any]]
    position: Position


def batch(session: Session, position: Position, limit: int, *, sweep: bool = False) -> Batch:
    """The next events. A sweep looks below the position too, where nothing should be."""
    highest = _brought(session)
    rows = [dict(row) for row in session.execute(_next(session, position, limit, sweep, highest)).mappings()]
    marks = [(row.pop(PASSED), row.pop(FOREIGN)) for row in rows]
    lost = any(foreign for _, foreign in marks)
    if highest is not None:
        return Batch(rows, START if lost else position)
    by_transaction = _postgresql(session)
    passed = [Position(row["transaction_id"] if by_transaction else 0, row["id"])
              for row, (below, _) in zip(rows, marks, strict=True) if below]
    return Batch(rows, max(passed, default=position) if lost else max([position, *passed]))


def waiting(session: Session, position: Position, limit: int) -> Any:
    """Count and earliest moment of finished events without a leaf; no more than `limit` are counted."""
    found = _unsealed(session, position, (AuditEvent.at,)).limit(limit).subquery()
    return session.execute(select(func.count(), func.min(found.c.at))).one()


def _brought(session: Session) -> int | None:
    """The highest id without a leaf that a dump brought from another cluster; None when nothing of one is left. The
    events of this cluster have higher ones: the sequence was restored too."""
    if not _postgresql(session):
        return None
    return session.scalar(select(func.max(AuditEvent.id)).where(_of_elsewhere(), ~_has_leaf()))


def _next(session: Session, position: Position, limit: int, sweep: bool, highest: int | None) -> Select[Any]:
    passed, foreign = (_below_all_open(), _foreign(position)) if _postgresql(session) else (true(), false())
    shown = (*columns(EVENT), passed.label(PASSED), foreign.label(FOREIGN))
    order = (AuditEvent.transaction_id, AuditEvent.id) if _postgresql(session) else (AuditEvent.id,)
    wanted = _unsealed(session, BELOW_ALL if sweep else position, shown).order_by(*order).limit(limit)
    return wanted if highest is None else wanted.where(AuditEvent.id <= highest)


def _unsealed(session: Session, position: Position, shown: tuple[Any, ...]) -> Select[Any]:
    return select(*shown).where(_after(session, position), ~_has_leaf())


def _has_leaf() -> ColumnElement[bool]:
    return select(LogLeaf.event_id).where(LogLeaf.event_id == AuditEvent.id).correlate(AuditEvent).exists()


def _after(session: Session, position: Position) -> ColumnElement[bool]:
    if not _postgresql(session):
        return AuditEvent.id > position.event_id
    transaction_id, event_id = (case((_foreign(position), 0), else_=number) for number in position)
    return and_(together(AuditEvent.transaction_id, AuditEvent.id) > together(transaction_id, event_id),
                or_(_below_all_open(), _of_elsewhere()))


def _below_all_open() -> ColumnElement[bool]:
    return AuditEvent.transaction_id < _snapshot("xmin")


def _of_elsewhere() -> ColumnElement[bool]:
    return AuditEvent.transaction_id >= _snapshot("xmax")


def _foreign(position: Position) -> ColumnElement[bool]:
    """Is this position out of another cluster: one that this cluster has not reached?"""
    return _snapshot("xmax") <= position.transaction_id


def _snapshot(edge: str) -> ColumnElement[int]:
    """`xmin` or `xmax` of what this very statement sees (a transaction's whole number, with its epoch)."""
    name = f"pg_snapshot_{edge}"
    return cast(cast(getattr(func, name)(func.pg_current_snapshot()), String), BigInteger)


def _postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
