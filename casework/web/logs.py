"""What is written to the service's log: an allow-list of keys, never a message, a URL or a value."""
from __future__ import annotations

import logging
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, has_request_context, request

from casework.kernel.db import now

from .headers import request_id

KEYS = frozenset({"event", "level", "at", "request_id", "method", "endpoint", "status", "milliseconds", "error",
                  "where", "check", "ok", "port", "version", "count"})

Event = MutableMapping[str, Any]


def only_allowed(_logger: Any, _method: str, event: Event) -> Event:
    return {key: value for key, value in event.items() if key in KEYS}


def with_request(_logger: Any, _method: str, event: Event) -> Event:
    event["at"] = now().isoformat(timespec="milliseconds")
    if has_request_context():
        event["request_id"], event["method"], event["endpoint"] = request_id(), request.method, request.endpoint
    return event


log: Any = structlog.get_logger("casework")


def configure() -> None:
    structlog.configure(
        processors=[structlog.processors.add_log_level, with_request, only_allowed,
                    structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory())


def failure(error: BaseException) -> None:
    """An unexpected error: its kind and where it arose. Its message may hold what a person typed, so it is left out."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("failed", error=type(error).__name__, where=where)


def answered(response: Response) -> Response:
    began = g.get("began_at")
    took = round((now() - began).total_seconds() * 1000) if began else None
    log.info("answered", status=response.status_code, milliseconds=took)
    return response


def begin() -> None:
    g.began_at = now()


def init_app(app: Flask) -> None:
    configure()
    app.before_request(begin)
    app.after_request(answered)
