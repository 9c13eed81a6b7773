"""How the seal stands, in the words of the auditor's page."""
from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ..kernel.db import db
from . import standing
from .models import LogKey

ALL_SEALED = "0 events"


@dataclass(frozen=True)
class Witness:
    """A witness by name: when it last took a checkpoint, of how many records, and what went wrong since."""

    name: str
    heard_at: datetime | None
    size: int | None
    trouble: str


@dataclass(frozen=True)
class Sealed:
    """`signed_at` None: nothing is sealed yet. `keys`, newest first: the text of each and since when it signs."""

    size: int
    signed_at: datetime | None
    root: str
    behind: str
    late: bool
    witnesses: list[Witness]
    keys: list[tuple[str, datetime]]

    @property
    def heard_at(self) -> datetime | None:
        """When any witness last took a checkpoint."""
        return max((one.heard_at for one in self.witnesses if one.heard_at), default=None)


def sealed(settings: Mapping[str, Any]) -> Sealed:
    stands = standing.standing(settings)
    point = stands.checkpoint
    witnesses = [Witness(one.name, one.heard_at, one.size, one.trouble or "") for one in stands.witnesses]
    keys = db.session.execute(select(LogKey.vkey, LogKey.since_at).order_by(LogKey.id.desc()))
    return Sealed(
        point.size if point else 0, point.signed_at if point else None,
        b64encode(point.root).decode() if point else "", _behind(stands.waiting),
        stands.waiting.lag > standing.LONGEST_LAG, witnesses, [(vkey, since_at) for vkey, since_at in keys])


def _behind(waiting: standing.Waiting) -> str:
    """`3 events, the oldest for 2 seconds`."""
    if not waiting.count:
        return ALL_SEALED
    more = " or more" if waiting.count >= standing.COUNTED else ""
    seconds = int(waiting.lag.total_seconds())
    age = f"{seconds} second{'s' if seconds != 1 else ''}" if seconds < 120 else f"{seconds // 60:,} minutes"
    return f"{waiting.count:,}{more} event{'s' if waiting.count != 1 else ''}, the oldest for {age}"
