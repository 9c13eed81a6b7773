"""Many people beside one row: its team, its members, its signers."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Select, and_, bindparam, func, not_, or_, select, true, tuple_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, object_session
from sqlalchemy.sql.functions import FunctionElement

from .conditions import written
from .db import Base, Dated, Utc, now
from .once import once
from .prepared import Prepared

# When it is asked, not when the question was built.
MOMENT = bindparam("at_this_moment", callable_=now, type_=Utc())


class one_of(FunctionElement[bool]):
    """A column holds one of the values of a select. PostgreSQL takes them for an array: then the planner goes by the
    index of the column, and does not read a longer index in the order of a list until it has met a page of them."""

    type, inherit_cache = Boolean(), True


@compiles(one_of)
def _in(element: one_of, compiler: Any, **words: Any) -> str:
    column, some = (compiler.process(clause, **words) for clause in element.clauses)
    return f"({column} IN {some})"


@compiles(one_of, "postgresql")
def _any(element: one_of, compiler: Any, **words: Any) -> str:
    column, some = (compiler.process(clause, **words) for clause in element.clauses)
    return f"({column} = ANY (ARRAY{some}))"


class People:
    """`team = People(TeamMember, case_id="case_id")`: my case_id is the link's case_id.

    A link names who stands there in `by`: a user_id, or an office_id for rules about offices. When it is dated only
    current rows count; `only` keeps the rows whose columns hold one of the words given. A row whose own key is
    NULL has nobody beside it.
    """

    def __init__(self, link: type[Base], *, by: str = "user_id", only: Mapping[str, Sequence[str]] | None = None,
                 **beside: str) -> None:
        self.link, self.by, self.only = link, by, only or {}
        self.here, self.there = tuple(beside), tuple(beside.values())

    def include(self, model: type[Base], who: UUID) -> ColumnElement[bool]:
        """Rows of a table that stand beside this user or office: a filter that an index answers. For its opposite ask
        `leave_out`: a row whose own key is NULL is in neither `include` nor its negation."""
        here = [getattr(model, name) for name in self.here]
        mine = self._standing(who, MOMENT)
        return tuple_(*here).in_(mine) if len(here) > 1 else one_of(here[0], mine.correlate(None).scalar_subquery())

    def leave_out(self, model: type[Base], who: UUID) -> ColumnElement[bool]:
        """All other rows. Those who stand beside may be many: they are hashed, not searched through for every row."""
        here = [getattr(model, name) for name in self.here]
        inside = tuple_(*here).in_(self._standing(who, MOMENT))
        return not_(func.coalesce(inside, False) if any(column.nullable for column in here) else inside)

    def has(self, row: Base, who: UUID) -> bool:
        """Does this user or office stand beside this row?"""
        session, mine = object_session(row), tuple(getattr(row, here) for here in self.here)
        if session is None or None in mine:
            return False
        return once((self, mine, who), lambda: self._stands(session, mine, who))

    def found(self, row: Base, who: UUID) -> None:
        """They do: the row was found because of it. While a page is only read, that is the answer."""
        once((self, tuple(getattr(row, here) for here in self.here), who), lambda: True)

    def _stands(self, session: Session, mine: tuple[Any, ...], who: UUID) -> bool:
        said = {"who": who, **dict(zip(self.there, mine, strict=True)), **({"moment": now()} if self.dated else {})}
        return bool(self._beside.asked_in(session, said))

    @cached_property
    def _beside(self) -> Prepared:
        """Built once: whoever does something is asked this each time."""
        beside = (getattr(self.link, there) == bindparam(there) for there in self.there)
        return Prepared(self._standing(bindparam("who"), bindparam("moment")).where(*beside).limit(1))

    def wall(self, model: type[Base], roles: str) -> str:
        """The same as `include`, where the database itself knows who asks, by a grant of one of these roles (an array;
        NULL: of any). The planner asks for one row by index, and hashes for many."""
        meets = [f"mine.{there} = {written(model, here)}" for here, there in zip(self.here, self.there, strict=True)]
        meets += (f"mine.{column} IN ({', '.join(map(_quoted, words))})" for column, words in self.only.items())
        meets += [] if roles == "NULL" else [f"mine.role = ANY ({roles})"]
        return f"EXISTS (SELECT FROM wall.{self.view} AS mine WHERE {' AND '.join(meets)})"

    @property
    def view(self) -> str:
        """Where the database finds the rows of the link in which the asker stands. It looks past the link's own wall,
        or two walls would ask each other for ever."""
        table: Any = self.link.__table__
        return f"in_{table.name}_by_{self.by.removesuffix('_id')}"

    @property
    def dated(self) -> bool:
        """Do only current rows count?"""
        return issubclass(self.link, Dated) or bool(getattr(self.link, "dated", False))

    def _standing(self, who: Any, moment: Any) -> Select[Any]:
        link = self.link.__table__.c
        current = and_(link.since <= moment, or_(link.until.is_(None), link.until > moment)) if self.dated else true()
        chosen = (link[column].in_(words) for column, words in self.only.items())
        return select(*(link[name] for name in self.there)).where(link[self.by] == who, current, *chosen)


def _quoted(word: str) -> str:
    return "'" + str(word).replace("'", "''") + "'"
