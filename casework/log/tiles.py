"""The tree as the tables keep it: read in tiles of 256 hashes, and grown at its right edge."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import tree
from .models import LogLeaf, LogNode
from .tree import WIDTH, Hash

Grown = list[dict[str, Any]]


class Tiles:
    """Hashes by level and position; each tile of 256 is read once. `grow` adds leaves that are not stored yet."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tiles: dict[tuple[int, int], list[Hash]] = {}

    def __call__(self, level: int, position: int) -> Hash:
        return self._tile(level, position // WIDTH)[position % WIDTH]

    def grow(self, size: int, hashes: list[Hash]) -> Grown:
        """The nodes to store when these leaves follow the first `size`: of each subtree that became whole."""
        nodes: Grown = []
        level, position = 0, size
        while hashes:
            above = position // WIDTH
            hashes = list(self._filled(level, position, hashes))
            level, position = level + 1, above
            nodes += [{"level": level, "position": above + number, "hash": one} for number, one in enumerate(hashes)]
        return nodes

    def _filled(self, level: int, position: int, hashes: list[Hash]) -> Iterator[Hash]:
        """Put hashes in their places; the root of each tile that they fill."""
        at = 0
        while at < len(hashes):
            tile = self._begun(level, *divmod(position, WIDTH))
            taken = hashes[at : at + WIDTH - len(tile)]
            tile += taken
            at, position = at + len(taken), position + len(taken)
            if len(tile) == WIDTH:
                yield tree.merged(tile)

    def _begun(self, level: int, number: int, count: int) -> list[Hash]:
        """A tile as it was when it had so many hashes, whatever somebody may have added since."""
        tile = self._tile(level, number)[:count] if count else []
        if len(tile) != count:
            raise RuntimeError("the log's own tables lack hashes that its checkpoint counts")
        self._tiles[level, number] = tile
        return tile

    def _tile(self, level: int, number: int) -> list[Hash]:
        if (level, number) not in self._tiles:
            self._tiles[level, number] = self._read(level, number * WIDTH)
        return self._tiles[level, number]

    def _read(self, level: int, first: int) -> list[Hash]:
        if level == 0:
            query = select(LogLeaf.hash).where(LogLeaf.index.between(first, first + WIDTH - 1)).order_by(LogLeaf.index)
        else:
            query = select(LogNode.hash).where(
                LogNode.level == level, LogNode.position.between(first, first + WIDTH - 1)).order_by(LogNode.position)
        return list(self._session.scalars(query))
