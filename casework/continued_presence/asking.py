"""The investigator's part: draft, write, answer the checklist, send. Only a member of the investigation may
(22 USC 7105(c)(3)(A)(i)): the policy has no other row."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from ..access.queries import beside
from ..audit import action
from ..cases.files import Citizenship
from ..cases.models import Case, in_case, sealed_in
from ..cases.models import State as CaseState
from ..kernel import rulebook
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.errors import Conflict, Invalid
from . import gates, moments, queries
from .grants import CPGrant
from .items import WRITTEN, applies
from .models import ContinuedPresenceRequest
from .package import CPItem, CPPackage
from .signing import move, sign
from .words import EDITABLE, Answer, GrantState, Type, What, Withdrawal

ON_REQUEST = ("state_or_local", "expedited")
KEPT = ("basis", "trafficking", "known_as", "birth_on", "a_number")  # what an extension begins with


def draft(actor: Actor, case: Case, *, identified_on: date, le_received_at: datetime | None = None,
          state_or_local: bool = False, expedited: bool = False,
          parent_grant_id: UUID | None = None) -> ContinuedPresenceRequest:
    """A request, its package and its checklist. The law's time runs from `le_received_at` (now, unless earlier).

    Refused: a US citizen or permanent resident; a closed case; a second request beside an open one.
    """
    with action(actor, "cp_request.draft", case) as deed:
        parent = _extended(case, parent_grant_id)
        _may_be_asked_for(case, identified_on, le_received_at)
        deed.subject = request = ContinuedPresenceRequest(
            **in_case(case), **queries.next_number(), type=Type.EXTENSION if parent else Type.INITIAL,
            extends_id=parent and parent.request_id, investigation_id=case.investigation_id, state_since=now(),
            under_18=case.under_18, state_or_local=state_or_local, expedited=expedited, identified_on=identified_on,
            checklist_id=rulebook.current("cp_checklist").id, began_at=now(), updated_at=now())
        db.session.add(request)
        db.session.flush()
        _begin_package(request, case, parent)
        _fit_items(request, case)
        sign(actor, request, "draft")
        moments.record(actor, request, What.LE_RECEIVED_AT, le_received_at)
    return request


def _may_be_asked_for(case: Case, identified_on: date, le_received_at: datetime | None) -> None:
    if reason := gates.bar(queries.citizenship_of(case)):
        raise Conflict(reason)
    if case.state is CaseState.CLOSED:
        raise Conflict("This case is closed. Ask for it to be reopened first.")
    if identified_on > rulebook.today():
        raise Invalid(identified_on="This day has not come yet.")
    if le_received_at is not None and le_received_at > now():
        raise Invalid(le_received_at="This moment has not come yet.")


def _extended(case: Case, grant_id: UUID | None) -> CPGrant | None:
    """The grant of this case that is to be extended."""
    if grant_id is None:
        return None
    grant = db.session.scalar(select(CPGrant).where(CPGrant.id == grant_id, CPGrant.case_id == case.id))
    if grant is None or grant.state not in (GrantState.ACTIVE, GrantState.CIVIL_HOLD, GrantState.EXPIRED):
        raise Invalid(parent_grant_id="Choose a grant of this case that can be extended.")
    return grant


def _begin_package(request: ContinuedPresenceRequest, case: Case, parent: CPGrant | None) -> None:
    package = CPPackage(**sealed_in(case), request_id=request.id, investigation_id=request.investigation_id,
                        saved_at=now())
    if parent:
        earlier = db.session.scalars(select(CPPackage).where(CPPackage.request_id == parent.request_id)).one()
        for name in KEPT:
            setattr(package, name, getattr(earlier, name))
    db.session.add(package)


def _fit_items(request: ContinuedPresenceRequest, case: Case) -> None:
    """A row for every item that applies and has none. What no longer applies keeps its row, and is passed over."""
    body = db.session.get_one(rulebook.RulebookEntry, request.checklist_id).body
    known = {item.code for item in queries.items_of(request)}
    asked = [row for row in body if row["item_code"] not in known and applies(
        row["required_for"], type=request.type, under_18=request.under_18, state_or_local=request.state_or_local)]
    db.session.add_all(CPItem(
        **sealed_in(case), request_id=request.id, investigation_id=request.investigation_id, code=row["item_code"],
        hard_gate=row["hard_gate"] == "yes") for row in asked)
    db.session.flush()


def edit(actor: Actor, request: ContinuedPresenceRequest, *, expecting: int | None = None,
         **words: Any) -> ContinuedPresenceRequest:
    """Write the package. An item that asks for words is done when they are written. Locked once it is sent."""
    with action(actor, "cp_request.edit", request, expecting=expecting):
        _still_theirs(request)
        package, case = queries.package_of(request), beside(Case, request.case_id)
        if words.get("birth_on") and words["birth_on"] > rulebook.today():
            raise Invalid(birth_on="This day has not come yet.")
        for name, value in words.items():
            setattr(request if name in ON_REQUEST else package, name, value or (False if name in ON_REQUEST else None))
        request.under_18 = case.under_18
        _fit_items(request, case)
        _settle_written(actor, request, package)
        package.saved_at = request.updated_at = now()
    return request


def _still_theirs(request: ContinuedPresenceRequest) -> None:
    if request.state not in EDITABLE:
        raise Conflict("This request has been sent and is locked. It can be changed again if it is returned.")


def _settle_written(actor: Actor, request: ContinuedPresenceRequest, package: CPPackage) -> None:
    for item in queries.items_of(request):
        if item.code in WRITTEN and item.answer is not Answer.NOT_POSSIBLE_YET:
            written = all(getattr(package, name) for name in WRITTEN[item.code])
            if written != (item.answer is Answer.DONE):
                item.answer, item.done_on = (Answer.DONE, rulebook.today()) if written else (Answer.MISSING, None)
                item.answered_by_id, item.answered_at = actor.id, now()


def send(actor: Actor, request: ContinuedPresenceRequest) -> ContinuedPresenceRequest:
    """To the first-line supervisor. Every hard gate is done, or not possible yet with a reason and a day; and it is
    known that the person is no citizen and no permanent resident."""
    with action(actor, "cp_request.send", request):
        case = beside(Case, request.case_id)
        request.round, request.under_18 = _round(request), case.under_18
        move(actor, request, "send")
        _fit_items(request, case)
        _known_to_qualify(case)
        complete(request, actor.id)
    return request


def _round(request: ContinuedPresenceRequest) -> int:
    """One more than it was returned."""
    return 1 + sum(signed.verb == "return" for signed in queries.signatures(request))


def _known_to_qualify(case: Case) -> None:
    citizenship = queries.citizenship_of(case)
    if reason := gates.bar(citizenship):
        raise Conflict(reason)
    if citizenship is Citizenship.UNKNOWN:
        raise Conflict(gates.UNKNOWN)


def complete(request: ContinuedPresenceRequest, sender_id: UUID | None = None) -> None:
    """Raises Conflict with a list of exactly what is missing (28 CFR 1100.35(c)(2)(i))."""
    missing = [gate.title.lower() for gate in gates.blocking(queries.sight_of(request, sender_id))]
    if missing:
        raise Conflict(f"Not complete yet. Still missing: {'; '.join(missing)}.")


def withdraw(actor: Actor, request: ContinuedPresenceRequest, *, reason: Withdrawal,
             note: str | None = None) -> ContinuedPresenceRequest:
    """Before a decision. What the person decides changes nothing in services or the fund."""
    with action(actor, "cp_request.withdraw", request, reason=reason):
        request.withdrawn_reason = reason
        move(actor, request, "withdraw", note=note)
    return request
