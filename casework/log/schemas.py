"""What may be asked of the two logs, and what they answer."""
from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from ..web.api import PageArgs
from ..web.fields import Day, Text


class Range(PageArgs):
    """From one day to another, both included, in the time zone of the asker's office."""

    from_on = Day("From", data_key="from")
    to_on = Day("To", data_key="to")

    @post_load
    def in_order(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if data.get("from_on") and data.get("to_on") and data["from_on"] > data["to_on"]:
            raise ValidationError({"to": ["This day is before the first one."]})
        return data


class EventArgs(Range):
    """`actor`: a sign-in name or an id. `verb`: one verb, or a kind with a star (`case.*`). `case`: number or id."""

    who = Text("Who", data_key="actor")
    verb = Text("What", validate=validate.Regexp(r"[a-z0-9_]+\.([a-z0-9_]+|\*)$", error="Such as case.read or case.*"))
    case = Text("Case")


class Who(Schema):
    id = fields.UUID(allow_none=True)
    name = fields.String()


class Subject(Schema):
    kind = fields.String()
    id = fields.UUID(allow_none=True)
    number = fields.String(allow_none=True)


class EventView(Schema):
    """One deed, read or refusal. `changed` names fields, never what stood in a private one; `shown` lists kind, id and
    case (or person) of each record that a read showed."""

    id = fields.Integer()
    at = fields.AwareDateTime()
    who = fields.Nested(Who)
    verb = fields.String()
    says = fields.String()
    subject = fields.Nested(Subject)
    case_number = fields.String(allow_none=True)
    office_id = fields.UUID(allow_none=True)
    changed = fields.List(fields.String())
    details = fields.Dict()
    shown = fields.List(fields.List(fields.String(allow_none=True)))
