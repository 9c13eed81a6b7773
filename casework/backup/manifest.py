"""What a backup says of itself: the first thing in it, sealed with the rest."""
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

from sqlalchemy import Connection, func, select

from ..cases.models import PersonKey
from ..kernel.db import Base, now
from ..log.models import LogCheckpoint

LEFT_OUT = PersonKey.__tablename__
LENGTH = 4
LONGEST = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """When it was taken, of what, and how much there was; `checkpoint` is the newest signed one, `sealed` its size."""

    taken_at: str
    product: str
    revision: str
    database: str
    server: str
    counts: dict[str, int]
    people: int
    sealed: int
    checkpoint: str | None
    sealed_at: str | None

    @property
    def written(self) -> bytes:
        said = json.dumps(asdict(self), sort_keys=True).encode()
        return len(said).to_bytes(LENGTH, "big") + said

    @property
    def records(self) -> int:
        return sum(self.counts.values())

    @classmethod
    def read(cls, said: bytes) -> Manifest:
        return cls(**json.loads(said))


def describe(connection: Connection, revision: str | None) -> Manifest:
    """The database as this connection sees it, which is what the backup holds."""
    tables = Base.metadata.sorted_tables
    counts = {table.name: int(connection.scalar(select(func.count()).select_from(table)) or 0) for table in tables}
    people, last = counts.pop(LEFT_OUT), _newest(connection)
    return Manifest(
        taken_at=now().isoformat(), product=f"casework {version('casework')}", revision=revision or "",
        database=connection.dialect.name, server=".".join(map(str, connection.dialect.server_version_info or ())),
        counts=counts, people=people, sealed=last["size"] if last else 0, checkpoint=last["note"] if last else None,
        sealed_at=last["signed_at"].isoformat() if last else None)


def _newest(connection: Connection) -> Mapping[str, Any] | None:
    row = connection.execute(select(LogCheckpoint.size, LogCheckpoint.note, LogCheckpoint.signed_at).order_by(
        LogCheckpoint.size.desc()).limit(1)).mappings().first()
    return dict(row) if row else None


def moment(said: str) -> datetime:
    return datetime.fromisoformat(said)
