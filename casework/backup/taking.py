"""Taking a backup: one file of data, one of keys, each whole under its name or not there."""
from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from .. import schema
from ..audit import remember
from ..cases.escrow import nobody_else, standing
from ..kernel.crypto import Key
from ..kernel.errors import Conflict
from ..kernel.keyring import ring
from ..kernel.streams import CHUNK, Sealing
from ..kernel.system import SYSTEM
from .manifest import Manifest
from .sources import Source, source

PURPOSE = "backup"


@dataclass(frozen=True)
class Taken:
    """What was taken, and where it is."""

    manifest: Manifest
    file: Path
    keys: Path
    key: str
    escrow: str
    size: int
    sha256: str


class _Counting:
    """A file that knows its length and its digest."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.size, self.digest = file, 0, sha256()

    def write(self, content: bytes) -> int:
        self.size += len(content)
        self.digest.update(content)
        return self.file.write(content)


def take(settings: Mapping[str, Any], file: Path, keys: Path, *, chunk: int = CHUNK) -> Taken:
    """Back up the database to `file` and people's keys to `keys`. It is in the trail before either has its name:
    what cannot be written down is not taken away. Refused where a file is there already, and when a key was destroyed
    meanwhile."""
    _require_tables()
    for wanted in (file, keys):
        if wanted.exists():
            raise Conflict(f"{wanted} is there already: a backup is never written over.")
    key, part, keys_part = ring.current_of(PURPOSE), _part(file), _part(keys)
    with nobody_else(), _gone_if_it_fails(part, keys_part):
        before = standing()
        with source(settings, file, keys_part, before.key) as found:
            size, digest = _written(found, part, key, chunk)
            taken = Taken(found.manifest, file, keys, f"{PURPOSE}-{key.id}", found.keys.escrow, size, digest)
            before.require()
            _recorded(taken)
            keys_part.rename(keys)
            part.rename(file)
            _settled(file.parent, keys.parent)
    return taken


def _require_tables() -> None:
    """What this code does not know it could not say to be whole."""
    if (present := schema.present()) != (head := schema.head()):
        raise Conflict(f"The tables are at {present or 'nothing'}, and this Casework is written for {head}: run "
                       "casework db upgrade first.")


def _written(found: Source, part: Path, key: Key, chunk: int) -> tuple[int, str]:
    """The data, sealed: how long it is, and its digest."""
    with _new(part) as out:
        counting = _Counting(out)
        stream = Sealing(counting, key, PURPOSE, chunk=chunk)
        stream.write(found.manifest.written)
        for block in found.blocks:
            stream.write(block)
        stream.close()
    return counting.size, counting.digest.hexdigest()


def _recorded(taken: Taken) -> None:
    remember(SYSTEM, "backup.take", file=taken.file.name, sha256=taken.sha256, bytes=taken.size, key=taken.key,
             escrow=taken.escrow, records=taken.manifest.records, sealed=taken.manifest.sealed)


def _part(file: Path) -> Path:
    return file.with_name(f"{file.name}.part")


@contextmanager
def _new(part: Path) -> Iterator[BinaryIO]:
    """A file for its owner alone, on the disk when the block ends."""
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def _gone_if_it_fails(*parts: Path) -> Iterator[None]:
    """What is not whole does not stay; what a killed run left goes first."""
    for part in parts:
        part.unlink(missing_ok=True)
    try:
        yield
    except BaseException:
        for part in parts:
            part.unlink(missing_ok=True)
        raise


def _settled(*folders: Path) -> None:
    """The names are on the disk too."""
    for folder in set(folders):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
