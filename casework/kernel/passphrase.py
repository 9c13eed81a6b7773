"""A ring whose secrets are wrapped under a passphrase (scrypt, RFC 7914): the file alone opens nothing.

The passphrase is read from the file that CASEWORK_KEYS_PASSPHRASE_FILE names (a tmpfs, a credential of systemd), or
asked for at a terminal. What it gives is kept in the process, so that a ring that changes can be read again.
"""
from __future__ import annotations

import os
import sys
from base64 import b64decode, b64encode
from getpass import getpass
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from .crypto import SECRET, Key, Place, Unreadable, seal, unseal
from .key_files import read_file
from .keyring import KeysRefused

KIND = "passphrase"
COST, BLOCK, PARALLEL, SALT = 17, 8, 1, 16  # 128 MiB and about half a second
SHORTEST = 15
NOWHERE = UUID(int=0)


class Passphrase:
    """What wraps each secret, bound to the name of its key."""

    def __init__(self, said: str, passphrase: str) -> None:
        self.said = said
        self._key = Key(0, _derived(said, passphrase))

    def wrap(self, name: str, secret: bytes) -> bytes:
        return seal(self._key, Place("key_ring", name, NOWHERE), secret)

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        try:
            return unseal(self._key, Place("key_ring", name, NOWHERE), wrapped)
        except Unreadable:
            raise KeysRefused("The passphrase is not right, or the key file was altered.") from None


def fresh(passphrase: str) -> Passphrase:
    """A new wrapping, with a salt of its own. Raises KeysRefused when the passphrase is short."""
    if len(passphrase) < SHORTEST:
        raise KeysRefused(f"Use {SHORTEST} characters or more for the passphrase. A sentence is good.")
    salt = b64encode(os.urandom(SALT)).decode()
    return Passphrase(f"{KIND} scrypt {COST} {BLOCK} {PARALLEL} {salt}", passphrase)


def opening(said: str) -> Passphrase:
    """What opens a ring that says this of itself."""
    return Passphrase(said, asked_for())


def asked_for() -> str:
    """The passphrase: from its file, or from whoever sits at the terminal."""
    if named := os.environ.get("CASEWORK_KEYS_PASSPHRASE_FILE"):
        return read_file(Path(named)).rstrip("\r\n")
    if not sys.stdin.isatty():
        raise KeysRefused("The keys are wrapped under a passphrase: name its file in CASEWORK_KEYS_PASSPHRASE_FILE.")
    return getpass("Passphrase of the keys: ")


def _derived(said: str, passphrase: str) -> bytes:
    try:
        _, kind, cost, block, parallel, salt = said.split(" ")
        if kind != "scrypt" or not COST <= int(cost) <= COST + 4:
            raise ValueError
        made = Scrypt(b64decode(salt, validate=True), SECRET, 2 ** int(cost), int(block), int(parallel))
    except ValueError:
        raise KeysRefused("How the keys are wrapped is not written as Casework writes it.") from None
    return made.derive(passphrase.encode())
