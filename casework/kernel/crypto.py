"""Sealing. A ciphertext opens only in the row, column and table it was sealed for.

An envelope is: version (1 byte), key id (4), nonce (12), then AES-256-GCM ciphertext and tag. What it binds to
is the literal header and the place, each part with its length, so nothing can be exchanged and no two places
read alike. A key is chosen by the id in the envelope, never by trying.
"""
from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = 1
HEADER, NONCE, TAG = 5, 12, 16
SECRET = 32
LAST_ID = 2**32 - 1


class Unreadable(Exception):
    """Altered, cut, sealed elsewhere, or under a key we do not hold. Never shown as blank."""

    def __init__(self, place: Place, why: str) -> None:
        super().__init__(f"{place}: {why}")
        self.place, self.why = place, why


class Destroyed(Unreadable):
    """The key was destroyed, on purpose and on record. Nobody opens this again, from any copy."""


@dataclass(frozen=True)
class Place:
    """Where a ciphertext belongs."""

    table: str
    column: str
    row: UUID

    def __str__(self) -> str:
        return f"{self.table}.{self.column} of {self.row}"

    def bound_to(self, header: bytes) -> bytes:
        return framed(header, self.table.encode(), self.column.encode(), self.row.bytes)


@dataclass(frozen=True)
class Key:
    """32 secret bytes and the id that envelopes name them by. Printing one does not show the secret.

    What is derived from it is kept with it, and goes with it.
    """

    id: int
    secret: bytes = field(repr=False)
    _ciphers: dict[tuple[str, str], AESGCM] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET or not 0 <= self.id <= LAST_ID:
            raise ValueError(f"a key has {SECRET} bytes and an id from 0 to {LAST_ID}")

    @property
    def header(self) -> bytes:
        return VERSION.to_bytes(1, "big") + self.id.to_bytes(4, "big")

    def cipher(self, table: str, column: str) -> AESGCM:
        """One key per table and column, so that two columns never share a nonce space."""
        made = self._ciphers.get((table, column))
        if made is None:
            made = self._ciphers[table, column] = AESGCM(derive(self.secret, "column", table, column))
        return made


on_unreadable: list[Callable[[Place, str], None]] = []
"""Told of every failure to open, before it is raised: the place and, in words, why. Never what was in it."""


def unreadable(place: Place, why: str) -> Unreadable:
    """The failure to raise, after everyone in on_unreadable has been told of it."""
    for tell in on_unreadable:
        tell(place, why)
    return Unreadable(place, why)


def destroyed(place: Place, at: datetime, under: str) -> Destroyed:
    """The failure to raise where a key is gone on purpose. Nothing is wrong, so nobody is told."""
    return Destroyed(place, f"this person's key was destroyed on {at.day} {at:%B %Y} under {under}")


def seal(key: Key, place: Place, clear: bytes) -> bytes:
    """The envelope of these bytes for this place; another one each time."""
    nonce = os.urandom(NONCE)
    cipher = key.cipher(place.table, place.column)
    return key.header + nonce + cipher.encrypt(nonce, clear, place.bound_to(key.header))


def unseal(key: Key, place: Place, envelope: bytes) -> bytes:
    """The bytes that were sealed, or Unreadable: there is no third answer."""
    if key_id(place, envelope) != key.id:
        raise unreadable(place, "sealed under another key")
    header, nonce, body = envelope[:HEADER], envelope[HEADER : HEADER + NONCE], envelope[HEADER + NONCE :]
    try:
        return key.cipher(place.table, place.column).decrypt(nonce, body, place.bound_to(header))
    except InvalidTag:
        raise unreadable(place, "altered, or sealed for another place or under another key") from None


def key_id(place: Place, envelope: bytes) -> int:
    """The id of the key an envelope names; Unreadable if this is no envelope."""
    if len(envelope) < HEADER + NONCE + TAG:
        raise unreadable(place, "not a whole envelope")
    if envelope[0] != VERSION:
        raise unreadable(place, "an envelope of an unknown version")
    return int.from_bytes(envelope[1:HEADER], "big")


def derive(secret: bytes, *purpose: str) -> bytes:
    """A key for one purpose alone (HKDF, RFC 5869): it tells nothing of the secret nor of any other purpose's key."""
    return HKDF(SHA256(), SECRET, None, framed(*(part.encode() for part in purpose))).derive(secret)


def framed(*parts: bytes) -> bytes:
    """All parts in a row, each after its length, so that no two lists of parts read alike."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)

