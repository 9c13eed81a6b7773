"""Nothing is written except inside an action; no action goes unrecorded."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from .. import policy
from ..kernel.conditions import Actor
from ..kernel.constraints import conflict
from ..kernel.db import begin_writing, db
from ..kernel.errors import Conflict, Forbidden, Stale
from ..kernel.given import give
from ..kernel.scope import asks
from .events import Said, event
from .locks import moved_on
from .reads import join, joined


@dataclass
class Deed:
    """One named thing done by one actor to one subject. A creation sets `subject` to what it made."""

    actor: Actor
    verb: str
    subject: Any
    details: Said
    changes: list[Said] = field(default_factory=list)
    failed: bool = False

    @property
    def event(self) -> Said:
        return event(self.actor.id, self.verb, self.subject, details=self.details, changes=self.changes)


@contextmanager
def action(actor: Actor, verb: str, thing: Any, *, expecting: int | None = None, **details: Any) -> Iterator[Deed]:
    """Do one named thing to one thing: allowed, whole, remembered.

    The thing is locked and read again before it is judged; `expecting` is the version the asker saw (Stale when it
    has moved on). `details` go into the trail as they are, so no identity may be among them. An action inside
    another, or inside `whole`, joins it: its own check and its own event, one commit at the end of the outermost.
    When an inner one fails the whole fails, even if somebody swallows the error.
    """
    session, deed = db.session(), Deed(actor, verb, thing, details)
    outer: Deed | None = session.info.get("action")
    with _transaction(session) as part:
        session.info["action"] = deed
        asks(session, actor.id)
        try:
            if thing is not None:
                _hold(session, verb, thing, expecting)
            policy.check(actor, verb, thing)
            yield deed
            session.flush()
            if deed.failed:
                raise RuntimeError(f"{verb} goes on after a part of it failed")
            part["events"].append(deed.event)
        except BaseException:
            part["failed"] = True
            if outer:
                outer.failed = True
            raise
        finally:
            session.info["action"] = outer
            if outer:
                asks(session, outer.actor.id)


@contextmanager
def whole() -> Iterator[Session]:
    """One transaction around several actions: all of them, or none."""
    session = db.session()
    with _transaction(session):
        yield session


@contextmanager
def _transaction(session: Session) -> Iterator[Said]:
    """The outermost begins, writes what was done and read into the trail, and commits; whatever is inside joins.
    Broken constraints become refusals."""
    part: Said | None = session.info.get("transaction")
    outermost = part is None
    if part is None:
        part = session.info["transaction"] = {"failed": False, "events": []}
        begin_writing(session)
    try:
        yield part
        if part.get("failed"):
            raise RuntimeError("a part of this failed")
        if outermost:
            join(session, part["events"])
            session.commit()
            joined(session)
    except BaseException as error:
        session.rollback()
        raise _in_words(error) from error
    finally:
        if outermost:
            session.info["transaction"] = None


def _in_words(error: BaseException) -> BaseException:
    if isinstance(error, IntegrityError):
        return conflict(error) or error
    if isinstance(error, StaleDataError):
        return Conflict("Somebody else changed this at the same moment. Look again, then decide.")
    return error


def _hold(session: Session, verb: str, thing: Any, expecting: int | None) -> None:
    """Judge the row as it is now, and keep it so until the end."""
    if not inspect(thing).persistent:
        raise RuntimeError("only what is stored, in this session, can be judged")
    give(session, [thing])
    if moved_on(session, thing):
        try:
            session.refresh(thing, with_for_update={"of": type(thing)})
        except InvalidRequestError:
            raise Forbidden(policy.why_not(verb)) from None
    if expecting is not None and thing.version != expecting:
        raise Stale("Somebody changed this since you opened it. Look at it as it is now, then decide.")
