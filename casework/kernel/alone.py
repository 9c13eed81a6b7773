"""One process at a time, whoever starts it and wherever: a lock that ends with the process that holds it."""
from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, func, select

from .db import db
from .errors import Conflict


class Busy(Conflict):
    """Another process does this already."""


@contextmanager
def alone(name: str, busy: str) -> Iterator[None]:
    """Inside, nobody else is inside a block of this name on this database. Raises Busy, with `busy`, at once.

    PostgreSQL: an advisory lock of the session, on a connection of its own. SQLite: a lock file beside the database.
    A database in memory belongs to one process anyway.
    """
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as connection, _advisory(connection, name, busy):
            yield
    elif file := _database():
        with file.with_name(f"{file.name}.{name}").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Busy(busy) from None
            yield
    else:
        yield


@contextmanager
def _advisory(connection: Connection, name: str, busy: str) -> Iterator[None]:
    key = int.from_bytes(sha256(f"casework {name}".encode()).digest()[:8], signed=True)
    if not connection.scalar(select(func.pg_try_advisory_lock(key))):
        raise Busy(busy)
    connection.commit()
    try:
        yield
    finally:
        connection.scalar(select(func.pg_advisory_unlock(key)))
        connection.commit()


def _database() -> Path | None:
    name = db.engine.url.database
    return Path(name) if name and name != ":memory:" else None
