"""What the product asks of its database."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from casework.kernel.db import db


@contextmanager
def heard() -> Iterator[list[str]]:
    """The statements sent inside, each on one line."""
    statements: list[str] = []

    def note(*words):
        statements.append(" ".join(words[2].split()))
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
