"""The steps of one disbursement in order, and what an auditor samples first.

What of a payment or a receipt could tell where a person was, its days, is not among it.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from ..funds.models import Disbursement, PaymentKind, Signed
from ..funds.queries import Story
from ..kernel.money import dollars
from ..kernel.rulebook import clock, in_force, rules_of

STEPS = {Signed.REQUEST: "Asked for", Signed.APPROVE: "Approved", Signed.OBLIGATE: "Obligated",
         Signed.CERTIFY: "Certified"}
RANKS = {Signed.REQUEST: 0, Signed.APPROVE: 2, Signed.OBLIGATE: 3, Signed.CERTIFY: 5}
PAID = {PaymentKind.PAY: "Paid", PaymentKind.FAIL: "Came back unpaid:", PaymentKind.REFUND: "Refunded"}


@dataclass(frozen=True)
class Step:
    at: datetime
    says: str
    who: str
    proof: str = ""
    rank: int = 0


@dataclass(frozen=True)
class Finding:
    """What an auditor looks for first; `state` is done or miss, `says` what was found."""

    title: str
    state: str
    says: str


def steps(it: Disbursement, facts: Story) -> list[Step]:
    """Oldest first; what bears one moment, in the order in which money goes."""
    found = [*_signed(facts), *_checks(facts), *_money(facts), *_ends(it, facts)]
    return sorted(found, key=lambda step: (step.at, step.rank))


def _signed(facts: Story) -> Iterator[Step]:
    for row in facts.signatures:
        if row.verb in STEPS:
            tier = f", tier {row.tier}" if row.verb is Signed.APPROVE and row.tier is not None else ""
            role = f", {_plain(row.role)}" if row.role else ""
            yield Step(row.at, f"{STEPS[row.verb]} {dollars(row.amount)}{tier}", f"{_name(facts, row.user_id)}{role}",
                       row.document or "", RANKS[row.verb])


def _checks(facts: Story) -> Iterator[Step]:
    for check in facts.checks:
        yield Step(check.checked_at, f"Looked for other help: {_plain(check.resource)}, {_plain(check.outcome)}",
                   _name(facts, check.checked_by_id), rank=1)


def _money(facts: Story) -> Iterator[Step]:
    for payment in facts.payments:
        yield Step(payment.at, f"{PAID[payment.kind_of]} {dollars(payment.amount)}", _name(facts, payment.by_id),
                   payment.reference, 6)
    for receipt in facts.receipts:
        yield Step(receipt.recorded_at, f"Receipt of {dollars(receipt.amount)}", _name(facts, receipt.recorded_by_id),
                   receipt.reference, 7)


def _ends(it: Disbursement, facts: Story) -> Iterator[Step]:
    if it.received_at:
        yield Step(it.received_at, f"Received, worth {dollars(it.received)}", _name(facts, it.received_by_id), rank=4)
    if it.reconciled_at:
        yield Step(it.reconciled_at, "Reconciled", _name(facts, it.reconciled_by_id), it.statement or "", 8)
    elif it.closed_at:
        yield Step(it.closed_at, f"Ended: {_plain(it.state)}", "", rank=8)


def _name(facts: Story, user_id: UUID | None) -> str:
    return facts.people[user_id].name if user_id in facts.people else "Casework"


def _people(count: int) -> str:
    return "one person" if count == 1 else f"{count} people"


def _plain(word: Any) -> str:
    return str(word).replace("_", " ")


def findings(it: Disbursement, facts: Story, zone: ZoneInfo) -> list[Finding]:
    """What auditors sample first, answered from the facts."""
    hands = [row.user_id for row in facts.signatures if row.round == it.round]
    found = [_test("Each step by another person", len(hands) == len(set(hands)), _people(len(set(hands))))]
    if it.approved_at and it.obligated_at:
        found.append(_test("Approved before money was bound", it.approved_at <= it.obligated_at))
    if it.submitted_at:
        found.append(_checked(it, facts))
    if it.paid_at:
        found.append(_receipted(it, facts, zone))
    return found


def _checked(it: Disbursement, facts: Story) -> Finding:
    rules = rules_of(in_force(it.submitted_at.date() if it.submitted_at else None)["fund_rules"].body)
    needed = rules["checks_required_exigent" if it.exigent else "checks_required"].count
    before = [check for check in facts.checks if it.submitted_at and check.checked_at <= it.submitted_at]
    return _test("Other help was looked for first", len(before) >= needed, f"{len(before)} checks, {needed} needed")


def _receipted(it: Disbursement, facts: Story, zone: ZoneInfo) -> Finding:
    due = clock("receipt_due").due(it.paid_at, zone) if it.paid_at else None
    first = min((receipt.recorded_at for receipt in facts.receipts), default=None)
    return _test("Receipt within five working days", bool(first and due and first <= due),
                 "" if first else "No receipt yet")


def _test(title: str, passed: bool, says: str = "") -> Finding:
    return Finding(title, "done" if passed else "miss", says)
