"""Hide: a blank page at once; coming back takes the password."""
from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response

from casework.kernel.errors import Invalid

from .fields import Secret, Text
from .forms import Form
from .hooks import hooks
from .places import inside


class ComeBack(Schema):
    password = Secret("Password", required=True, metadata={"autocomplete": "current-password"})
    back = Text(metadata={"widget": "hidden"}, most=2_000, load_default="/")


def now() -> Response:
    """POST /hide: from here on every page of this session is blank."""
    hooks().hide()
    return redirect(url_for("web.blank", back=inside(request.form.get("back"))), 303)


def blank() -> Any:
    form = Form(ComeBack(), {"back": inside(request.args.get("back"))})
    if form.submitted:
        with form.showing_errors():
            typed = form.load()
            if not hooks().reveal(typed["password"]):
                raise Invalid(password="That is not your password.")
            return redirect(inside(typed["back"]), 303)
    return make_response(render_template("web/blank.html", form=form), form.status)
