"""What somebody took away lately: to hold a file against the digest that the trail keeps of it."""
from __future__ import annotations

from typing import Any

from ..access.queries import scoped
from ..audit.models import AuditEvent
from ..kernel.conditions import Actor
from ..kernel.db import db
from .naming import LOOK
from .queries import TAKE

LATELY = 5


def taken(actor: Actor) -> list[dict[str, Any]]:
    """Their last finished downloads, newest first, each with filter, rows, sum, digest and moment."""
    rows = db.session.scalars(scoped(actor, LOOK, AuditEvent).where(
        AuditEvent.actor_id == actor.id, AuditEvent.verb == TAKE,
        AuditEvent.details["sha256"].as_string().is_not(None)).order_by(AuditEvent.id.desc()).limit(LATELY))
    return [{**row.details, "at": row.at} for row in rows]
