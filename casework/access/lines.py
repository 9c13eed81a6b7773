"""Records as a list shows them: their columns and a few words of what they hang on, without the objects behind them.

    LISTED = Lines(Case, {"specialist": ((User.id, User.username, User.name), Case.specialist_id, Colleague)})

A line has the attributes of its record, and answers to its kind; nothing can be changed by it or loaded through it.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Select

from ..kernel.db import Base, db
from ..kernel.prepared import Prepared
from .building import MOST, Where, first, page
from .cursors import Place
from .shapes import Shape


class Line:
    """One of them. What stands beside it is a tuple."""

    kind = ""

    def __init__(self, words: dict[str, Any]) -> None:
        self.__dict__ = words


class Lines:
    """How the records of one model are listed. `beside`: for each relation its columns, the key that leads there, and
    the tuple that they become."""

    def __init__(self, model: type[Base], beside: Mapping[str, tuple[Sequence[Any], Any, Any]]) -> None:
        self.model, self.beside = model, beside
        own = {column.key: getattr(model, column.key) for column in model.__table__.columns}
        self.columns = [*own.values(), *(column for columns, _, _ in beside.values() for column in columns)]
        self.names = tuple(own)
        self.kind: Any = type("Line", (Line,), {"kind": model.__tablename__, **dict.fromkeys(own)})

    def first(self, verb: str, shape: Shape, where: Where, order: tuple[Any, bool], size: int,
              said: Mapping[str, Any]) -> list[Any]:
        """The first page, by a statement built once."""
        asked = _prepared(self, verb, shape, where, order, size)
        return [self._line(row) for row in asked.rows(**{name: said[name] for name in asked.names})]

    def after(self, ways: Sequence[Any], where: Where, order: Any, start: Place, size: int,
              said: Mapping[str, Any]) -> list[Any]:
        """A later page."""
        query = self.only(page(ways, self.model, where, order, start, size))
        return [self._line(row) for row in db.session.execute(query, dict(said))]

    def only(self, query: Select[Any]) -> Select[Any]:
        """The same rows, as columns."""
        for columns, key, _ in self.beside.values():
            query = query.join(columns[0].class_, columns[0].class_.id == key)
        return query.with_only_columns(*self.columns)

    def _line(self, row: Sequence[Any]) -> Any:
        words, at = dict(zip(self.names, row, strict=False)), len(self.names)
        for name, (columns, _, kind) in self.beside.items():
            words[name] = kind._make(row[at:at + len(columns)])
            at += len(columns)
        return self.kind(words)


@lru_cache(MOST)
def _prepared(lines: Lines, verb: str, shape: Shape, where: Where, order: tuple[Any, bool], size: int) -> Prepared:
    return Prepared(lines.only(first(verb, lines.model, shape, where, order, size, ())))
