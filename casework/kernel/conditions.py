"""Four words for a rule. Each answers twice, and the answers agree:

`holds`   yes or no, for one row in Python;
`clause`  a filter for a table, in SQL, for the grant at hand.

Nobody (None, NULL) is the same as no one and differs from everyone.
"""
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, false, not_, or_, true

ME, MY_OFFICE = "user_id", "office_id"  # what a grant says of the person who holds it


class Grant(Protocol):
    @property
    def role(self) -> str: ...
    @property
    def user_id(self) -> UUID: ...
    @property
    def office_id(self) -> UUID | None: ...


class Actor(Protocol):
    """Whoever acts: a person who is signed in, or the system."""

    @property
    def id(self) -> UUID: ...
    @property
    def current_grants(self) -> Sequence[Grant]: ...


@dataclass(frozen=True, eq=False)
class Condition(ABC):
    column: str
    of: str

    @abstractmethod
    def holds(self, grant: Grant, row: Any) -> bool: ...

    @abstractmethod
    def clause(self, grant: Grant, model: Any) -> ColumnElement[bool]: ...


class same(Condition):
    """The row's column is what the grant says."""

    def holds(self, grant: Grant, row: Any) -> bool:
        mine = getattr(grant, self.of)
        return mine is not None and bool(getattr(row, self.column) == mine)

    def clause(self, grant: Grant, model: Any) -> ColumnElement[bool]:
        mine = getattr(grant, self.of)
        return false() if mine is None else getattr(model, self.column) == mine


class differs(Condition):
    """The row's column is nobody, or somebody else."""

    def holds(self, grant: Grant, row: Any) -> bool:
        mine, theirs = getattr(grant, self.of), getattr(row, self.column)
        return mine is None or theirs is None or bool(theirs != mine)

    def clause(self, grant: Grant, model: Any) -> ColumnElement[bool]:
        mine, theirs = getattr(grant, self.of), getattr(model, self.column)
        return true() if mine is None else or_(theirs.is_(None), theirs != mine)


class among(Condition):
    """The holder of the grant, or their office, stands among the row's people (a `People` of the model)."""

    def holds(self, grant: Grant, row: Any) -> bool:
        mine = getattr(grant, self.of)
        return mine is not None and bool(getattr(type(row), self.column).has(row, mine))

    def clause(self, grant: Grant, model: Any) -> ColumnElement[bool]:
        mine = getattr(grant, self.of)
        return false() if mine is None else getattr(model, self.column).include(model, mine)


class not_among(among):
    """Neither the holder of the grant nor their office stands among the row's people."""

    def holds(self, grant: Grant, row: Any) -> bool:
        return not super().holds(grant, row)

    def clause(self, grant: Grant, model: Any) -> ColumnElement[bool]:
        return not_(super().clause(grant, model))
