"""Who one is, and the colleagues and offices one may choose among."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from ..web.api import Api, PageArgs, no_content, page_of, paged, sorting
from ..web.gate import ANYBODY, opens_to
from ..web.who import actor
from . import tables
from .actions import create_user, end_role
from .doors import own_row
from .models import Office, RoleGrant, User
from .people import give
from .queries import find, visible
from .schemas import CreateUser, GiveRole, OfficeView, PeopleArgs, PersonView, RoleGrantView

api = Api("access_api", description="People and offices")


@api.get("/me")
@opens_to(ANYBODY)
@api.response(200, PersonView)
def me() -> Any:
    """Who is asking, and what they hold."""
    return own_row(actor())


@api.get("/offices")
@opens_to("office.read")
@api.arguments(PageArgs, location="query")
@api.response(200, paged(OfficeView))
def offices(args: dict[str, Any]) -> Any:
    """The field offices and their time zones."""
    order = sorting(args.get("sort"), {"code": Office.code, "name": Office.name}, "code")
    return page_of(visible(actor(), "office.read", Office, order=order, after=args.get("after"), limit=args["limit"]))


@api.get("/people")
@opens_to("user.read")
@api.arguments(PeopleArgs, location="query")
@api.response(200, paged(PersonView))
def people(args: dict[str, Any]) -> Any:
    """Colleagues; with `role` those who hold it now."""
    return page_of(tables.people(actor(), args))


@api.post("/people")
@opens_to("user.create")
@api.arguments(CreateUser)
@api.response(201, PersonView)
def person_new(data: dict[str, Any]) -> Any:
    """A new person, who can do nothing until a role is given."""
    return create_user(actor(), **data)


@api.post("/people/<uuid:id>/roles")
@opens_to("role_grant.give")
@api.arguments(GiveRole)
@api.response(201, RoleGrantView)
def role_new(data: dict[str, Any], id: UUID) -> Any:
    """Give a role. An incompatible one is refused."""
    return give(actor(), find(actor(), User, id), **data)


@api.post("/role-grants/<uuid:id>/end")
@opens_to("role_grant.end")
@api.response(204)
def role_end(id: UUID) -> Response:
    """From now on they no longer hold it."""
    end_role(actor(), find(actor(), RoleGrant, id))
    return no_content()
