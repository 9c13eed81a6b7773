"""Colleagues: who holds what, to choose among and to list; and giving a role as the form asks for it."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import NamedTuple, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, or_, select

from .. import policy
from ..kernel.clocks import end_of_day
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.errors import Invalid
from ..kernel.many import within
from ..kernel.once import once
from ..kernel.prepared import Prepared
from ..kernel.rulebook import HEADQUARTERS
from ..policy import Role
from .actions import give_role, office_by_id
from .models import Office, RoleGrant, User


def holding(*roles: Role, office_id: UUID | ColumnElement[UUID] | None = None) -> ColumnElement[bool]:
    """Users who hold one of these roles when it is asked, in this office when one is named: for a `where`."""
    moment = bindparam("moment", callable_=now, type_=RoleGrant.since.type, unique=True)
    grants = select(RoleGrant.user_id).where(
        RoleGrant.role.in_(roles), RoleGrant.since <= moment, or_(RoleGrant.until.is_(None), RoleGrant.until > moment))
    if office_id is not None:
        grants = grants.where(RoleGrant.office_id == office_id)
    return User.id.in_(grants) & User.disabled_at.is_(None)


NAMES = Prepared(select(User.id, User.name).where(within(User.id, "ids")))


class FieldOffice(NamedTuple):
    """An office, as far as pages name it and days are counted in it."""

    id: UUID
    code: str
    name: str
    timezone: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


OFFICES = Prepared(select(Office.id, Office.code, Office.name, Office.timezone).order_by(Office.name), FieldOffice)


class Colleague(NamedTuple):
    """Somebody to choose."""

    id: UUID
    username: str
    name: str


def colleagues(*roles: Role, office_id: UUID | None = None) -> Sequence[Colleague]:
    """The people one may choose among, by name. Staff, not victims: choosing among them is not a read to log."""
    if office_id is None:
        return cast(Sequence[Colleague], _holding(roles, "anywhere").rows())
    return cast(Sequence[Colleague], _holding(roles, "there").rows(office_id=office_id))


@cache
def _holding(roles: tuple[Role, ...], where: str) -> Prepared:
    office_id = bindparam("office_id", type_=RoleGrant.office_id.type) if where == "there" else None
    return Prepared(select(User.id, User.username, User.name).where(
        holding(*roles, office_id=office_id)).order_by(User.name), Colleague)


def offices() -> Sequence[FieldOffice]:
    """Every office, by name. A page that is only read asks once."""
    return once(offices, OFFICES.rows)


def office_book() -> dict[UUID, FieldOffice]:
    """The same by id: for the time zones of many records."""
    return {office.id: office for office in offices()}


def named(ids: Sequence[UUID | None]) -> dict[UUID, str]:
    """The names of these colleagues, by id, in one query."""
    wanted = {id for id in ids if id is not None}
    return dict(NAMES.rows(ids=wanted)) if wanted else {}


def offices_for(actor: Actor, verb: str) -> list[Office]:
    """The offices in which they may do this: those of the grants that open the verb."""
    ids = {way.grant.office_id for way in policy.ways(actor, verb)}
    return list(db.session.scalars(select(Office).where(Office.id.in_(ids)).order_by(Office.name)))


def office_for(actor: Actor, verb: str, office_id: UUID | None) -> Office:
    """The office named, or the only one in which they may do this."""
    if office_id is not None:
        return office_by_id(office_id)
    mine = offices_for(actor, verb)
    if len(mine) != 1:
        raise Invalid(office_id="Choose the office.")
    return mine[0]


def give(actor: Actor, user: User, *, role: Role, office_id: UUID | None = None, document: str | None = None,
         until_on: date | None = None) -> RoleGrant:
    """Give a role until the end of its last day, in the office's time zone or headquarters'."""
    office = office_by_id(office_id) if office_id else None
    until = end_of_day(until_on, office.zone if office else HEADQUARTERS) if until_on else None
    if until is not None and until <= now():
        raise Invalid(until_on="This day is already over.")
    return give_role(actor, user, role=role, office=office, until=until, document=document)
