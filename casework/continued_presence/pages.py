"""Continued Presence in the browser."""
from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement

from .. import policy
from ..access.people import office_book
from ..access.queries import find, how_many, visible
from ..cases.models import Case
from ..kernel import rulebook
from ..kernel.clocks import local_day
from ..kernel.db import now
from ..web import deeds, names, sections
from ..web.api import sorting
from ..web.forms import Form
from ..web.gate import opens_to
from ..web.stands import acts
from ..web.versions import check_match, expected_version
from ..web.who import actor
from . import actions, gates, history, placing, queries, showing
from .actions import DEEDS
from .deciding import LONGEST, last_day
from .grants import CPGrant
from .items import TOLD, WRITTEN, ask_of
from .listing import table
from .models import ContinuedPresenceRequest
from .package import CPItem
from .schemas import CPAnswerItem, CPAnswerTold, CPApprove, CPDraft, CPEdit
from .words import BASES, FORMS, GRANT_STATES, MECHANISMS, STATES, TYPES, UNAFFECTED, WITHDRAWALS, GrantState, State

pages = Blueprint("continued_presence", __name__)
SORTS = {"number": ContinuedPresenceRequest.number, "since": ContinuedPresenceRequest.state_since}


@pages.context_processor
def words() -> dict[str, Any]:
    return {"states": STATES, "types": TYPES, "mechanisms": MECHANISMS, "grant_states": GRANT_STATES, "bases": BASES,
            "forms": FORMS, "withdrawals": WITHDRAWALS, "unaffected": UNAFFECTED}


def one(id: UUID) -> ContinuedPresenceRequest:
    return find(actor(), ContinuedPresenceRequest, id)


@pages.get("/continued-presence")
@opens_to("cp_request.read")
def index() -> Any:
    """Every request this reader may see."""
    where = _asked()
    rows = visible(actor(), "cp_request.read", ContinuedPresenceRequest, where=where, after=request.args.get("after"),
                   order=sorting(request.args.get("sort"), SORTS, "-number"), state=request.args.get("state"))
    total = how_many(actor(), "cp_request.read", ContinuedPresenceRequest, where=where)
    return render_template("continued_presence/index.html", table=table(rows, total))


def _asked() -> list[ColumnElement[bool]]:
    state = request.args.get("state", "")
    return [ContinuedPresenceRequest.state == State(state)] if state in list(State) else []


@pages.get("/cases/<uuid:case_id>/continued-presence")
@opens_to("cp_request.read")
def of_case(case_id: UUID) -> Any:
    """The requests of one case."""
    case = find(actor(), Case, case_id)
    rows = visible(actor(), "cp_request.read", ContinuedPresenceRequest, order=ContinuedPresenceRequest.number.desc(),
                   where=(ContinuedPresenceRequest.case_id == case.id,), limit=200)
    return render_template("continued_presence/of_case.html", case=case, table=table(rows, len(rows)),
                           strip=showing.strip_for(actor(), case.id))


@pages.route("/cases/<uuid:case_id>/continued-presence/new", methods=["GET", "POST"])
@opens_to("cp_request.draft")
def new(case_id: UUID) -> Any:
    """Begin a request: a member of the case's investigation, and nobody else."""
    case = find(actor(), Case, case_id, verb="cp_request.draft")
    form = Form(CPDraft(), {"identified_on": rulebook.today()}, choices={"parent_grant_id": _extendable(case)})
    if form.submitted:
        with form.showing_errors():
            begun = actions.draft(actor(), case, **form.load())
            flash("Begun. The checklist says what it needs.", "success")
            return redirect(url_for("continued_presence.show", id=begun.id), 303)
    if form.errors:
        case = find(actor(), Case, case_id, verb="cp_request.draft")
    bar = gates.bar(showing.citizenship_for(actor(), case.person_id))
    return render_template("continued_presence/new.html", case=case, form=form, bar=bar,
                           strip=showing.strip_for(actor(), case_id)), form.status


def _extendable(case: Case) -> dict[str, str]:
    grants = visible(actor(), "cp_grant.read", CPGrant, where=(CPGrant.case_id == case.id,), limit=50)
    return {str(grant.id): f"{grant.request_number}, until {grant.end_on:%d %b %Y}" for grant in grants
            if grant.state in (GrantState.ACTIVE, GrantState.CIVIL_HOLD, GrantState.EXPIRED)}


@pages.get("/continued-presence/<uuid:id>")
@opens_to("cp_request.read")
def show(id: UUID) -> Any:
    """One request: its checklist and package for those who ask and decide, its state for all who may see it."""
    thing = one(id)
    package = showing.package_for(actor(), thing)
    checklist = showing.checklist(actor(), thing) if package else None
    office = office_book()[thing.office_id]
    known = queries.moments([thing.id]).get(thing.id, {})
    grant = showing.grant_for(actor(), thing)
    blocks = [row["title"] for row in checklist["block"]] if checklist else []
    return render_template(
        "continued_presence/show.html", thing=thing, package=package, checklist=checklist, office=office, grant=grant,
        parts=showing.package_parts(thing) if package else [], moments=history.counted(known),
        days_left=queries.days_left(grant, office) if grant else None,
        gap=grant and queries.ended_by_clock(grant, office), extension=grant and queries.extension_of(grant),
        stands=showing.stands(actor(), thing, office, blocks, known), strip=showing.strip_for(actor(), thing.case_id),
        story=history.story(thing, with_notes=package is not None), named=names.shown(),
        correct=_correction(thing))


def _correction(thing: ContinuedPresenceRequest) -> Any:
    only = {"correct_moment": DEEDS["correct_moment"]}
    return next(iter(acts(thing, only, only, "continued_presence")), None)


@pages.route("/continued-presence/<uuid:id>/edit", methods=["GET", "POST"])
@opens_to("cp_request.edit")
def edit(id: UUID) -> Any:
    """The words of the package."""
    thing = one(id)
    policy.check(actor(), "cp_request.edit", thing)
    package = showing.package_for(actor(), thing)
    form = Form(CPEdit(), _values(thing, package), version=thing.version)
    if form.submitted:
        with form.showing_errors():
            actions.edit(actor(), thing, expecting=expected_version(), **form.load())
            flash("Saved.", "success")
            return redirect(url_for("continued_presence.show", id=id), 303)
    thing = one(id) if form.errors else thing
    return render_template("continued_presence/edit.html", thing=thing, form=form,
                           strip=showing.strip_for(actor(), thing.case_id)), form.status


def _values(thing: Any, package: Any) -> dict[str, Any]:
    return {name: getattr(thing if hasattr(type(thing), name) else package, name) for name in CPEdit().fields}


@pages.route("/continued-presence/<uuid:id>/checklist/<code>", methods=["GET", "POST"])
@opens_to("cp_request.check_item")
def item(id: UUID, code: str) -> Any:
    """One item of the checklist."""
    thing = one(id)
    policy.check(actor(), "cp_request.check_item", thing)
    row = queries.item_of(thing, code)
    visible(actor(), "cp_package.read", CPItem, where=(CPItem.id == row.id,))
    form = Form(CPAnswerTold() if code == TOLD else CPAnswerItem(), row, version=row.version)
    if form.submitted:
        with form.showing_errors():
            actions.check_item(actor(), thing, code, expecting=expected_version(), **form.load())
            flash(f"{ask_of(code).title}: saved.", "success")
            return redirect(url_for("continued_presence.show", id=id), 303)
    thing = one(id) if form.errors else thing
    return render_template("continued_presence/item.html", thing=thing, form=form, ask=ask_of(code),
                           written=code in WRITTEN, strip=showing.strip_for(actor(), thing.case_id)), form.status


@pages.route("/continued-presence/<uuid:id>/approve", methods=["GET", "POST"], endpoint="cp_request_approve")
@opens_to("cp_request.approve")
def decide(id: UUID) -> Any:
    """The facts, the rule, and the decision side by side."""
    thing, deed = one(id), DEEDS["approve"]
    policy.check(actor(), "cp_request.approve", thing)
    today, longest = rulebook.today(), rulebook.clock(LONGEST)
    form = Form(CPApprove(), {"start_on": today, "end_on": last_day(today, longest)}, version=thing.version)
    if form.submitted:
        with form.showing_errors():
            check_match(thing)
            actions.approve(actor(), thing, **form.load())
            flash(deed.done, "success")
            return redirect(url_for("continued_presence.show", id=id), 303)
    thing = one(id) if form.errors else thing
    return render_template("continued_presence/decide.html", thing=thing, form=form, **_to_decide(thing)), form.status


def _to_decide(thing: ContinuedPresenceRequest) -> dict[str, Any]:
    office = office_book()[thing.office_id]
    known, clocks = queries.moments([thing.id]).get(thing.id, {}), rulebook.clocks()
    papers = local_day(clocks["cp_issue"].due(now(), office.zone), office.zone)
    return {"office": office, "package": showing.package_for(actor(), thing), "papers_due": papers,
            "facts": showing.facts_to_decide(thing), "moments": history.counted(known), "clocks": clocks,
            "stands": replace(showing.stands(actor(), thing, office, [], known), acts=()),
            "story": history.story(thing, with_notes=True)}


deeds.on_pages(pages, {verb: deed for verb, deed in DEEDS.items() if verb != "approve"}, kind="cp_request",
               at="/continued-presence", find=one, show="continued_presence.show",
               template="continued_presence/deed.html")

sections.add("Continued Presence", "continued_presence.index", "cp_request.read")
placing.on_case_pages()
