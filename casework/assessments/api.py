"""Assessments for programs: the same schemas and deeds as the pages."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from ..access.queries import find, visible
from ..cases.models import Case
from ..web import deeds
from ..web.api import Api, page_of, paged, sorting
from ..web.gate import opens_to
from ..web.versions import expected_version
from ..web.who import actor
from . import actions
from .models import NeedsAssessment
from .queries import WITH_RATINGS
from .schemas import AssessmentArgs, AssessmentLine, AssessmentView, Begin, Save

api = Api("assessments_api", description="Needs assessments")


def one(id: UUID) -> NeedsAssessment:
    return find(actor(), NeedsAssessment, id, options=(WITH_RATINGS,))


@api.get("/cases/<uuid:case_id>/assessments")
@opens_to("assessment.read")
@api.arguments(AssessmentArgs, location="query")
@api.response(200, paged(AssessmentLine))
def index(args: dict[str, Any], case_id: UUID) -> Any:
    """The assessments of a case, without their answers"""
    case = find(actor(), Case, case_id)
    asked = [getattr(NeedsAssessment, name) == args[name] for name in ("state", "purpose") if name in args]
    order = sorting(args.get("sort"), {"started_at": NeedsAssessment.started_at}, "-started_at")
    return page_of(visible(actor(), "assessment.read", NeedsAssessment, order=order, after=args.get("after"),
                           limit=args["limit"], where=(NeedsAssessment.case_id == case.id, *asked)))


@api.post("/cases/<uuid:case_id>/assessments")
@opens_to("assessment.begin")
@api.arguments(Begin)
@api.response(201, AssessmentView)
def begin(data: dict[str, Any], case_id: UUID) -> Any:
    """Begin an assessment"""
    return actions.begin(actor(), find(actor(), Case, case_id), **data)


@api.get("/assessments/<uuid:id>")
@opens_to("assessment.read")
@api.response(200, AssessmentView)
def show(id: UUID) -> Any:
    """One assessment with its answers"""
    return one(id)


@api.patch("/assessments/<uuid:id>")
@opens_to("assessment.save")
@api.arguments(Save)
@api.response(200, AssessmentView)
def save(data: dict[str, Any], id: UUID) -> Any:
    """Keep answers of a draft; domains that are not named stay as they are"""
    return actions.save(actor(), one(id), expecting=expected_version(), **data)


deeds.on_api(api, actions.DEEDS, kind="assessment", at="/assessments", find=one, view=AssessmentView)
