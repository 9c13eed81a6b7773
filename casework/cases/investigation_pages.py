"""Investigations: those one works on or may know of, opening one, saying who works on it."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import select

from .. import policy
from ..access.models import User
from ..access.people import colleagues, offices_for
from ..access.queries import find, how_many, visible
from ..kernel.db import db
from ..policy import Role
from ..web import sections
from ..web.api import PageArgs, sorting
from ..web.forms import Form
from ..web.gate import opens_to
from ..web.tables import Table
from ..web.who import actor
from .blueprint import pages
from .intake import open_investigation
from .investigation_actions import add_member
from .investigations import Investigation, InvestigationMember
from .models import Case
from .queries import INVESTIGATION_SORTS, WITH, investigations_of
from .schemas import NATURES, AddMember, OpenInvestigation
from .tables import INVESTIGATIONS, case_table

sections.add("Investigations", "cases.investigations", "investigation.add_member")  # others come by their cases


@pages.get("/investigations")
@opens_to("investigation.read")
def investigations() -> str:
    args = PageArgs().load({name: value for name, value in request.args.items() if value})
    order = sorting(args.get("sort"), INVESTIGATION_SORTS, "number")
    rows = investigations_of(actor(), args, order)
    table = Table(INVESTIGATIONS, rows, noun="investigation", sorted_by="number", order="by number",
                  total=how_many(actor(), "investigation.read", Investigation),
                  empty="No investigation is here that you may see. An investigator opens one.")
    return render_template("cases/investigations.html", table=table)


@pages.route("/investigations/new", methods=["GET", "POST"])
@opens_to("investigation.open")
def investigation_new() -> Any:
    mine = offices_for(actor(), "investigation.open")
    form = Form(OpenInvestigation(exclude=("office_id",) if len(mine) == 1 else ()),
                choices={"office_id": {str(office.id): office.name for office in mine}})
    if form.submitted:
        with form.showing_errors():
            matter = open_investigation(actor(), **form.load())
            flash(f"{matter.number} is open. You are its first member.", "success")
            return redirect(url_for("cases.investigation", id=matter.id), 303)
    return make_response(render_template("cases/investigation_new.html", form=form), form.status)


@pages.route("/investigations/<uuid:id>", methods=["GET", "POST"])
@opens_to("investigation.read")
def investigation(id: UUID) -> Any:
    """The matter, who works on it, and the cases that hang on it as far as the reader may see them."""
    matter = find(actor(), Investigation, id)
    form = Form(AddMember(), choices={"user_id": {str(user.id): user.name for user in colleagues(Role.INVESTIGATOR)}})
    if form.submitted:
        policy.check(actor(), "investigation.add_member", matter)
        with form.showing_errors():
            add_member(actor(), matter, **form.load())
            flash("They work on it from now on.", "success")
            return redirect(url_for("cases.investigation", id=id), 303)
    page = render_template("cases/investigation.html", matter=matter, form=form, members=_members(matter),
                           table=_cases(matter), nature=NATURES[matter.nature])
    return make_response(page, form.status)


def _members(matter: Investigation) -> list[Any]:
    query = select(User, InvestigationMember).join(InvestigationMember, InvestigationMember.user_id == User.id)
    return list(db.session.execute(query.where(
        InvestigationMember.investigation_id == matter.id).order_by(InvestigationMember.since)))


def _cases(matter: Investigation) -> Table | None:
    if not policy.may_ever(actor(), "case.read"):
        return None
    where = (Case.investigation_id == matter.id,)
    rows = visible(actor(), "case.read", Case, where=where, order=Case.number, limit=200, options=WITH)
    return case_table(rows, total=how_many(actor(), "case.read", Case, where=where), sortable=False,
                      order="by number")
