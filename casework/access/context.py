"""Who asks, said to PostgreSQL: signed, for one connection, one transaction and a short time.

What is said is `kind|person|backend|until|moment` and its HMAC-SHA256. The kind is `asks` for a person, or for
Casework acting by itself, and `rules` while the rules of law look (kernel.scope): they see, and write nothing. `until`
is on the clock of the wall; `moment` is on the one clock of the product, by which grants are in force or not.

It is said before the first statement that needs it, and again when the eyes change, when it would run out, or when a
savepoint took it back. What is written is written as the asker, also while the rules look.
"""
from __future__ import annotations

import hmac
import time
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session, SessionTransaction

from ..kernel.db import now, told
from ..kernel.prepared import kept_cursor
from ..kernel.scope import Eyes, eyes
from ..kernel.system import SYSTEM

SECONDS, EARLY = 60, 15
SAVEPOINTS = ("SAVEPOINT ", "RELEASE SAVEPOINT ", "ROLLBACK TO SAVEPOINT ")


class Said(NamedTuple):
    """The kind and the person, and until when it holds. Nobody has neither, and holds for ever."""

    kind: str = ""
    person: UUID | None = None
    told: datetime | None = None
    until: int = 0


NOBODY = Said()


class Voice:
    """Speaks for one connection in one transaction, which begins with nobody, with the eyes of its session or with
    those it was given. None is not to know what was said last."""

    def __init__(self, of: Session | Eyes) -> None:
        self.of = of
        self.said: Said | None = NOBODY

    def needs(self, *, writes: bool) -> tuple[str, UUID] | None:
        """As whom the next statement speaks; None is nobody."""
        sight = eyes(self.of) if isinstance(self.of, Session) else self.of
        if sight.why and not writes:
            return "rules", SYSTEM.id
        return None if sight.asker_id is None else ("asks", sight.asker_id)


def signed(secret: bytes, kind: str, person: UUID, backend: int, *, until: int, moment: str) -> str:
    words = f"{kind}|{person}|{backend}|{until}|{moment}"
    return f"{words}|{hmac.digest(secret, words.encode(), 'sha256').hex()}"


def pads(secret: bytes) -> dict[str, bytes]:
    """The two halves of HMAC's key (RFC 2104), so that the database needs no extension to verify."""
    inner, outer = (bytes(byte ^ pad for byte in secret.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    return {"inner": inner, "outer": outer}


def reads_for(connection: Connection, actor_id: UUID | None) -> Connection:
    """A connection of its own, outside any session, that reads for this person until it is given back."""
    if not connection.get_execution_options().get("context_key"):
        return connection
    return connection.execution_options(voice=Voice(Eyes(actor_id, None)))


@event.listens_for(Session, "after_begin")
def _has_a_voice(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """A savepoint goes on with the voice of its transaction."""
    if connection.get_execution_options().get("context_key") and not transaction.nested:
        connection.execution_options(voice=Voice(session))


@event.listens_for(Engine, "before_cursor_execute")
def _say_who_asks(connection: Connection, _cursor: Any, statement: str, _parameters: Any, context: Any,
                  _many: bool) -> None:
    """A savepoint itself asks nothing: what were said for it, it would take back."""
    options = connection.get_execution_options()
    voice: Voice | None = options.get("voice")
    if voice is None or "context_key" not in options or statement.startswith(SAVEPOINTS):
        return
    writes = bool(context and (context.isinsert or context.isupdate or context.isdelete))
    needed = voice.needs(writes=writes)
    if not _still_said(voice.said, needed):
        voice.said = _say(options["context_key"], connection, needed)
    if writes and _begins_something(context):
        voice.said = None


def _still_said(said: Said | None, needed: tuple[str, UUID] | None) -> bool:
    if said is None or needed is None:
        return said is NOBODY
    return (said.kind, said.person) == needed and said.told == told() and time.time() < said.until - EARLY


def _say(secret: bytes, connection: Connection, needed: tuple[str, UUID] | None) -> Said:
    until, cursor = int(time.time()) + SECONDS, kept_cursor(connection)
    backend = cursor.connection.info.backend_pid
    words = signed(secret, *needed, backend, until=until, moment=now().isoformat()) if needed else ""
    cursor.execute("SELECT set_config('casework.asks', %s, true)", (words,))
    return Said(*needed, told(), until) if needed else NOBODY


def _begins_something(context: Any) -> bool:
    """A membership or a grant that begins now is not yet in force at the moment that was said: say a later one."""
    table = getattr(getattr(context.compiled, "statement", None), "table", None)
    return table is not None and "since" in table.columns


@event.listens_for(Engine, "rollback_savepoint")
def _taken_back(connection: Connection, *_: object) -> None:
    voice: Voice | None = connection.get_execution_options().get("voice")
    if voice is not None:
        voice.said = None
