"""Cases and investigations for programs. Who a person is stands only under /identity and /contact."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from ..access.queries import find
from ..web import deeds
from ..web.api import PageArgs, page_of, paged, sorting
from ..web.gate import opens_to
from ..web.versions import expected_version
from ..web.who import actor
from . import file_api
from .blueprint import api
from .deeds import DEEDS
from .intake import change_case, open_case, open_investigation
from .investigation_actions import add_member
from .investigations import Investigation
from .models import Case
from .queries import INVESTIGATION_SORTS, SORTS, case, cases, investigations_of, team_of
from .schemas import AddMember, CaseArgs, EditCase, Find, OpenCase, OpenInvestigation
from .search import search
from .views import CaseView, FoundView, InvestigationView, TeamView

__all__ = ["api"]
PARTS = (file_api,)


@api.get("/investigations")
@opens_to("investigation.read")
@api.arguments(PageArgs, location="query")
@api.response(200, paged(InvestigationView))
def investigations(args: dict[str, Any]) -> Any:
    """The investigations one works on or may know of."""
    return page_of(investigations_of(actor(), args, sorting(args.get("sort"), INVESTIGATION_SORTS, "number")))


@api.post("/investigations")
@opens_to("investigation.open")
@api.arguments(OpenInvestigation)
@api.response(201, InvestigationView)
def investigation_new(data: dict[str, Any]) -> Any:
    """Open an investigation; whoever opens it is its first member."""
    return open_investigation(actor(), **data)


@api.get("/investigations/<uuid:id>")
@opens_to("investigation.read")
@api.response(200, InvestigationView)
def investigation(id: UUID) -> Any:
    """One investigation."""
    return find(actor(), Investigation, id)


@api.post("/investigations/<uuid:id>/members")
@opens_to("investigation.add_member")
@api.arguments(AddMember)
@api.response(200, InvestigationView)
def member_new(data: dict[str, Any], id: UUID) -> Any:
    """One more investigator works on it."""
    return add_member(actor(), find(actor(), Investigation, id), **data)


@api.get("/cases")
@opens_to("case.read")
@api.arguments(CaseArgs, location="query")
@api.response(200, paged(CaseView))
def index(args: dict[str, Any]) -> Any:
    """The cases one may see."""
    return page_of(cases(actor(), args, sorting(args.get("sort"), SORTS, "-updated")))


@api.post("/cases")
@opens_to("case.open")
@api.arguments(OpenCase)
@api.response(201, CaseView)
def new(data: dict[str, Any]) -> Any:
    """Open a case, for a new person or one with an earlier case."""
    return open_case(actor(), **data)


@api.get("/cases/<uuid:id>")
@opens_to("case.read")
@api.response(200, CaseView)
def show(id: UUID) -> Any:
    """One case, without who it is about."""
    return case(actor(), id)


@api.patch("/cases/<uuid:id>")
@opens_to("case.update")
@api.arguments(EditCase)
@api.response(200, CaseView)
def edit(data: dict[str, Any], id: UUID) -> Any:
    """Change the facts that are sent. Needs If-Match."""
    version = expected_version()
    return change_case(actor(), case(actor(), id), expecting=version, **data)


@api.post("/search")
@opens_to("case.search")
@api.arguments(Find)
@api.response(200, FoundView)
def find_cases(data: dict[str, Any]) -> Any:
    """Cases by number, exact identifier or name; in the body, so that no address carries an identity."""
    return {"items": list(search(actor(), data["query"]))}


@api.get("/cases/<uuid:case_id>/team")
@opens_to("case.read")
@api.response(200, TeamView)
def team(case_id: UUID) -> Any:
    """Everybody who works or worked on it."""
    return {"items": team_of(case(actor(), case_id))}


def _find(id: UUID) -> Case:
    return case(actor(), id)


deeds.on_api(api, DEEDS, kind="case", at="/cases", find=_find, view=CaseView)
