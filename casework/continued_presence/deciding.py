"""The decision, and the papers that carry it out (28 CFR 1100.35(b))."""
from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from ..access.models import Office
from ..audit import action
from ..cases.models import Case, in_case
from ..kernel import rulebook
from ..kernel.clocks import Clock, months_after
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.errors import Conflict, Invalid
from ..kernel.scope import rules
from . import gates, moments, queries
from .grants import CPGrant
from .items import RECORD_CHECKS
from .models import ContinuedPresenceRequest
from .signing import move
from .words import Answer, GrantState, Mechanism, What
from .workflow import GRANT_WORKFLOW, WORKFLOW

LONGEST = "cp_grant_longest"


def approve(actor: Actor, request: ContinuedPresenceRequest, *, mechanism: Mechanism, start_on: date,
            end_on: date) -> ContinuedPresenceRequest:
    """The official's decision: never the reviewer's, never that of anybody who asked. Record checks must be fresh."""
    with action(actor, "cp_request.approve", request):
        WORKFLOW.require(request, "approve")
        _days(start_on, end_on)
        _checks_are_fresh(request)
        if reason := gates.bar(queries.citizenship_of(_case(request))):
            raise Conflict(reason)
        request.mechanism, request.start_on, request.end_on = mechanism, start_on, end_on
        request.decided_under_id = rulebook.current("clocks").id
        move(actor, request, "approve")
        moments.record(actor, request, What.DECIDED_AT)
    return request


def _case(request: ContinuedPresenceRequest) -> Case:
    """The case of a request: whoever decides on the request does not see the file."""
    with rules("case"):
        return db.session.get_one(Case, request.case_id)


def last_day(start_on: date, longest: Clock) -> date:
    """The last day a grant that starts then may have, both days counted."""
    return months_after(start_on, 12 * longest.length) - timedelta(days=1)


def _days(start_on: date, end_on: date) -> None:
    longest = rulebook.clock(LONGEST)
    if start_on < rulebook.today():
        raise Invalid(start_on="The first day is today or later.")
    if end_on < start_on:
        raise Invalid(end_on="The last day cannot come before the first.")
    if end_on > (latest := last_day(start_on, longest)):
        raise Invalid(end_on=f"At most {longest.length} years: not after {latest:%B} {latest.day}, {latest.year}.")


def _checks_are_fresh(request: ContinuedPresenceRequest) -> None:
    checks = next((item for item in queries.items_of(request) if item.code == RECORD_CHECKS), None)
    if checks is None:
        return
    if checks.answer is not Answer.DONE:
        raise Conflict("The record checks have not been run. The investigator can still add them.")
    office = db.session.get_one(Office, request.office_id)
    if age := gates.stale(checks, rulebook.clock("cp_record_checks_fresh"), office.zone):
        raise Conflict(f"The record checks are {age} days old. The investigator must run them again first.")


def issue(actor: Actor, request: ContinuedPresenceRequest, *, i94_number: str, i94_issued_on: date,
          ead_requested_on: date | None = None, ead_reference: str | None = None) -> ContinuedPresenceRequest:
    """The papers are out: the grant is in force. An extension takes the place of the grant before it."""
    with action(actor, "cp_request.issue", request):
        move(actor, request, "issue")
        _not_ahead(i94_issued_on=i94_issued_on, ead_requested_on=ead_requested_on)
        package = queries.package_of(request)
        package.i94_number, package.ead_reference, package.saved_at = i94_number, ead_reference or None, now()
        moments.record(actor, request, What.ISSUED_AT)
        db.session.add(_granted(request, i94_issued_on, ead_requested_on))
    return request


def _granted(request: ContinuedPresenceRequest, i94_issued_on: date, ead_requested_on: date | None) -> CPGrant:
    if request.mechanism is None or request.start_on is None or request.end_on is None:
        raise Conflict("This request has no decision that could be carried out.")
    case, parent = _case(request), _superseded(request)
    return CPGrant(
        **in_case(case), request_id=request.id, request_number=request.number, parent_grant_id=parent and parent.id,
        investigation_id=request.investigation_id, mechanism=request.mechanism, start_on=request.start_on,
        end_on=request.end_on, i94_issued_on=i94_issued_on, ead_requested_on=ead_requested_on,
        under_18=case.under_18, state_since=now(), issued_at=now())


def _superseded(request: ContinuedPresenceRequest) -> CPGrant | None:
    """The grant this one extends; one that has run out stays as it is, and the gap is seen."""
    if request.extends_id is None:
        return None
    parent = db.session.scalars(select(CPGrant).where(CPGrant.request_id == request.extends_id)).one()
    if parent.state in (GrantState.ACTIVE, GrantState.CIVIL_HOLD):
        GRANT_WORKFLOW.advance(parent, "extend")
        parent.state_since = now()
    return parent


def _not_ahead(**days: date | None) -> None:
    for name, day in days.items():
        if day is not None and day > rulebook.today():
            raise Invalid(**{name: "This day has not come yet."})

