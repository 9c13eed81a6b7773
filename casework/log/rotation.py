"""Turning the key that signs the log: the old key signs the new one in, by a note of its own and by the checkpoint over
its leaf. Whoever holds the first key can follow the chain."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..kernel.db import begin_writing, db, now
from ..kernel.scope import by_itself
from . import continuity, log_keys, notes
from .finished import START, Position
from .gathering import of_key
from .memory import remembering
from .models import LogKey
from .notes import Signer
from .sealer import append, everything, known, newest
from .tiles import Tiles


def rotate(settings: Mapping[str, Any], file: Path) -> Signer:
    """Make a new key in `file` (FileExistsError) and sign it in, as the one sealer. The last checkpoint of the old key
    is the one that holds the new key's leaf; every later one must be signed by the new."""
    old = log_keys.signer(settings)
    everything(old)
    new = log_keys.remembering(settings, log_keys.create(file, old.name), file)
    _sign_in(old, new)
    return new


def _sign_in(old: Signer, new: Signer) -> None:
    session = db.session()
    with by_itself("seal"):
        first, last, before, tiles = known(session, old), newest(session), log_keys.current(session), Tiles(session)
        held = continuity.check(session, old.memory, last, tiles)
        key = LogKey(id=before.id + 1 if before else 2, vkey=new.vkey, since_at=now(), previous_vkey=old.vkey,
                     note=old.sign(notes.handing_over(old.name, new.vkey)))
        keys = [first, key] if first else [key]
        reached = Position(last.transaction_id, last.event_id) if last else START
        begin_writing(session)
        signed = append(session, old, keys, [of_key(one) for one in keys], held.size, reached, tiles)
        with remembering([old.memory, new.memory], held, signed):
            session.commit()
