"""Questions about requests: their package, their moments, the clocks they run under."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from ..access.models import Office, User
from ..access.people import FieldOffice
from ..access.queries import beside
from ..cases.closing import blocks
from ..cases.files import Citizenship, Identity
from ..cases.models import Case
from ..cases.numbers import CASE_ID
from ..kernel.clocks import Clock, local_day, start_of_day
from ..kernel.db import db, now
from ..kernel.errors import NotFound
from ..kernel.rulebook import HEADQUARTERS
from ..kernel.rulebook import clock as rule_clock
from ..kernel.scope import rules
from .gates import Sight
from .grants import CPGrant
from .models import ContinuedPresenceRequest, CPMoment, CPSignature
from .package import CPItem, CPPackage
from .words import DECIDED, ENDED, GrantState, State, What
from .workflow import WORKFLOW

CLOCKS = {
    State.DRAFT: "cp_send", State.RETURNED: "cp_send", State.FIELD_REVIEW: "cp_field_review",
    State.AGENCY_REVIEW: "cp_agency_review", State.SUBMITTED: "cp_take_up", State.RFI_OPEN: "cp_answer",
    State.CONDITIONS_PROPOSED: "cp_conditions", State.DENIAL_PENDING: "cp_consultation", State.APPROVED: "cp_issue",
    State.UNDER_REVIEW: "cp_decision",
}


def package_of(request: ContinuedPresenceRequest) -> CPPackage:
    """For those who were already let in to the request by a verb that changes it."""
    return db.session.scalars(select(CPPackage).where(CPPackage.request_id == request.id)).one()


def items_of(request: ContinuedPresenceRequest) -> list[CPItem]:
    return list(db.session.scalars(select(CPItem).where(CPItem.request_id == request.id).order_by(CPItem.code)))


def item_of(request: ContinuedPresenceRequest, code: str) -> CPItem:
    """One item of this request's checklist. NotFound for a code that does not apply to it."""
    item = db.session.scalar(select(CPItem).where(CPItem.request_id == request.id, CPItem.code == code))
    if item is None:
        raise NotFound("There is nothing here, or nothing you may see.")
    return item


def sight_of(request: ContinuedPresenceRequest, sender_id: UUID | None = None) -> Sight:
    """Everything the gates look at, which is more than some of those who are asked about may see."""
    office = db.session.get_one(Office, request.office_id)
    with rules("gates"):
        case = beside(Case, request.case_id)
        return Sight(package_of(request), items_of(request), case, rule_clock("cp_record_checks_fresh"), office.zone,
                     sender_id, request.state in DECIDED)


def citizenship_of(case: Case) -> Citizenship:
    with rules("citizenship"):
        found = db.session.scalar(select(Identity.citizenship).where(Identity.person_id == case.person_id))
    return found or Citizenship.UNKNOWN


def moments(requests: Iterable[UUID]) -> dict[UUID, dict[What, CPMoment]]:
    """The moments of each request as they count now: a correction stands in the place of what it supersedes."""
    found: dict[UUID, dict[What, CPMoment]] = {}
    for moment in db.session.scalars(select(CPMoment).where(CPMoment.request_id.in_(list(requests)))
                                     .order_by(CPMoment.recorded_at, CPMoment.id)):
        found.setdefault(moment.request_id, {})[moment.what] = moment
    return found


def all_moments(request: ContinuedPresenceRequest) -> list[CPMoment]:
    """Each row that was ever recorded, the superseded among them, oldest first."""
    return list(db.session.scalars(select(CPMoment).where(CPMoment.request_id == request.id)
                                   .order_by(CPMoment.recorded_at, CPMoment.id)))


def signatures(request: ContinuedPresenceRequest) -> list[CPSignature]:
    """Oldest first; what was signed at one moment, in the order of the steps."""
    found = db.session.scalars(select(CPSignature).where(CPSignature.request_id == request.id))
    steps = ["draft", *WORKFLOW.verbs]
    return sorted(found, key=lambda signed: (signed.signed_at, signed.round, steps.index(signed.verb)))


def people(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of those who work here, by id."""
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_(set(ids))))
    return {row.id: row.name for row in rows}


def due_of(request: ContinuedPresenceRequest, clocks: Mapping[str, Clock], office: FieldOffice,
           known: Mapping[What, CPMoment]) -> tuple[datetime, Clock] | None:
    """By when the present step is due and under which clock; None when nobody has to act."""
    name = CLOCKS.get(request.state)
    if name is None:
        return None
    if name == "cp_decision" and request.expedited:
        name = "cp_decision_expedited"
    start = request.state_since
    if request.state is State.DRAFT:
        start = start_of_day(request.identified_on, office.zone)
    if request.state is State.UNDER_REVIEW and What.RECEIVED_BY_DECIDER_AT in known:
        start = known[What.RECEIVED_BY_DECIDER_AT].at
    return clocks[name].due(start, office.zone), clocks[name]


def days_left(grant: CPGrant, office: FieldOffice) -> int:
    """Days until the last one, counted in the case's office; below zero once it has passed."""
    return (grant.end_on - local_day(now(), office.zone)).days


def ended_by_clock(grant: CPGrant, office: FieldOffice) -> bool:
    """The last day has passed, whether or not the clock has written it down yet."""
    return grant.state in (GrantState.ACTIVE, GrantState.EXPIRED) and days_left(grant, office) < 0


def extension_of(grant: CPGrant) -> ContinuedPresenceRequest | None:
    """The request that would extend this grant and is not decided yet."""
    return db.session.scalar(select(ContinuedPresenceRequest).where(
        ContinuedPresenceRequest.extends_id == grant.request_id, ContinuedPresenceRequest.state.not_in(ENDED)))


def next_number() -> dict[str, object]:
    """The next number of the year, counted over the whole country. Two drafts at once cannot meet."""
    if db.session().get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("cp_request.number"))))
    year = local_day(now(), HEADQUARTERS).year
    with rules("number"):
        last = db.session.scalar(select(func.max(ContinuedPresenceRequest.serial)).where(
            ContinuedPresenceRequest.year == year)) or 0
    return {"year": year, "serial": last + 1, "number": f"CP-{year}-{last + 1:05}"}


# A request on its way keeps its case open: somebody has to be there for the answer.
blocks("cp_undecided", select(func.min(ContinuedPresenceRequest.number)).where(
    ContinuedPresenceRequest.case_id == CASE_ID, ContinuedPresenceRequest.state.not_in(ENDED)),
    lambda number: f"The Continued Presence request {number} is not decided.")

