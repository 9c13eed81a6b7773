"""A long answer, read as it goes out, on a connection of its own, so that it can be written down meanwhile."""
from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Select

from ..audit.around import SCOPED
from ..kernel.conditions import Actor
from ..kernel.db import db
from .context import reads_for


@contextmanager
def line(actor: Actor) -> Iterator[Connection]:
    """One snapshot, for an actor by whose rows of the policy everything asked on it is narrowed."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield reads_for(connection, actor.id).execution_options(**SCOPED)


def copied(connection: Connection, query: Select[Any]) -> Generator[bytes, None, None]:
    """The one column of a select, row by row, as PostgreSQL's COPY sends it. It takes as long as whoever reads.

    Nothing is sorted or hashed before the first row: the order is that of an index, the rest is looked up.
    """
    for setting in ("statement_timeout = 0", "jit = off", "enable_sort = off", "enable_hashjoin = off",
                    "enable_mergejoin = off"):
        connection.exec_driver_sql(f"SET LOCAL {setting}")
    made = query.compile(connection, compile_kwargs={"render_postcompile": True})
    processors: Any = made._bind_processors
    said = {name: processors[name](value) if name in processors else value for name, value in made.params.items()}
    driver: Any = connection.connection.driver_connection
    with driver.cursor().copy(f"COPY ({made}) TO STDOUT", said) as rows:
        for row in rows:
            yield _plain(bytes(row)[:-1])


ESCAPED = re.compile(rb"\\(.)")
SIGNS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v", b"\\": b"\\"}


def _plain(row: bytes) -> bytes:
    """Without the backslashes of COPY's text format (PostgreSQL manual, COPY, "Text Format")."""
    return ESCAPED.sub(lambda found: SIGNS[found[1]], row) if b"\\" in row else row
