"""Every way a request can fail, as a page for people or as problem+json (RFC 9457) for programs, in the same words.

Hidden and absent look the same. What went wrong inside is logged without what it was about, and never shown.
"""
from __future__ import annotations

import json
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from marshmallow import ValidationError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from casework import audit
from casework.kernel.crypto import Destroyed, Unreadable
from casework.kernel.db import db
from casework.kernel.errors import Invalid, Refusal

from . import logs
from .headers import request_id
from .who import nobody, perhaps
from .words import by_field, plain

TITLES = {400: "That could not be read", 404: "Not found", 405: "Not possible here", 413: "Too large",
          415: "Not in a form that can be read", 429: "Too many tries"}
WORDS = {
    404: "There is nothing here, or nothing that you may see.",
    405: "This address does not take that kind of request.",
    413: "What was sent is too large.",
    415: "Send it as application/json.",
    500: "Something went wrong on our side. Nothing was changed. If it happens again, tell your administrator the "
         "number below.",
}
SEAL_BROKEN = ("What is stored here is not as it was written, so nothing of it is shown. It may have been altered, or "
               "its key is missing. This is on record. Tell your administrator the number below.")
GAVE_WAY = frozenset({"40P01", "40001", "55P03"})  # deadlock, serialization failure, lock not available
GIVE_WAY = "Others were at work on the same things, and this had to give way. Nothing was changed. Do it again."
COUNTED = frozenset({401, 403, 404, 429})
HIDDEN = ("Not found", WORDS[404])


def wants_problem() -> bool:
    return request.path.startswith("/api/")


def answer(status: int, title: str, detail: str, fields: dict[str, list[str]] | None = None) -> Response:
    if not wants_problem():
        page = render_template("web/error.html", status=status, title=title, detail=detail, fields=fields or {},
                               kept=typed() if status == 401 else [])
        return make_response(page, status)
    problem: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail,
                               "instance": f"urn:request:{request_id()}"}
    if fields:
        problem["errors"] = fields
    return Response(json.dumps(problem), status, content_type="application/problem+json")


def typed() -> list[tuple[str, str]]:
    """What stood in a form that came after the session had ended: it is given back, and shown again once signed in.
    Without the token, so that sending it again only shows it."""
    if request.url_rule is None or "GET" not in (request.url_rule.methods or ()):
        return []
    return [(name, value) for name, value in request.form.items(multi=True)
            if name[:1] != "_" and name != "csrf_token" and "password" not in name]


def refuse(error: Refusal) -> Response:
    if error.status in COUNTED:
        _count(error.status)
    title, detail = HIDDEN if error.status == 404 else (error.title, str(error))
    said = answer(error.status, title, detail, plain(dict(error.fields)))
    if error.status == 401:
        said.headers["WWW-Authenticate"] = "Bearer"
    return said


def unreadable(error: ValidationError) -> Response:
    fields = by_field(plain(error.messages))
    return answer(Invalid.status, Invalid.title, "Something in it cannot be accepted; see the fields.", fields)


def cannot_be_read(_: Unreadable) -> Response:
    """Never blank and never half: what does not open as it was sealed is not shown. The trail says what it was."""
    logs.log.error("unreadable")
    return answer(500, "This record cannot be read", SEAL_BROKEN)


def destroyed(gone: Destroyed) -> Response:
    """Nothing is wrong: the key was destroyed, on record; what it sealed is gone for everybody (RFC 9110, 15.5.11)."""
    return answer(410, "This can no longer be read", f"{gone.why[:1].upper()}{gone.why[1:]}. Nobody can read or change "
                  "what was sealed about this person, in any copy.")


def by_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return current_app.make_response(error.get_response())
    if status in COUNTED:
        _count(status)
    title = TITLES.get(status, "That did not work")
    said = answer(status, title, WORDS.get(status, error.description if status < 500 else WORDS[500]) or title)
    if status == 405 and "Allow" in (given := error.get_response().headers):
        said.headers["Allow"] = given["Allow"]
    return said


def unexpected(error: Exception) -> Response:
    """The page says it, also where the database cannot even say who asks."""
    logs.failure(error)
    if current_app.testing:
        raise error
    return _even_so(500, "Something went wrong", WORDS[500])


def by_database(error: DBAPIError) -> Response:
    """Of two that waited for each other the database undid one."""
    if getattr(error.orig, "sqlstate", "") not in GAVE_WAY:
        return unexpected(error)
    logs.failure(error)
    said = _even_so(503, "Not possible just now", GIVE_WAY)
    said.headers["Retry-After"] = "1"
    return said


def _even_so(status: int, title: str, detail: str) -> Response:
    """Where a statement failed another one is asked only anew; and where the database does not answer at all, nobody
    is known."""
    try:
        db.session.rollback()
        return answer(status, title, detail)
    except SQLAlchemyError:
        nobody()
        return answer(status, title, detail)


def _count(status: int) -> None:
    try:
        audit.refused(perhaps(), request.remote_addr or "", request.endpoint or "", status)
    except SQLAlchemyError as error:
        logs.failure(error)


def init_app(app: Flask) -> None:
    app.register_error_handler(Refusal, refuse)
    app.register_error_handler(ValidationError, unreadable)
    app.register_error_handler(Unreadable, cannot_be_read)
    app.register_error_handler(Destroyed, destroyed)
    app.register_error_handler(HTTPException, by_http)
    app.register_error_handler(DBAPIError, by_database)
    app.register_error_handler(Exception, unexpected)
