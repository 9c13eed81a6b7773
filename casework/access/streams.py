"""A long answer, read as it goes out, on a connection of its own, so that it can be written down meanwhile."""
from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Select

from ..audit.around import SCOPED
from ..kernel.conditions import Actor
from ..kernel.db import db
from .context import reads_for

Part = TypeVar("Part")


@contextmanager
def line(actor: Actor) -> Iterator[Connection]:
    """One snapshot, for an actor by whose rows of the policy everything asked on it is narrowed."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield reads_for(connection, actor.id).execution_options(**SCOPED)


def copied(connection: Connection, query: Select[Any], how: str, *, rows: int) -> Generator[list[bytes], None, None]:
    """The rows of a select as PostgreSQL's COPY writes them, so many at a time. It takes as long as whoever
    reads.

    Nothing is sorted or hashed before the first row: the order is that of an index, the rest is looked up.
    """
    for setting in ("statement_timeout = 0", "jit = off", "enable_sort = off", "enable_hashjoin = off",
                    "enable_mergejoin = off", "datestyle = ISO"):
        connection.exec_driver_sql(f"SET LOCAL {setting}")
    made = query.compile(connection, compile_kwargs={"render_postcompile": True})
    processors: Any = made._bind_processors
    said = {name: processors[name](value) if name in processors else value for name, value in made.params.items()}
    driver: Any = connection.connection.driver_connection
    with driver.cursor().copy(f"COPY ({made}) TO STDOUT ({how})", said) as sent:
        while some := [bytes(row) for row in islice(sent, rows)]:
            yield some


def ahead(parts: Iterator[Part]) -> Generator[Part, None, None]:
    """While one is at work, the next is read: no more than these two are held. The first is read by the caller's own
    thread, which says who asks."""
    with ThreadPoolExecutor(1) as reader:
        part = next(parts, None)
        while part is not None:
            coming = reader.submit(next, parts, None)
            yield part
            part = coming.result()
