"""How keys are written: one to a line (or parted by ";"), or as a JSON object of the same names.

    master-1: <base64 of 32 bytes> made=2026-11-26T15:00:00Z retired=2027-11-26T15:00:00Z
    index-1: <base64 of 32 bytes>
    master-0: destroyed made=… destroyed=…

The moments may be missing. A first line `wrapped-by: …` says that the secrets are wrapped, and by what; then each
secret is the base64 of what that gives back.
"""
from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from .crypto import SECRET
from .keyring import PURPOSES, KeysRefused, RingKey

ENTRY = re.compile(rf"({'|'.join(PURPOSES)})-([0-9]{{1,10}})")
WRAPPED_BY, GONE = "wrapped-by", "destroyed"
MOMENTS = ("made", "retired", "destroyed")


class Wrapping(Protocol):
    """What keeps the secrets of a ring unreadable where they lie. `said` is its line, without any secret."""

    said: str

    def wrap(self, name: str, secret: bytes) -> bytes: ...
    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """The secret of the key of this name. Raises KeysRefused."""
        ...


class Plain:
    """No wrapping: who reads the file has the keys."""

    said = ""

    def wrap(self, name: str, secret: bytes) -> bytes:
        return secret

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        return wrapped


class Written(NamedTuple):
    """A ring as it stands written: what wraps it, and its entries, not yet opened."""

    wrapped_by: str
    entries: Sequence[tuple[str, str]]


def split(text: str) -> Written:
    pairs = _from_json(text) if text.lstrip().startswith("{") else _from_lines(text)
    wrapped = [said for name, said in pairs if name == WRAPPED_BY]
    return Written(wrapped[0] if wrapped else "", [pair for pair in pairs if pair[0] != WRAPPED_BY])


def parse(written: Written, wrapping: Wrapping) -> list[RingKey]:
    """The keys, opened."""
    keys = [_entry(name, said, wrapping) for name, said in written.entries]
    if len({key.name for key in keys}) != len(keys):
        raise KeysRefused("A key's name is given twice: they are master-1, index-1, master-2 and so on.")
    return keys


def text_of(keys: Sequence[RingKey], wrapping: Wrapping) -> str:
    """The lines that `parse` reads."""
    head = [f"{WRAPPED_BY}: {wrapping.said}"] if wrapping.said else []
    return "\n".join((*head, *(_line(key, wrapping) for key in keys), ""))


def _line(key: RingKey, wrapping: Wrapping) -> str:
    secret = GONE if key.secret is None else b64encode(wrapping.wrap(key.name, key.secret)).decode()
    moments = ((word, getattr(key, f"{word}_at")) for word in MOMENTS)
    return " ".join((f"{key.name}:", secret, *(f"{word}={at:%Y-%m-%dT%H:%M:%S.%fZ}" for word, at in moments if at)))


def _entry(name: str, said: str, wrapping: Wrapping) -> RingKey:
    entry, words = ENTRY.fullmatch(name), said.split()
    if entry is None or not words:
        raise KeysRefused("A key's name is unknown: they are master-1, index-1, master-2 and so on.")
    moments = {f"{word}_at": at for word, at in map(_moment, words[1:])}
    secret = None if words[0] == GONE else _secret(name, words[0], wrapping)
    return RingKey(entry[1], int(entry[2]), secret, **moments)


def _secret(name: str, written: str, wrapping: Wrapping) -> bytes:
    try:
        secret = wrapping.unwrap(name, b64decode(written, validate=True))
    except ValueError:
        secret = b""
    if len(secret) != SECRET:
        raise KeysRefused(f"A key is not written as base64 of {SECRET} bytes.")
    return secret


def _moment(word: str) -> tuple[str, datetime]:
    name, _, at = word.partition("=")
    try:
        moment = datetime.fromisoformat(at).astimezone(UTC)
    except ValueError:
        name = ""
    if name not in MOMENTS:
        raise KeysRefused(f"After a key stand only {', '.join(f'{known}=MOMENT' for known in MOMENTS)}.")
    return name, moment


def _from_lines(text: str) -> list[tuple[str, str]]:
    lines = [line.strip() for line in re.split(r"[\n;]", text)]
    pairs = [line.partition(":") for line in lines if line and not line.startswith("#")]
    return [(name.strip(), said.strip()) for name, _, said in pairs]


def _from_json(text: str) -> list[tuple[str, str]]:
    try:
        pairs = json.loads(text, object_pairs_hook=list)
    except ValueError:
        raise KeysRefused("The keys look like JSON but are not.") from None
    return [(name, str(said)) for name, said in pairs]
