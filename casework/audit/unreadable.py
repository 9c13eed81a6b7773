"""What could not be opened is remembered: where it stands and why, never what is in it.

An envelope that was altered, exchanged or cut is a matter for the auditor, whoever met it. Inside a web request the
event is kept with the reads of that request; elsewhere it is written at once, or with the action that it ended.
"""
from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from ..kernel.crypto import Place, on_unreadable
from ..kernel.db import db
from .events import event
from .reads import keep

VERB = "seal.fail"


def met_unreadable(place: Place, why: str) -> None:
    """Somebody met a record that cannot be read. Without a database at hand (a key tried alone) nothing is written."""
    session = _session()
    if session is None:
        return
    said = event(_whose(session), VERB, details={"column": place.column, "why": why})
    keep(said | {"subject_kind": place.table, "subject_id": place.row})


def _session() -> Session | None:
    try:
        return db.session()
    except RuntimeError:
        return None


def _whose(session: Session) -> UUID | None:
    """Who was acting, or was looking last."""
    deed: Any = session.info.get("action")
    if deed is not None:
        return UUID(str(deed.actor.id))
    reads: list[dict[str, Any]] = session.info.get("reads") or []
    return next((read["actor_id"] for read in reversed(reads)), None)


on_unreadable.append(met_unreadable)
