"""Records of the emergency fund as the API tells them. Payee, dates, purpose and who was asked are not among it."""
from __future__ import annotations

from functools import cache
from typing import Any

from marshmallow import Schema, fields

from .holdings import years
from .models import NATIONAL, Account


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


class PayeeView(Schema):
    """Who is paid, as far as the reader may know."""

    token = fields.String()
    held = fields.Boolean(metadata={"description": "A stay, care or treatment, until thirty days after it."})
    name = fields.String(allow_none=True)
    service_from_on = fields.Date(allow_none=True)
    service_until_on = fields.Date(allow_none=True)


class WordsView(Schema):
    purpose = fields.String()
    condition = fields.String(allow_none=True)
    exigent_reason = fields.String(allow_none=True)


class OfficeBalancesView(Schema):
    """What one office holds of a fiscal year, by account."""

    office_id = fields.UUID(attribute="office.id")
    office = fields.String(attribute="office.code")
    allotted = _dollars()
    balances = fields.Method("by_account")

    def by_account(self, held: Any) -> dict[str, str]:
        return {str(account): f"{held.amounts[account]:.2f}" for account in Account if account not in NATIONAL}


class FundYearView(Schema):
    fiscal_year = fields.Integer()
    apportioned = _dollars()
    not_allotted = fields.Method("held_back")
    offices = fields.List(fields.Nested(OfficeBalancesView))

    def held_back(self, year: Any) -> str:
        return f"{year.national[Account.APPORTIONED]:.2f}"


class BalancesView(FundView):
    """A fund with what it holds."""

    years = fields.List(fields.Nested(FundYearView))

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        return years(obj) if attr == "years" else super().get_attribute(obj, attr, default)


@cache
def listed(view: type[Schema]) -> type[Schema]:
    """A short list that has no pages: {"items": [...]}."""
    name = f"{view.__name__.removesuffix('View')}List"
    return Schema.from_dict({"items": fields.List(fields.Nested(view), required=True)}, name=name)
