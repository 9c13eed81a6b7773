"""Where this room is put together.

    web.setup.begin(app, Hooks(by_session=…, by_token=…, …))     # before any blueprint
    app.register_blueprint(…); setup.apis(app, funds_api, …)
    web.setup.close(app)                                          # last: every route is known
"""
from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Flask, Response, request

from casework import audit
from casework.kernel import sealed
from casework.kernel.errors import Unrecorded

from . import api, assets, csrf, errors, gate, headers, health, hide, json, logs, metrics, names, openapi, ui, who
from .gate import ANYBODY, opens_to
from .hooks import Hooks


def doors() -> Blueprint:
    """The few routes of this room."""
    web = Blueprint("web", __name__, template_folder="templates")
    anybody = opens_to(ANYBODY)
    web.add_url_rule("/livez", "livez", health.livez)
    web.add_url_rule("/readyz", "readyz", health.readyz)
    web.add_url_rule("/metrics", "metrics", metrics.metrics)
    web.add_url_rule("/names", "names", anybody(names.ask), methods=["POST"])
    web.add_url_rule("/hide", "hide_now", anybody(hide.now), methods=["POST"])
    web.add_url_rule("/blank", "blank", anybody(hide.blank), methods=["GET", "POST"])
    web.add_url_rule("/api/v1/", "api_page", anybody(openapi.as_page))
    web.add_url_rule("/api/v1/openapi.json", "api_json", anybody(openapi.as_json))
    return web


def settle(response: Response) -> Response:
    """What was read is written down before the bytes leave, or nothing is shown."""
    try:
        audit.settle()
    except Unrecorded as error:
        return errors.refuse(error)
    return response


def in_words() -> None:
    """A page says in words that a key was destroyed; a program is told by the status."""
    sealed.in_words.set(request.method in ("GET", "HEAD") and not errors.wants_problem())


def in_values(_: BaseException | None = None) -> None:
    sealed.in_words.set(False)


def begin(app: Flask, hooks: Hooks) -> None:
    """Hooks run in this order before a request, and the other way round after it."""
    app.extensions["casework.hooks"] = hooks
    for part in (headers, json, logs, who, csrf, ui, assets):
        part.init_app(app)
    app.before_request(audit.gather)
    app.before_request(in_words)
    app.teardown_request(in_values)
    app.after_request(settle)
    app.register_blueprint(doors())


def apis(app: Flask, *blueprints: api.Api) -> None:
    api.init_app(app, blueprints=blueprints)


def close(app: Flask, public: Iterable[str] = ()) -> None:
    """Error handlers after the API's own, and the gate when every route is known."""
    if "casework.api" not in app.extensions:
        apis(app)
    errors.init_app(app)
    gate.init_app(app, public)
