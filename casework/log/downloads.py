"""An export as an answer of the web: streamed, named, never kept."""
from __future__ import annotations

from typing import Any

from flask import Response, stream_with_context

from ..kernel.conditions import Actor
from ..kernel.db import now
from .exports import export
from .schemas import Format

TYPES = {Format.CSV: "text/csv; charset=utf-8; header=present", Format.JSONL: "application/jsonl; charset=utf-8"}


def answer(actor: Actor, form: Format, asked: dict[str, Any]) -> Response:
    """The file as it is written. Raises Forbidden before the first byte."""
    said = Response(stream_with_context(export(actor, form, **asked)), content_type=TYPES[form])
    said.headers["Content-Disposition"] = f'attachment; filename="disbursement-log-{now():%Y-%m-%d}.{form}"'
    return said
