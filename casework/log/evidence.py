"""Which part of the log goes into an evidence bundle: all of it, what fits a filter of the audit log, or the events of
the disbursements that fit a filter of theirs."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from sqlalchemy import ColumnElement, select

from ..access.building import opened_by
from ..access.queries import open_ways
from ..audit.models import AuditEvent
from ..funds.models import Disbursement
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..kernel.errors import Conflict
from ..kernel.system import SYSTEM
from ..policy import SYSTEM_MAY
from . import queries
from .bundle import TAKE, Bundle, write
from .events import filter_words, fitting
from .sealer import newest

NOTHING_SEALED = "Nothing has been sealed yet, so there is nothing that could be proved."


def of_events(actor: Actor, *, zone: tzinfo, held: int | None = None, **asked: Any) -> Bundle:
    """What fits the filter of the audit log; without one, the whole log. `held`: the size of a checkpoint to prove
    from."""
    mine, where = _seen(actor), fitting(zone, **asked)
    return Bundle([*mine, *where] if mine or where else None, filter_words(asked), (held,) if held else ())


def of_disbursements(actor: Actor, *, held: int | None = None, **asked: Any) -> Bundle:
    """The events of the disbursements that fit, with the movements and signatures that they made."""
    chosen = select(Disbursement.id).where(queries.seen(actor, queries.TAKE), *queries.chosen(**asked))
    where = [AuditEvent.subject_kind == Disbursement.__tablename__, AuditEvent.subject_id.in_(chosen)]
    words = filter_words(asked)
    return Bundle([*_seen(actor), *where], f"disbursements{f', {words}' if words else ''}", (held,) if held else ())


def take(actor: Actor, wanted: Bundle) -> Iterator[bytes]:
    """The bytes of the bundle. Raises Conflict here, before anything is sent, while nothing is sealed."""
    if newest(db.session()) is None:
        raise Conflict(NOTHING_SEALED)
    return write(actor, wanted)


def _seen(actor: Actor) -> list[ColumnElement[bool]]:
    """Which events this actor may take; no condition for all. Raises Forbidden when there are none."""
    if actor is SYSTEM and TAKE in SYSTEM_MAY:
        return []
    ways = open_ways(actor, TAKE, AuditEvent)
    return [opened_by(ways, AuditEvent)] if all(way.conditions for way in ways) else []
