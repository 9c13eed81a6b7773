"""Through whose eyes the database is read just now.

A session reads for somebody: `asks` says for whom, and stays so until it reads for somebody else. `rules` is for the
law itself: what must be counted, numbered or judged over records that the asker may not see. Nothing read under
`rules` is shown; a test counts who uses it.
"""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from .db import db
from .system import SYSTEM


class Eyes(NamedTuple):
    """Whose eyes, and, where the rules look for themselves, what for."""

    asker_id: UUID | None
    why: str | None


def asks(session: Session, actor_id: UUID | None) -> None:
    """From here on this session reads for this person; None is nobody, who sees nothing private."""
    session.info["asker"] = actor_id


def eyes(session: Session) -> Eyes:
    return Eyes(session.info.get("asker"), session.info.get("rules"))


@contextmanager
def by_itself(why: str) -> Iterator[None]:
    """Inside, Casework acts by itself: it reads as the rules do, and what it writes is written as the system."""
    session = db.session()
    asker_id = session.info.get("asker")
    asks(session, SYSTEM.id)
    try:
        with rules(why):
            yield
    finally:
        asks(session, asker_id)


@contextmanager
def rules(why: str, session: Session | None = None) -> Iterator[None]:
    """Inside, the rules look for themselves, in this request's session or in one of its own. `why` says what for
    ("tier"); the outermost counts."""
    session = session or db.session()
    outer = session.info.get("rules")
    session.info["rules"] = outer or why
    try:
        yield
    finally:
        session.info["rules"] = outer
