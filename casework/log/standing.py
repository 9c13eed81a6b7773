"""How the sealed log stands: how far it is sealed, how old what waits is, and when each witness last heard of it."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..kernel.db import db, now
from ..kernel.scope import rules
from . import continuity, log_keys
from .finished import START, Position, waiting
from .models import LogCheckpoint, LogWitnessReceipt
from .sealer import newest
from .tiles import Tiles
from .witnesses import named

LONGEST_LAG = timedelta(seconds=60)
COUNTED = 100_000


@dataclass(frozen=True)
class Waiting:
    """Finished events without a leaf: how many (none counted past COUNTED), and since when the oldest waits."""

    count: int
    since: datetime | None

    @property
    def lag(self) -> timedelta:
        return max(now() - self.since, timedelta()) if self.since else timedelta()


@dataclass(frozen=True)
class WitnessStanding:
    """When a witness last took a checkpoint, and of what size. `trouble`: what came back last, if that failed."""

    name: str
    heard_at: datetime | None
    size: int | None
    tried_at: datetime | None
    trouble: str | None


@dataclass(frozen=True)
class Standing:
    """What the auditor is shown. `checkpoint` is None before the first."""

    checkpoint: LogCheckpoint | None
    waiting: Waiting
    witnesses: list[WitnessStanding]


def standing(settings: Mapping[str, Any]) -> Standing:
    session = db.session()
    with rules("seal"):
        last = newest(session)
        return Standing(last, _waiting(session, last), [_witness(session, name) for name in named(settings)])


def sealed_in_time(settings: Mapping[str, Any]) -> bool:
    """Is what is finished sealed within the minute? Outside production a log that never began is not asked for."""
    session = db.session()
    with rules("seal"):
        last = newest(session)
        if last is None and settings["ENV"] != "production":
            return True
        return _waiting(session, last).lag <= LONGEST_LAG


def holds() -> bool:
    """Is the log in the database the one that its last checkpoint was signed over? (What the key signed before, only
    the process that seals knows: when that refuses, what is done waits, and `sealed_in_time` says so.)"""
    session = db.session()
    with rules("seal"):
        try:
            continuity.held(session, newest(session), Tiles(session))
        except continuity.DoesNotHold:
            return False
    return True


def key_is_there(settings: Mapping[str, Any]) -> bool:
    """Production has a key that signs the log: here, or in the process that seals, which signed it in."""
    return settings["ENV"] != "production" or log_keys.is_set(settings) or log_keys.current(db.session()) is not None


def witnessed(settings: Mapping[str, Any]) -> bool:
    """Has every witness that is set taken a checkpoint within CASEWORK_WITNESS_HOURS?"""
    oldest = now() - timedelta(hours=float(settings["WITNESS_HOURS"]))
    found = [_witness(db.session(), name).heard_at for name in named(settings)]
    return all(heard_at is not None and heard_at >= oldest for heard_at in found)


def _waiting(session: Session, last: LogCheckpoint | None) -> Waiting:
    position = Position(last.transaction_id, last.event_id) if last else START
    return Waiting(*waiting(session, position, COUNTED))


def _witness(session: Session, name: str) -> WitnessStanding:
    """The two newest receipts that matter: the last that went well, and the last of all."""
    mine = select(LogWitnessReceipt).where(LogWitnessReceipt.witness == name).order_by(
        LogWitnessReceipt.id.desc()).limit(1)
    tried, heard = session.scalar(mine), session.scalar(mine.where(LogWitnessReceipt.well))
    size = session.scalar(select(LogCheckpoint.size).where(LogCheckpoint.id == heard.checkpoint_id)) if heard else None
    return WitnessStanding(name, heard.sent_at if heard else None, size, tried.sent_at if tried else None,
                           tried.answer if tried and not tried.well else None)
