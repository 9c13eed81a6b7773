"""A backup made a database again, in an empty place.

The file is read through to its end before anything of it is used, so that nothing altered is ever restored.
"""
from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, insert, inspect, make_url, select

from ..cases.escrow import KeysFile
from ..cases.models import Person, PersonKey
from ..kernel.crypto import Key
from ..kernel.errors import Conflict
from ..kernel.keyring import ring
from ..kernel.streams import NotWhole, opened
from . import programs
from .manifest import LENGTH, LONGEST, Manifest
from .taking import PURPOSE


@dataclass(frozen=True)
class Restored:
    """Where it stands now, and how many people's keys came with it."""

    url: str
    manifest: Manifest
    given: int
    without: int


def look(file: Path) -> Manifest:
    """Read the file through and say what it holds. Raises NotWhole: then nothing in it may be used."""
    blocks = _clear(file)
    manifest = _manifest(blocks)
    for _ in blocks:
        pass
    return manifest


def restore(file: Path, keys: KeysFile | None, url: str, settings: Mapping[str, Any], *,
            rights: bool = True) -> Restored:
    """Make it again at this address, where nothing may be yet. `rights`: who may do what in the database, too, which
    needs the roles to be there."""
    manifest = look(file)
    if make_url(url).get_backend_name() != manifest.database:
        raise Conflict(f"This is a backup of {manifest.database}; it cannot be restored to another kind of database.")
    if manifest.database == "sqlite":
        given, without = _to_sqlite(file, keys, Path(str(make_url(url).database)))
    else:
        given, without = _to_postgresql(file, keys, url, str(settings["PG_BIN"]), rights)
    return Restored(url, manifest, given, without)


def _to_sqlite(file: Path, keys: KeysFile | None, target: Path) -> tuple[int, int]:
    for there in (target, *_beside(target)):
        if there.exists():
            raise Conflict(f"{there} is there already: a backup is restored to where nothing is, and SQLite would take "
                           "a left journal for the new database’s own.")
    part = target.with_name(f"{target.name}.part")
    _clear_away(part)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            for block in _data(file):
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        counted = _give_keys(f"sqlite:///{part}", keys)
        part.rename(target)
    finally:
        _clear_away(part)
    return counted


def _beside(database: Path) -> list[Path]:
    """What SQLite takes for a part of a database of this name."""
    return [database.with_name(f"{database.name}-{kind}") for kind in ("wal", "shm", "journal")]


def _clear_away(part: Path) -> None:
    for left in (part, *_beside(part)):
        left.unlink(missing_ok=True)


def _to_postgresql(file: Path, keys: KeysFile | None, url: str, folder: str, rights: bool) -> tuple[int, int]:
    _require_empty(url)
    words = ["--exit-on-error", "--single-transaction", "--no-owner", *([] if rights else ["--no-privileges"])]
    programs.feed(programs.find("pg_restore", folder), *words, url=url, blocks=_data(file))
    return _give_keys(url, keys)


def _require_empty(url: str) -> None:
    engine = create_engine(url)
    try:
        if inspect(engine).get_table_names():
            raise Conflict("There are tables in this database already: a backup is restored to where nothing is.")
    finally:
        engine.dispose()


def _give_keys(url: str, keys: KeysFile | None) -> tuple[int, int]:
    """Put back the keys of the people who are in the data. Gives how many, and how many people have none."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            people = _people(connection)
            rows = [{"person_id": person, "wrapped": wrapped}
                    for person, wrapped in (keys.wrapped if keys else {}).items() if person in people]
            if rows:
                connection.execute(insert(PersonKey.__table__), rows)  # type: ignore[arg-type]
        return len(rows), len(people) - len(rows)
    finally:
        engine.dispose()


def _people(connection: Connection) -> set[Any]:
    """Those whose key was not destroyed, as this data knows."""
    return set(connection.scalars(select(Person.id).where(Person.key_destroyed_at.is_(None))))


def _data(file: Path) -> Iterator[bytes]:
    """What the engine restores from: all after the manifest."""
    blocks = _clear(file)
    rest = bytearray()
    _manifest(blocks, rest)
    yield bytes(rest)
    yield from blocks


def _manifest(blocks: Iterator[bytes], rest: bytearray | None = None) -> Manifest:
    """From the beginning of the stream; what is read beyond it goes to `rest`."""
    held = bytearray()
    while len(held) < LENGTH or len(held) < LENGTH + _length(held):
        block = next(blocks, b"")
        if not block:
            raise NotWhole("It does not say what it is.")
        held += block
    end = LENGTH + _length(held)
    if rest is not None:
        rest += held[end:]
    return Manifest.read(bytes(held[LENGTH:end]))


def _length(held: bytearray) -> int:
    length = int.from_bytes(held[:LENGTH], "big")
    if length > LONGEST:
        raise NotWhole("It does not say what it is.")
    return length


def _clear(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as sealed:
            yield from opened(sealed, _key, PURPOSE)
    except OSError as problem:
        raise NotWhole(f"{file} cannot be read: {type(problem).__name__}.") from None


def _key(id: int) -> Key | None:
    return next((key for key in ring.live(PURPOSE) if key.id == id), None)
