"""Alive is not ready. Rooms register what must hold before this copy is given work."""
from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError

from . import logs

Check = Callable[[], bool]
FAILURES = (SQLAlchemyError, OSError, RuntimeError, LookupError)


def register(app: Flask, name: str, check: Check) -> None:
    """`check` answers True when all is well; what it raises counts as no."""
    app.extensions.setdefault("casework.checks", {})[name] = check


def livez() -> Response:
    return Response("alive\n", content_type="text/plain; charset=utf-8")


def readyz() -> tuple[Response, int]:
    checks: dict[str, Check] = current_app.extensions.get("casework.checks", {})
    found = {name: _holds(name, check) for name, check in checks.items()}
    ready = all(found.values())
    words = {name: "ok" if well else "failed" for name, well in found.items()}
    return jsonify(ready=ready, checks=words), 200 if ready else 503


def _holds(name: str, check: Check) -> bool:
    try:
        return bool(check())
    except FAILURES as error:
        logs.failure(error)
        return False
