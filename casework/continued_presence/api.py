"""Continued Presence for machines: the same schemas, the same deeds."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from .. import policy
from ..access.models import Office
from ..access.queries import find, visible
from ..cases.models import Case
from ..kernel.errors import NotFound
from ..web import deeds
from ..web.api import Api, PageArgs, page_of, paged, sorting
from ..web.fields import Choice, Text
from ..web.gate import opens_to
from ..web.versions import expected_version
from ..web.who import actor
from . import actions, gates, queries
from .actions import DEEDS
from .grants import CPGrant
from .models import ContinuedPresenceRequest, CPMoment
from .package import CPItem, CPPackage
from .schemas import (
    CPAnswerTold,
    CPChecklistView,
    CPDraft,
    CPEdit,
    CPGrantView,
    CPItemView,
    CPMomentsView,
    CPPackageView,
    CPRequestView,
)
from .words import State

api = Api("continued_presence_api", description="Continued Presence: requests, their checklist, and grants")
SORTS = {"number": ContinuedPresenceRequest.number, "state_since": ContinuedPresenceRequest.state_since}


class RequestArgs(PageArgs):
    state = Choice("State", State)
    office = Text("Office", most=40, metadata={"description": "An office's code, such as DEN, or its id."})


def one(id: UUID) -> ContinuedPresenceRequest:
    return find(actor(), ContinuedPresenceRequest, id)


def _listed(args: dict[str, Any], *where: ColumnElement[bool]) -> dict[str, Any]:
    order = sorting(args.get("sort"), SORTS, "-number")
    return page_of(visible(actor(), "cp_request.read", ContinuedPresenceRequest, where=[*where, *_wanted(args)],
                           order=order, after=args.get("after"), limit=args["limit"]))


def _wanted(args: dict[str, Any]) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if state := args.get("state"):
        where.append(ContinuedPresenceRequest.state == state)
    if office := args.get("office"):
        where.append(ContinuedPresenceRequest.office_id == _office(office))
    return where


def _office(said: str) -> Any:
    try:
        return UUID(said)
    except ValueError:
        return select(Office.id).where(Office.code == said.upper()).scalar_subquery()


@api.get("/continued-presence")
@opens_to("cp_request.read")
@api.arguments(RequestArgs, location="query")
@api.response(200, paged(CPRequestView))
def index(args: dict[str, Any]) -> Any:
    """Requests, newest first."""
    return _listed(args)


@api.get("/cases/<uuid:case_id>/continued-presence")
@opens_to("cp_request.read")
@api.arguments(RequestArgs, location="query")
@api.response(200, paged(CPRequestView))
def of_case(args: dict[str, Any], case_id: UUID) -> Any:
    """The requests of one case."""
    find(actor(), Case, case_id)
    return _listed(args, ContinuedPresenceRequest.case_id == case_id)


@api.post("/cases/<uuid:case_id>/continued-presence")
@opens_to("cp_request.draft")
@api.arguments(CPDraft)
@api.response(201, CPRequestView)
def draft(data: dict[str, Any], case_id: UUID) -> Any:
    """Begin a request. Only a member of the case's investigation may."""
    return actions.draft(actor(), find(actor(), Case, case_id, verb="cp_request.draft"), **data)


@api.get("/continued-presence/<uuid:id>")
@opens_to("cp_request.read")
@api.response(200, CPRequestView)
def show(id: UUID) -> Any:
    """Where a request stands."""
    return one(id)


@api.patch("/continued-presence/<uuid:id>")
@opens_to("cp_request.edit")
@api.arguments(CPEdit)
@api.response(200, CPRequestView)
def edit(data: dict[str, Any], id: UUID) -> Any:
    """Write the package, as far as it is given; null takes words away."""
    return actions.edit(actor(), one(id), expecting=expected_version(), **data)


@api.get("/continued-presence/<uuid:id>/package")
@opens_to("cp_package.read")
@api.response(200, CPPackageView)
def package(id: UUID) -> Any:
    """What the request says of the person; for those who ask and decide."""
    return _theirs("cp_package.read", CPPackage, id)


@api.get("/continued-presence/<uuid:id>/grant")
@opens_to("cp_grant.read")
@api.response(200, CPGrantView)
def grant(id: UUID) -> Any:
    """The grant that came of it."""
    return _theirs("cp_grant.read", CPGrant, id)


def _theirs(verb: str, model: Any, id: UUID) -> Any:
    found = visible(actor(), verb, model, where=(model.request_id == id,), limit=1)
    if not found:
        raise NotFound("There is nothing here, or nothing you may see.")
    return found[0]


@api.get("/continued-presence/<uuid:id>/moments")
@opens_to("cp_request.read")
@api.response(200, CPMomentsView)
def moments(id: UUID) -> Any:
    """Each moment that was recorded. A superseded one stays; the last of its kind counts."""
    rows: list[CPMoment] = queries.all_moments(one(id))
    return {"items": rows}


@api.get("/continued-presence/<uuid:id>/checklist")
@opens_to("cp_package.read")
@api.response(200, CPChecklistView)
def checklist(id: UUID) -> Any:
    """The items of the checklist, and what stops the sending."""
    _theirs("cp_package.read", CPPackage, id)
    rows = visible(actor(), "cp_package.read", CPItem, where=(CPItem.request_id == id,), order=CPItem.code, limit=200)
    thing = one(id)
    return {"items": list(rows), "blocks": [gate.title for gate in gates.blocking(queries.sight_of(thing))]}


@api.get("/continued-presence/<uuid:id>/checklist/<item>")
@opens_to("cp_package.read")
@api.response(200, CPItemView)
def item(id: UUID, item: str) -> Any:
    """One item, with the ETag that PUT asks for."""
    found = visible(actor(), "cp_package.read", CPItem, limit=1,
                    where=(CPItem.request_id == id, CPItem.code == item))
    if not found:
        raise NotFound("There is nothing here, or nothing you may see.")
    return found[0]


@api.put("/continued-presence/<uuid:id>/checklist/<item>")
@opens_to("cp_request.check_item")
@api.arguments(CPAnswerTold)
@api.response(200, CPItemView)
def answer(data: dict[str, Any], id: UUID, item: str) -> Any:
    """Answer one item."""
    thing = one(id)
    policy.check(actor(), "cp_request.check_item", thing)
    return actions.check_item(actor(), thing, item, expecting=expected_version(), **data)


deeds.on_api(api, DEEDS, kind="cp_request", at="/continued-presence", find=one, view=CPRequestView)
