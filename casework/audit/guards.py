"""What goes around the trail is stopped: writes outside an action, deletes, bulk and core writes.

A table marked operational (sessions, counters, stored answers) is no part of the record and is not guarded.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from hashlib import sha256
from typing import Any

from flask_sqlalchemy.session import Session as OurSession
from sqlalchemy import Engine, TextClause, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE

WRITES = re.compile(r"\s*(with\b.*)?\b(insert|update|delete|merge|truncate|copy|replace)\b|"
                    r"\s*(alter|drop|create|reindex|attach|detach|vacuum)\b|\s*pragma\b.*=", re.I | re.S)
_let_through: ContextVar[bool] = ContextVar("let_through", default=False)
# Whose unit of work was noticed; it is at work only while it flushes, for one that finds no work ends without a word.
_writing: ContextVar[Session | None] = ContextVar("writing", default=None)


@contextmanager
def letting_through() -> Iterator[None]:
    """For the trail's own writes, for migrations, and for keys that are turned or destroyed (their deeds say how many
    rows). Nothing else may use it; a test counts who does."""
    token = _let_through.set(True)
    try:
        yield
    finally:
        _let_through.reset(token)


def lets_through() -> bool:
    """Is the trail, a migration or the unit of work writing just now?"""
    writing = _writing.get()
    return _let_through.get() or (writing is not None and writing._flushing)


@event.listens_for(OurSession, "before_flush")
def notice(session: Session, *_: object) -> None:
    """Only here are the true changes seen; later they are lost to autoflush."""
    if any(_guarded(row.__table__) for row in session.deleted):
        raise RuntimeError("nothing is deleted here; things change state")
    rows = [row for row in (*session.new, *session.dirty) if _guarded(row.__table__)]
    changes = [change for row in rows for change in differences(row)]
    deed: Any = session.info.get("action")
    if changes and not deed:
        raise RuntimeError(f"write outside an action: {[(c['what'], c['field']) for c in changes]}")
    if changes:
        deed.changes += changes
    _writing.set(session)


@event.listens_for(OurSession, "after_flush")
@event.listens_for(OurSession, "after_soft_rollback")
def flushed(session: Session, *_: object) -> None:
    if _writing.get() is session:
        _writing.set(None)


@event.listens_for(OurSession, "do_orm_execute")
def no_writing_by_statement(state: ORMExecuteState) -> None:
    _refuse(state.statement)


@event.listens_for(Engine, "before_execute")
def no_writing_by_connection(connection: Any, statement: Any, *_: object) -> None:
    """Engines of the product only: migrations and tests that look behind the curtain use their own."""
    if connection.get_execution_options().get("guarded"):
        _refuse(statement)


def _refuse(statement: Any) -> None:
    """Only the unit of work writes: it knows what changed. (The first words of text() are read too.)"""
    if lets_through():
        return
    by_text = isinstance(statement, TextClause) and WRITES.match(statement.text)
    by_core = getattr(statement, "is_dml", False) and _guarded(statement.table)
    if by_text or by_core:
        raise RuntimeError("a write by statement goes around the audit trail")


def _guarded(table: Any) -> bool:
    return not table.info.get("operational")


def differences(row: Any) -> Iterator[dict[str, Any]]:
    """What changed, by field. Of a private column only a commitment to what is stored, never the value."""
    state: Any = inspect(row)
    columns, kind, key = _columns(state.mapper), row.kind, _key(row)
    for name, before, after in _changed(state) if state.persistent else _new(state):
        if name in columns:
            plain = _committed if columns[name] else _plain
            yield {"what": kind, "id": key, "field": name, "from": plain(before), "to": plain(after)}


def _new(state: Any) -> Iterator[tuple[str, Any, Any]]:
    """Everything that is said of a row that was not there."""
    return ((name, (), (value,)) for name, value in list(state.dict.items()))


def _changed(state: Any) -> Iterator[tuple[str, Any, Any]]:
    """(what, before, after) of what is not as it was read."""
    for name in list(state.committed_state):
        history = state.get_history(name, PASSIVE_NO_INITIALIZE)
        if history.has_changes():
            yield name, history.deleted, history.added


@cache
def _columns(mapper: Any) -> dict[str, bool]:
    """The columns that tell something, and whether each is private."""
    return {column.key: bool(column.columns[0].info.get("private"))
            for column in mapper.column_attrs if column.key != "version"}


def _key(row: Any) -> str:
    return ":".join(str(part) for part in inspect(row).mapper.primary_key_from_instance(row))


def _plain(values: Any) -> str | None:
    return str(values[0]) if values and values[0] is not None else None


def _committed(values: Any) -> str | None:
    """An envelope holds a fresh nonce, so its digest commits to it and tells nothing of what it seals."""
    if not values or values[0] is None:
        return None
    return f"sha256:{sha256(values[0]).hexdigest()}" if isinstance(values[0], bytes) else "changed"
