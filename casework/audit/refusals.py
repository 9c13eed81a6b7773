"""Refusals are counted per asker, route and hour, and remembered at 1, 10, 100: a flood stays small and visible."""
from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from ..kernel.conditions import Actor
from ..kernel.db import begin_writing, db, now
from .models import RefusalCount
from .reads import remember


def refused(actor: Actor | None, address: str, route: str, status: int) -> None:
    """Somebody was refused at a route (its name, never its URL). Ends whatever the session was doing."""
    session = db.session()
    session.rollback()
    begin_writing(session)
    count = _count(str(actor.id) if actor else address, route, now().replace(minute=0, second=0, microsecond=0))
    session.commit()
    if str(count).rstrip("0") == "1":
        remember(actor, "refusal.count", route=route, status=status, count=count, address=None if actor else address)


def _count(asker: str, route: str, hour: datetime) -> int:
    connection = db.session().connection()
    upsert: Any = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(RefusalCount)
    key = {"asker": asker, "route": route, "hour_at": hour}
    connection.execute(upsert.values(**key, count=1).on_conflict_do_update(
        index_elements=list(key), set_={"count": RefusalCount.count + 1}))
    return int(connection.execute(select(RefusalCount.count).filter_by(**key)).scalar_one())
