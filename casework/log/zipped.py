"""A zip written as it goes out: nothing is kept but the piece at hand, and the digest of each file and of the whole."""
from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from ..kernel.db import now

PIECE = 1 << 16


@dataclass
class _Out:
    """Where the zip is written to, piece by piece. It cannot go back, and `zipfile` heeds that."""

    pieces: list[bytes] = field(default_factory=list)
    size: int = 0

    def write(self, data: Any) -> int:
        self.pieces.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """There is nothing behind it."""


class Zipped:
    """`add` each file, then `end`; send every piece that they give."""

    def __init__(self) -> None:
        self._out = _Out()
        self._zip = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]
        self._digest = sha256()
        self.files: list[dict[str, Any]] = []

    def add(self, name: str, data: Iterable[bytes]) -> Iterator[bytes]:
        """One file, in pieces."""
        digest, size = sha256(), 0
        about = zipfile.ZipInfo(name, now().timetuple()[:6])
        about.compress_type = zipfile.ZIP_DEFLATED
        with self._zip.open(about, "w", force_zip64=True) as file:
            for each in data:
                digest.update(each)
                size += len(each)
                file.write(each)
                yield from self._full()
        self.files.append({"name": name, "bytes": size, "sha256": digest.hexdigest()})

    def end(self) -> Iterator[bytes]:
        """What closes the zip."""
        self._zip.close()
        yield from self._full(0)

    @property
    def sha256(self) -> str:
        """Of everything given so far."""
        return self._digest.hexdigest()

    def _full(self, least: int = PIECE) -> Iterator[bytes]:
        if self._out.size > least:
            piece = b"".join(self._out.pieces)
            self._out.pieces, self._out.size = [], 0
            self._digest.update(piece)
            yield piece
