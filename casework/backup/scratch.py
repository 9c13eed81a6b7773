"""A backup restored while it is looked into: in a folder of its own, or a database that the owner makes and drops.

People's keys are in it, so it goes at the end, whatever happened; and what a run left that was killed goes before the
next one begins. A run that is alive is known by what it holds: a lock on its folder, or a session in its database.
"""
from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.exc import DBAPIError, ProgrammingError

from ..cases.escrow import KeysFile
from ..kernel.errors import Conflict
from .restoring import Restored, look, restore

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INSUFFICIENT_PRIVILEGE = "42501"
FOLDER, DATABASE = "casework-scratch-", "casework_scratch_"
LEFT = """SELECT datname FROM pg_database d WHERE datname ~ '^casework_scratch_[0-9a-f]{12}$' AND
    pg_has_role(datdba, 'USAGE') AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)"""
ELSEWHERE = "This is a backup of PostgreSQL: set CASEWORK_OWNER_URL to a server where a database may be made."
MAY_NOT = ("The owner of the database may not make a scratch database. Let a superuser say ALTER ROLE … CREATEDB, or "
           "set CASEWORK_OWNER_URL to another server for this.")


@contextmanager
def scratch(file: Path, keys: KeysFile | None, owner: str, settings: Mapping[str, Any]) -> Iterator[Restored]:
    """Restored for as long as the block lasts."""
    if look(file).database == "sqlite":
        _clear_folders()
        with _folder() as folder:
            yield restore(file, keys, f"sqlite:///{folder}/casework.db", settings)
    else:
        with _database(owner) as url:
            yield restore(file, keys, url, settings, rights=False)


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=FOLDER))
    try:
        with _locked(folder) as mine:
            if not mine:
                raise Conflict("Somebody else took this run’s folder for one that was left. Try again.")
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Whether this process alone has the folder. It ends with the process."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield _taken(handle) and folder.exists()
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _clear_folders() -> None:
    """This user's own, that no run has."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        with suppress(OSError):
            if folder.lstat().st_uid == os.getuid():
                with _locked(folder) as mine:
                    if mine:
                        shutil.rmtree(folder)


@contextmanager
def _database(owner: str) -> Iterator[str]:
    """A new database on the owner's server. It goes at the end, whatever happened, and whoever is still in it."""
    if make_url(owner).get_backend_name() != "postgresql":
        raise Conflict(ELSEWHERE)
    name, engine = f"{DATABASE}{token_hex(6)}", create_engine(owner, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            _clear_databases(connection)
            try:
                with _undisturbed():
                    _make(connection, name)
                with _held(url := make_url(owner).set(database=name).render_as_string(hide_password=False)):
                    yield url
            finally:
                connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        engine.dispose()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Whoever tells the process to end is heard afterwards: what is half made could be neither named nor dropped."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _held(url: str) -> Iterator[None]:
    """A session in it: nobody takes it for one that was left."""
    engine = create_engine(url)
    try:
        with closing(engine.raw_connection()):
            yield
    finally:
        engine.dispose()


def _make(connection: Connection, name: str) -> None:
    try:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
    except ProgrammingError as problem:
        if getattr(problem.orig, "sqlstate", "") == INSUFFICIENT_PRIVILEGE:
            raise Conflict(MAY_NOT) from None
        raise


def _clear_databases(connection: Connection) -> None:
    """The owner's, that no session uses. Who comes in meanwhile keeps it."""
    for name in connection.exec_driver_sql(LEFT).scalars().all():
        with suppress(DBAPIError):
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
