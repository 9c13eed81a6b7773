"""The rulebook for programs."""
from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import Schema, fields

from ..kernel.errors import NotFound
from ..kernel.rulebook import TOPICS, Edition, NoRule, current
from ..web.api import Api
from ..web.fields import Day
from ..web.gate import opens_to

api = Api("help_api", description="The rulebook")


class RulebookArgs(Schema):
    on = Day("In force on")


class RulebookView(Schema):
    """One version of one topic; `body` has its rows, each a mapping of column to text."""

    id = fields.UUID()
    topic = fields.String()
    version = fields.Integer()
    effective_on = fields.Date()
    body = fields.List(fields.Dict())


@api.get("/rulebook/<topic>")
@opens_to("rulebook_entry.read")
@api.arguments(RulebookArgs, location="query")
@api.response(200, RulebookView)
def rulebook(args: dict[str, Any], topic: str) -> Edition:
    """The rules of a topic in force today, or on another day."""
    return _in_force(topic, args.get("on"))


def _in_force(topic: str, on: date | None) -> Edition:
    if topic not in TOPICS:
        raise NotFound("No topic of the rulebook is called that.")
    try:
        return current(topic, on)
    except NoRule:
        raise NotFound("Nothing was in force on that day.") from None
