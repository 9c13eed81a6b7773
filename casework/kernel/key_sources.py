"""Where keys come from: a file of the owner's alone, or the environment.

Keys are written one to a line (or parted by ";"), as `master-1: <base64 of 32 bytes>` and `index-1: <the same>`, or as
a JSON object of the same names. Keep a copy apart from the data: without its keys a backup is noise.
"""
from __future__ import annotations

import json
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from pathlib import Path

from .crypto import SECRET
from .keyring import DEMO, KeysRefused, ring

ENTRY = re.compile(r"(master|index)-([0-9]{1,10})")


def configure(settings: Mapping[str, object]) -> None:
    """Loads the ring from the one provider that the settings name; refuses none and refuses two."""
    given = [name for name in PROVIDERS if settings.get(name)]
    if len(given) != 1:
        names = " or ".join(f"CASEWORK_{name}" for name in PROVIDERS)
        raise KeysRefused(f"{'Keys are given twice' if given else 'There are no keys'}: set {names}, one of them.")
    keys = parse(PROVIDERS[given[0]](str(settings[given[0]])))
    ring.load(master=keys["master"], index=keys["index"])


def read_file(path: str) -> str:
    """The text of a key file, which nobody but its owner may read or write (mode 0600)."""
    try:
        with Path(path).open(encoding="utf-8") as file:
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
                raise KeysRefused(f"The key file {path} is open to others: chmod 600 it, and replace its keys.")
            return file.read()
    except (OSError, UnicodeDecodeError) as problem:
        raise KeysRefused(f"The key file {path} cannot be read: {type(problem).__name__}.") from None


PROVIDERS: dict[str, Callable[[str], str]] = {"KEYS_FILE": read_file, "KEYS": str}


def generate_file(path: Path, *, demo: bool = False) -> None:
    """Writes new random keys to a file that must not exist yet (FileExistsError), for its owner alone.

    A demonstration's file also carries the published key: it wraps nothing, and marks the ring as a demonstration's.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    secrets = {"master-1": os.urandom(SECRET), "index-1": os.urandom(SECRET)} | ({"master-0": DEMO} if demo else {})
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"{name}: {b64encode(secret).decode()}\n" for name, secret in secrets.items())
        file.flush()
        os.fsync(file.fileno())


def parse(text: str) -> dict[str, dict[int, bytes]]:
    """Written keys by purpose and id, from lines or from JSON."""
    keys: dict[str, dict[int, bytes]] = {"master": {}, "index": {}}
    for name, secret in _from_json(text) if text.lstrip().startswith("{") else _from_lines(text):
        entry = ENTRY.fullmatch(name)
        if entry is None or int(entry[2]) in keys[entry[1]]:
            raise KeysRefused("A key's name is unknown or given twice: they are master-1, index-1, master-2 and so on.")
        keys[entry[1]][int(entry[2])] = _decoded(secret)
    return keys


def _from_lines(text: str) -> list[tuple[str, str]]:
    lines = [line.strip() for line in re.split(r"[\n;]", text)]
    pairs = [line.partition(":") for line in lines if line and not line.startswith("#")]
    return [(name.strip(), secret.strip()) for name, _, secret in pairs]


def _from_json(text: str) -> list[tuple[str, str]]:
    try:
        pairs = json.loads(text, object_pairs_hook=list)
    except ValueError:
        raise KeysRefused("The keys look like JSON but are not.") from None
    return [(name, str(secret)) for name, secret in pairs]


def _decoded(secret: str) -> bytes:
    try:
        key = b64decode(secret, validate=True)
    except ValueError:
        key = b""
    if len(key) != SECRET:
        raise KeysRefused(f"A key is not written as base64 of {SECRET} bytes.")
    return key
