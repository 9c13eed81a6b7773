"""Who the person is: opened on purpose, and each opening is logged."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for

from .. import policy
from ..kernel.conditions import Actor
from ..web.forms import Form
from ..web.gate import opens_to
from ..web.versions import expected_version
from ..web.who import actor
from . import sections
from .blueprint import pages
from .files import Identity
from .models import Case
from .queries import case, of_person
from .recording import record_identity
from .schemas import CITIZENSHIP, Identify
from .sections import Line


def summary(_: Actor, case: Case) -> Line:
    return Line("Who the person is. Opening it is logged.", next="Open",
                next_url=url_for("cases.identity", case_id=case.id))


sections.add("Identity", "cases.identity", summary, verb="identity.read")


@pages.get("/cases/<uuid:case_id>/identity")
@opens_to("identity.read")
def identity(case_id: UUID) -> str:
    found = case(actor(), case_id)
    return render_template("cases/identity.html", case=found, identity=of_person(actor(), Identity, found),
                           citizenship=CITIZENSHIP)


@pages.route("/cases/<uuid:case_id>/identity/edit", methods=["GET", "POST"])
@opens_to("identity.record")
def identity_edit(case_id: UUID) -> Any:
    found = case(actor(), case_id)
    record = of_person(actor(), Identity, found)
    policy.check(actor(), "identity.record", record)
    form = Form(Identify(), record, version=record.version)
    if form.submitted:
        with form.showing_errors():
            record_identity(actor(), record, expecting=expected_version(), **form.load())
            flash("Identity recorded.", "success")
            return redirect(url_for("cases.identity", case_id=case_id), 303)
    return make_response(render_template("cases/identity_edit.html", case=found, form=form), form.status)
