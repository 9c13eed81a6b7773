"""Rows of tables that only grow: told by the deed at hand and added in one statement. The unit of work is for what
changes; these never do."""
from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import inspect

from ..kernel.constraints import APPEND_ONLY
from ..kernel.db import Base, db
from ..kernel.prepared import Adding
from .guards import differences, letting_through


def append(row: Base) -> None:
    """Add it now, after what waits to be written. The row is of no session: read it again to have it.

    Raises TypeError for a table whose rows may change, RuntimeError outside an action, IntegrityError as a flush does.
    """
    session = db.session()
    deed: Any = session.info.get("action")
    if row.__tablename__ not in APPEND_ONLY:
        raise TypeError(f"rows of {row.__tablename__} may change: the unit of work adds them")
    if deed is None:
        raise RuntimeError(f"write outside an action: {row.__tablename__}")
    session.flush()
    deed.changes += differences(row)
    with letting_through():
        _adding(type(row)).add(session, [_values(row)])


def _values(row: Base) -> dict[str, Any]:
    """What is said of it, and the default of what is not."""
    return {name: _default(row, name) if (said := getattr(row, name)) is None else said
            for name in _adding(type(row)).columns}


def _default(row: Base, name: str) -> Any:
    default: Any = inspect(type(row)).columns[name].default
    return None if default is None else default.arg(None) if default.is_callable else default.arg


@cache
def _adding(model: type[Base]) -> Adding:
    """All its columns but those that the database fills in."""
    columns: Any = [each.columns[0] for each in inspect(model).column_attrs]
    return Adding(model, [column.name for column in columns if column.server_default is None
                          and column is not column.table.autoincrement_column])
