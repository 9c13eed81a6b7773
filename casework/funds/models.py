"""Money asked for in a case. Each step has its own amount, and none exceeds the one before."""
from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..access.models import Office, User
from ..cases.models import SealedInCase
from ..kernel.db import Base, Moment, Name, Prose, Record
from ..kernel.people import People
from ..kernel.sealed import Envelope, OptionalEnvelope, Sealed
from ..kernel.walled import Walled
from .accounts import NATIONAL, NOWHERE, Account, Balance, Fund, FundKind, Movement
from .evidence import (
    WITH_CONSENT,
    Method,
    Outcome,
    Payment,
    PaymentKind,
    Receipt,
    Resource,
    ResourceCheck,
    Signature,
    Signed,
)
from .payees import HELD, Payee

__all__ = [
    "HELD", "NATIONAL", "NOTHING", "NOWHERE", "WITH_CONSENT", "Account", "Balance", "Disbursement", "Fund", "FundKind",
    "Method", "Movement", "Outcome", "Payee", "Payment", "PaymentKind", "Receipt", "Resource", "ResourceCheck",
    "Series", "Signature", "Signed", "State",
]

NOTHING = Decimal(0)


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    OBLIGATED = "obligated"
    RECEIVED = "received"
    CERTIFIED = "certified"
    PAID = "paid"
    RECEIPTED = "receipted"
    RECONCILED = "reconciled"
    RETURNED = "returned"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    FAILED = "failed"
    REFUNDED = "refunded"


def _amounts(name: str, rule: str, says: str) -> CheckConstraint:
    return CheckConstraint(rule, name=name, info={"says": says})


def _apart(one: str, other: str, says: str) -> CheckConstraint:
    """Two steps that one person may not both take (31 USC 3512(c); GAO Green Book, principle 10)."""
    return CheckConstraint(f"{one}_by_id <> {other}_by_id", name=f"{one}_apart_from_{other}", info={"says": says})


class Series(Base):
    """The last number given in a fiscal year, so that two requests never get the same one."""

    __tablename__ = "disbursement_series"
    __table_args__ = {"info": {"operational": True}}

    fiscal_year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int]


class Disbursement(SealedInCase, Record):
    """One request for money and all that became of it. `number` is its only handle outside the case file."""

    __tablename__ = "disbursement"
    __walled__ = Walled(along=(("round", "submit"),))
    __table_args__ = (
        _amounts("requested_is_positive", "requested > 0", "Ask for an amount of more than nothing."),
        _amounts("amounts_are_not_negative", "approved >= 0 AND obligated >= 0 AND received >= 0 AND paid >= 0 "
                 "AND refunded >= 0 AND deobligated >= 0", "No amount is less than nothing."),
        _amounts("approved_within_requested", "approved <= requested", "That is more than was requested."),
        _amounts("obligated_within_approved", "obligated <= approved", "That is more than was approved."),
        _amounts("received_within_obligated", "received <= obligated", "That is more than was obligated."),
        _amounts("paid_within_received", "paid <= received", "That is more than was received."),
        _amounts("refunded_within_paid", "refunded <= paid", "That is more than was paid."),
        _amounts("deobligated_within_the_rest", "paid + deobligated <= obligated", "That is more than is still owed."),
        _apart("requested", "obligated", "Whoever requests does not obligate."),
        _apart("requested", "certified", "Whoever requests does not certify."),
        _apart("requested", "paid", "Whoever requests does not record the payment."),
        _apart("requested", "reconciled", "Whoever requests does not reconcile."),
        _apart("obligated", "certified", "Whoever obligates does not certify."),
        _apart("obligated", "paid", "Whoever obligates does not record the payment."),
        _apart("obligated", "reconciled", "Whoever obligates does not reconcile."),
        _apart("received", "certified", "Whoever receives does not certify."),
        _apart("certified", "paid", "Whoever certifies does not record the payment."),
        CheckConstraint("obligated = 0 OR (obligation_document IS NOT NULL AND obligated_by_id IS NOT NULL)",
                        name="obligated_on_a_document",
                        info={"says": "An obligation is recorded only with its document (31 USC 1501(a))."}),
        CheckConstraint("paid = 0 OR certified_by_id IS NOT NULL", name="paid_when_certified",
                        info={"says": "Nothing is paid that was not certified (31 USC 3325(a))."}),
        UniqueConstraint("fiscal_year", "serial"),
        Index("ix_disbursement_person_submitted", "person_id", "submitted_at"),
        Index("ix_disbursement_state_office", "state", "office_id", "id"),
        Index("ix_disbursement_requested_at", "requested_at", "id"),
        Index("ix_disbursement_requester", "requested_by_id", "state"),
        Index("ix_disbursement_fund_year", "fund_id", "fiscal_year", "id"),
    )

    number: Mapped[Name] = mapped_column(unique=True)
    serial: Mapped[int]
    fund_id: Mapped[UUID] = mapped_column(ForeignKey("fund.id"))
    fiscal_year: Mapped[int]
    category: Mapped[Name] = mapped_column(index=True)
    categories_entry_id: Mapped[UUID] = mapped_column(ForeignKey("rulebook_entry.id"))
    need_domain: Mapped[Name]
    payee_token: Mapped[Name]
    purpose_sealed: Mapped[Envelope]
    condition_sealed: Mapped[OptionalEnvelope]
    state: Mapped[State] = mapped_column(default=State.DRAFT)
    round: Mapped[int] = mapped_column(default=1)
    tier: Mapped[int | None]
    tiers_entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("rulebook_entry.id"))
    rolling_total: Mapped[Decimal | None]
    exigent: Mapped[bool] = mapped_column(default=False)
    exigent_reason_sealed: Mapped[OptionalEnvelope]
    returned_reason: Mapped[Prose | None]

    requested: Mapped[Decimal]
    approved: Mapped[Decimal] = mapped_column(default=NOTHING)
    obligated: Mapped[Decimal] = mapped_column(default=NOTHING)
    received: Mapped[Decimal] = mapped_column(default=NOTHING)
    paid: Mapped[Decimal] = mapped_column(default=NOTHING)
    refunded: Mapped[Decimal] = mapped_column(default=NOTHING)
    deobligated: Mapped[Decimal] = mapped_column(default=NOTHING)

    requested_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    obligated_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    received_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    certified_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    paid_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    reconciled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))

    legal_note: Mapped[Name | None]
    obligation_document: Mapped[Name | None]
    designation: Mapped[Name | None]
    statement: Mapped[Name | None]

    requested_at: Mapped[Moment]
    submitted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    obligated_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    certified_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    receipted_at: Mapped[datetime | None]
    reconciled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    updated_at: Mapped[Moment]

    purpose = Sealed()
    condition = Sealed(optional=True)
    exigent_reason = Sealed(optional=True)
    signers = People(Signature, id="disbursement_id", round="round")
    preparers = People(Signature, only={"verb": ("request", "approve", "obligate", "certify")},
                       id="disbursement_id", round="round")
    fund: Mapped[Fund] = relationship(lazy="raise", viewonly=True)
    office: Mapped[Office] = relationship(lazy="raise", viewonly=True)
    requested_by: Mapped[User] = relationship(lazy="raise", viewonly=True, foreign_keys=[requested_by_id])
