"""Going on from an older log on purpose: somebody restored a backup, and says so."""
from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..audit.reads import remember
from ..kernel.db import db
from ..kernel.errors import Conflict
from ..kernel.scope import by_itself
from ..kernel.system import SYSTEM
from . import continuity, log_keys
from .memory import Memory, MemoryLost, OfProcess, Signed
from .notes import Signer
from .sealer import known, newest
from .tiles import Tiles

NOT_ASKED = "The log in the database goes on from what this key signed: there is nothing to accept."
NO_FILE = ("What this key signed is remembered by the process that seals alone: start that one anew. (With "
           "CASEWORK_LOG_KEY_FILE or CASEWORK_LOG_MEMORY_FILE it is remembered in a file.)")


class Accepted(NamedTuple):
    """How many leaves this key had signed, as far as that can be read, and how many there are to go on from."""

    before: str
    now: int


def accept(settings: Mapping[str, Any]) -> Accepted:
    """As the one sealer: what is in the database is what this key signed last. Written into the trail before it holds.
    Raises DoesNotHold when the log is not even sound in itself, which no backup is."""
    signer = log_keys.signer(settings)
    if isinstance(signer.memory, OfProcess):
        raise Conflict(NO_FILE)
    remembered = _read(signer.memory)
    now = _sound(signer, remembered)
    before = str(remembered[-1].size) if remembered else "an unknown number of"
    remember(SYSTEM, "log.accept", signed=before, size=now.size, root=b64encode(now.root).decode())
    signer.memory.write(now)
    return Accepted(before, now.size)


def _sound(signer: Signer, remembered: list[Signed] | None) -> Signed:
    """What there is to accept, when it is sound in itself and not what is gone on from anyway."""
    session = db.session()
    with by_itself("seal"):
        try:
            last, tiles = newest(session), Tiles(session)
            known(session, signer)
            continuity.held(session, last, tiles)
            now = continuity.signed(last)
            if remembered is not None and continuity.goes_on(remembered, now, tiles):
                raise Conflict(NOT_ASKED)
            return now
        finally:
            session.rollback()


def _read(memory: Memory) -> list[Signed] | None:
    try:
        return list(memory.read())
    except MemoryLost:
        return None
