"""The end of a request: receipts, giving back what is not needed, reconciling, cancelling."""
from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from ..access.queries import beside
from ..audit import action
from ..cases.models import Case, in_case
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.errors import Conflict, Invalid
from ..kernel.money import dollars
from ..kernel.rulebook import today
from . import ledger
from .models import NOTHING, Account, Disbursement, Receipt
from .paying import settled
from .tiers import payee_of
from .workflow import WORKFLOW


def receipt(actor: Actor, disbursement: Disbursement, *, reference: str, issued_on: date,
            amount: Decimal) -> Disbursement:
    """A receipt for what was paid, due within five working days of the payment."""
    with action(actor, "disbursement.receipt", disbursement):
        WORKFLOW.advance(disbursement, "receipt")
        if issued_on > today():
            raise Invalid(issued_on="This day has not come yet.")
        case = beside(Case, disbursement.case_id)
        db.session.add(Receipt(**in_case(case), disbursement_id=disbursement.id, reference=reference,
                               issued_on=issued_on, amount=amount, recorded_by_id=actor.id, recorded_at=now()))
        disbursement.receipted_at = disbursement.updated_at = now()
    return disbursement


def deobligate(actor: Actor, disbursement: Disbursement, *, amount: Decimal, reason: str) -> Disbursement:
    """Give back what will not be needed: to the office, or, when its fiscal year is over, to nobody."""
    with action(actor, "disbursement.deobligate", disbursement, reason=reason):
        WORKFLOW.require(disbursement, "deobligate")
        disbursement.deobligated += amount
        disbursement.updated_at = now()
        ledger.post(actor, disbursement, "deobligate", amount)
    return disbursement


def reconcile(actor: Actor, disbursement: Disbursement, *, statement: str) -> Disbursement:
    """The statement agrees with what was recorded: everything obligated is paid or given back, and receipted."""
    with action(actor, "disbursement.reconcile", disbursement, statement=statement):
        WORKFLOW.advance(disbursement, "reconcile")
        if not settled(disbursement):
            raise Conflict("Part of what was obligated is neither paid nor given back. De-obligate it first.")
        _require_receipts(disbursement)
        disbursement.reconciled_by_id, disbursement.statement = actor.id, statement
        disbursement.reconciled_at = disbursement.closed_at = disbursement.updated_at = now()
    return disbursement


def _require_receipts(disbursement: Disbursement) -> None:
    spent = disbursement.paid - disbursement.refunded
    shown = db.session.scalar(select(func.sum(Receipt.amount)).where(
        Receipt.disbursement_id == disbursement.id)) or NOTHING
    if shown < spent:
        raise Conflict(f"{dollars(spent)} were spent, and the receipts show {dollars(shown)}.")


def cancel(actor: Actor, disbursement: Disbursement, *, reason: str) -> Disbursement:
    """Nothing of it was paid, and nothing will be. Whatever it holds goes back."""
    with action(actor, "disbursement.cancel", disbursement, reason=reason):
        WORKFLOW.advance(disbursement, "cancel")
        holds = ledger.held(disbursement)
        disbursement.deobligated += holds[Account.OBLIGATED] + holds[Account.DELIVERED]
        disbursement.closed_at = disbursement.updated_at = now()
        payee_of(disbursement).waits_in_office_id = None
        ledger.post(actor, disbursement, "cancel")
    return disbursement
