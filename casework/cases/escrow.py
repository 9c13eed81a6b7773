"""The keys file: a small backup of every person's wrapped key, apart from the data and encrypted under an escrow key.

A backup of the data holds no person's key, so it opens only together with a keys file. When a key is destroyed the
escrow key is turned: the older keys files are noise from then on, and the newer do not hold that key.
"""
from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, select

from ..kernel.crypto import HEADER, Place, Unreadable, seal, unseal
from ..kernel.db import now, uuid7
from ..kernel.key_files import replace_file
from ..kernel.keyring import KeysRefused, ring
from .models import PersonKey

MAGIC = b"casework keys 1\n"


@dataclass(frozen=True)
class KeysFile:
    """What a keys file holds: the wrapped key of each person, as of a moment, under an escrow key."""

    made_at: datetime
    escrow: str
    wrapped: dict[UUID, bytes]


def write_keys_file(path: Path, connection: Connection) -> KeysFile:
    """Every wrapped key as this connection sees it, into a file of the owner's alone: the old or the new, whole."""
    made = KeysFile(now(), f"escrow-{ring.current_of('escrow').id}", dict(held(connection)))
    replace_file(path, sealed(made))
    return made


def read_keys_file(path: Path) -> KeysFile:
    """The keys in a file. KeysRefused when it is none, was altered, or its escrow key is gone."""
    return opened(path.read_bytes())


def held(connection: Connection) -> Iterable[tuple[UUID, bytes]]:
    table = PersonKey.__table__
    return ((person_id, wrapped) for person_id, wrapped in connection.execute(
        select(table.c.person_id, table.c.wrapped).order_by(table.c.person_id)))


def sealed(file: KeysFile) -> bytes:
    id, rows = uuid7(), [[str(person_id), b64encode(wrapped).decode()] for person_id, wrapped in file.wrapped.items()]
    said = json.dumps({"made_at": file.made_at.isoformat(), "rows": rows}).encode()
    return MAGIC + id.bytes + seal(ring.current_of("escrow"), _place(id), said)


def opened(content: bytes) -> KeysFile:
    start = len(MAGIC) + len(UUID(int=0).bytes)
    if len(content) < start + HEADER or not content.startswith(MAGIC):
        raise KeysRefused("This is no keys file.")
    place, envelope = _place(UUID(bytes=content[len(MAGIC):start])), content[start:]
    try:
        key = ring.named_in(place, envelope, "escrow")
        said = json.loads(unseal(key, place, envelope))
    except Unreadable as failure:
        raise KeysRefused(f"This keys file cannot be opened: {failure.why}.") from None
    return KeysFile(datetime.fromisoformat(said["made_at"]).astimezone(UTC), f"escrow-{key.id}",
                    {UUID(person_id): b64decode(wrapped) for person_id, wrapped in said["rows"]})


def _place(id: UUID) -> Place:
    return Place("keys_file", "rows", id)
