"""Files that hold keys: for their owner alone, and never half written."""
from __future__ import annotations

import os
import time
from pathlib import Path
from typing import NamedTuple

from .keyring import KeysRefused

CUT_SHORT = 60


class Stamp(NamedTuple):
    """Tells one content of a file from another without reading it."""

    device: int
    inode: int
    size: int
    changed: int


def stamp(path: Path) -> Stamp | None:
    """The file as it is now; None when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def read_file(path: Path) -> str:
    """The text of a key file, which nobody but its owner may read or write (mode 0600)."""
    try:
        with path.open(encoding="utf-8") as file:
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
                raise KeysRefused(f"The key file {path} is open to others: chmod 600 it, and replace its keys.")
            return file.read()
    except (OSError, UnicodeDecodeError) as problem:
        raise KeysRefused(f"The key file {path} cannot be read: {type(problem).__name__}.") from None


def create_file(path: Path, content: bytes) -> None:
    """A new file for its owner alone, on the disk before this returns. FileExistsError if there is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _settle(path.parent)


def replace_file(path: Path, content: bytes) -> None:
    """The file with this content instead: whoever reads it sees the old or the new whole, also after a power cut."""
    fresh = path.with_name(f"{path.name}.new")
    _make_way(fresh)
    try:
        create_file(fresh, content)
    except FileExistsError:
        raise KeysRefused(f"{fresh} is there: somebody else is changing it just now. Try again in a minute.") from None
    fresh.replace(path)
    _settle(path.parent)


def _make_way(fresh: Path) -> None:
    """What was left by a change that was cut short is thrown away."""
    found = stamp(fresh)
    if found and time.time_ns() - found.changed > CUT_SHORT * 10**9:
        fresh.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """The name of the file is on the disk too."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
