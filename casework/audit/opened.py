"""The mark on a condition: what rows of the policy open of one table. Where it must be true of each row, it holds that
table, and no other, however the statement goes on. Only `access` makes one; a test counts who does."""
from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.visitors import InternalTraversal


class Opened(ColumnElement[bool]):
    """Reads like the condition in it. What that looks up itself, such as who is on a team, is the policy's own."""

    __visit_name__ = "opened"
    _traverse_internals = [("condition", InternalTraversal.dp_clauseelement),
                           ("table", InternalTraversal.dp_clauseelement)]
    inherit_cache = True
    type = Boolean()

    def __init__(self, condition: ColumnElement[bool], table: Any) -> None:
        self.condition: Any = condition.self_group(against=operators.and_)
        self.table = table

    @property
    def _from_objects(self) -> list[Any]:
        return [*self.condition._from_objects, self.table]

    def self_group(self, against: Any = None) -> Opened:
        """It has its brackets already."""
        return self

    def _negate(self) -> Any:
        """What is not opened is no longer marked."""
        return ~self.condition


@compiles(Opened)
def _as_it_reads(element: Opened, compiler: Any, **how: Any) -> str:
    return str(compiler.process(element.condition, **how))
