"""Is the log in the database the one that was signed? Asked before anything more is signed.

The sealer builds on the right edge of the stored tree, so it is held to that: the root over it, made from the stored
hashes, is the root of the last checkpoint, and a key of the chain signed that. What is read is what is built on: the
hashes of the last, unfinished tile of each level, a few hundred however large the tree. A hash further left is not
read here and nothing is built on it; nor is any record. Whoever verifies makes all of them anew.

And the log goes on from what this very key signed before, as it remembers (`memory.py`), not from what the database
says that it signed.
"""
from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..kernel.errors import Conflict
from . import log_keys, notes, tree
from .memory import NOTHING, Memory, Signed
from .models import LogCheckpoint, LogKey
from .tiles import Tiles
from .verifier.casework_verify import consistent

LACKING = "its tables lack hashes that the last checkpoint counts"
ANOTHER = "the hashes that are stored do not make the root of the last checkpoint"
UNSIGNED = "the last checkpoint is not signed by a key of the log"
KEEP = ("Nothing more is signed. Keep the database as it is, and hold it against a checkpoint from outside "
        "(casework log check).")


class DoesNotHold(Conflict):
    """The log in the database is not the one that was signed. Says what differs, and what to do."""


def signed(last: LogCheckpoint | None) -> Signed:
    return Signed(last.size, last.root) if last else NOTHING


def check(session: Session, memory: Memory, last: LogCheckpoint | None, tiles: Tiles) -> Signed:
    """What to go on from. Raises DoesNotHold. It is remembered from here on, also when nothing follows."""
    held(session, last, tiles)
    now, remembered = signed(last), memory.read()
    if not goes_on(remembered, now, tiles):
        raise DoesNotHold(_otherwise(remembered[-1], now))
    if last and tuple(remembered) != (now,):
        memory.write(now)
    return now


def held(session: Session, last: LogCheckpoint | None, tiles: Tiles) -> None:
    """The stored tree against the last checkpoint, and this against the keys. Raises DoesNotHold."""
    if last is None:
        return
    if not _signed_by_the_chain(session, last):
        raise _wrong(UNSIGNED)
    try:
        root = tree.root(tiles, last.size)
    except LookupError:
        raise _wrong(LACKING) from None
    if root != last.root:
        raise _wrong(ANOTHER)


def _signed_by_the_chain(session: Session, last: LogCheckpoint) -> bool:
    keys = list(session.scalars(select(LogKey).order_by(LogKey.id)))
    origin = last.vkey.partition("+")[0]
    try:
        return (last.vkey in log_keys.chain(keys)
                and notes.opened(last.note, last.vkey) == notes.checkpoint(origin, last.size, last.root))
    except notes.NotANote:
        return False


def goes_on(remembered: Sequence[Signed], now: Signed, tiles: Tiles) -> bool:
    """Does the tree of now begin with one that is remembered? When none is, nothing is known against it."""
    return not remembered or any(_begins_with(one, now, tiles) for one in remembered)


def _begins_with(old: Signed, now: Signed, tiles: Tiles) -> bool:
    if not 0 < old.size < now.size:
        return old.size == 0 or old == now
    try:
        return consistent(old.size, old.root, now.size, now.root, tree.consistency(tiles, old.size, now.size))
    except LookupError:
        return False


def _wrong(what: str) -> DoesNotHold:
    return DoesNotHold(f"The log in the database is not the one that was signed: {what}. {KEEP}")


def _otherwise(old: Signed, now: Signed) -> str:
    has = f"ends at {now.size}" if now.size < old.size else "says something else there"
    return (f"This key has signed a log of {old.size} leaves; the one in the database {has}. {KEEP} If an older backup "
            "was restored on purpose: casework log accept.")
