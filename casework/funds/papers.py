"""Papers that are owed: checks of other help before and after, receipts. Late ones are exceptions of the staff; they
never stop help that cannot wait."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import load_only

from ..access.models import Office
from ..access.queries import scoped
from ..kernel.clocks import Clock
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.errors import Conflict, Invalid
from ..kernel.many import within
from ..kernel.prepared import Prepared
from ..kernel.rulebook import clocks
from ..kernel.scope import rules
from .asking import rule
from .models import Disbursement, Outcome, ResourceCheck, State
from .tiers import payee_of

AFTER_SUBMISSION = (State.SUBMITTED, State.APPROVED, State.OBLIGATED, State.RECEIVED, State.CERTIFIED, State.PAID,
                    State.RECEIPTED, State.FAILED)

PAID = and_(Disbursement.state == State.PAID, Disbursement.paid_at.is_not(None))
UNCHECKED = and_(Disbursement.exigent, Disbursement.state.in_(AFTER_SUBMISSION))

# What says which papers are missing, and where they belong.
BRIEF = (Disbursement.number, Disbursement.state, Disbursement.exigent, Disbursement.paid, Disbursement.refunded,
         Disbursement.paid_at, Disbursement.submitted_at, Disbursement.case_id, Disbursement.case_number,
         Disbursement.person_id, Disbursement.office_id, Disbursement.version)
IN_CASES = Prepared(select(Disbursement.id, *BRIEF, Office.timezone).join(
    Office, Office.id == Disbursement.office_id).where(
    or_(PAID, UNCHECKED), within(Disbursement.case_id, "case_ids")).order_by(Disbursement.id))


@dataclass(frozen=True)
class Owed:
    """A paper that somebody owes: `what` in words, until when, under which clock."""

    disbursement: Disbursement
    what: str
    due_at: datetime
    clock: Clock

    @property
    def late(self) -> bool:
        return self.due_at < now()


def require_checks(disbursement: Disbursement) -> None:
    """Other help was looked for, lately and often enough (three; one when it cannot wait)."""
    needed = rule("checks_required_exigent" if disbursement.exigent else "checks_required").count
    hours = rule("check_fresh").count
    checks = checks_of(disbursement)
    fresh = distinct(check for check in checks if check.contacted_at >= now() - timedelta(hours=hours))
    if fresh < needed:
        raise Invalid(checks=f"Other help must be looked for first: {needed} checks within the last {hours} hours; "
                             f"there are {fresh}.")
    _bridge(disbursement, checks)


def checks_of(disbursement: Disbursement) -> list[ResourceCheck]:
    return list(db.session.scalars(select(ResourceCheck).where(
        ResourceCheck.disbursement_id == disbursement.id).order_by(ResourceCheck.id)))


def distinct(checks: Iterable[ResourceCheck]) -> int:
    """How many different resources: asking the same one twice is one check."""
    return len({(check.resource, check.name.casefold().strip()) for check in checks})


def _bridge(disbursement: Disbursement, checks: list[ResourceCheck]) -> None:
    """Help that comes later is bridged, not replaced."""
    later = [check.available_on for check in checks if check.outcome is Outcome.AVAILABLE_LATER and check.available_on]
    last = payee_of(disbursement).service_until_on
    if later and last and last >= min(later):
        raise Invalid(service_until_on="Other help is there from "
                                       f"{min(later):%B %d %Y}; the fund pays only until the day before.")


def owed(*where: ColumnElement[bool], actor: Actor | None = None) -> Iterator[Owed]:
    """Receipts and late checks that are owed for these disbursements, whether or not they are late yet: of those that
    this actor may read, or, where the rules or a record at hand say which, of exactly those."""
    yield from _owed(db.session.execute(
        _with_zone(actor).join(Office, Office.id == Disbursement.office_id)
        .where(or_(PAID, UNCHECKED), *where).order_by(Disbursement.id)).all())


def owed_in(case_ids: Sequence[UUID]) -> Iterator[Owed]:
    """The same of all that is in these cases, which are at hand."""
    rows = IN_CASES.rows(case_ids=case_ids)
    yield from _owed([(row, row.timezone) for row in rows])


def _owed(rows: Iterable[Any]) -> Iterator[Owed]:
    rules = clocks()
    short = _short_of_checks([disbursement for disbursement, _ in rows if disbursement.exigent])
    for disbursement, zone in rows:
        if disbursement.state is State.PAID and disbursement.paid_at and disbursement.paid > disbursement.refunded:
            yield _owes(disbursement, "Add the receipt", disbursement.paid_at, rules["receipt_due"], zone)
        if disbursement.id in short and disbursement.submitted_at:
            yield _owes(disbursement, "Complete the checks of other help", disbursement.submitted_at,
                        rules["checks_rest_due"], zone)


def _with_zone(actor: Actor | None) -> Select[Any]:
    columns: tuple[Any, ...] = (Disbursement, Office.timezone)
    query = scoped(actor, "disbursement.read", Disbursement, *columns) if actor else select(*columns)
    return query.options(load_only(*BRIEF))


def _owes(disbursement: Disbursement, what: str, since: datetime, clock: Clock, zone: str) -> Owed:
    return Owed(disbursement, what, clock.due(since, ZoneInfo(zone)), clock)


def _short_of_checks(exigent: Sequence[Disbursement]) -> set[UUID]:
    """Those of them that still lack some of the checks they were allowed to make later."""
    if not exigent:
        return set()
    made: dict[UUID, list[ResourceCheck]] = {disbursement.id: [] for disbursement in exigent}
    for check in db.session.scalars(select(ResourceCheck).where(ResourceCheck.disbursement_id.in_(made))):
        made[check.disbursement_id].append(check)
    most = rule("checks_required").count
    return {of for of, checks in made.items() if distinct(checks) < most}


def exceptions(*where: ColumnElement[bool], actor: Actor | None = None) -> list[Owed]:
    """What is late now, of the same."""
    return [paper for paper in owed(*where, actor=actor) if paper.late]


def require_few_exceptions(disbursement: Disbursement, requester: UUID) -> None:
    """With too many late papers a person submits only what cannot wait."""
    most = rule("open_exceptions_most").count
    with rules("exceptions"):
        late = 0 if disbursement.exigent else len(exceptions(Disbursement.requested_by_id == requester))
    if late > most:
        raise Conflict(f"You have {late} late papers, and at most {most} may be open. Add the receipts first; "
                       "a request that cannot wait may still be sent.")
