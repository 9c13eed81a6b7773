"""Names are off until asked for: one press shows them on one page, once.

The wish is kept with the session on the server; the page that takes it reads the names through `visible()`, which
writes who was seen.
"""
from __future__ import annotations

from flask import g, redirect, request
from werkzeug.wrappers import Response

from .hooks import hooks
from .places import inside


def shown() -> bool:
    """True for the one page whose "Show names" was pressed. Asking uses the wish up; ask as often as needed."""
    if "names_shown" not in g:
        g.names_shown = request.method == "GET" and hooks().take_names(request.path)
    return bool(g.names_shown)


def ask() -> Response:
    """POST /names?back=…"""
    back = inside(request.args.get("back") or request.form.get("back"))
    hooks().ask_names(back.partition("?")[0])
    return redirect(back, 303)
