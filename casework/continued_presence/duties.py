"""What waits for whom in Continued Presence, derived at each look from the states and the clocks."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy import ColumnElement, and_, or_, select

from .. import policy
from ..access.people import office_book
from ..access.queries import visible
from ..cases import duties, numbers
from ..cases.duties import Duty
from ..cases.models import Case, HHSNotice
from ..cases.numbers import CASE_ID
from ..kernel import rulebook
from ..kernel.clocks import Clock, end_of_day, start_of_day
from ..kernel.conditions import Actor
from ..kernel.db import now
from ..kernel.many import within
from ..kernel.prepared import Prepared
from ..kernel.scope import rules
from . import queries
from .grants import CPGrant
from .items import ask_of
from .models import ContinuedPresenceRequest as Request
from .package import CPItem
from .words import DECIDED, ENDED, Answer, GrantState, State

CERTIFICATION = "certification"
#          state                verb       what it says on the desk                          button
WAITS = (
    (State.DRAFT,         "send",    "Send the Continued Presence request",              "Go on"),
    (State.RETURNED,      "send",    "Put the returned Continued Presence request right", "Go on"),
    (State.FIELD_REVIEW,  "endorse", "Endorse or return the Continued Presence request", "Read it"),
    (State.AGENCY_REVIEW, "submit",  "Submit or return the Continued Presence request",  "Read it"),
    (State.SUBMITTED,     "take_up", "Take up the Continued Presence request",           "Read it"),
    (State.UNDER_REVIEW,  "approve", "Decide the Continued Presence request",            "Decide"),
    (State.APPROVED,      "issue",   "Record the papers of the Continued Presence",      "Record"),
)
RENEWALS = ("cp_renewal_180", "cp_renewal_120", "cp_renewal_90", "cp_renewal_60", "cp_renewal_30")


def rule_words(clock: Clock) -> str:
    """How the time is counted, from when, under which law, and how sure we are of that law."""
    unit = clock.unit.replace("_", " ")
    length = f"{clock.length} {unit[:-1] if clock.length == 1 and unit.endswith('s') else unit}"
    starts = f", counted from: {clock.starts.lower()}" if clock.starts else ""
    sure = "" if clock.marked == "F" else " A setting of the program, not a limit in law."
    return f"{clock.duty}: {length}{starts}. {clock.citation}.{sure}"


def theirs(actor: Actor, verb: str, model: Any) -> ColumnElement[bool]:
    """Rows of a model for which this verb of theirs opens."""
    return or_(*(way.clause(model) for way in policy.ways(actor, verb)))


@duties.finds
def steps(actor: Actor, case: Case | None) -> Iterator[Duty]:
    """The request that waits for their step."""
    mine = [and_(Request.state == state, theirs(actor, f"cp_request.{verb}", Request))
            for state, verb, _, _ in WAITS if policy.may_ever(actor, f"cp_request.{verb}")]
    if not mine:
        return
    found = visible(actor, "cp_request.read", Request, where=[or_(*mine), *_in(case, Request)], limit=200,
                    order=Request.state_since)
    clocks, known = rulebook.clocks() if found else {}, queries.moments(row.id for row in found)
    offices = office_book()
    said = {state: (what, button) for state, _, what, button in WAITS}
    for row in found:
        due = queries.due_of(row, clocks, offices[row.office_id], known.get(row.id, {}))
        what, button = said[row.state]
        yield Duty(row.case_id, row.case_number, what, due and due[0], url_for("continued_presence.show", id=row.id),
                   urgent=row.expedited, rule=rule_words(due[1]) if due else "", says=row.number, button=button)


@duties.finds
def planned(actor: Actor, case: Case | None) -> Iterator[Duty]:
    """What was not possible yet, on the day it was planned for."""
    if not policy.may_ever(actor, "cp_request.check_item"):
        return
    on_its_way = select(Request.id).where(Request.state.not_in(DECIDED))
    where = [CPItem.answer == Answer.NOT_POSSIBLE_YET, CPItem.planned_on <= rulebook.today() + timedelta(days=1),
             CPItem.request_id.in_(on_its_way), theirs(actor, "cp_request.check_item", CPItem), *_in(case, CPItem)]
    found = visible(actor, "cp_package.read", CPItem, where=where, limit=200)
    offices = office_book()
    for item in found:
        due = end_of_day(item.planned_on, offices[item.office_id].zone) if item.planned_on else None
        url = url_for("continued_presence.item", id=item.request_id, code=item.code)
        yield Duty(item.case_id, item.case_number, f"Checklist: {ask_of(item.code).title.lower()}", due, url,
                   says="It was not possible before.", button="Answer",
                   rule="The day that was planned when it was not possible yet.")


numbers.ask_whether("cp_granted", CPGrant.case_id == CASE_ID, CPGrant.state == GrantState.ACTIVE)


@duties.finds
def certification(actor: Actor, case: Case | None) -> Iterator[Duty]:
    """HHS is told of an adult's grant, so that certification can begin (22 USC 7105(b)(1)(E))."""
    if not policy.may_ever(actor, "hhs_notice.record") or (case and not numbers.of(case)["cp_granted"]):
        return
    where = [*_untold(), theirs(actor, "hhs_notice.record", CPGrant), *_in(case, CPGrant)]
    found = visible(actor, "cp_grant.read", CPGrant, where=where, limit=200)
    due = _certification_due(found)
    words = rule_words(rulebook.clock("hhs_adult")) if found else ""
    for grant in found:
        yield Duty(grant.case_id, grant.case_number, "Record the notice to HHS for certification", due[grant.id],
                   url_for("cases.hhs_notices", case_id=grant.case_id), urgent=True, rule=words,
                   says="Continued Presence is granted.", button="Record it")


def _untold() -> list[ColumnElement[bool]]:
    told = select(HHSNotice.id).where(HHSNotice.case_id == CPGrant.case_id, HHSNotice.about == CERTIFICATION)
    return [CPGrant.state == GrantState.ACTIVE, CPGrant.under_18.is_(False), ~told.exists()]


def _certification_due(grants: Sequence[Any]) -> dict[UUID, datetime]:
    clock = rulebook.clock("hhs_adult") if grants else None
    offices = office_book()
    return {grant.id: clock.due(grant.issued_at, offices[grant.office_id].zone) for grant in grants if clock}


UNTOLD = Prepared(select(CPGrant.id, CPGrant.case_id, CPGrant.office_id, CPGrant.issued_at).where(
    within(CPGrant.case_id, "case_ids"), *_untold()))


@duties.dates
def certification_due(cases: Sequence[Case]) -> Mapping[UUID, datetime]:
    """For what the clocks derive; nothing of the grants is shown."""
    with rules("clocks"):
        grants = UNTOLD.rows(case_ids=[case.id for case in cases])
    due = _certification_due(grants)
    return {grant.case_id: due[grant.id] for grant in grants}


@duties.finds
def renewals(actor: Actor, case: Case | None) -> Iterator[Duty]:
    """Before a grant ends: think of an extension, prepare it, send it."""
    if not policy.may_ever(actor, "cp_request.draft"):
        return
    extended = select(Request.extends_id).where(Request.extends_id.is_not(None), Request.state.not_in(ENDED))
    where = [CPGrant.state == GrantState.ACTIVE, CPGrant.end_on <= rulebook.today() + timedelta(days=181),
             CPGrant.request_id.not_in(extended), theirs(actor, "cp_request.draft", CPGrant), *_in(case, CPGrant)]
    found = visible(actor, "cp_grant.read", CPGrant, where=where, limit=200)
    clocks, offices = rulebook.clocks() if found else {}, office_book()
    for grant in found:
        zone = offices[grant.office_id].zone
        end = start_of_day(grant.end_on, zone)
        reached = [clocks[name] for name in RENEWALS if clocks[name].due(end, zone) <= now()]
        if reached:
            yield Duty(grant.case_id, grant.case_number, reached[-1].duty, end_of_day(grant.end_on, zone),
                       url_for("continued_presence.show", id=grant.request_id), rule=rule_words(reached[-1]),
                       says=f"{grant.request_number} ends", button="Look")


def _in(case: Case | None, model: Any) -> list[ColumnElement[bool]]:
    return [] if case is None else [model.case_id == case.id]
