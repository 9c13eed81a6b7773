"""Signing, sending back, refusing. Who signs next follows from the tier and from who has signed."""
from __future__ import annotations

from decimal import Decimal

from sqlalchemy import bindparam, select

from ..audit import action
from ..kernel.conditions import Actor
from ..kernel.db import now
from ..kernel.errors import Conflict, Invalid
from ..kernel.prepared import Prepared
from ..kernel.rulebook import today
from ..kernel.workflow import said
from ..policy import Role
from . import ledger
from .accounts import Term
from .models import NOTHING, Disbursement, Fund, Signed
from .signing import sign
from .tiers import judge, payee_of, stands_in, tier_of, waiting_for
from .workflow import WORKFLOW

TERM = Prepared(select(Fund.spending, Fund.available_from_on, Fund.available_until_on).where(
    Fund.id == bindparam("fund_id")), Term)


def approve(actor: Actor, disbursement: Disbursement, *, amount: Decimal, concurs: bool,
            legal_note: str | None = None) -> Disbursement:
    """Sign for at most this amount. The last signature the tier asks for commits the money."""
    with action(actor, "disbursement.approve", disbursement):
        WORKFLOW.require(disbursement, "approve")
        judge(disbursement)
        role = _turn(actor, disbursement)
        if not concurs:
            raise Invalid(concurs="Approve only if you agree that no other help is in reach in time.")
        _legal(disbursement, role, legal_note)
        disbursement.approved, disbursement.updated_at = _at_most(disbursement, amount), now()
        sign(actor, disbursement, Signed.APPROVE, amount, role=role, concurs=True, document=legal_note)
        if role is Role.PROGRAM_SUPERVISOR:
            _decided(disbursement, actor)
        if not waiting_for(disbursement):
            _commit(actor, disbursement)
    return disbursement


def _turn(actor: Actor, disbursement: Disbursement) -> Role:
    """The role in which this person signs now. Raises Conflict when it is somebody else's turn."""
    role = waiting_for(disbursement)[0]
    if not stands_in(actor, role, disbursement.office_id):
        raise Conflict(f"This waits for the signature of: {said(role)}.")
    return role


def _legal(disbursement: Disbursement, role: Role, note: str | None) -> None:
    if note:
        disbursement.legal_note = note
    if tier_of(disbursement).legal_note and role is Role.PROGRAM_HQ and not disbursement.legal_note:
        raise Invalid(legal_note="This tier needs a written legal note. Give its reference.")


def _at_most(disbursement: Disbursement, amount: Decimal) -> Decimal:
    """Not more than was asked, nor than anybody approved before."""
    most = min(filter(None, (disbursement.requested, disbursement.approved)))
    if amount > most:
        raise Invalid(amount=f"At most ${most:,.2f} may be approved: more was not asked, or not approved before.")
    return amount


def _decided(disbursement: Disbursement, supervisor: Actor | None) -> None:
    """From now on only this supervisor, and no other, reads a payee that is held."""
    payee = payee_of(disbursement)
    payee.waits_in_office_id = None
    if supervisor:
        payee.supervisor_id = supervisor.id


def _commit(actor: Actor, disbursement: Disbursement) -> None:
    require_time(disbursement)
    WORKFLOW.advance(disbursement, "approve")
    disbursement.approved_at = now()
    _decided(disbursement, None)
    ledger.post(actor, disbursement, "approve", disbursement.approved)


def require_time(disbursement: Disbursement) -> None:
    """Money whose time is over is not newly committed or obligated (31 USC 1502(a), 1552)."""
    term = TERM.row(fund_id=disbursement.fund_id)
    if not term.open_for(disbursement.fiscal_year, today()):
        raise Conflict("The time of this money is over: it can no longer be committed or obligated (31 USC 1502(a)).")


def return_(actor: Actor, disbursement: Disbursement, *, reason: str) -> Disbursement:
    """Send it back to the requester, who may change it and send it again in a new round."""
    with action(actor, "disbursement.return", disbursement, reason=reason):
        WORKFLOW.require(disbursement, "return")
        _turn(actor, disbursement)
        WORKFLOW.advance(disbursement, "return")
        _decided(disbursement, None)
        disbursement.approved = NOTHING
        disbursement.returned_reason, disbursement.updated_at = reason, now()
    return disbursement


def deny(actor: Actor, disbursement: Disbursement, *, reason: str) -> Disbursement:
    with action(actor, "disbursement.deny", disbursement, reason=reason):
        WORKFLOW.require(disbursement, "deny")
        _turn(actor, disbursement)
        WORKFLOW.advance(disbursement, "deny")
        _decided(disbursement, None)
        disbursement.approved = NOTHING
        disbursement.closed_at = disbursement.updated_at = now()
    return disbursement
