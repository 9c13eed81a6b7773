"""The key ring: every key that may still open something.

Four purposes, never one key for two: `master` keys wrap data keys, `index` keys make the digests of exact identifiers,
`backup` keys encrypt backups of the data, `escrow` keys the small backups of the wrapped data keys. Of each, the newest
(highest) id that is not retired is used for what is new; the others still open what names them. A destroyed key leaves
its id behind, so that no other key is ever called the same. There is no default key.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from time import monotonic

from .crypto import Key, Place, key_id, unreadable

DEMO = b"PUBLISHED DEMO KEY: NOT FOR CASE"
"""Known to everyone. A ring that holds it is a demonstration; production refuses such a ring."""

PURPOSES = ("master", "index", "backup", "escrow")
NEEDED = ("master", "index")
LOOK_EVERY = 1.0  # seconds
REST = timedelta(minutes=10)
"""How long a retired key rests before it may be destroyed. Whoever has not seen the ring for so long seals nothing new:
what it takes for the key in use may be gone."""


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
        self.trouble = self._unfit = ""
        self._seen = 0.0
        self.on_load: list[Callable[[], None]] = []

    def load(self, keys: Iterable[RingKey]) -> None:
        """Takes these keys, drops every other, and tells `on_load`. At least one master and one index key that is not
        retired, 32 bytes each, no name and no secret twice."""
        self._keys = sorted_out(list(keys))
        for told in self.on_load:
            told()

    def follow(self, anew: Callable[[], Iterable[RingKey] | None]) -> None:
        """From here on ask `anew` whether the source has changed: it gives the keys again if so, and else None."""
        self._anew, self._seen = anew, monotonic()
        self.trouble = self._unfit = ""

    def look(self) -> None:
        """Take the keys anew if their source has changed. What cannot be read leaves the ring as it is, and is the
        `trouble` that readiness tells of."""
        self._looked = monotonic()
        try:
            if (keys := self._anew()) is not None:
                self._unfit = self._change(list(keys))
            self.trouble = self._unfit
        except KeysRefused as refused:
            self.trouble = str(refused)
        if not self.trouble:
            self._seen = self._looked

    def _change(self, keys: list[RingKey]) -> str:
        """A ring in use stays what it was allowed to start with; else why not."""
        if not self.is_demo and any(key.secret == DEMO for key in keys):
            return "The published demo key cannot be added to a ring that is in use."
        try:
            self.load(keys)
        except KeysRefused as refused:
            return str(refused)
        return ""

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
        if self.trouble and monotonic() - self._seen > REST.seconds:
            raise KeysRefused(f"Nothing new is sealed, for the keys were not to be had for {REST.seconds // 60} "
                              f"minutes: {self.trouble}")
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
