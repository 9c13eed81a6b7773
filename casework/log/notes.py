"""Signed notes and checkpoints, as other people's tools read them (C2SP: signed-note, tlog-checkpoint), Ed25519.

    casework.example/log          the origin: whose log it is
    20852                         how many leaves
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=     the root over them

    — casework.example/log Az3grl…                   who signed: name, then key hash and signature in base64

A key is written `name+hash+base64`; the one that signs begins with PRIVATE+KEY, as in Go's sumdb/note.
"""
from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .memory import Memory

ED25519 = b"\x01"
SIZE, MARK = 32, 4
PRIVATE = "PRIVATE+KEY+"
NAME = re.compile(r"[^\s+]{1,120}")


class NotANote(ValueError):
    """Not a note, a checkpoint or a key in the form that C2SP gives them, or not signed by whom it must be."""


@dataclass(frozen=True)
class Signer:
    """A key that signs notes. Printing one does not show the secret. `memory` knows what it signed last."""

    name: str
    secret: bytes = field(repr=False)
    memory: Memory = field(default=Memory(), repr=False, compare=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """From `PRIVATE+KEY+name+hash+base64`."""
        if not text.startswith(PRIVATE):
            raise NotANote("a key that signs begins with PRIVATE+KEY")
        name, mark, secret = _parts(text.removeprefix(PRIVATE).strip())
        signer = cls(name, secret)
        if mark != signer.mark.hex():
            raise NotANote("the key's hash is not that of the key")
        return signer

    @property
    def key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.secret)

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    @property
    def mark(self) -> bytes:
        return key_hash(self.name, self.public)

    @property
    def vkey(self) -> str:
        """What others check signatures by."""
        return f"{self.name}+{self.mark.hex()}+{b64encode(ED25519 + self.public).decode()}"

    @property
    def written(self) -> str:
        return f"{PRIVATE}{self.name}+{self.mark.hex()}+{b64encode(ED25519 + self.secret).decode()}"

    def sign(self, text: str) -> str:
        """The note: text, an empty line, the signature."""
        signed = b64encode(self.mark + self.key.sign(text.encode())).decode()
        return f"{text}\n— {self.name} {signed}\n"


def generate(name: str) -> Signer:
    """A new key under this name. Raises NotANote for a name that no note may carry."""
    if NAME.fullmatch(name) is None:
        raise NotANote("a key's name has no spaces and no plus sign")
    return Signer(name, Ed25519PrivateKey.generate().private_bytes_raw())


def key_hash(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:MARK]


def opened(note: str, vkey: str) -> str:
    """The text of a note that this key signed; NotANote when it did not."""
    name, mark, public = _parts(vkey)
    if mark != key_hash(name, public).hex():
        raise NotANote("the key's hash is not that of the key")
    text, parted, lines = note.rpartition("\n\n")
    if not parted or not lines.endswith("\n"):
        raise NotANote("a note has text, an empty line, and signatures")
    for line in lines.splitlines():
        signed = _signature(line, name)
        if signed[:MARK].hex() == mark:
            _check(public, signed[MARK:], f"{text}\n")
            return f"{text}\n"
    raise NotANote("not signed by this key")


def checkpoint(origin: str, size: int, root: bytes) -> str:
    """The text of a checkpoint, to be signed."""
    return f"{origin}\n{size}\n{b64encode(root).decode()}\n"


def handing_over(origin: str, vkey: str) -> str:
    """The text by which a key signs in the one after it. Its second line is no number, so it is no checkpoint."""
    return f"{origin}\nlog-key\n{vkey}\n"


def _parts(written: str) -> tuple[str, str, bytes]:
    """Name, hash, key of `name+hash+base64(0x01 || key)`. (Base64 may hold a plus sign; a name may not.)"""
    name, _, rest = written.partition("+")
    mark, _, key = rest.partition("+")
    body = _decoded(key)
    if NAME.fullmatch(name) is None or body[:1] != ED25519 or len(body) != 1 + SIZE:
        raise NotANote("not an Ed25519 key as C2SP writes it")
    return name, mark, body[1:]


def _signature(line: str, name: str) -> bytes:
    words = line.split(" ")
    return _decoded(words[2]) if len(words) == 3 and words[:2] == ["—", name] else b""


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise NotANote("not base64") from None


def _check(public: bytes, signature: bytes, text: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        raise NotANote("the signature is not that of this text") from None
