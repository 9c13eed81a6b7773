"""From an order to a payment: obligate, receive, certify, pay; and what may go wrong with a payment."""
from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from ..access.models import RoleGrant
from ..audit import action, append
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.errors import Conflict, Invalid
from ..kernel.rulebook import today
from ..policy import Role
from . import ledger
from .approving import require_time
from .models import Disbursement, Payment, PaymentKind, Signature, Signed
from .signing import sign
from .workflow import WORKFLOW


def obligate(actor: Actor, disbursement: Disbursement, *, amount: Decimal, document: str) -> Disbursement:
    """Record an order, booking or agreement by its document (31 USC 1501(a)). The rest of the approval goes back."""
    with action(actor, "disbursement.obligate", disbursement, document=document):
        WORKFLOW.require(disbursement, "obligate")
        if not document.strip():
            raise Invalid(document="An obligation is recorded only with its document (31 USC 1501(a)).")
        require_time(disbursement)
        WORKFLOW.advance(disbursement, "obligate")
        disbursement.obligated, disbursement.obligated_by_id = amount, actor.id
        disbursement.obligation_document = document
        disbursement.obligated_at = disbursement.updated_at = now()
        sign(actor, disbursement, Signed.OBLIGATE, amount, document=document)
        ledger.post(actor, disbursement, "obligate", amount, document)
    return disbursement


def receive(actor: Actor, disbursement: Disbursement, *, amount: Decimal) -> Disbursement:
    """The goods or services came, and are worth this much."""
    with action(actor, "disbursement.receive", disbursement):
        WORKFLOW.advance(disbursement, "receive")
        disbursement.received, disbursement.received_by_id = amount, actor.id
        disbursement.received_at = disbursement.updated_at = now()
        ledger.post(actor, disbursement, "receive", amount)
    return disbursement


def certify(actor: Actor, disbursement: Disbursement) -> Disbursement:
    """Answer for the voucher's facts, computation and legality (31 USC 3325(a), 3528), under a written designation
    that is in force now."""
    with action(actor, "disbursement.certify", disbursement):
        WORKFLOW.advance(disbursement, "certify")
        disbursement.designation = designation(actor)
        disbursement.certified_by_id = actor.id
        disbursement.certified_at = disbursement.updated_at = now()
        sign(actor, disbursement, Signed.CERTIFY, disbursement.received, role=Role.CERTIFYING_OFFICER,
             document=disbursement.designation)
    return disbursement


def designation(actor: Actor) -> str:
    """The document under which this person certifies today. Raises Conflict when there is none."""
    grants = db.session.scalars(select(RoleGrant).where(
        RoleGrant.user_id == actor.id, RoleGrant.role == Role.CERTIFYING_OFFICER).order_by(RoleGrant.since))
    document = next((grant.document for grant in grants if grant.current and grant.document), None)
    if document is None:
        raise Conflict("Only an officer designated in writing certifies (31 USC 3325(a)); no designation is in force.")
    return document


def pay(actor: Actor, disbursement: Disbursement, *, amount: Decimal, reference: str, paid_on: date) -> Disbursement:
    """The disbursing authority confirms that this much went out. The first payment of a round is signed; a later one
    may be recorded by the same person, or by anybody who signed no other step."""
    with action(actor, "disbursement.pay", disbursement, reference=reference):
        WORKFLOW.advance(disbursement, "pay")
        disbursement.paid += amount
        disbursement.paid_by_id = actor.id
        disbursement.paid_at = disbursement.updated_at = now()
        if not _has_paid(actor, disbursement):
            sign(actor, disbursement, Signed.PAY, amount)
        _record(actor, disbursement, PaymentKind.PAY, amount, reference, paid_on)
    return disbursement


def _has_paid(actor: Actor, disbursement: Disbursement) -> bool:
    return db.session.scalar(select(Signature.id).where(
        Signature.disbursement_id == disbursement.id, Signature.round == disbursement.round,
        Signature.user_id == actor.id, Signature.verb == Signed.PAY)) is not None


def _record(actor: Actor, disbursement: Disbursement, kind: PaymentKind, amount: Decimal, reference: str,
            paid_on: date, reason: str | None = None) -> None:
    if paid_on > today():
        raise Invalid(paid_on="This day has not come yet.")
    last = db.session.scalar(select(func.max(Payment.number)).where(Payment.disbursement_id == disbursement.id)) or 0
    append(Payment(
        disbursement_id=disbursement.id, round=disbursement.round, number=last + 1, kind_of=kind, amount=amount,
        reference=reference, paid_on=paid_on, reason=reason, by_id=actor.id, at=now(),
        signed=Signed.PAY if kind is PaymentKind.PAY else None))
    ledger.post(actor, disbursement, kind.value, amount, reference)


def fail(actor: Actor, disbursement: Disbursement, *, amount: Decimal, reference: str, paid_on: date,
         reason: str) -> Disbursement:
    """A payment came back unpaid: pay again, or cancel. While part of the money stays paid, the state stays too."""
    with action(actor, "disbursement.fail", disbursement, reference=reference, reason=reason):
        WORKFLOW.require(disbursement, "fail")
        disbursement.paid -= amount
        if disbursement.paid == 0:
            WORKFLOW.advance(disbursement, "fail")
        disbursement.updated_at = now()
        _record(actor, disbursement, PaymentKind.FAIL, amount, reference, paid_on, reason)
    return disbursement


def refund(actor: Actor, disbursement: Disbursement, *, amount: Decimal, reference: str, paid_on: date,
           reason: str) -> Disbursement:
    """Money came back that had been paid (to be deposited by the third day, 31 USC 3302(c)(1)). When all of it has and
    nothing more is owed, the request ends here."""
    with action(actor, "disbursement.refund", disbursement, reference=reference, reason=reason):
        WORKFLOW.require(disbursement, "refund")
        disbursement.refunded += amount
        if disbursement.refunded == disbursement.paid and settled(disbursement):
            WORKFLOW.advance(disbursement, "refund")
            disbursement.closed_at = now()
        disbursement.updated_at = now()
        _record(actor, disbursement, PaymentKind.REFUND, amount, reference, paid_on, reason)
    return disbursement


def settled(disbursement: Disbursement) -> bool:
    """Whatever was obligated has been paid or given back."""
    return disbursement.paid + disbursement.deobligated == disbursement.obligated
