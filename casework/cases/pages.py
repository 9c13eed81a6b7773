"""Cases: the list, opening one, its page, changing its facts, and every deed of the table."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for

from .. import policy
from ..access.people import colleagues, offices, offices_for
from ..access.queries import visible
from ..policy import Role
from ..web import deeds, sections
from ..web.api import sorting
from ..web.forms import Form
from ..web.gate import opens_to
from ..web.names import shown
from ..web.versions import expected_version
from ..web.who import actor
from . import contact_pages, identity_pages, investigation_pages, note_pages, notice_pages, people_pages, search_pages
from .blueprint import pages
from .deeds import CLOSING, DISCOVERY, OTHERS
from .intake import change_case, open_case
from .investigations import Investigation
from .models import State
from .overview import facts, rows, stands
from .queries import SORTS, case, cases, count, helpers, names
from .schemas import CaseArgs, EditCase, OpenCase
from .tables import case_table
from .trail import events

__all__ = ["pages"]
PARTS = (identity_pages, contact_pages, note_pages, notice_pages, people_pages, investigation_pages, search_pages)
OWN_FORMS = ((CLOSING, "cases/close.html"), (DISCOVERY, "cases/discovery.html"), (OTHERS, "cases/deed.html"))
sections.add("Cases", "cases.index", "case.read")


@pages.get("/cases")
@opens_to("case.read")
def index() -> str:
    args = CaseArgs().load({name: value for name, value in request.args.items() if value})
    found = cases(actor(), args, sorting(args.get("sort"), SORTS, "-updated"))
    called = names(actor(), found) if shown() else None
    return render_template(
        "cases/index.html", table=case_table(found, total=count(actor(), args), called=called),
        states=[(state.value, state.capitalize()) for state in State],
        office_choices=[(office.code, office.name) for office in offices()],
        specialists=[(user.username, user.name) for user in colleagues(Role.SPECIALIST, Role.PROGRAM_SUPERVISOR)])


@pages.route("/cases/new", methods=["GET", "POST"])
@opens_to("case.open")
def new() -> Any:
    mine = offices_for(actor(), "case.open")
    form = Form(OpenCase(exclude=("office_id",) if len(mine) == 1 else ()), {"language": "English"}, choices={
        "office_id": {str(office.id): office.name for office in mine},
        "specialist_id": {str(user.id): user.name for office in mine for user in helpers(office.id)},
        "investigation_id": _investigations()})
    if form.submitted:
        with form.showing_errors():
            opened = open_case(actor(), **form.load())
            flash(f"{opened.number} is open. Next: how to reach the person safely.", "success")
            return redirect(url_for("cases.show", id=opened.id), 303)
    return make_response(render_template("cases/new.html", form=form), form.status)


def _investigations() -> dict[str, str]:
    if not policy.may_ever(actor(), "investigation.read"):
        return {}
    found = visible(actor(), "investigation.read", Investigation, order=Investigation.number, limit=200)
    return {str(matter.id): matter.number for matter in found}


@pages.get("/cases/<uuid:id>")
@opens_to("case.read")
def show(id: UUID) -> str:
    found = case(actor(), id)
    called = names(actor(), [found]).get(found.person_id, "Not yours to see") if shown() else ""
    story, more = events(actor(), found)
    return render_template("cases/show.html", case=found, facts=facts(actor(), found, called), named=called,
                           rows=list(rows(actor(), found)), stands=stands(actor(), found), story=story, more=more)


@pages.get("/cases/<uuid:id>/story")
@opens_to("case.read")
def story(id: UUID) -> str:
    """Everything that happened, page by page."""
    found, before = case(actor(), id), request.args.get("before", type=int)
    told, more = events(actor(), found, before=before, limit=50)
    return render_template("cases/story.html", case=found, story=told, more=more)


@pages.route("/cases/<uuid:id>/facts", methods=["GET", "POST"])
@opens_to("case.update")
def edit(id: UUID) -> Any:
    found = case(actor(), id)
    policy.check(actor(), "case.update", found)
    form = Form(EditCase(), found, version=found.version, choices={"investigation_id": _investigations()})
    if form.submitted:
        with form.showing_errors():
            change_case(actor(), found, expecting=expected_version(), **form.load())
            flash("The facts of the case are changed.", "success")
            return redirect(url_for("cases.show", id=id), 303)
    return make_response(render_template("cases/edit.html", case=found, form=form), form.status)


def _find(id: UUID) -> Any:
    return case(actor(), id)


for table, template in OWN_FORMS:
    deeds.on_pages(pages, table, kind="case", at="/cases", find=_find, show="cases.show", template=template)
