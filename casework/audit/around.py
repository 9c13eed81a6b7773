"""Nothing private is read around the policy: which statements open the gate of a watched connection.

A statement is answered when it was made by the two ways to read (`find`, `visible`) or a helper beside them; when the
rules look for themselves; when it loads what belongs to a row that is here already; when it writes what an action
changed; and when every private table in it hangs on a record that this session was given. Everything else SQLite
refuses. PostgreSQL has its wall instead.
"""
from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID
from weakref import ref

from flask_sqlalchemy.session import Session as OurSession
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import ORMExecuteState, Session

from ..kernel.db import Base
from ..kernel.given import give, given, may_get
from ..kernel.scope import eyes
from ..kernel.watched import OPENED, Around, Gate, Watched
from .anchors import anchored
from .guards import lets_through
from .sent import Sent

# The mark on a connection of which all that is asked was narrowed by the policy (`access.streams`); a test counts who
# puts it. What is asked of a session is marked by its condition instead (`opened.py`).
SCOPED = {"casework_scoped": True}


class Asked(NamedTuple):
    """How a session came to ask: for a reason that opens the gate, or by a statement still to be judged."""

    session: Session
    answered: bool
    parameters: Any


@event.listens_for(OurSession, "do_orm_execute")
def note_who_asks(state: ORMExecuteState) -> None:
    """Statements that come by a session say so; those of a bare connection say nothing, and are not answered."""
    answered = _belongs(state) or eyes(state.session).why is not None
    state.update_execution_options(casework_asked=Asked(state.session, answered, state.parameters))


def _belongs(state: ORMExecuteState) -> bool:
    """Does it load what belongs to a row that was given, or to the rows of a statement that was answered?"""
    if not state.is_relationship_load:
        return False
    parent: Any = state.lazy_loaded_from
    return parent is None or may_get(state.session, parent.class_, parent.identity[0])


@event.listens_for(Engine, "before_cursor_execute", retval=True)
def open_gate(connection: Any, _cursor: Any, statement: str, parameters: Any, context: Any,
              _many: bool) -> tuple[str, Any]:
    gate = gate_of(connection)
    if gate is None or not (lets_through() or _answers(context) or _by_the_rules(connection)):
        return statement, parameters
    gate.open = True
    return statement + OPENED, parameters


@event.listens_for(Engine, "after_cursor_execute")
def shut_gate(connection: Any, *_: Any) -> None:
    if gate := gate_of(connection):
        gate.open = False


@event.listens_for(Engine, "handle_error")
def say_what_was_wrong(context: ExceptionContext) -> Around | None:
    """Shut after a failure too; a refusal of the gate says which table, and how to do it right."""
    gate = gate_of(context.connection) if context.connection is not None else None
    if gate is None:
        return None
    gate.open = False
    refused = getattr(context.original_exception, "sqlite_errorcode", None) == sqlite3.SQLITE_AUTH
    return Around(gate.refused) if refused else None


def gate_of(connection: Any) -> Gate | None:
    line = connection.connection.dbapi_connection
    return line.gate if isinstance(line, Watched) else None


@event.listens_for(OurSession, "after_begin")
def note_whose_connection(session: Session, _transaction: object, connection: Any) -> None:
    connection.info["session"] = ref(session)


def _by_the_rules(connection: Any) -> bool:
    """On a session's own connection the rules look for themselves, too."""
    whose = connection.info.get("session")
    session = whose() if whose else None
    return session is not None and eyes(session).why is not None


def _answers(context: Any) -> bool:
    options = context.execution_options if context else {}
    asked = options.get("casework_asked")
    return "casework_scoped" in options or (asked is not None and (asked.answered or _is_anchored(context, asked)))


def _is_anchored(context: Any, asked: Asked) -> bool:
    """A statement in words is judged by nobody."""
    if context.compiled is None or context.invoked_statement is None:
        return False
    return anchored(context.invoked_statement, given(asked.session), Sent(context, asked.parameters))


@event.listens_for(Base, "load", propagate=True)
@event.listens_for(Base, "refresh", propagate=True)
def give_what_was_read(row: Any, context: Any, *_: Any) -> None:
    """A row that was read is given, unless the rules read it: nothing read under `rules` is shown."""
    if context is not None and eyes(context.session).why is None:
        give(context.session, [row])


@event.listens_for(OurSession, "before_flush")
def give_what_was_made(session: Session, *_: object) -> None:
    give(session, session.new)


def give_ids(session: Session, ids: Iterable[UUID]) -> None:
    """The ids that a scoped statement told without their rows."""
    given(session).update(dict.fromkeys(ids))
