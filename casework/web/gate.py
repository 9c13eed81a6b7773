"""The one gate. Every route says which verbs it opens to, or the application does not start."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from casework import policy
from casework.kernel.db import db
from casework.kernel.errors import Forbidden, Stranger
from casework.kernel.scope import asks

from . import csrf
from .hooks import hooks
from .who import actor, bearer_token, signed_in

View = TypeVar("View", bound=Callable[..., Any])
# Static files never come this far.
PUBLIC = frozenset({"web.livez", "web.readyz", "web.metrics", "access.sign_in", "access.sign_out"})
ANYBODY = "session.use"  # whoever is signed in: about their own screen, never about a record
WHILE_HIDDEN = frozenset({"web.blank", "web.hide_now"})


def opens_to(*verbs: str) -> Callable[[View], View]:
    """Say which verbs of the policy a view opens to. At least one of the asker's roles must use one of them."""
    def declare(view: View) -> View:
        view.verbs = frozenset(verbs)  # type: ignore[attr-defined]
        return view
    return declare


def verbs_of(endpoint: str | None) -> frozenset[str]:
    view = current_app.view_functions.get(endpoint or "")
    return getattr(view, "verbs", frozenset())


def init_app(app: Flask, public: Iterable[str] = ()) -> None:
    """Call last, when every route is known. `public` adds endpoints to the short list of open ones."""
    opened = PUBLIC | frozenset(public)
    for endpoint, view in app.view_functions.items():
        verbs: frozenset[str] = getattr(view, "verbs", frozenset())
        if endpoint not in opened and not verbs:
            raise RuntimeError(f"the route {endpoint} does not say what it opens to")
        if unknown := verbs - policy.VERBS:
            raise RuntimeError(f"{endpoint}: no policy row speaks of {', '.join(sorted(unknown))}")
    app.extensions["casework.public"] = opened
    app.before_request(at_the_gate)
    app.after_request(kept_form)


def is_public(endpoint: str | None) -> bool:
    return endpoint in current_app.extensions["casework.public"]


def at_the_gate() -> AnyResponse | None:
    """Own site, signed in, not hidden, some role of theirs opens this: in that order."""
    if not bearer_token():
        _came_from_our_page()
    if is_public(request.endpoint):
        return None
    if not signed_in():
        return _to_sign_in()
    asks(db.session(), actor().id)
    if not bearer_token() and hooks().hidden() and request.endpoint not in WHILE_HIDDEN:
        return redirect(url_for("web.blank"), 303)
    verbs = verbs_of(request.endpoint)
    if request.endpoint and not any(_opens(verb) for verb in verbs):
        raise Forbidden(_why_not(verbs))
    return None


def require(verb: str) -> None:
    """For a route that does more than it is declared for. Raises Forbidden unless a role, and the token, open this."""
    if not _opens(verb):
        raise Forbidden(_why_not(frozenset({verb})))


def _opens(verb: str) -> bool:
    who = actor()
    may_use = getattr(who, "may_use", None)  # a token may be narrower than the person who holds it
    return bool(policy.ways(who, verb)) and (may_use is None or verb == ANYBODY or may_use(verb))


def _why_not(verbs: frozenset[str]) -> str:
    verb = min(verbs)
    return "This token is not meant for that." if policy.may_ever(actor(), verb) else policy.why_not(verb)


def _came_from_our_page() -> None:
    """A stale form with a page of its own is shown again with what was typed; any other is refused."""
    try:
        csrf.check()
    except csrf.NotOurs:
        rule = request.url_rule
        if request.path.startswith("/api/") or rule is None or "GET" not in (rule.methods or ()):
            raise
        _ = request.form  # read it while it is a POST
        request.method, g.form_kept = "GET", True


def kept_form(response: Response) -> Response:
    if g.get("form_kept") and response.status_code == 200:
        response.status_code = 400
    return response


def _to_sign_in() -> AnyResponse:
    """A page leads to the sign-in and back; anything else says 401, and gives back what was typed."""
    known = "access.sign_in" in current_app.view_functions
    reading = request.method in csrf.SAFE and not g.get("form_kept")
    if known and reading and not request.path.startswith("/api/"):
        return redirect(url_for("access.sign_in", next=request.full_path.rstrip("?")), 303)
    raise Stranger("Please sign in. Nothing was changed.")
