"""What stands beside a disbursement and is never changed: signatures, checks of other help, payments, receipts."""
from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..access.models import User
from ..cases.models import OfCase, SealedInCase
from ..kernel.constraints import append_only
from ..kernel.db import Moment, Name, Record
from ..kernel.sealed import Envelope, Sealed
from ..kernel.walled import Walled
from ..policy import Role


class Signed(StrEnum):
    """The steps that part people: nobody takes two of them in one round."""

    REQUEST = "request"
    APPROVE = "approve"
    OBLIGATE = "obligate"
    CERTIFY = "certify"
    PAY = "pay"


class Resource(StrEnum):
    """Who else might pay or give, to be asked before the fund is."""

    STATE_COMPENSATION = "state_compensation"
    SERVICE_PROVIDER = "service_provider"
    SHELTER_OR_NGO = "shelter_or_ngo"
    HHS_BENEFITS = "hhs_benefits"
    HEALTH_COVERAGE = "health_coverage"
    CHARITY = "charity"
    OTHER_FEDERAL_FUND = "other_federal_fund"
    EMPLOYER = "employer"
    FAMILY = "family"
    CONSULATE = "consulate"
    DONATED_GOODS = "donated_goods"


class Method(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    IN_PERSON = "in_person"
    PORTAL = "portal"
    LETTER = "letter"
    NONE = "none"


class Outcome(StrEnum):
    """What they answered. `unsafe_not_contacted` counts: asking may alert a trafficker."""

    AVAILABLE_LATER = "available_later"
    INELIGIBLE = "ineligible"
    DENIED = "denied"
    NO_CAPACITY = "no_capacity"
    TOO_SLOW = "too_slow"
    UNSAFE = "unsafe"
    UNAVAILABLE_HOURS = "unavailable_hours"
    NOT_APPLICABLE = "not_applicable"
    UNSAFE_NOT_CONTACTED = "unsafe_not_contacted"


# Asked only with the person's consent (8 USC 1367; the safety rules of the program).
WITH_CONSENT = (Resource.FAMILY, Resource.CONSULATE, Resource.EMPLOYER)


class PaymentKind(StrEnum):
    """`pay` went out, `fail` came back unpaid, `refund` came back after it was paid."""

    PAY = "pay"
    FAIL = "fail"
    REFUND = "refund"


SIGNED_ALREADY = {"says": "You have already signed this one. Each step is for another person."}


class Signature(Record):
    """One person, one step, one round: the key alone refuses a second step by the same hand."""

    __tablename__ = "signature"
    __walled__ = Walled(follows="disbursement_id", signed="user_id", named="user_id", deeds="verb",
                        called=(("request", "submit"),))
    __table_args__ = (
        UniqueConstraint("disbursement_id", "round", "user_id", name="uq_signature_once", info=SIGNED_ALREADY),
        UniqueConstraint("disbursement_id", "round", "user_id", "verb", name="uq_signature_step", info=SIGNED_ALREADY),
    )

    disbursement_id: Mapped[UUID] = mapped_column(ForeignKey("disbursement.id"))
    round: Mapped[int]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    verb: Mapped[Signed]
    role: Mapped[Role | None]
    amount: Mapped[Decimal]
    tier: Mapped[int | None]
    concurs: Mapped[bool] = mapped_column(default=False)
    document: Mapped[Name | None]
    at: Mapped[Moment]

    user: Mapped[User] = relationship(lazy="raise", viewonly=True)


class ResourceCheck(SealedInCase, Record):
    """Another resource that was asked, or could not safely be, and what came of it."""

    __tablename__ = "resource_check"
    __walled__ = Walled(follows="disbursement_id", signed="checked_by_id")
    __table_args__ = (
        CheckConstraint("consent OR outcome = 'unsafe_not_contacted' "
                        "OR resource NOT IN ('family', 'consulate', 'employer')", name="asked_with_consent",
                        info={"says": "Family, consulate and employer are asked only with the person's consent."}),
        CheckConstraint("outcome <> 'available_later' OR available_on IS NOT NULL", name="later_says_when"),
    )

    disbursement_id: Mapped[UUID] = mapped_column(ForeignKey("disbursement.id"), index=True)
    resource: Mapped[Resource]
    name_sealed: Mapped[Envelope]
    contacted_at: Mapped[datetime]
    method: Mapped[Method]
    outcome: Mapped[Outcome]
    available_on: Mapped[date | None]
    consent: Mapped[bool] = mapped_column(default=False)
    evidence: Mapped[Name | None]
    checked_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    checked_at: Mapped[Moment]

    name = Sealed()
    checked_by: Mapped[User] = relationship(lazy="raise", viewonly=True)


class Payment(Record):
    """One confirmation of the disbursing authority: money out, or money back. `number` counts them.

    Whoever records money out has signed `pay` in that round and no other step: `signed` ties the row to that signature.
    """

    __tablename__ = "payment"
    __walled__ = Walled(follows="disbursement_id", signed="by_id", deeds="kind_of")
    __table_args__ = (
        UniqueConstraint("disbursement_id", "kind_of", "reference", name="uq_payment_reference",
                         info={"says": "This confirmation is already recorded."}),
        UniqueConstraint("disbursement_id", "number", name="uq_payment_number"),
        ForeignKeyConstraint(["disbursement_id", "round", "by_id", "signed"],
                             ["signature.disbursement_id", "signature.round", "signature.user_id", "signature.verb"],
                             name="fk_payment_signature"),
        CheckConstraint("amount > 0", name="amount_is_positive"),
        CheckConstraint("(kind_of = 'pay') = (signed IS NOT NULL) AND (signed IS NULL OR signed = 'pay')",
                        name="payer_has_signed"),
    )

    disbursement_id: Mapped[UUID] = mapped_column(ForeignKey("disbursement.id"))
    round: Mapped[int]
    number: Mapped[int]
    kind_of: Mapped[PaymentKind]
    amount: Mapped[Decimal]
    reference: Mapped[Name]
    paid_on: Mapped[date]
    reason: Mapped[Name | None]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    signed: Mapped[Signed | None]
    at: Mapped[Moment]

    by: Mapped[User] = relationship(lazy="raise", viewonly=True)


class Receipt(OfCase, Record):
    """Proof of what was bought. Its picture comes with documents; here its reference, day and amount."""

    __tablename__ = "receipt"
    __walled__ = Walled(follows="disbursement_id", signed="recorded_by_id")
    __table_args__ = (
        UniqueConstraint("disbursement_id", "reference", name="uq_receipt_reference",
                         info={"says": "This receipt is already recorded."}),
        CheckConstraint("amount > 0", name="amount_is_positive"),
    )

    disbursement_id: Mapped[UUID] = mapped_column(ForeignKey("disbursement.id"))
    reference: Mapped[Name]
    issued_on: Mapped[date] = mapped_column(info={"private": True})
    amount: Mapped[Decimal]
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[Moment]

    recorded_by: Mapped[User] = relationship(lazy="raise", viewonly=True)


for _kept in (Signature, ResourceCheck, Payment, Receipt):
    append_only(_kept)
