"""What a model says of itself to the wall of the database, where the policy does not speak of its table.

    __walled__ = Walled(follows="request_id", signed="recorded_by_id")
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

RUNTIME = "casework_runtime"
"""The role of the database that the wall is for: the application connects as it, and it owns nothing."""


@dataclass(frozen=True)
class Walled:
    """Whose row it is, in names of columns.

    `follows`  the key to a parent: the row shows with the parent, and is added and changed by whoever may change it,
               or has just made it. Of several keys the first that is not NULL counts;
    `signed`   whoever adds the row is named here, and nobody else may be;
    `named`    whoever is named here sees the row, whatever becomes of its parent;
    `read`     a verb of the policy that says who sees the row, instead of the parent;
    `shown_by` the tables (by their column for this row) with any of which it shows;
    `made_by`  a verb of the policy: whoever may do it somewhere may add a row;
    `deeds`    the column that names the deed by which a row is added: only whoever may do that to the parent adds it.
               `called` are those that the policy calls otherwise;
    `only`     in SQL, what must be true of each row that is added;
    `along`    columns that change only along with a step of the record's workflow, each with its verb;
    `stays`    rows are added and never changed;
    `kept`     rows are added and changed by nobody but the database's own triggers;
    `system`   what Casework itself may do to it: "insert", "update", "delete";
    `own`      Casework's own: the rules see it and nobody else.
    """

    follows: str | tuple[str, ...] = ()
    signed: str = ""
    named: str = ""
    read: str = ""
    shown_by: tuple[tuple[str, str], ...] = ()
    made_by: str = ""
    deeds: str = ""
    called: tuple[tuple[str, str], ...] = ()
    only: str = ""
    along: tuple[tuple[str, str], ...] = ()
    stays: bool = False
    kept: bool = False
    system: tuple[str, ...] = ()
    own: bool = False

    @property
    def parents(self) -> tuple[str, ...]:
        return (self.follows,) if isinstance(self.follows, str) else self.follows


NOTHING_SAID = Walled()


def walled(model: Any) -> Walled:
    said: Walled = getattr(model, "__walled__", NOTHING_SAID)
    return said
