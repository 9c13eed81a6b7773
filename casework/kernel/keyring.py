"""The key ring: every key that may still open something, and the data keys of people that it wraps.

Two purposes, never one key for both: `master` keys wrap data keys, `index` keys make the digests of exact identifiers.
Of each, the newest (highest) id is used for what is new; the older ones still open what names them. There is no
default key.
"""
from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache

from .crypto import SECRET, Key, Place, key_id, seal, unreadable, unseal

DEMO = b"PUBLISHED DEMO KEY: NOT FOR CASE"
"""Known to everyone. A ring that holds it is a demonstration; production refuses such a ring."""

DATA_KEY = 1

Secrets = Mapping[int, bytes]


class KeysRefused(Exception):
    """There are no keys, or they cannot be used. Says what to do, and never shows a key."""


class KeyRing:
    """Empty until loaded. Loading replaces every key at once, or, if refused, none."""

    def __init__(self) -> None:
        self._keys: dict[str, dict[int, Key]] = {"master": {}, "index": {}}

    def load(self, master: Secrets, index: Secrets) -> None:
        """Takes keys by id. At least one of each purpose, 32 bytes each, no secret twice."""
        secrets = [*master.values(), *index.values()]
        if len(set(secrets)) != len(secrets):
            raise KeysRefused("The same key is given twice: every id and purpose needs a key of its own.")
        self._keys = {"master": _keys("master", master), "index": _keys("index", index)}

    @property
    def current(self) -> Key:
        """The master key that wraps what is new."""
        return self._newest("master")

    @property
    def index(self) -> Key:
        """The key under which exact identifiers are indexed."""
        return self._newest("index")

    @property
    def is_demo(self) -> bool:
        """Whether a key that everyone knows is on the ring."""
        return any(key.secret == DEMO for keys in self._keys.values() for key in keys.values())

    def named_in(self, place: Place, envelope: bytes) -> Key:
        """The master key an envelope names; Unreadable if it is not on the ring."""
        key = self._keys["master"].get(key_id(place, envelope))
        if key is None:
            raise unreadable(place, "sealed under a key that is not on the ring")
        return key

    def _newest(self, purpose: str) -> Key:
        keys = self._keys[purpose]
        if not keys:
            raise KeysRefused("No keys are loaded: set CASEWORK_KEYS_FILE or CASEWORK_KEYS.")
        return keys[max(keys)]


ring = KeyRing()


def new_data_key(place: Place) -> bytes:
    """A fresh key for one person, wrapped for the column that keeps it."""
    return seal(ring.current, place, os.urandom(SECRET))


def data_key(place: Place, wrapped: bytes) -> Key:
    """The key of one person, from what the column keeps; Unreadable if it cannot be unwrapped."""
    return _unwrapped(ring.named_in(place, wrapped), place, wrapped)


@lru_cache(4096)
def _unwrapped(master: Key, place: Place, wrapped: bytes) -> Key:
    secret = unseal(master, place, wrapped)
    if len(secret) != SECRET:
        raise unreadable(place, "not a key")
    return Key(DATA_KEY, secret)


def _keys(purpose: str, secrets: Secrets) -> dict[int, Key]:
    if not secrets:
        raise KeysRefused(f"There is no {purpose} key: one is needed, named {purpose}-1.")
    try:
        return {id: Key(id, secret) for id, secret in secrets.items()}
    except ValueError as problem:
        raise KeysRefused(f"A {purpose} key cannot be used: {problem}.") from None
