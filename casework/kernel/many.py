"""Many values in one parameter: the statement is the same text however many they are, so that its plan is kept."""
from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Boolean, ColumnElement, Dialect, Integer, Text, Uuid, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import coercions, roles
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeDecorator, TypeEngine

GUESSED = 10
KINDS: dict[type, TypeEngine[Any]] = {UUID: Uuid(), str: Text(), int: BigInteger()}


class Several(TypeDecorator[list[Any]]):
    """Keys, numbers or words: an array where the database has them, else a JSON list of what SQLite keeps.

    Of an array that is a parameter PostgreSQL guesses ten values, and for fewer it would plan the same statement anew
    each time; so fewer are filled up with the first of them, again and again, which is found no more often for that.
    """

    impl, cache_ok = Text, True

    def __init__(self, kind: type[UUID | str | int]) -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(KINDS[self.kind]) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        plain = [str(each) if self.kind is str else each for each in value or ()]
        if dialect.name == "postgresql":
            return plain + plain[:1] * (GUESSED - len(plain))
        return json.dumps([each.hex if isinstance(each, UUID) else each for each in plain])


class within(ColumnElement[bool]):
    """The column is one of these: `within(Note.case_id, ids)`. For a statement built once, `within(Note.case_id,
    "case_ids")` names the parameter by which they are given later."""

    __visit_name__ = "within"
    _traverse_internals = [("column", InternalTraversal.dp_clauseelement), ("many", InternalTraversal.dp_clauseelement)]
    inherit_cache = True
    type = Boolean()

    def __init__(self, column: Any, many: Iterable[UUID | str | int] | str) -> None:
        self.column = coercions.expect(roles.ExpressionElementRole, column)
        kept = self.column.type
        kind = Several(UUID if isinstance(kept, Uuid) else int if isinstance(kept, Integer) else str)
        self.many = (bindparam(many, type_=kind) if isinstance(many, str)
                     else bindparam("many", list(many), type_=kind, unique=True))


@compiles(within)
def _in_json(element: within, compiler: Any, **how: Any) -> str:
    column, many = (compiler.process(part, **how) for part in (element.column, element.many))
    return f"{column} IN (SELECT value FROM json_each({many}))"  # noqa: S608  both parts are SQLAlchemy's own


@compiles(within, "postgresql")
def _in_array(element: within, compiler: Any, **how: Any) -> str:
    return f"{compiler.process(element.column, **how)} = ANY ({compiler.process(element.many, **how)})"
