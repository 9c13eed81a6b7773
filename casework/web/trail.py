"""The reads of one request are written together, at its end and before the answer leaves; or nothing is shown."""
from __future__ import annotations

from flask import Flask, Response

from ..audit import gather, settle
from ..kernel.errors import Unrecorded
from .errors import refuse


def settled(response: Response) -> Response:
    try:
        settle()
    except Unrecorded as unrecorded:
        return refuse(unrecorded)
    return response


def init_app(app: Flask) -> None:
    """Call before the other hooks, so that this one runs last of those that may still change the answer."""
    app.before_request(gather)
    app.after_request(settled)
