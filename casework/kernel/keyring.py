"""The key ring: every key that may still open something, and the data keys of people that it wraps.

Four purposes, never one key for two: `master` keys wrap data keys, `index` keys make the digests of exact identifiers,
`backup` keys encrypt backups of the data, `escrow` keys the small backups of the wrapped data keys. Of each, the newest
(highest) id that is not retired is used for what is new; the others still open what names them. A destroyed key leaves
its id behind, so that no other key is ever called the same. There is no default key.
"""
from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from time import monotonic

from .crypto import SECRET, Key, Place, destroyed, key_id, seal, unreadable, unseal

DEMO = b"PUBLISHED DEMO KEY: NOT FOR CASE"
"""Known to everyone. A ring that holds it is a demonstration; production refuses such a ring."""

PURPOSES = ("master", "index", "backup", "escrow")
NEEDED = ("master", "index")
DATA_KEY, OPEN_AT_MOST, LOOK_EVERY = 1, 4096, 1.0


class KeysRefused(Exception):
    """There are no keys, or they cannot be used. Says what to do, and never shows a key."""


class State(StrEnum):
    """What a key of the ring still does."""

    CURRENT = "current"
    OLDER = "older"
    RETIRED = "retired"
    DESTROYED = "destroyed"


@dataclass(frozen=True)
class RingKey:
    """One key of the ring. Without a secret it is destroyed: only its name is kept."""

    purpose: str
    id: int
    secret: bytes | None = field(repr=False)
    made_at: datetime | None = None
    retired_at: datetime | None = None
    destroyed_at: datetime | None = None

    @property
    def name(self) -> str:
        return f"{self.purpose}-{self.id}"

    @cached_property
    def key(self) -> Key | None:
        return None if self.secret is None else Key(self.id, self.secret)

    def destroyed(self, moment: datetime) -> RingKey:
        return replace(self, secret=None, destroyed_at=moment)


class KeyRing:
    """Empty until loaded. Loading replaces every key at once, or, if refused, none."""

    def __init__(self) -> None:
        self._keys: dict[str, dict[int, RingKey]] = {}
        self._anew: Callable[[], Iterable[RingKey] | None] = lambda: None
        self._looked = 0.0
        self.trouble = ""

    def load(self, keys: Iterable[RingKey]) -> None:
        """Takes these keys and drops every other, with all data keys that are open. At least one master and one index
        key that is not retired, 32 bytes each, no name and no secret twice."""
        self._keys = sorted_out(list(keys))
        _opened.clear()

    def follow(self, anew: Callable[[], Iterable[RingKey] | None]) -> None:
        """From here on ask `anew` whether the source has changed: it gives the keys again if so, and else None."""
        self._anew = anew

    def look(self) -> None:
        """Take the keys anew if their source has changed. What cannot be read leaves the ring as it is, and is the
        `trouble` that readiness tells of."""
        self._looked = monotonic()
        try:
            if (keys := self._anew()) is not None:
                self._change(list(keys))
                self.trouble = ""
        except KeysRefused as refused:
            self.trouble = str(refused)

    def _change(self, keys: list[RingKey]) -> None:
        """A ring in use stays what it was allowed to start with."""
        if not self.is_demo and any(key.secret == DEMO for key in keys):
            raise KeysRefused("The published demo key cannot be added to a ring that is in use.")
        self.load(keys)

    @property
    def current(self) -> Key:
        """The master key that wraps what is new."""
        return self.current_of("master")

    @property
    def index(self) -> Key:
        """The key under which exact identifiers are indexed."""
        return self.current_of("index")

    @property
    def is_demo(self) -> bool:
        """Whether a key that everyone knows is on the ring."""
        return any(key.secret == DEMO for held in self._keys.values() for key in held.values())

    @property
    def keys(self) -> list[RingKey]:
        """Every key, destroyed ones too, by purpose and age."""
        self.look()
        return [held[id] for held in self._keys.values() for id in sorted(held)]

    def state(self, key: RingKey) -> State:
        if key.secret is None:
            return State.DESTROYED
        if key.retired_at:
            return State.RETIRED
        return State.CURRENT if key.id == self.current_of(key.purpose).id else State.OLDER

    def current_of(self, purpose: str) -> Key:
        """The key of this purpose that is used for what is new. Looks for a newer one each time."""
        self.look()
        fit = [key for held in self._keys.get(purpose, {}).values() if (key := held.key) and not held.retired_at]
        if not fit and not self._keys:
            raise KeysRefused("No keys are loaded: set CASEWORK_KEYS_FILE or CASEWORK_KEYS.")
        if not fit:
            raise KeysRefused(f"There is no {purpose} key in use: casework keys add {purpose}.")
        return max(fit, key=lambda key: key.id)

    def live(self, purpose: str) -> list[Key]:
        """Every key of this purpose that still opens something, newest first."""
        self.look()
        held = self._keys.get(purpose, {})
        return [key for id in sorted(held, reverse=True) if (key := held[id].key)]

    def named_in(self, place: Place, envelope: bytes, purpose: str = "master") -> Key:
        """The key an envelope names; Unreadable if it is not on the ring, also after looking for it anew."""
        id = key_id(place, envelope)
        if monotonic() - self._looked > LOOK_EVERY:
            self.look()
        if (key := self._held(purpose, id)) is None:
            self.look()
            key = self._held(purpose, id)
        if key is None:
            raise unreadable(place, "sealed under a key that is not on the ring")
        return key

    def _held(self, purpose: str, id: int) -> Key | None:
        held = self._keys.get(purpose, {}).get(id)
        return held.key if held else None


ring = KeyRing()

_opened: dict[Place, tuple[Key, bytes, Key]] = {}
"""Data keys that were lately used, by the place of their wrapped form: the master key, that form, and the key."""


def new_data_key(place: Place) -> bytes:
    """A fresh key for one person, wrapped for the place that keeps it."""
    return seal(ring.current, place, os.urandom(SECRET))


def data_key(place: Place, wrapped: bytes | None, gone: tuple[datetime, str] | None = None) -> Key:
    """The key of one person, from what is kept of it; Unreadable if it cannot be unwrapped.

    `gone` says when and under which document it was destroyed: then this process forgets it too.
    """
    if gone or wrapped is None:
        _opened.pop(place, None)
        raise destroyed(place, *gone) if gone else unreadable(place, "the key is missing, and nobody destroyed it")
    master = ring.named_in(place, wrapped)
    known = _opened.get(place)
    if known is None or known[:2] != (master, wrapped):
        known = (master, wrapped, _unwrapped(master, place, wrapped))
        if len(_opened) >= OPEN_AT_MOST:
            _opened.clear()
        _opened[place] = known
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


def sorted_out(keys: list[RingKey]) -> dict[str, dict[int, RingKey]]:
    """By purpose and id; KeysRefused if they make no ring."""
    taken: dict[str, dict[int, RingKey]] = {purpose: {} for purpose in PURPOSES}
    secrets = [key.secret for key in keys if key.secret is not None]
    if len(set(secrets)) != len(secrets):
        raise KeysRefused("The same key is given twice: every id and purpose needs a key of its own.")
    for key in keys:
        _usable(key)
        taken[key.purpose][key.id] = key
    for purpose in NEEDED:
        if not any(key.secret and not key.retired_at for key in taken[purpose].values()):
            raise KeysRefused(f"There is no {purpose} key: one is needed that is not retired, such as {purpose}-1.")
    return taken


def _usable(key: RingKey) -> None:
    try:
        key.key  # noqa: B018
    except ValueError as problem:
        raise KeysRefused(f"A {key.purpose} key cannot be used: {problem}.") from None
