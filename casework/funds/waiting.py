"""What waits for whom: requests at a person's step, papers they owe. Derived from facts at each look."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select

from .. import policy
from ..access.people import offices
from ..access.queries import either
from ..audit import record_read
from ..cases import duties, numbers
from ..cases.closing import blocks
from ..cases.duties import Duty
from ..cases.models import Case
from ..cases.numbers import CASE_ID
from ..kernel.clocks import Clock
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..kernel.money import dollars
from ..kernel.rulebook import clocks, current
from .models import Disbursement, State
from .papers import PAID, UNCHECKED, owed, owed_in
from .tiers import stands_in, waiting
from .workflow import ENDED

MOST = 200


class Next(NamedTuple):
    """A step that a state waits for: its verb, what the desk calls it, its button, its clock, and since when."""

    verb: str
    what: str
    button: str
    clock: str = ""
    since: str = ""


# `approve` waits in `submitted`; whose turn it is there depends on the tier, and each signature starts its clock anew.
NEXT = {
    State.SUBMITTED: Next("approve", "Approve", "Decide", "fund_approve", "updated_at"),
    State.RETURNED: Next("submit", "Answer what was asked back about", "Answer"),
    State.APPROVED: Next("obligate", "Obligate", "Obligate", "fund_obligate", "approved_at"),
    State.OBLIGATED: Next("receive", "Confirm what was received of", "Confirm", "fund_receive", "obligated_at"),
    State.RECEIVED: Next("certify", "Certify", "Certify", "fund_certify", "received_at"),
    State.CERTIFIED: Next("pay", "Record the payment of", "Record", "fund_pay", "received_at"),
    State.FAILED: Next("pay", "Pay again, or cancel,", "Look"),
    State.RECEIPTED: Next("reconcile", "Reconcile", "Reconcile", "fund_reconcile", "receipted_at"),
}


numbers.ask_whether("fund_waits", Disbursement.case_id == CASE_ID, Disbursement.state.in_(NEXT))
numbers.ask_whether("fund_owes", Disbursement.case_id == CASE_ID, or_(PAID, UNCHECKED))


@duties.finds
def steps(actor: Actor, case: Case | None) -> Iterator[Duty]:
    """Requests whose next step is this person's to take."""
    if case and not numbers.of(case)["fund_waits"]:
        return
    theirs = _theirs(actor, [Disbursement.case_id == case.id] if case else [])
    if not theirs:
        return
    book = Book.today()
    record_read(actor, "disbursement.read", theirs)
    yield from (_duty(each, NEXT[each.state], book) for each in theirs)


def to_sign(actor: Actor) -> list[Disbursement]:
    """Requests that wait for this person's signature, oldest first."""
    return _theirs(actor, [Disbursement.state == State.SUBMITTED])


def _theirs(actor: Actor, where: list[ColumnElement[bool]]) -> list[Disbursement]:
    found = _at_their_step(actor, where)
    signers = waiting(found) if found else {}
    return [each for each in found if each.state is not State.SUBMITTED
            or stands_in(actor, signers[each.id][0], each.office_id)]


def _at_their_step(actor: Actor, where: list[ColumnElement[bool]]) -> list[Disbursement]:
    steps = [(f"disbursement.{step.verb}", Disbursement.state == state) for state, step in NEXT.items()]
    if not any(policy.may_ever(actor, verb) for verb, _ in steps):
        return []
    return list(db.session.scalars(either(actor, Disbursement, *steps).where(
        *where).order_by(Disbursement.updated_at).limit(MOST)))


@dataclass(frozen=True)
class Book:
    """What the words of a step need, asked once for all of them."""

    clocks: Mapping[str, Clock]
    zones: Mapping[UUID, ZoneInfo]
    categories: Mapping[str, str]

    @classmethod
    def today(cls) -> Book:
        return cls(clocks(), {office.id: office.zone for office in offices()},
                   {row["code"]: row["category"] for row in current("expense_categories").body})


def _duty(it: Disbursement, step: Next, book: Book) -> Duty:
    name = f"{step.clock}_exigent" if it.exigent and f"{step.clock}_exigent" in book.clocks else step.clock
    clock, since = book.clocks.get(name), getattr(it, step.since, None)
    return Duty(
        it.case_id, it.case_number, f"{step.what} {dollars(_amount(it))}",
        clock.due(since, book.zones[it.office_id]) if clock and since else None, f"/disbursements/{it.id}",
        urgent=it.exigent, rule=f"{clock.duty} ({clock.citation})" if clock else "", button=step.button,
        says=_says(it, book))


def _says(it: Disbursement, book: Book) -> str:
    words = [it.number, book.categories.get(it.category, it.category)]
    if it.state is State.SUBMITTED and it.rolling_total is not None:
        words.append(f"tier {it.tier}, {dollars(it.rolling_total)} in 30 days")
    return " · ".join([*words, *(["cannot wait"] if it.exigent else [])])


def _amount(it: Disbursement) -> Decimal:
    """What the step is about: as much as was settled last."""
    return next(amount for amount in (it.received, it.obligated, it.approved, it.requested) if amount)


@duties.finds
def papers(actor: Actor, case: Case | None) -> Iterator[Duty]:
    """Receipts and late checks that this person owes, as long as they may see the request at all."""
    if case and not numbers.of(case)["fund_owes"]:
        return
    mine = [Disbursement.requested_by_id == actor.id, *([Disbursement.case_id == case.id] if case else [])]
    found = list(owed(*mine, actor=actor)) if policy.may_ever(actor, "disbursement.read") else []
    if found:
        record_read(actor, "disbursement.read", [paper.disbursement for paper in found])
    for paper in found:
        disbursement = paper.disbursement
        yield Duty(disbursement.case_id, disbursement.case_number, paper.what, paper.due_at,
                   f"/disbursements/{disbursement.id}", urgent=paper.late, says=disbursement.number,
                   rule=f"{paper.clock.duty} ({paper.clock.citation})")


@duties.dates
def papers_due(cases: Sequence[Case]) -> dict[UUID, datetime]:
    """When the next paper of each case is due."""
    found: dict[UUID, datetime] = {}
    for paper in owed_in([case.id for case in cases]):
        case_id = paper.disbursement.case_id
        found[case_id] = min(paper.due_at, found.get(case_id, paper.due_at))
    return found


# A case stays open while money asked for in it is not settled.
blocks("money_open", select(func.aggregate_strings(Disbursement.number, " ")).where(
    Disbursement.case_id == CASE_ID, Disbursement.state.not_in(ENDED)),
    lambda found: f"Money is still open: {', '.join(sorted(found.split()))}.")
