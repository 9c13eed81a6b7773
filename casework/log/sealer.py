"""Sealing: finished events become leaves, and a checkpoint over all of them is signed. One pass is one transaction.

Killed at any point, a pass has happened or has not. What makes a gap or a double impossible is in the tables: an
index is a primary key that follows on the last checkpoint's size, and an event has one leaf (a unique key).
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ..kernel.alone import alone
from ..kernel.db import begin_writing, db, now
from ..kernel.scope import by_itself
from . import continuity, log_keys, notes, tree
from .finished import START, Position, batch
from .gathering import NewLeaf, of_events, of_key
from .log_keys import KeyProblem
from .memory import Signed, remembering
from .models import LogCheckpoint, LogKey, LogLeaf, LogNode
from .notes import Signer
from .tiles import Tiles

AT_MOST = 5_000
BUSY = "Another process is sealing this log already."
TURNED = ("The log is signed by another key now: set CASEWORK_LOG_KEY_FILE to the key that was signed in last "
          "(casework log rotate-key), not to this one.")


class Pass(NamedTuple):
    """What one pass did: how many events it sealed, and the size of the log after it."""

    events: int
    size: int


@contextmanager
def the_sealer() -> Iterator[None]:
    """Inside, this process is the one that seals. Raises Busy when another one is."""
    with alone("sealing", BUSY):
        yield


def seal(signer: Signer, *, sweep: bool = False, at_most: int = AT_MOST) -> Pass:
    """One pass, as the one sealer. Raises KeyProblem unless this key is the one that signs the log now, and DoesNotHold
    when the log in the database is not the one that was signed."""
    session = db.session()
    with by_itself("seal"):
        try:
            return _seal(session, signer, sweep, at_most)
        except BaseException:
            session.rollback()
            raise


def everything(signer: Signer) -> Pass:
    """Pass after pass until nothing is left, then a sweep for what stands where nothing should."""
    events, size, sweep, done = 0, 0, False, False
    while not done:
        events_now, size = seal(signer, sweep=sweep)
        events, done, sweep = events + events_now, sweep and not events_now, sweep or not events_now
    return Pass(events, size)


def follow(settings: Mapping[str, Any], wait: Callable[[float], bool], every: float = 1.0) -> None:
    """A pass at least every second while there is something, until `wait` (seconds) says that it is over."""
    swept, pause = False, 0.0
    while not wait(pause):
        done = seal(log_keys.signer(settings), sweep=not swept and pause > 0)
        swept = swept or (pause > 0 and not done.events)
        pause = 0.0 if done.events >= AT_MOST else every


def newest(session: Session) -> LogCheckpoint | None:
    """The last checkpoint that was signed."""
    return session.scalar(select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1))


def _seal(session: Session, signer: Signer, sweep: bool, at_most: int) -> Pass:
    last, tiles = newest(session), Tiles(session)
    first = known(session, signer)
    before = continuity.check(session, signer.memory, last, tiles)
    position = Position(last.transaction_id, last.event_id) if last else START
    rows, reached = batch(session, position, at_most, sweep=sweep)
    found = of_events(session, rows)
    if found and first:
        found = [of_key(first), *found]
    begin_writing(session)
    after = append(session, signer, [first] if first else [], found, before.size, reached, tiles) if found else before
    with remembering([signer.memory], before, after):
        session.commit()
    return Pass(len(rows), after.size)


def known(session: Session, signer: Signer) -> LogKey | None:
    """The key to sign in first: none, unless the log has none yet. Raises KeyProblem for any key but the current."""
    current = log_keys.current(session)
    if current is None:
        return LogKey(id=1, vkey=signer.vkey, since_at=now(), previous_vkey=None, note=None)
    if current.vkey != signer.vkey:
        raise KeyProblem(TURNED)
    return None


def append(session: Session, signer: Signer, keys: Sequence[LogKey], added: Sequence[NewLeaf], size: int,
           reached: Position, tiles: Tiles) -> Signed:
    """Leaves, the nodes over them and the checkpoint, in the transaction at hand. `keys` are to be known from here.
    `tiles` are those that were held against the last checkpoint: what is built on is what was looked at."""
    nodes, whole = tiles.grow(size, [leaf.hash for leaf in added]), size + len(added)
    root = tree.root(tiles, whole)
    signed = {"size": whole, "root": root, "note": signer.sign(notes.checkpoint(signer.name, whole, root)),
              "signed_at": now(), "vkey": signer.vkey, **reached._asdict()}
    connection = session.connection()
    if keys:
        connection.execute(insert(LogKey), [_key_row(key) for key in keys])
    connection.execute(insert(LogLeaf), [_leaf_row(size + number, leaf) for number, leaf in enumerate(added)])
    if nodes:
        connection.execute(insert(LogNode), nodes)
    connection.execute(insert(LogCheckpoint), [signed])
    return Signed(whole, root)


def _leaf_row(index: int, leaf: NewLeaf) -> dict[str, Any]:
    return {"index": index, **leaf._asdict()}


def _key_row(key: LogKey) -> dict[str, Any]:
    return {name: getattr(key, name) for name in ("id", "vkey", "since_at", "previous_vkey", "note")}
