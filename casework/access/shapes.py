"""What somebody holds, as a statement built once sees it: the roles are in its text, and who they are and where come as
parameters. Whoever holds alike is answered by the same statement.
"""
from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam

from ..kernel.conditions import Actor
from ..policy import Role

ME = bindparam("my_id", type_=Uuid())


class Stand(NamedTuple):
    """A grant of which only the role is known."""

    role: Role
    user_id: Any
    office_id: Any


class Shape(NamedTuple):
    """The roles of an actor, in their order, and whether each is for one office."""

    held: tuple[tuple[Any, bool], ...]

    @property
    def id(self) -> Any:
        return ME

    @property
    def current_grants(self) -> Sequence[Any]:
        return [Stand(role, ME, _office(number) if there else None) for number, (role, there) in enumerate(self.held)]


def shape_of(actor: Actor) -> Shape:
    return Shape(tuple((grant.role, grant.office_id is not None) for grant in actor.current_grants))


def standing_of(actor: Actor) -> dict[str, UUID]:
    """The values of the parameters, by name."""
    offices = {_office(number).key: grant.office_id for number, grant in enumerate(actor.current_grants)}
    return {"my_id": actor.id, **{name: id for name, id in offices.items() if id is not None}}


@cache
def _office(number: int) -> Any:
    return bindparam(f"my_office_{number}", type_=Uuid())
