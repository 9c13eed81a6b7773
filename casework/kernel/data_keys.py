"""The data keys of people: one each, wrapped by a master key of the ring."""
from __future__ import annotations

import os
from datetime import datetime

from .crypto import SECRET, Key, Place, destroyed, seal, unreadable, unseal
from .keyring import ring

DATA_KEY, OPEN_AT_MOST = 1, 4096

opened: dict[Place, tuple[Key, bytes, Key]] = {}
"""Data keys that were lately used, by the place of their wrapped form: the master key, that form, and the key. Dropped
whenever the ring is loaded."""
ring.on_load.append(opened.clear)


def new_data_key(place: Place) -> bytes:
    """A fresh key for one person, wrapped for the place that keeps it."""
    return seal(ring.current, place, os.urandom(SECRET))


def data_key(place: Place, wrapped: bytes | None, gone: tuple[datetime, str] | None = None) -> Key:
    """The key of one person, from what is kept of it; Unreadable if it cannot be unwrapped.

    `gone` says when and under which document it was destroyed: then this process forgets it too.
    """
    if gone or wrapped is None:
        opened.pop(place, None)
        raise destroyed(place, *gone) if gone else unreadable(place, "the key is missing, and nobody destroyed it")
    master = ring.named_in(place, wrapped)
    known = opened.get(place)
    if known is None or known[:2] != (master, wrapped):
        known = (master, wrapped, _unwrapped(master, place, wrapped))
        if len(opened) >= OPEN_AT_MOST:
            opened.clear()
        opened[place] = known
    return known[2]


def rewrapped(place: Place, wrapped: bytes) -> bytes:
    """The same data key under the current master key; Unreadable if it does not open."""
    secret = _unwrapped(ring.named_in(place, wrapped), place, wrapped).secret
    return seal(ring.current, place, secret)


def _unwrapped(master: Key, place: Place, wrapped: bytes) -> Key:
    secret = unseal(master, place, wrapped)
    if len(secret) != SECRET:
        raise unreadable(place, "not a key")
    return Key(DATA_KEY, secret)
