"""What waits for whom: requests at a person's step, papers they owe. Derived from facts at each look."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select

from .. import policy
from ..cases import duties
from ..cases.closing import blocks
from ..cases.duties import Duty
from ..cases.models import Case
from ..kernel.conditions import Actor
from ..kernel.db import db
from .models import Disbursement, State
from .papers import owed
from .tiers import stands_in, waiting
from .workflow import ENDED

MOST = 200

# Which step is next, and what it is called on a desk. `approve` is asked apart: whose turn it is depends on the tier.
NEXT = {
    State.RETURNED: ("submit", "Answer what was returned"),
    State.APPROVED: ("obligate", "Obligate"),
    State.OBLIGATED: ("receive", "Record what was received"),
    State.RECEIVED: ("certify", "Certify"),
    State.CERTIFIED: ("pay", "Record the payment"),
    State.FAILED: ("pay", "Pay again, or cancel"),
    State.RECEIPTED: ("reconcile", "Reconcile"),
}


@duties.finds
def steps(actor: Actor, case: Case | None) -> Iterator[Duty]:
    """Requests whose next step is this person's to take."""
    found = _at_their_step(actor, [Disbursement.case_id == case.id] if case else [])
    signers = waiting(found)
    for disbursement in found:
        if disbursement.state is not State.SUBMITTED:
            yield _duty(disbursement, f"{NEXT[disbursement.state][1]}: {disbursement.number}")
        elif stands_in(actor, signers[disbursement.id][0], disbursement.office_id):
            yield _duty(disbursement, f"Approve {disbursement.number}, or return it")


def _at_their_step(actor: Actor, where: list[ColumnElement[bool]]) -> list[Disbursement]:
    verbs = {State.SUBMITTED: "approve", **{state: verb for state, (verb, _) in NEXT.items()}}
    open_to = [and_(Disbursement.state == state, or_(false(), *(
        way.clause(Disbursement) for way in policy.ways(actor, f"disbursement.{verb}"))))
        for state, verb in verbs.items() if policy.may_ever(actor, f"disbursement.{verb}")]
    if not open_to:
        return []
    return list(db.session.scalars(select(Disbursement).where(
        or_(*open_to), *where).order_by(Disbursement.updated_at).limit(MOST)))


def _duty(disbursement: Disbursement, what: str) -> Duty:
    return Duty(disbursement.case_id, disbursement.case_number, what, None, f"/disbursements/{disbursement.id}",
                urgent=disbursement.exigent)


@duties.finds
def papers(actor: Actor, case: Case | None) -> Iterator[Duty]:
    """Receipts and late checks that this person owes."""
    mine = [Disbursement.requested_by_id == actor.id, *([Disbursement.case_id == case.id] if case else [])]
    for paper in owed(*mine):
        disbursement = paper.disbursement
        yield Duty(disbursement.case_id, disbursement.case_number, f"{paper.what}: {disbursement.number}", paper.due_at,
                   f"/disbursements/{disbursement.id}", urgent=paper.late,
                   rule=f"{paper.clock.duty} ({paper.clock.citation})")


@duties.dates
def papers_due(cases: Sequence[Case]) -> dict[UUID, datetime]:
    """When the next paper of each case is due."""
    found: dict[UUID, datetime] = {}
    for paper in owed(Disbursement.case_id.in_([case.id for case in cases])):
        case_id = paper.disbursement.case_id
        found[case_id] = min(paper.due_at, found.get(case_id, paper.due_at))
    return found


@blocks
def money_is_open(case: Case) -> str | None:
    """A case stays open while money asked for in it is not settled."""
    open_ones = list(db.session.scalars(select(Disbursement.number).where(
        Disbursement.case_id == case.id, Disbursement.state.not_in(ENDED)).order_by(Disbursement.number)))
    return f"Money is still open: {', '.join(open_ones)}." if open_ones else None
