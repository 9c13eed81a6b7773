"""Assessments on paper, so to speak: the list of a case, the sheet to fill, what was signed, and what changed."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import joinedload

from .. import policy
from ..access.queries import find, visible
from ..cases.models import Case
from ..web import deeds
from ..web.forms import Form
from ..web.gate import opens_to
from ..web.versions import expected_version
from ..web.who import actor
from . import actions, case_page, queries
from .acuity import HIGH_SUM, MODERATE_SUM, acuity
from .change import Turn, changes, known
from .chart import bars
from .duties import waiting
from .instrument import WAYS_OUT
from .listing import as_deeds, listed, stands, within
from .models import LEVELS, Answer, NeedsAssessment, State
from .schemas import PURPOSES, Begin, Save
from .sheet import KEYS, WORDS, Sheet, sheet

__all__ = ["case_page", "pages"]
pages = Blueprint("assessments", __name__)

SIGNERS = (joinedload(NeedsAssessment.signed_by), joinedload(NeedsAssessment.started_by))
LISTED = (queries.WITH_RATINGS, *SIGNERS)
WITH_CASE = (joinedload(NeedsAssessment.case), queries.WITH_RATINGS, *SIGNERS)


@pages.app_context_processor
def words() -> dict[str, Any]:
    """What the levels are called, the same on every page."""
    return {"level_words": LEVELS, "ways_out": WAYS_OUT, "answer_keys": KEYS, "answer_words": WORDS,
            "purpose_words": PURPOSES}


def one(id: UUID) -> NeedsAssessment:
    return find(actor(), NeedsAssessment, id, options=WITH_CASE)


@pages.route("/cases/<uuid:case_id>/assessments", methods=["GET", "POST"])
@opens_to("assessment.read")
def index(case_id: UUID) -> Any:
    """The needs of a case: what is urgent, what is begun, what was signed."""
    case = find(actor(), Case, case_id)
    form = Form(Begin())
    if form.submitted:
        with form.showing_errors():
            draft = actions.begin(actor(), case, **form.load())
            return redirect(url_for("assessments.fill", id=draft.id), 303)
    if form.errors:  # what was read before the refusal was let go with it
        case = find(actor(), Case, case_id)
    rows = visible(actor(), "assessment.read", NeedsAssessment, where=(NeedsAssessment.case_id == case.id,),
                   order=NeedsAssessment.started_at.desc(), after=request.args.get("after"), options=LISTED)
    return render_template(
        "assessments/index.html", case=case, form=form, table=listed(rows), acuity=acuity(case),
        duties=as_deeds(waiting(actor(), case)),
        high_sum=HIGH_SUM, moderate_sum=MODERATE_SUM,
        drafts={row.purpose: row for row in rows if row.state is State.DRAFT}), form.status


@pages.route("/assessments/<uuid:id>/fill", methods=["GET", "POST"])
@opens_to("assessment.save")
def fill(id: UUID) -> Any:
    """The sheet. Each press, and with script each answer, keeps what is on it."""
    assessment, form = one(id), Form(Save())
    policy.check(actor(), "assessment.save", assessment)
    if form.submitted:
        with form.showing_errors():
            return _kept(actions.save(actor(), assessment, expecting=expected_version(), **form.load()))
    if form.errors:
        assessment = one(id)
    if assessment.state is State.SIGNED:
        return redirect(url_for("assessments.show", id=id), 303)
    typed = form.raw["ratings"] if request.method == "POST" or form.kept else ()
    return _sheet("fill", assessment, typed, form.errors), form.status


def _kept(assessment: NeedsAssessment) -> Any:
    """What follows on saving: the note that it is kept, the signature, or the way out."""
    if request.headers.get("HX-Request"):
        return _sheet("kept", one(assessment.id))
    if request.form.get("_do") == "sign":
        flash(actions.DEEDS["sign"].done if actions.sign(actor(), assessment) else "", "success")
        return redirect(url_for("assessments.change", id=assessment.id), 303)
    flash("Saved. Nothing is final until you sign.", "success")
    stay = request.form.get("_do") != "leave"
    return redirect(url_for("assessments.fill", id=assessment.id) if stay else
                    url_for("assessments.index", case_id=assessment.case_id), 303)


def _sheet(template: str, assessment: NeedsAssessment, typed: Any = (), errors: Any = None) -> str:
    before = queries.signed(actor(), assessment.case_id)
    drawn: Sheet = sheet(assessment, queries.domains(assessment), known(before), typed, errors)
    return render_template(f"assessments/{template}.html", sheet=drawn, assessment=assessment, case=assessment.case,
                           last=before[-1] if before else None, within=within())


@pages.get("/assessments/<uuid:id>")
@opens_to("assessment.read")
def show(id: UUID) -> Any:
    """As it was signed; a draft as far as it is filled."""
    assessment = one(id)
    if assessment.state is State.DRAFT and policy.may(actor(), "assessment.save", assessment):
        return redirect(url_for("assessments.fill", id=id), 303)
    drawn = sheet(assessment, queries.domains(assessment), {})
    return render_template("assessments/show.html", sheet=drawn, assessment=assessment, case=assessment.case,
                           stands=stands(assessment))


@pages.get("/assessments/<uuid:id>/change")
@opens_to("assessment.read")
def change(id: UUID) -> Any:
    """What is better, worse or new since the last time, and what needs a plan."""
    assessment = one(id)
    if assessment.state is State.DRAFT:
        return redirect(url_for("assessments.show", id=id), 303)
    history = [each for each in queries.signed(actor(), assessment.case_id, WITH_CASE)
               if (each.signed_at, each.id) <= (assessment.signed_at, assessment.id)]
    lines = changes(queries.domains(assessment), history[:-1], assessment)
    return render_template(
        "assessments/change.html", assessment=assessment, case=assessment.case, lines=lines, shown=history[-4:],
        bars=bars(history[-4:]), turns={turn: [line for line in lines if line.turn is turn] for turn in Turn},
        plans=[line for line in lines if line.needs_plan], within=within(),
        declined=[line for line in lines if line.after and line.after.answer is Answer.DECLINED])


deeds.on_pages(pages, actions.DEEDS, kind="assessment", at="/assessments", find=one, show="assessments.change")
