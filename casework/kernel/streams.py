"""A sealed stream: a file of any length in chunks, none of which can be altered, moved, left out or put into another.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption, CRYPTO 2015) over
AES-256-GCM. A file is the head (magic, key id, size of a chunk, salt) and its chunks. Each file has a key of its own,
derived from the named key and the salt; each chunk is bound to the head, its number, and whether it is the last.
"""
from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .crypto import SECRET, TAG, Key, framed
from .errors import Invalid

MAGIC = b"casework sealed\x01"
CHUNK, LARGEST = 1 << 20, 1 << 24
SALT, NUMBER = 32, 11


class NotWhole(Invalid):
    """Not a sealed stream, or not as it was written. Nothing that it holds may be used."""

    title = "This file cannot be opened"


class Writable(Protocol):
    def write(self, content: bytes, /) -> object: ...


@dataclass(frozen=True)
class Head:
    """What stands in clear before the chunks."""

    key_id: int
    chunk: int
    salt: bytes

    @property
    def bytes(self) -> bytes:
        return MAGIC + self.key_id.to_bytes(4, "big") + self.chunk.to_bytes(4, "big") + self.salt


HEAD = len(Head(0, 0, bytes(SALT)).bytes)


class Sealing:
    """Writes a stream to `out`. Only `close` makes it whole: what was not closed does not open."""

    def __init__(self, out: Writable, key: Key, purpose: str, *, chunk: int = CHUNK) -> None:
        self.out, self.head, self._number, self._held = out, Head(key.id, chunk, os.urandom(SALT)), 0, bytearray()
        self._cipher = _cipher(key, self.head, purpose)
        out.write(self.head.bytes)

    def write(self, clear: bytes) -> None:
        self._held += clear
        while len(self._held) > self.head.chunk:
            self._put(bytes(self._held[:self.head.chunk]), last=False)
            del self._held[:self.head.chunk]

    def close(self) -> None:
        self._put(bytes(self._held), last=True)

    def _put(self, clear: bytes, *, last: bool) -> None:
        nonce, bound = _bound(self.head, self._number, last)
        self.out.write(self._cipher.encrypt(nonce, clear, bound))
        self._number += 1


def opened(file: BinaryIO, find: Callable[[int], Key | None], purpose: str) -> Iterator[bytes]:
    """The chunks in clear, one after the other. NotWhole may come at any of them, and takes back all before it: what
    must not be half used is read through to its end first."""
    head = read_head(file)
    key = find(head.key_id)
    if key is None:
        raise NotWhole(f"It is sealed under the key {purpose}-{head.key_id}, which is not on the ring.")
    cipher, number, next_ = _cipher(key, head, purpose), 0, file.read(head.chunk + TAG)
    while True:
        sealed, next_ = next_, file.read(head.chunk + TAG)
        yield _clear(cipher, head, number, sealed, last=not next_)
        number += 1
        if not next_:
            return


def read_head(file: BinaryIO) -> Head:
    start = file.read(HEAD)
    if len(start) < HEAD or not start.startswith(MAGIC):
        raise NotWhole("It is no sealed file of Casework.")
    key_id, chunk = (int.from_bytes(start[at:at + 4], "big") for at in (len(MAGIC), len(MAGIC) + 4))
    if not 0 < chunk <= LARGEST:
        raise NotWhole("Its head was altered.")
    return Head(key_id, chunk, start[HEAD - SALT:])


def _clear(cipher: AESGCM, head: Head, number: int, sealed: bytes, *, last: bool) -> bytes:
    try:
        return cipher.decrypt(*_order(head, number, sealed, last))
    except (InvalidTag, ValueError):
        raise NotWhole(_why(cipher, head, number, sealed, last)) from None


def _why(cipher: AESGCM, head: Head, number: int, sealed: bytes, last: bool) -> str:
    """A chunk that opens as one in the middle, where the file ends, was followed by others."""
    try:
        cipher.decrypt(*_order(head, number, sealed, not last))
    except (InvalidTag, ValueError):
        return (f"Part {number + 1} of it was altered, cut, or does not belong there; or the key is not the one it was "
                "sealed under.")
    return f"It was cut off after part {number + 1}." if last else f"Something was added after part {number + 1}."


def _order(head: Head, number: int, sealed: bytes, last: bool) -> tuple[bytes, bytes, bytes]:
    nonce, bound = _bound(head, number, last)
    return nonce, sealed, bound


def _bound(head: Head, number: int, last: bool) -> tuple[bytes, bytes]:
    """The nonce, which no two chunks of a file share, and what the chunk is bound to."""
    place, end = number.to_bytes(NUMBER, "big"), bytes([last])
    return place + end, framed(head.bytes, place, end)


def _cipher(key: Key, head: Head, purpose: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), SECRET, head.salt, framed(b"sealed stream", purpose.encode(), head.bytes)).derive(
        key.secret))
