"""Records of the emergency fund as the API tells them. Payee, dates, purpose and who was asked are not among it."""
from __future__ import annotations

from marshmallow import Schema, fields


def _dollars() -> fields.Decimal:
    return fields.Decimal(places=2, as_string=True, dump_only=True)


class DisbursementView(Schema):
    """A disbursement as the API tells it. Payee, dates and purpose are records of their own."""

    id = fields.UUID()
    number = fields.String()
    case_id = fields.UUID()
    case_number = fields.String()
    office_id = fields.UUID()
    fund_id = fields.UUID()
    fiscal_year = fields.Integer()
    category = fields.String()
    need_domain = fields.String()
    payee_token = fields.String()
    state = fields.String()
    round = fields.Integer()
    tier = fields.Integer(allow_none=True)
    tiers_entry_id = fields.UUID(allow_none=True)
    categories_entry_id = fields.UUID()
    exigent = fields.Boolean()
    rolling_total = _dollars()
    requested = _dollars()
    approved = _dollars()
    obligated = _dollars()
    received = _dollars()
    paid = _dollars()
    refunded = _dollars()
    deobligated = _dollars()
    requested_by_id = fields.UUID()
    obligated_by_id = fields.UUID(allow_none=True)
    received_by_id = fields.UUID(allow_none=True)
    certified_by_id = fields.UUID(allow_none=True)
    paid_by_id = fields.UUID(allow_none=True)
    reconciled_by_id = fields.UUID(allow_none=True)
    legal_note = fields.String(allow_none=True)
    obligation_document = fields.String(allow_none=True)
    designation = fields.String(allow_none=True)
    statement = fields.String(allow_none=True)
    requested_at = fields.AwareDateTime()
    submitted_at = fields.AwareDateTime(allow_none=True)
    approved_at = fields.AwareDateTime(allow_none=True)
    obligated_at = fields.AwareDateTime(allow_none=True)
    received_at = fields.AwareDateTime(allow_none=True)
    certified_at = fields.AwareDateTime(allow_none=True)
    paid_at = fields.AwareDateTime(allow_none=True)
    receipted_at = fields.AwareDateTime(allow_none=True)
    reconciled_at = fields.AwareDateTime(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer()


class CheckView(Schema):
    """A check without the name of who was asked."""

    id = fields.UUID()
    resource = fields.String()
    contacted_at = fields.AwareDateTime()
    method = fields.String()
    outcome = fields.String()
    available_on = fields.Date(allow_none=True)
    consent = fields.Boolean()
    evidence = fields.String(allow_none=True)
    checked_by_id = fields.UUID()
    checked_at = fields.AwareDateTime()


class ReceiptView(Schema):
    id = fields.UUID()
    reference = fields.String()
    amount = _dollars()
    recorded_by_id = fields.UUID()
    recorded_at = fields.AwareDateTime()


class SignatureView(Schema):
    user_id = fields.UUID()
    verb = fields.String()
    role = fields.String(allow_none=True)
    round = fields.Integer()
    amount = _dollars()
    tier = fields.Integer(allow_none=True)
    concurs = fields.Boolean()
    document = fields.String(allow_none=True)
    at = fields.AwareDateTime()


class PaymentView(Schema):
    number = fields.Integer()
    kind_of = fields.String()
    amount = _dollars()
    reference = fields.String()
    by_id = fields.UUID()
    at = fields.AwareDateTime()


class FundView(Schema):
    id = fields.UUID()
    name = fields.String()
    treasury_symbol = fields.String()
    authority = fields.String()
    spending = fields.String()
    available_from_on = fields.Date()
    available_until_on = fields.Date(allow_none=True)
    categories = fields.List(fields.String())
    version = fields.Integer()


class MovementView(Schema):
    id = fields.UUID()
    fund_id = fields.UUID()
    fiscal_year = fields.Integer()
    office_id = fields.UUID(allow_none=True)
    source = fields.String()
    target = fields.String()
    amount = _dollars()
    disbursement_id = fields.UUID(allow_none=True)
    verb = fields.String()
    document = fields.String(allow_none=True)
    at = fields.AwareDateTime()
    by_id = fields.UUID()
