"""What may be asked of the two logs, and what they answer."""
from __future__ import annotations

from enum import StrEnum
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from ..funds.models import State
from ..web.fields import Choice, Day, Money, Text


class Paging(Schema):
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200, error="Ask for 1 to 200 at once."))
    after = fields.String(validate=validate.Length(max=500), metadata={"description": "The `next` of the page before."})


class InOrder(Schema):
    """What has a first and a last has them in this order."""

    @validates_schema
    def in_order(self, data: dict[str, Any], **_: Any) -> None:
        for first, last in (("from_on", "to_on"), ("amount_from", "amount_to")):
            if first in data and last in data and data[first] > data[last]:
                raise ValidationError({last.removesuffix("_on"): ["This is before the first one."]})


class EventArgs(InOrder, Paging):
    """From one day to another, both included, in the time zone of the asker's office. `actor`:
    a sign-in name or an id. `verb`: one verb, or a kind with a star (`case.*`). `case`: number or id."""

    from_on = Day("From", data_key="from")
    to_on = Day("To", data_key="to")
    who = Text("Who", data_key="actor")
    verb = Text("What", validate=validate.Regexp(r"[a-z0-9_]+\.([a-z0-9_]+|\*)$", error="Such as case.read or case.*"))
    case = Text("Case")


class Held(Schema):
    """`held`: how many records a checkpoint covers that the asker keeps; the bundle then proves that it continues."""

    held = fields.Integer(validate=validate.Range(1, 2**53, error="A checkpoint covers one record or more."),
                          metadata={"label": "Size of a checkpoint you hold"})


class EventEvidenceArgs(EventArgs, Held):
    """The filter of the audit log; without one the whole log."""


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


class Format(StrEnum):
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


class LogFilter(InOrder):
    """Which disbursements. The days are those on which they were asked for, the amount is what was asked for; `fund` is
    an id, `office` and `category` are codes."""

    from_on = Day("Asked for from", data_key="from")
    to_on = Day("to", data_key="to")
    fund_id = fields.UUID(data_key="fund", metadata={"label": "Fund"})
    office = Text("Office")
    category = Text("Category")
    state = Choice("State", State)
    amount_from = Money("Amount from", zero=True)
    amount_to = Money("Amount to", zero=True)


class LogArgs(LogFilter, Paging):
    """`json` comes page by page; `jsonl` and `csv` come whole."""

    format = Choice("Format", Format, load_default=Format.JSON)


class LogEvidenceArgs(LogFilter, Held):
    """The filter of the log of disbursements."""


def _dollars() -> fields.Decimal:
    return fields.Decimal(places=2, as_string=True, allow_none=True)


class LogRow(Schema):
    """One disbursement for those who may not know the person: the case number and the payee's token are the only
    handles. Of lodging and medical rows `paid_on` is a month, and no day of the stay is ever here."""

    number = fields.String()
    case_number = fields.String()
    office = fields.String()
    fund = fields.String()
    fiscal_year = fields.Integer()
    category = fields.String()
    state = fields.String()
    tier = fields.Integer(allow_none=True)
    tiers_version = fields.Integer(allow_none=True)
    exigent = fields.Boolean()
    requested = _dollars()
    approved = _dollars()
    obligated = _dollars()
    received = _dollars()
    paid = _dollars()
    refunded = _dollars()
    deobligated = _dollars()
    payee_token = fields.String()
    requested_on = fields.String()
    approved_on = fields.String(allow_none=True)
    obligated_on = fields.String(allow_none=True)
    paid_on = fields.String(allow_none=True)
    requested_by = fields.String()
    obligated_by = fields.String(allow_none=True)
    received_by = fields.String(allow_none=True)
    certified_by = fields.String(allow_none=True)
    paid_by = fields.String(allow_none=True)
    reconciled_by = fields.String(allow_none=True)
    id = fields.UUID()
