"""What one statement is made of: its SELECTs, one inside another, and their tables."""
from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .clauses import open_columns


@dataclass(eq=False)
class Scope:
    """One SELECT: its sources by name, and the one around it. `needed`: each row of that one needs a row of this.
    `cut`: a part of a UNION that ends after so many rows."""

    statement: Any
    around: Scope | None
    needed: bool
    cut: bool
    own: set[str] = field(default_factory=set)

    def all(self) -> set[str]:
        return self.own | (self.around.all() if self.around else set())

    def of(self, name: str) -> Iterator[Key]:
        """The source of this name: its own, or of the nearest around it."""
        if name in self.own:
            yield self, name
        elif self.around:
            yield from self.around.of(name)

    def decided(self, name: str, only: Collection[str] | None) -> list[Key]:
        """The source of this name, if what is true of each row here can hold it."""
        return [key for key in self.of(name) if self._decides(key, only)]

    def _decides(self, key: Key, only: Collection[str] | None) -> bool:
        if key[0] is self:
            return only is None or key[1] in only
        return self.needed and only is None and self.around is not None and self.around._decides(key, None)

    def open_by(self, column: Any) -> bool:
        """May this SELECT be held from outside by this column of it?"""
        columns = [] if self.cut else open_columns(self.statement)
        return columns is None or any(hash(each) == hash(column) for each in columns)


Key = tuple[Scope, str]


@dataclass
class Found:
    """The private tables, those that are held, and which hold which. `apart`: SELECTs that others read from, by what
    they are, and in `uses` who does; `named`: what each name means; `parts`: all that
    stands in them."""

    private: set[Key] = field(default_factory=set)
    held: set[Key] = field(default_factory=set)
    links: list[tuple[Key, Key]] = field(default_factory=list)
    facts: list[tuple[Scope, Any, Collection[str] | None]] = field(default_factory=list)
    apart: dict[int, list[Scope]] = field(default_factory=dict)
    uses: dict[int, set[Key]] = field(default_factory=dict)
    scopes: dict[tuple[int, int], Scope] = field(default_factory=dict)
    named: dict[str, Any] = field(default_factory=dict)
    parts: list[tuple[Scope, Any]] = field(default_factory=list)
    strange: bool = False

    def hold(self, places: Iterable[tuple[Key, Any]]) -> None:
        self.held |= {key for key, _ in places}

    def spread(self) -> None:
        """A table that is linked to one that is held is held."""
        grown = True
        while grown:
            grown = False
            for holding, held in self.links:
                if holding in self.held and held not in self.held:
                    self.held.add(held)
                    grown = True
