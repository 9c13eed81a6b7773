"""Turning the key that signs the log: the old key signs the new one in, by a note of its own and by the checkpoint over
its leaf. Whoever holds the first key can follow the chain."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..kernel.db import begin_writing, db, now
from ..kernel.scope import by_itself
from . import log_keys, notes
from .finished import START, Position
from .gathering import of_key
from .models import LogKey
from .notes import Signer
from .sealer import append, everything, known, newest


def rotate(settings: Mapping[str, Any], file: Path) -> Signer:
    """Make a new key in `file` (FileExistsError) and sign it in, as the one sealer. The last checkpoint of the old key
    is the one that holds the new key's leaf; every later one must be signed by the new."""
    old = log_keys.signer(settings)
    everything(old)
    new = log_keys.create(file, old.name)
    _sign_in(old, new)
    return new


def _sign_in(old: Signer, new: Signer) -> None:
    session = db.session()
    with by_itself("seal"):
        first, last, before = known(session, old), newest(session), log_keys.current(session)
        key = LogKey(id=before.id + 1 if before else 2, vkey=new.vkey, since_at=now(), previous_vkey=old.vkey,
                     note=old.sign(notes.handing_over(old.name, new.vkey)))
        keys = [first, key] if first else [key]
        begin_writing(session)
        reached = Position(last.transaction_id, last.event_id) if last else START
        append(session, old, keys, [of_key(one) for one in keys], last, reached)
        session.commit()


def chain(session_keys: list[LogKey]) -> list[str]:
    """The keys from the first one on, each signed in by the one before; NotANote where the chain breaks."""
    vkeys = [session_keys[0].vkey]
    for key in session_keys[1:]:
        origin = vkeys[-1].partition("+")[0]
        text = notes.opened(key.note or "", vkeys[-1])
        if key.previous_vkey != vkeys[-1] or text != notes.handing_over(origin, key.vkey):
            raise notes.NotANote("a key that the one before did not sign in")
        vkeys.append(key.vkey)
    return vkeys
