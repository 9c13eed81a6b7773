"""A long answer, read as it goes out, on a connection of its own, so that it can be written down meanwhile."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Select

from ..audit.around import SCOPED
from ..kernel.conditions import Actor
from ..kernel.db import db
from .context import reads_for


def chunks(actor: Actor, query: Select[Any], size: int) -> Iterator[Sequence[Any]]:
    """The rows of a select that the policy has narrowed for this actor, so many at a time, in one snapshot."""
    with line(actor) as connection, connection.execution_options(yield_per=size).execute(query) as found:
        yield from found.partitions()


@contextmanager
def line(actor: Actor) -> Iterator[Connection]:
    """Whoever takes it has narrowed what they ask by the policy; `access` and the export alone may."""
    with db.engine.connect() as connection:
        yield reads_for(connection, actor.id).execution_options(**SCOPED)
