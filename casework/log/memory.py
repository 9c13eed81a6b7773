"""What a key signed last, remembered outside the database: so no database begins its log anew, cuts it back or tells it
otherwise, and has that signed too.

It is kept beside the key, in the key's file with `.signed` after it or where CASEWORK_LOG_MEMORY_FILE says, for its
owner alone. A key that is set as text, without such a file, is remembered by this process only: one that starts later
knows nothing, and goes on from what the database says. So does one whose file was taken away.

A checkpoint is written down beside the one before it while it is not yet committed, and alone once it is. A pass that
was killed between the two has happened or has not, and what follows may go on from either.
"""
from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

from ..kernel.errors import Conflict
from ..kernel.key_files import create_file
from .tree import EMPTY, Hash

HEAD = "what this log's key signed last: size, root"


class MemoryLost(Conflict):
    """What was signed last cannot be read, or not be written down. Says where, and what to do."""


class Signed(NamedTuple):
    """A tree that was signed: how many leaves, and the root over them."""

    size: int
    root: Hash

    @classmethod
    def read(cls, line: str) -> Self:
        size, root = line.split(" ")
        return cls(int(size), b64decode(root, validate=True))

    def __str__(self) -> str:
        return f"{self.size} {b64encode(self.root).decode()}"


NOTHING = Signed(0, EMPTY)


class Memory:
    """Of a key that is known by nothing but its text: none. What `read` gives are the trees from which to go on."""

    def read(self) -> Sequence[Signed]:
        return ()

    def write(self, *signed: Signed) -> None:
        """Remember these, and no others."""


@dataclass(frozen=True)
class OfProcess(Memory):
    """Ends with the process."""

    vkey: str

    def read(self) -> Sequence[Signed]:
        return _HERE.get(self.vkey, ())

    def write(self, *signed: Signed) -> None:
        _HERE[self.vkey] = signed


_HERE: dict[str, Sequence[Signed]] = {}


@dataclass(frozen=True)
class InFile(Memory):
    """In a file that whoever reads it sees whole. Only the one sealer writes it."""

    file: Path

    def read(self) -> Sequence[Signed]:
        try:
            head, *lines = self.file.read_text(encoding="utf-8").splitlines()
            if head != HEAD or not lines:
                raise ValueError
            return [Signed.read(line) for line in lines]
        except FileNotFoundError:
            return ()
        except (OSError, ValueError):
            raise MemoryLost(f"{self.file} says what the log's key signed last, and it cannot be read. Put it back as "
                             "it was, or look at the log and then run `casework log accept`.") from None

    def write(self, *signed: Signed) -> None:
        fresh = self.file.with_name(f"{self.file.name}.new")
        try:
            fresh.unlink(missing_ok=True)
            create_file(fresh, "".join(f"{line}\n" for line in (HEAD, *signed)).encode())
            fresh.replace(self.file)
        except OSError as problem:
            raise MemoryLost(f"What the log's key signs must be remembered in {self.file}, which cannot be written "
                             f"({type(problem).__name__}). CASEWORK_LOG_MEMORY_FILE may name another file.") from None


@contextmanager
def remembering(memories: Sequence[Memory], before: Signed, after: Signed) -> Iterator[None]:
    """Inside, `after` is committed."""
    for memory in memories if after != before else ():
        memory.write(before, after)
    yield
    for memory in memories if after != before else ():
        memory.write(after)
