"""Who is asking. Flask-Login carries no types: it is wrapped here, once.

A bearer token wins over a cookie: a request that shows one is judged by it alone, and so needs no CSRF token.
"""
from __future__ import annotations

from typing import cast

import flask_login
from flask import Flask, Request, current_app, g, request

from casework.kernel.conditions import Actor

from .hooks import hooks

KEPT = "_login_user"  # where Flask-Login keeps the person it loaded


def actor() -> Actor:
    """Whoever is signed in. Ask `signed_in()` first where the gate has not."""
    known: Actor | None = g.get(KEPT)
    return known or cast(Actor, flask_login.current_user._get_current_object())


def signed_in() -> bool:
    return bool(actor().is_authenticated)  # type: ignore[attr-defined]


def perhaps() -> Actor | None:
    return actor() if signed_in() else None


def bearer_token() -> str | None:
    shown = request.authorization
    return shown.token if shown and shown.type == "bearer" else None


def forget() -> None:
    """Flask-Login keeps the person in `g`, which two requests may share in tests or after a sign-in."""
    g.pop(KEPT, None)


def nobody() -> None:
    """For the rest of this request: who asks cannot be known, since the database does not say."""
    setattr(g, KEPT, current_app.login_manager.anonymous_user())  # type: ignore[attr-defined]


def _whose(request: Request) -> Actor | None:
    if request.headers.get("Authorization"):
        token = bearer_token()
        return hooks().by_token(token) if token else None
    return hooks().by_session(request)


def init_app(app: Flask) -> None:
    login = flask_login.LoginManager(app)
    login.session_protection = None  # the session is ours, on the server
    login.request_loader(_whose)
    app.before_request(forget)
