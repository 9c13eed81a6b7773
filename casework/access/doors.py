"""What this room lends to the web: who comes by cookie or token, their name and time zone, the hidden screen.

The cookie is signed and holds the token of a server-side session; nothing else about the person is in it.
"""
from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import Any

from flask import Request, session
from sqlalchemy import Row

from ..kernel.conditions import Actor
from ..kernel.db import db
from ..web.hooks import Hooks
from ..web.who import perhaps
from . import passwords, sign_ins
from .arriving import Held, Person
from .models import User
from .tokens import Bearer, bearer

TOKEN = "sign_in"


class Visitor:
    """A person in this browser session: the same person in the trail."""

    is_authenticated = is_active = True
    is_anonymous = False

    def __init__(self, person: Person, row: Row[Any]) -> None:
        self.id, self.username, self.name, self.current_grants = person
        self.row = row

    def get_id(self) -> str:
        return str(self.id)


class Machine(Bearer):
    is_authenticated = is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return str(self.id)


def by_session(request: Request) -> Actor | None:
    token = session.get(TOKEN)
    known = sign_ins.resume(token) if token else None
    return Visitor(*known) if known else None


def by_token(token: str) -> Actor | None:
    return bearer(token, Machine)


def visitor() -> Visitor | None:
    who = perhaps()
    return who if isinstance(who, Visitor) else None


def own_row(actor: Actor) -> User:
    """The row of whoever is signed in."""
    return db.session.get_one(User, actor.id)


def zone() -> tzinfo:
    """The time zone of the reader's own office; of none when they have none."""
    who = perhaps()
    held: Sequence[Any] = who.current_grants if who else ()
    return next((grant.zone for grant in held if grant.zone), UTC)


def me(actor: Actor) -> tuple[str, str]:
    """Their name, and what they are signed in as: "Specialist, Denver"."""
    held: Sequence[Any] = actor.current_grants
    return str(getattr(actor, "name", "")), "; ".join(dict.fromkeys(_held(grant) for grant in held))


def _held(grant: Held) -> str:
    role = grant.role.replace("_", " ").capitalize()
    return f"{role}, {grant.office_name}" if grant.office_name else role


def ask_names(page: str) -> None:
    if who := visitor():
        sign_ins.set_on(who.row, names_at=page)


def take_names(page: str) -> bool:
    """True once for the page whose names were asked for."""
    who = visitor()
    if not who or who.row.names_at != page:
        return False
    sign_ins.set_on(who.row, names_at=None)
    return True


def reveal(password: str) -> bool:
    """Back from the hidden screen, for whoever knows the password."""
    who = visitor()
    right = who is not None and passwords.matches(own_row(who).password_hash, password)
    if right:
        session.pop("hidden", None)
    return right


HOOKS = Hooks(by_session=by_session, by_token=by_token, zone=zone, me=me, ask_names=ask_names, take_names=take_names,
              reveal=reveal)
