"""Four words for a rule. Each answers three times, and the answers agree:

`holds`   yes or no, for one row in Python;
`clause`  a filter for a table, in SQL, for the grant at hand;
`wall`    the same for PostgreSQL's row security, where the database itself looks up who asks and what they hold.

Nobody (None, NULL) is the same as no one and differs from everyone.
"""
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, true
from sqlalchemy.dialects import postgresql

ME, MY_OFFICE = "user_id", "office_id"  # what a grant says of the person who holds it
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_MINE = {ME: "= (SELECT wall.holder({}))", MY_OFFICE: "= ANY (ARRAY (SELECT wall.offices({})))",
         "role": "= ANY (ARRAY (SELECT wall.roles({})))"}


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

    @abstractmethod
    def wall(self, roles: str, model: Any) -> str:
        """SQL for a policy of this model's table; `roles` is the array of roles that one of the asker's grants has."""

    def stands_among(self, row: Any) -> Any:
        """The row's people, where it says that somebody is one of them; else None."""
        return None

    @property
    def asks_for_a_grant(self) -> bool:
        """Is nobody let through whose grants have none of the roles?"""
        return False

    def _only_for_people(self) -> None:
        """The wall looks at all grants of a role together; that one of them is elsewhere could not be told apart."""
        if self.of != ME:
            raise TypeError(f"{type(self).__name__}({self.column!r}) can only part people, not {self.of}")


class same(Condition):
    """The row's column is what the grant says."""

    def holds(self, grant: Grant, row: Any) -> bool:
        mine = getattr(grant, self.of)
        return mine is not None and bool(getattr(row, self.column) == mine)

    def clause(self, grant: Grant, model: Any) -> ColumnElement[bool]:
        mine = getattr(grant, self.of)
        return false() if mine is None else getattr(model, self.column) == mine

    def wall(self, roles: str, model: Any) -> str:
        return f"{written(model, self.column)} {_MINE[self.of].format(roles)}"

    @property
    def asks_for_a_grant(self) -> bool:
        return True


class differs(Condition):
    """The row's column is nobody, or somebody else."""

    def holds(self, grant: Grant, row: Any) -> bool:
        mine, theirs = getattr(grant, self.of), getattr(row, self.column)
        return mine is None or theirs is None or bool(theirs != mine)

    def clause(self, grant: Grant, model: Any) -> ColumnElement[bool]:
        mine, theirs = getattr(grant, self.of), getattr(model, self.column)
        return true() if mine is None else or_(theirs.is_(None), theirs != mine)

    def wall(self, roles: str, model: Any) -> str:
        self._only_for_people()
        theirs = written(model, self.column)
        return f"({theirs} IS NULL OR {theirs} <> (SELECT wall.actor()))"


class among(Condition):
    """The holder of the grant, or their office, stands among the row's people (a `People` of the model)."""

    def holds(self, grant: Grant, row: Any) -> bool:
        mine = getattr(grant, self.of)
        return mine is not None and bool(getattr(type(row), self.column).has(row, mine))

    def clause(self, grant: Grant, model: Any) -> ColumnElement[bool]:
        mine = getattr(grant, self.of)
        return false() if mine is None else getattr(model, self.column).include(model, mine)

    def stands_among(self, row: Any) -> Any:
        return getattr(type(row), self.column)

    def wall(self, roles: str, model: Any) -> str:
        return str(getattr(model, self.column).wall(model, roles))

    @property
    def asks_for_a_grant(self) -> bool:
        return True


class not_among(among):
    """Neither the holder of the grant nor their office stands among the row's people."""

    def holds(self, grant: Grant, row: Any) -> bool:
        return not super().holds(grant, row)

    def clause(self, grant: Grant, model: Any) -> ColumnElement[bool]:
        mine = getattr(grant, self.of)
        return true() if mine is None else getattr(model, self.column).leave_out(model, mine)

    def stands_among(self, row: Any) -> Any:
        return None

    def wall(self, roles: str, model: Any) -> str:
        self._only_for_people()
        return f"NOT {super().wall(roles, model)}"

    @property
    def asks_for_a_grant(self) -> bool:
        return False


def written(model: Any, column: str) -> str:
    """A column of a model, or what stands for one (a hybrid), as PostgreSQL reads it."""
    return str(getattr(model, column).compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))
