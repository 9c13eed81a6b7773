"""How to reach the person without putting them in danger."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from .. import policy
from ..kernel.conditions import Actor
from ..web.dates import moment_words
from ..web.forms import Form
from ..web.gate import opens_to
from ..web.versions import expected_version
from ..web.who import actor
from . import numbers, sections
from .blueprint import pages
from .files import Contact
from .models import Case
from .numbers import PERSON_ID
from .queries import case, of_person
from .recording import record_contact
from .schemas import Reach
from .sections import Line


def summary(_: Actor, case: Case) -> Line:
    """When it was last confirmed, which tells nothing of what it says."""
    confirmed = numbers.of(case)["contact_confirmed_at"]
    if confirmed is None:
        return Line("", late="No safe contact is recorded.", next="Record it",
                    next_url=url_for("cases.contact_edit", case_id=case.id))
    return Line(f"Confirmed with the person {moment_words(confirmed)}", next="Confirm before use",
                next_url=url_for("cases.contact", case_id=case.id))


numbers.ask("contact_confirmed_at", select(Contact.confirmed_at).where(Contact.person_id == PERSON_ID))
sections.add("Contact and safety", "cases.contact", summary, verb="contact.read")


@pages.get("/cases/<uuid:case_id>/contact")
@opens_to("contact.read")
def contact(case_id: UUID) -> str:
    found = case(actor(), case_id)
    return render_template("cases/contact.html", case=found, contact=of_person(actor(), Contact, found))


@pages.route("/cases/<uuid:case_id>/contact/edit", methods=["GET", "POST"])
@opens_to("contact.record")
def contact_edit(case_id: UUID) -> Any:
    found = case(actor(), case_id)
    record = of_person(actor(), Contact, found)
    policy.check(actor(), "contact.record", record)
    form = Form(Reach(), record, version=record.version)
    if form.submitted:
        with form.showing_errors():
            record_contact(actor(), record, found, expecting=expected_version(), **form.load())
            flash("Safe contact recorded and confirmed.", "success")
            return redirect(url_for("cases.contact", case_id=case_id), 303)
    return make_response(render_template("cases/contact_edit.html", case=found, form=form), form.status)


@pages.post("/cases/<uuid:case_id>/contact/confirm")
@opens_to("contact.record")
def contact_confirm(case_id: UUID) -> Response:
    """Nothing has changed: the person has said so today."""
    found = case(actor(), case_id)
    record_contact(actor(), of_person(actor(), Contact, found), found)
    flash("Confirmed with the person, now.", "success")
    return redirect(url_for("cases.contact", case_id=case_id), 303)
