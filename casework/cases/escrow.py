"""The keys file: a small backup of every person's wrapped key, apart from the data and encrypted under an escrow key.

A backup of the data holds no person's key, so it opens only together with a keys file. When a key is destroyed the
escrow key is turned: the older keys files are noise from then on, and the newer do not hold that key.
"""
from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, func, select

from ..kernel.alone import alone
from ..kernel.crypto import HEADER, Key, Place, Unreadable, seal, unseal
from ..kernel.db import db, now, uuid7
from ..kernel.errors import Conflict
from ..kernel.key_files import changing, replace_file
from ..kernel.keyring import KeysRefused, ring
from ..kernel.scope import rules
from .destruction import KeyDestruction
from .models import PersonKey

MAGIC = b"casework keys 1\n"
BUSY = ("A backup is being taken, or people’s keys are being written or destroyed, by somebody else just now. Try "
        "again when that has ended.")
OVERTAKEN = ("A person’s key was destroyed meanwhile, or the escrow key turned: a keys file of before may not be kept. "
             "Nothing was written; do it again.")


@dataclass(frozen=True)
class KeysFile:
    """What a keys file holds: the wrapped key of each person, as of a moment, under an escrow key."""

    made_at: datetime
    escrow: str
    wrapped: dict[UUID, bytes]


@dataclass(frozen=True)
class Standing:
    """What must be as it was before the first key was read until the file has its name: the escrow key in use, and
    how many people's keys were destroyed. A key read before a destruction is never sealed under an escrow key that
    was made after it."""

    key: Key
    destroyed: int

    def require(self) -> None:
        """Conflict unless it is so still."""
        if standing() != self:
            raise Conflict(OVERTAKEN)


def standing() -> Standing:
    """As it is now; it ends the session's transaction, which may have begun long ago."""
    key = ring.current_of("escrow")
    db.session.rollback()
    with rules("keys"):
        destroyed = db.session.scalar(select(func.count(KeyDestruction.id)).where(
            KeyDestruction.confirmed_at.is_not(None)))
    db.session.rollback()
    return Standing(key, destroyed or 0)


@contextmanager
def nobody_else() -> Iterator[None]:
    """Inside, nobody else takes a backup, writes a keys file or destroys a key. Raises Busy."""
    with alone("backup", BUSY):
        yield


def write_keys_file(path: Path, connection: Connection, key: Key | None = None) -> KeysFile:
    """Every wrapped key as this connection sees it, into a file of the owner's alone: the old or the new, whole.
    `key` is the escrow key from before the moment that the connection sees; else this begins that moment."""
    chosen = key or ring.current_of("escrow")
    with rules("keys"):
        made = KeysFile(now(), f"escrow-{chosen.id}", dict(held(connection)))
    content = sealed(made, chosen)
    if chosen != ring.current_of("escrow"):
        raise Conflict(OVERTAKEN)
    replace_file(path, content)
    return made


def require_place(path: Path) -> None:
    """KeysRefused unless a keys file can be written here, proved by writing what is there again."""
    with changing(path) as write:
        try:
            now_there = path.read_bytes() if path.exists() else b""
        except OSError as problem:
            raise KeysRefused(f"The keys file {path} cannot be read: {type(problem).__name__}.") from None
        if now_there:
            write(now_there)


def read_keys_file(path: Path) -> KeysFile:
    """The keys in a file. KeysRefused when it is none, was altered, or its escrow key is gone."""
    return opened(path.read_bytes())


def held(connection: Connection) -> Iterable[tuple[UUID, bytes]]:
    return ((person_id, wrapped) for person_id, wrapped in connection.execute(
        select(PersonKey.person_id, PersonKey.wrapped).order_by(PersonKey.person_id)))


def sealed(file: KeysFile, key: Key) -> bytes:
    id, rows = uuid7(), [[str(person_id), b64encode(wrapped).decode()] for person_id, wrapped in file.wrapped.items()]
    said = json.dumps({"made_at": file.made_at.isoformat(), "rows": rows}).encode()
    return MAGIC + id.bytes + seal(key, _place(id), said)


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
