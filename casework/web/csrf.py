"""A form has to come from one of our own pages. Flask-WTF makes and checks the token; the browser names the site."""
from __future__ import annotations

import flask_wtf.csrf
import wtforms.validators
from flask import Flask, g, request, session

from casework.kernel.errors import Forbidden

from .who import bearer_token

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
KEPT = "casework_csrf"


class NotOurs(Forbidden):
    """A form without a token that is still good: too old, another session's, or another site's."""

    title = "Nothing was done"


def token() -> str:
    """The same for a whole session, so that two answers differ in nothing else. None for whoever comes with a bearer
    token: they are judged by it alone, and get no session."""
    if bearer_token():
        return ""
    if KEPT not in g:
        setattr(g, KEPT, _lasting())
    return str(g.get(KEPT))


def _lasting() -> str:
    if "csrf_sent" not in session or not _good(session["csrf_sent"]):
        g.pop("csrf_token", None)
        session["csrf_sent"] = flask_wtf.csrf.generate_csrf()
    return str(session["csrf_sent"])


def forget() -> None:
    """Each request looks for itself."""
    g.pop(KEPT, None)


def renew() -> None:
    """A new token: call it at sign-in, sign-out and step-up."""
    forget()
    g.pop("csrf_token", None)
    for name in ("csrf_token", "csrf_sent"):
        session.pop(name, None)


def check() -> None:
    """Raises NotOurs unless the request came from our own page."""
    if request.method in SAFE:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("This came from another site, so nothing was done.")
    if not _good(request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")):
        raise NotOurs("This page had been open too long, so nothing was done. Load it again, then repeat.")


def _good(token: str) -> bool:
    try:
        flask_wtf.csrf.validate_csrf(token)
    except wtforms.validators.ValidationError:
        return False
    return True


def init_app(app: Flask) -> None:
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # it ends with the session
    app.before_request(forget)
    app.jinja_env.globals["csrf_token"] = token
