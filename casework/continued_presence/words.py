"""The words of this room: what a request and a grant can be, and how a person says it."""
from __future__ import annotations

from enum import StrEnum


class Type(StrEnum):
    INITIAL = "initial"
    EXTENSION = "extension"


class Basis(StrEnum):
    """Why the person may stay: 22 USC 7105(c)(3)(A)(i) or (iii)."""

    POTENTIAL_WITNESS = "potential_witness"
    CIVIL_1595 = "civil_1595"


class Trafficking(StrEnum):
    """The severe form found (22 USC 7102(11))."""

    SEX = "sex"
    LABOR = "labor"
    BOTH = "both"


class State(StrEnum):
    DRAFT = "draft"
    FIELD_REVIEW = "field_review"
    RETURNED = "returned"
    AGENCY_REVIEW = "agency_review"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    RFI_OPEN = "rfi_open"
    CONDITIONS_PROPOSED = "conditions_proposed"
    DENIAL_PENDING = "denial_pending"
    ESCALATED = "escalated"
    APPROVED = "approved"
    DENIED = "denied"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"


class GrantState(StrEnum):
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    CIVIL_HOLD = "civil_hold"
    REVOCATION_PENDING = "revocation_pending"
    TERMINATED = "terminated"
    EXPIRED = "expired"
    STATUS_CHANGED = "status_changed"


class Mechanism(StrEnum):
    """The form of staying, chosen after the status now is found (28 CFR 1100.35(b))."""

    DEFERRED_ACTION = "deferred_action_107c3"
    PAROLE = "parole"
    STAY = "stay"
    VOLUNTARY_DEPARTURE = "voluntary_departure"
    NONIMMIGRANT = "nonimmigrant"
    OTHER = "other"


class Withdrawal(StrEnum):
    VICTIM_DECLINED = "victim_declined"
    DEPARTED = "departed"
    NOT_A_VICTIM = "not_a_victim"
    OTHER_STATUS = "other_status"
    DUPLICATE = "duplicate"
    DECEASED = "deceased"
    OTHER = "other"


class Answer(StrEnum):
    """How far an item of the checklist is."""

    MISSING = "missing"
    DONE = "done"
    NOT_POSSIBLE_YET = "not_possible_yet"
    NOT_APPLICABLE = "not_applicable"


class What(StrEnum):
    """The five moments that the law counts (22 USC 7103(d)(7)(B)), in their order."""

    LE_RECEIVED_AT = "le_received_at"
    SUBMITTED_AT = "submitted_at"
    RECEIVED_BY_DECIDER_AT = "received_by_decider_at"
    DECIDED_AT = "decided_at"
    ISSUED_AT = "issued_at"


class Side(StrEnum):
    """Where a person stands in one request, for as long as it lives. Nobody stands on two sides."""

    ASKING = "asking"
    ENDORSING = "endorsing"
    SUBMITTING = "submitting"
    REVIEWING = "reviewing"
    DECIDING = "deciding"


EDITABLE = frozenset({State.DRAFT, State.RETURNED})
DECIDED = frozenset({State.APPROVED, State.ISSUED, State.DENIED, State.WITHDRAWN})
ENDED = frozenset({State.ISSUED, State.DENIED, State.WITHDRAWN})

STATES = {
    State.DRAFT: "Being drafted, not sent",
    State.FIELD_REVIEW: "With the investigator’s supervisor",
    State.RETURNED: "Returned to the investigator",
    State.AGENCY_REVIEW: "With the agency’s headquarters",
    State.SUBMITTED: "Received by the deciding centre",
    State.UNDER_REVIEW: "Reviewed, waiting for a decision",
    State.RFI_OPEN: "Waiting for answers to the centre’s questions",
    State.CONDITIONS_PROPOSED: "Conditions proposed to the agency",
    State.DENIAL_PENDING: "A denial is proposed; the agency is heard",
    State.ESCALATED: "With the escalation authority",
    State.APPROVED: "Approved, papers to be issued",
    State.DENIED: "Denied",
    State.ISSUED: "Papers issued",
    State.WITHDRAWN: "Withdrawn",
}
GRANT_STATES = {
    GrantState.ACTIVE: "In force",
    GrantState.SUPERSEDED: "Replaced by an extension",
    GrantState.CIVIL_HOLD: "A civil action is open: the law asks for an extension",
    GrantState.REVOCATION_PENDING: "An early end is being considered",
    GrantState.TERMINATED: "Ended early",
    GrantState.EXPIRED: "Ended on its last day",
    GrantState.STATUS_CHANGED: "Ended: another status was given",
}
MECHANISMS = {
    Mechanism.DEFERRED_ACTION: "Deferred action under section 107(c)(3)",
    Mechanism.PAROLE: "Parole",
    Mechanism.STAY: "Stay of a final order",
    Mechanism.VOLUNTARY_DEPARTURE: "Voluntary departure",
    Mechanism.NONIMMIGRANT: "A nonimmigrant visa",
    Mechanism.OTHER: "Another form the law allows",
}
WITHDRAWALS = {
    Withdrawal.VICTIM_DECLINED: "The person does not want it",
    Withdrawal.DEPARTED: "The person left the country",
    Withdrawal.NOT_A_VICTIM: "Found not to be a victim of a severe form",
    Withdrawal.OTHER_STATUS: "The person has another status",
    Withdrawal.DUPLICATE: "Another request covers it",
    Withdrawal.DECEASED: "The person has died",
    Withdrawal.OTHER: "Another reason",
}
DESKS = {
    "investigator": "The investigator", "field_supervisor": "The field supervisor",
    "agency_coordinator": "The agency’s headquarters", "cp_reviewer": "A reviewer at the centre",
    "cp_official": "The deciding official", "escalation_authority": "The escalation authority",
}
TYPES = {Type.INITIAL: "First request", Type.EXTENSION: "Extension"}
BASES = {Basis.POTENTIAL_WITNESS: "The person may be a witness",
         Basis.CIVIL_1595: "The person has filed a civil action (18 USC 1595)"}
FORMS = {Trafficking.LABOR: "Labor", Trafficking.SEX: "Commercial sex", Trafficking.BOTH: "Both"}
MOMENTS = {
    What.LE_RECEIVED_AT: "Law enforcement took it up",
    What.SUBMITTED_AT: "Submitted to the deciding centre",
    What.RECEIVED_BY_DECIDER_AT: "Received by the deciding centre",
    What.DECIDED_AT: "Decided",
    What.ISSUED_AT: "Papers issued",
}
ANSWERS = {
    Answer.DONE: "Done",
    Answer.NOT_POSSIBLE_YET: "Not possible yet",
    Answer.NOT_APPLICABLE: "Does not apply",
    Answer.MISSING: "Still open",
}
UNAFFECTED = "Services, assessments and help from the fund go on unchanged. They never depend on this request."
