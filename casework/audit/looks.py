"""Which events showed something of a record or a case: what is unfolded, and the end of the trail that is not yet.

`shown` of an event is unfolded into `audit_look` by a pass in the background (`log.unfolding`). A question is asked of
both, so that the answer is never stale; the end is as long as the pass is behind.
"""
from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, String, and_, cast, func, literal, or_, select, union_all
from sqlalchemy import tuple_ as together
from sqlalchemy.orm import Session

from .models import AuditEvent, Look, Unfolded

RECORD, ABOUT = 1, 2  # where they stand in an entry of `shown`: [kind, id, case or person id]


class Mark(NamedTuple):
    """How far the trail is unfolded: the last event in its order, and the last of those that a dump brought."""

    transaction_id: int = 0
    event_id: int = 0
    restored_id: int = 0


def mark(session: Session, *, hold: bool = False) -> Mark:
    """As it stands; to move it, hold it."""
    query = select(Unfolded.transaction_id, Unfolded.event_id, Unfolded.restored_id).where(Unfolded.id == 1)
    row = session.execute(query.with_for_update() if hold else query).first()
    return here(session, Mark(*row) if row else Mark())


def here(session: Session, reached: Mark) -> Mark:
    """A mark out of another cluster, one that this cluster has not reached, says nothing of its own events."""
    if not is_postgresql(session) or reached.transaction_id == 0:
        return reached
    ahead = session.scalar(select(edge("xmax") <= reached.transaction_id))
    return Mark(restored_id=reached.restored_id) if ahead else reached


def showing(session: Session, ids: Collection[UUID], *, place: int = ABOUT, latest: int | None = None,
            where: Sequence[ColumnElement[bool]] = ()) -> Select[Any]:
    """The ids of the events that showed one of these: records (`RECORD`), or what belongs to a case or a person. Of
    the latest so many. `where` is what the asker will keep of them in any case: of the end no more is gone through."""
    column = Look.about_id if place == ABOUT else Look.record_id
    unfolded = select(Look.event_id.label("id")).where(column.in_(ids)).order_by(Look.event_id.desc()).limit(latest)
    end = select(AuditEvent.id).where(_beyond(session, mark(session)), *where, _shows(session, ids, place))
    both = union_all(select(unfolded.subquery().c.id), end).subquery()
    return select(both.c.id)


def _beyond(session: Session, reached: Mark) -> ColumnElement[bool]:
    """Not unfolded yet, finished or not."""
    if not is_postgresql(session):
        return AuditEvent.id > reached.event_id
    later = together(AuditEvent.transaction_id, AuditEvent.id) > together(
        literal(reached.transaction_id, BigInteger), literal(reached.event_id, BigInteger))
    return and_(later, or_(~foreign(), AuditEvent.id > reached.restored_id))


def _shows(session: Session, ids: Collection[UUID], place: int) -> ColumnElement[bool]:
    """An entry of `shown` names one of them there."""
    if is_postgresql(session):
        each: Any = func.json_array_elements(AuditEvent.shown).table_valued("value")
        named = each.c.value.op("->>")(place)
    else:
        each = func.json_each(AuditEvent.shown).table_valued("value")
        named = func.json_extract(each.c.value, f"$[{place}]")
    return select(literal(1)).select_from(each).where(named.in_([str(id) for id in ids])).correlate(AuditEvent).exists()


def foreign() -> ColumnElement[bool]:
    """Written in another cluster: visible, though its transaction has not begun here."""
    return AuditEvent.transaction_id >= edge("xmax")


def edge(name: str) -> ColumnElement[int]:
    """`xmin` or `xmax` of what this very statement sees."""
    return cast(cast(getattr(func, f"pg_snapshot_{name}")(func.pg_current_snapshot()), String), BigInteger)


def is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
