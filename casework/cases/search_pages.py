"""The one search box. What was looked for comes in a body, never in an address, and is not kept."""
from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, request, url_for

from ..web import sections
from ..web.forms import Form
from ..web.gate import opens_to
from ..web.who import actor
from .blueprint import pages
from .queries import names
from .schemas import Find
from .search import search
from .tables import case_table

sections.search("cases.find", "case.search")


@pages.route("/search", methods=["GET", "POST"])
@opens_to("case.search")
def find() -> Any:
    """A whole case number leads straight to the case; anything else to a list of case numbers."""
    form = Form(Find())
    if "find" in request.form:
        form.raw["query"] = request.form["find"]
    found = None
    if form.submitted:
        with form.showing_errors():
            typed = Find().load({"query": form.raw["query"]})["query"]
            found = search(actor(), typed)
            if len(found) == 1 and found[0].number == typed.upper():
                return redirect(url_for("cases.show", id=found[0].id), 303)
    called = names(actor(), found) if found and "_names" in request.form else None
    table = case_table(found, total=None, called=called, sortable=False,
                       empty="No case that you may see.") if found is not None else None
    page = render_template("cases/search.html", form=form, table=table, named=called is not None)
    return make_response(page, form.status)
