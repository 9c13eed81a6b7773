"""The database as one moment saw it, in the form its engine restores from, without any person's key.

SQLite: the online backup API into a copy for this process alone; the keys are deleted in the copy, their pages
overwritten (secure_delete) and the file written anew (VACUUM). PostgreSQL: pg_dump's custom format, in the same
snapshot in which the manifest and the keys are read.
"""
from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, make_url

from ..cases.escrow import KeysFile, write_keys_file
from ..kernel.crypto import Key
from ..kernel.errors import Conflict
from . import programs
from .manifest import LEFT_OUT, Manifest, describe

BLOCK = 1 << 20
COPIES = ".casework-copy-"


@dataclass(frozen=True)
class Source:
    """What is to be backed up: its description, its keys (in a file of their own), and its bytes."""

    manifest: Manifest
    keys: KeysFile
    blocks: Iterator[bytes]


def owner_of(settings: Mapping[str, Any]) -> str:
    """The address under which everything may be read: the owner's, or the only one."""
    url = str(settings["OWNER_URL"] or settings["DATABASE_URL"])
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


@contextmanager
def source(settings: Mapping[str, Any], file: Path, keys: Path, escrow: Key) -> Iterator[Source]:
    """One moment of the database. The keys file is written to `keys`, under the escrow key of before that moment."""
    url = owner_of(settings)
    if make_url(url).get_backend_name() == "sqlite":
        with _of_sqlite(Path(str(make_url(url).database)), file.parent, keys, escrow) as found:
            yield found
    else:
        with _of_postgresql(url, str(settings["PG_BIN"]), keys, escrow) as found:
            yield found


@contextmanager
def _of_postgresql(url: str, folder: str, keys: Path, escrow: Key) -> Iterator[Source]:
    dump, engine = programs.find("pg_dump", folder), create_engine(url)
    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
            manifest, written = _described(connection, keys, escrow)
            yield Source(manifest, written, programs.output(
                dump, "--format=custom", "--compress=6", f"--exclude-table-data={LEFT_OUT}",
                f"--snapshot={snapshot}", url=url))
    finally:
        engine.dispose()


@contextmanager
def _of_sqlite(database: Path, beside: Path, keys: Path, escrow: Key) -> Iterator[Source]:
    """The copy is in a folder of its owner's alone; what a killed run left of one goes first."""
    if not database.is_file():
        raise Conflict(f"There is no database at {database}.")
    for left in beside.glob(f"{COPIES}*"):
        shutil.rmtree(left)
    with TemporaryDirectory(prefix=COPIES, dir=beside) as folder:
        copy = Path(folder) / "copy"
        _copied(database, copy)
        engine = create_engine(f"sqlite:///{copy}")
        try:
            with engine.connect() as connection:
                manifest, written = _described(connection, keys, escrow)
        finally:
            engine.dispose()
        _without_keys(copy)
        yield Source(manifest, written, _content(copy))


def _described(connection: Connection, keys: Path, escrow: Key) -> tuple[Manifest, KeysFile]:
    revision = MigrationContext.configure(connection).get_current_revision()
    return describe(connection, revision), write_keys_file(keys, connection, escrow)


def _copied(database: Path, copy: Path) -> None:
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(f"file:{database}?mode=rw", uri=True)) as live, \
            closing(sqlite3.connect(copy)) as target:
        target.execute("PRAGMA journal_mode=MEMORY")
        live.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")


def _without_keys(copy: Path) -> None:
    """The triggers that keep the keys are put aside meanwhile: this is no database anybody works in."""
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        for word in ("journal_mode=MEMORY", "secure_delete=ON", "temp_store=MEMORY", "foreign_keys=OFF"):
            connection.execute(f"PRAGMA {word}")
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (LEFT_OUT,)).fetchall()
        for name, _ in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(f"DELETE FROM {LEFT_OUT}")  # noqa: S608
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute("VACUUM")


def _content(copy: Path) -> Iterator[bytes]:
    """From here on the copy has no name any more: whatever happens, nothing of it is left."""
    with copy.open("rb") as file:
        copy.unlink()
        while block := file.read(BLOCK):
            yield block
