"""Files that hold keys: for their owner alone, and never half written."""
from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_IMODE
from typing import NamedTuple

from .keyring import KeysRefused

CUT_SHORT = 60
CANNOT = "{path} cannot be written: {why}. Nothing was changed."


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
    with changing(path) as write:
        write(content)


@contextmanager
def changing(path: Path) -> Iterator[Callable[[bytes], None]]:
    """Inside, nobody else changes this file; what is given to `write` replaces it, for the same owner. KeysRefused
    where somebody else is inside, or it cannot be written."""
    fresh = path.with_name(f"{path.name}.new")
    with _open_alone(fresh, path) as handle:
        try:
            yield lambda content: _replace(path, fresh, handle, content)
        finally:
            if _is(fresh, handle):
                fresh.unlink()


@contextmanager
def _open_alone(fresh: Path, path: Path) -> Iterator[int]:
    try:
        if not fresh.parent.exists():
            fresh.parent.mkdir(parents=True)
        _make_way(fresh)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeysRefused(f"{fresh} is there: somebody else is changing it just now. Try again in a minute.") from None
    except OSError as problem:
        raise KeysRefused(CANNOT.format(path=path, why=type(problem).__name__)) from None
    try:
        yield handle
    finally:
        os.close(handle)


def _replace(path: Path, fresh: Path, handle: int, content: bytes) -> None:
    try:
        _as_before(path, handle)
        with open(handle, "wb", closefd=False) as file:
            file.write(content)
        os.fsync(handle)
        if not _is(fresh, handle):
            raise KeysRefused(f"Somebody else changed {path} meanwhile. Nothing was changed; try again.")
        fresh.replace(path)
        _settle(path.parent)
    except OSError as problem:
        raise KeysRefused(CANNOT.format(path=path, why=type(problem).__name__)) from None


def _as_before(path: Path, handle: int) -> None:
    """The same owner and no more rights than before, or those who read it could not any more."""
    if os.name != "posix" or not path.exists():
        return
    before, mine = path.stat(), os.fstat(handle)
    if (before.st_uid, before.st_gid) != (mine.st_uid, mine.st_gid):
        try:
            os.fchown(handle, before.st_uid, before.st_gid)
        except PermissionError:
            raise KeysRefused(f"{path} belongs to another user or group, who could not read it any more: do this as "
                              "the one whom it belongs to.") from None
    os.fchmod(handle, S_IMODE(before.st_mode) & 0o700)


def _is(path: Path, handle: int) -> bool:
    found, mine = stamp(path), os.fstat(handle)
    return found is not None and (found.device, found.inode) == (mine.st_dev, mine.st_ino)


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
