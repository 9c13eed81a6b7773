"""Notices to HHS, with the 24-hour clock for a person under 18, and every correction."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for

from .. import policy
from ..access.people import named
from ..kernel.conditions import Actor
from ..web.dates import moment_words
from ..web.forms import Form
from ..web.gate import opens_to
from ..web.who import actor
from . import hhs, sections
from .blueprint import pages
from .models import Case
from .queries import case, discoveries, notices_of
from .recording import record_hhs_notice
from .schemas import METHODS, NOTICES, NotifyHHS
from .sections import Line


def summary(actor: Actor, case: Case) -> Line:
    url = url_for("cases.hhs_notices", case_id=case.id)
    if hhs.owed(case):
        return Line(f"Due {moment_words(hhs.due_at(case))}", late="Notice about a person under 18 owed.",
                    next="Record it", next_url=url)
    if case.hhs_notified_at:
        return Line(f"Told of a person under 18 {moment_words(case.hhs_notified_at)}")
    return Line("No 24-hour notice is owed" if not case.under_18 else "The moment of discovery is not recorded")


sections.add("HHS notices", "cases.hhs_notices", summary, verb="hhs_notice.read")


@pages.route("/cases/<uuid:case_id>/hhs-notices", methods=["GET", "POST"])
@opens_to("hhs_notice.read")
def hhs_notices(case_id: UUID) -> Any:
    found = case(actor(), case_id)
    first = not notices_of(actor(), found, limit=1)
    form = Form(NotifyHHS(exclude=("reason",) if first else ()), {"about": "under_18"} if hhs.owed(found) else None)
    if form.submitted:
        policy.check(actor(), "hhs_notice.record", found)
        with form.showing_errors():
            record_hhs_notice(actor(), found, **form.load())
            flash("The notice is on record.", "success")
            return redirect(url_for("cases.hhs_notices", case_id=case_id), 303)
    return make_response(_page(found, form), form.status)


def _page(found: Case, form: Form) -> str:
    rows, moments = notices_of(actor(), found), discoveries(found)
    known: list[Any] = [*rows, *moments]
    return render_template(
        "cases/hhs_notices.html", case=found, form=form, notices=rows, discoveries=moments, about=NOTICES,
        methods=METHODS, due=hhs.due_at(found), rule=hhs.rule(), superseded={row.supersedes_id for row in known},
        who=named([row.recorded_by_id for row in known]))
