"""What every answer says about itself: which request it was, what a page may load, that nothing is kept."""
from __future__ import annotations

import secrets
from typing import Final

from flask import Flask, Response, g, request

from casework.kernel.once import reading

POLICY: Final = "; ".join((
    "default-src 'none'", "script-src 'nonce-{nonce}'", "style-src 'self'", "img-src 'self'", "font-src 'self'",
    "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    "require-trusted-types-for 'script'", "trusted-types default"))
ALWAYS: Final = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
YEAR: Final = 31_536_000


def request_id() -> str:
    """Ours, never the asker's; it also is the nonce of the page, so that it is the only thing that varies."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(16)
    return str(g.request_id)


def begin() -> None:
    for name in ("request_id", "form_kept", "names_shown", "etag", "zone"):
        g.pop(name, None)
    request_id()
    reading(request.method in ("GET", "HEAD"))


def finish(response: Response) -> Response:
    response.headers.extend(ALWAYS)
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=request_id())
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Request-ID"] = request_id()
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={2 * YEAR}; includeSubDomains"
    return response


def init_app(app: Flask) -> None:
    """First of all hooks: the others speak of the request by its id."""
    app.before_request(begin)
    app.after_request(finish)
    app.teardown_request(lambda _: reading(False))
    app.jinja_env.globals["nonce"] = app.jinja_env.globals["request_id"] = request_id
