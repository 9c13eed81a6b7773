"""One event as a row, and writing it: the only statement that goes past the guards."""
from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from ..kernel.canonical import NotCanonical, canonical
from ..kernel.db import now
from ..kernel.errors import Unrecorded
from ..kernel.prepared import Adding
from ..kernel.scope import asks, eyes
from .guards import letting_through
from .models import AuditEvent

Said = dict[str, Any]
EVENTS = Adding(AuditEvent, ("at", "actor_id", "verb", "subject_kind", "subject_id", "case_id", "office_id", "details",
                            "changes", "shown"))


def case_of(row: Any) -> Any:
    """The case a record belongs to, or None."""
    return row.id if row.kind == "case" else getattr(row, "case_id", None)


def event(actor_id: UUID | None, verb: str, subject: Any = None, *, details: Said, changes: Sequence[Said] = (),
          shown: Sequence[Any] = ()) -> Said:
    """The columns of an event that happens now. Empty details are left out."""
    return {
        "at": now(), "actor_id": actor_id, "verb": verb,
        "subject_kind": subject.kind if subject else verb.split(".")[0],
        "subject_id": None if subject is None or isinstance(subject.id, int) else subject.id,
        "case_id": case_of(subject) if subject else None, "office_id": getattr(subject, "office_id", None),
        "details": {name: said for name, said in details.items() if said not in (None, "", [])},
        "changes": list(changes), "shown": list(shown)}


def write(session: Session, events: list[Said]) -> None:
    """Add them to the trail, in the transaction at hand, each in the name of whoever did it. Raises Unrecorded for
    what could never be sealed: one such event would hold up every later one."""
    _sealable(events)
    asker_id = eyes(session).asker_id
    for actor_id, some in groupby(events, key=lambda each: each["actor_id"]):
        asks(session, actor_id)
        with letting_through():
            EVENTS.add(session, list(some))
    asks(session, asker_id)


def _sealable(events: Sequence[Said]) -> None:
    """What was shown is keys, which can be."""
    try:
        for one in events:
            canonical([one["details"], one["changes"]])
    except NotCanonical:
        raise Unrecorded("What you sent holds characters that cannot be written into the log.") from None
