"""An export, or a bundle of evidence, as an answer of the web: streamed, named, never kept."""
from __future__ import annotations

from typing import Any

from flask import Response, stream_with_context

from ..kernel.conditions import Actor
from ..kernel.db import now
from .bundle import Bundle
from .evidence import take
from .exports import export
from .schemas import Format

TYPES = {Format.CSV: "text/csv; charset=utf-8; header=present", Format.JSONL: "application/jsonl; charset=utf-8"}


def answer(actor: Actor, form: Format, asked: dict[str, Any]) -> Response:
    """The file as it is written. Raises Forbidden before the first byte."""
    said = Response(stream_with_context(export(actor, form, **asked)), content_type=TYPES[form])
    said.headers["Content-Disposition"] = f'attachment; filename="disbursement-log-{now():%Y-%m-%d}.{form}"'
    return said


def evidence(actor: Actor, wanted: Bundle) -> Response:
    """The bundle as it is written. Raises Conflict before the first byte while nothing is sealed."""
    said = Response(stream_with_context(take(actor, wanted)), content_type="application/zip")
    what = "log" if wanted.whole else "part-of-log"
    said.headers["Content-Disposition"] = f'attachment; filename="casework-{what}-{now():%Y-%m-%d}.zip"'
    return said
