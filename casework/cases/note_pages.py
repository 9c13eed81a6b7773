"""Notes: facts of service, by kind."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for

from .. import policy
from ..access.queries import how_many
from ..kernel.conditions import Actor
from ..web.forms import Form
from ..web.gate import opens_to
from ..web.tables import count_words
from ..web.who import actor
from . import sections
from .blueprint import pages
from .files import Note
from .models import Case
from .queries import about, case, how_many_notes, notes_of
from .recording import add_note
from .schemas import NOTES, NoteArgs, WriteNote
from .sections import Line


def summary(actor: Actor, case: Case) -> Line:
    notes = how_many_notes(actor, case)
    count = count_words(notes, "note") if notes else "None yet"
    if not policy.may(actor, "note.add", case):
        return Line(f"{count}, of those you may read")
    return Line(count, next="Add a note", next_url=url_for("cases.note_new", case_id=case.id))


sections.add("Notes", "cases.notes", summary, verb="note.read")
sections.offer("Add a note", "cases.note_new", "note.add")


@pages.get("/cases/<uuid:case_id>/notes")
@opens_to("note.read")
def notes(case_id: UUID) -> str:
    args = NoteArgs().load({"limit": "20", **{name: value for name, value in request.args.items() if value}})
    found = case(actor(), case_id)
    page = notes_of(actor(), found, args)
    total = how_many(actor(), "note.read", Note, where=about(found, args))
    return render_template("cases/notes.html", case=found, notes=page, kinds=list(NOTES.items()), names=NOTES,
                           count=count_words(total, "note"))


@pages.route("/cases/<uuid:case_id>/notes/new", methods=["GET", "POST"])
@opens_to("note.add")
def note_new(case_id: UUID) -> Any:
    found = case(actor(), case_id)
    policy.check(actor(), "note.add", found)
    form = Form(WriteNote(), {"about": request.args.get("about")})
    if form.submitted:
        with form.showing_errors():
            add_note(actor(), found, **form.load())
            flash("Note added.", "success")
            return redirect(url_for("cases.notes", case_id=case_id), 303)
    return make_response(render_template("cases/note_new.html", case=found, form=form), form.status)
