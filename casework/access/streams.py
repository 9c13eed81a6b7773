"""A long answer, read as it goes out, on a connection of its own, so that it can be written down meanwhile."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

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
