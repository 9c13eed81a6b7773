"""The list of people, as a page and as the API give it."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import selectinload

from ..kernel.conditions import Actor
from ..policy import ROLES
from ..web.api import sorting
from ..web.tables import Column, Table
from .models import Office, User
from .people import holding
from .queries import Page, how_many, visible
from .schemas import holds_words

SORTS = {"name": User.name, "username": User.username}
PEOPLE = (
    Column("name", "Name", link=lambda user: url_for("access.person", id=user.id), sort=True),
    Column("username", "User name", sort=True),
    Column("holds", "Holds now", show=holds_words),
    Column("disabled", "Sign-in", show=lambda user: "Ended" if user.disabled_at else "Open"),
)


def people(actor: Actor, args: Mapping[str, Any]) -> Page[User]:
    """One page of colleagues; with `role` only those who hold it now, with `office` (a code) only there."""
    return visible(actor, "user.read", User, where=_where(args), order=sorting(args.get("sort"), SORTS, "name"),
                   after=args.get("after"), limit=args["limit"], options=(selectinload(User.grants),))


def people_table(actor: Actor, args: Mapping[str, Any]) -> Table:
    return Table(PEOPLE, people(actor, args), noun="person", plural="people", order="by name", sorted_by="name",
                 total=how_many(actor, "user.read", User, where=_where(args)), empty="Nobody holds this role now.")


def _where(args: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    role, code = args.get("role"), args.get("office")
    if not role and not code:
        return []
    roles = (role,) if role else ROLES
    office = select(Office.id).where(Office.code == code.upper()).scalar_subquery() if code else None
    return [holding(*roles, office_id=office)]
