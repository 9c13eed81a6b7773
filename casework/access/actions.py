"""Making people, giving and ending roles, changing a password."""
from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import Row, select

from ..audit import action
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.errors import Conflict, Invalid
from ..policy import INCOMPATIBLE, OFFICE_BOUND, Role
from . import passwords, sign_ins
from .models import Office, RoleGrant, User


def create_office(actor: Actor, *, code: str, name: str, timezone: str) -> Office:
    """A new office; `timezone` is an IANA name."""
    if timezone not in available_timezones():
        raise Invalid(timezone="That is not the name of a time zone, such as America/Denver.")
    with action(actor, "office.create", None) as deed:
        deed.subject = office = Office(code=code, name=name, timezone=timezone)
        db.session.add(office)
    return office


def create_user(actor: Actor, *, username: str, name: str, password: str, demo: bool = False,
                stored: str = "") -> User:
    """A new person who may sign in and, until a role is given, do nothing. `stored` is a hash made before."""
    account = username.strip().casefold()
    if db.session.scalar(select(User.id).where(User.username == account)):
        raise Invalid(username="Somebody already signs in with this name.")
    with action(actor, "user.create", None) as deed:
        deed.subject = user = User(username=account, name=name, demo=demo,
                                   password_hash=stored or passwords.hashed(password))
        db.session.add(user)
    return user


def give_role(actor: Actor, user: User, *, role: Role, office: Office | None = None, until: datetime | None = None,
              document: str | None = None, since: datetime | None = None) -> RoleGrant:
    """Give a role. Refused beside an incompatible one, without an office where the role has one, or to oneself."""
    with action(actor, "role_grant.give", user, role=role, document=document) as deed:
        db.session.refresh(user, ["grants"])
        _fits(actor, user, role, office)
        deed.subject = grant = RoleGrant(user_id=user.id, role=role, office_id=office.id if office else None,
                                         since=since or now(), until=until, document=document, given_by_id=actor.id)
        db.session.add(grant)
    db.session.refresh(user, ["grants"])
    return grant


def _fits(actor: Actor, user: User, role: Role, office: Office | None) -> None:
    if (role in OFFICE_BOUND) != (office is not None):
        raise Invalid(office_id="This role is held in one office." if office is None
                      else "This role is held everywhere, not in one office.")
    if actor.id == user.id:
        raise Conflict("Nobody gives a role to themselves.", role="Nobody gives a role to themselves.")
    held = {grant.role for grant in user.grants if grant.until is None or grant.until > now()}
    if clash := sorted(other for other in held if frozenset((role, other)) in INCOMPATIBLE):
        never = f"A {clash[0].replace('_', ' ')} may never be {role.replace('_', ' ')} as well."
        raise Conflict(never, role=never)


def end_role(actor: Actor, grant: RoleGrant) -> RoleGrant:
    """From now on they no longer hold it; the next request knows."""
    with action(actor, "role_grant.end", grant):
        if grant.until is not None and grant.until <= now():
            raise Conflict("This role has already ended.")
        grant.until = now()
    return grant


def disable_user(actor: Actor, user: User) -> User:
    with action(actor, "user.disable", user):
        user.disabled_at = now()
    sign_ins.end_others(user, None)
    return user


def change_password(actor: Actor, user: User, *, old_password: str, new_password: str,
                    keep: Row[Any] | None = None) -> None:
    """Their own password, who know the old one. Every other session of theirs ends."""
    if not passwords.matches(user.password_hash, old_password):
        raise Invalid(old_password="That is not your present password.")
    with action(actor, "user.change_password", user):
        user.password_hash = passwords.hashed(new_password)
    sign_ins.end_others(user, keep)


def office_by_code(code: str) -> Office:
    office = db.session.scalar(select(Office).where(Office.code == code.upper()))
    if office is None:
        raise Invalid(office="There is no office with this code.")
    return office


def office_by_id(office_id: UUID) -> Office:
    office = db.session.get(Office, office_id)
    if office is None:
        raise Invalid(office_id="There is no such office.")
    return office
