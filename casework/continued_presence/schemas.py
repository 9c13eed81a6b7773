"""What people and machines may say to this room, and what it says back."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from ..web.fields import Choice, Choices, Day, Moment, Reference, Text, YesNo
from .items import TEN_THINGS
from .words import ANSWERS, BASES, FORMS, MECHANISMS, MOMENTS, WITHDRAWALS, Answer, Basis, Mechanism, Trafficking, What
from .words import Withdrawal as Why

KEEP_OUT = "This is kept in the log: no name, no number of the person, no place."


def _one_of(label: str, words: Mapping[Any, str], kind: Callable[[str], Any], **more: Any) -> Choice:
    return Choice(label, {str(value): said for value, said in words.items()}, kind=kind, widget="radio", **more)


class CPDraft(Schema):
    identified_on = Day("When was the person identified as a possible victim?", required=True,
                        hint="The reminder to send within five working days counts from this day.")
    le_received_at = Moment("When did law enforcement take this request up?",
                            hint="Only when it was earlier than now. The law counts the time from this moment.")
    state_or_local = YesNo("It began with a state or local agency", load_default=False,
                           hint="The checklist then asks for the originator and the federal sponsor.")
    expedited = YesNo("It is urgent", load_default=False, hint="Removal or danger is near: the centre decides first.")
    parent_grant_id = Reference("Which grant does it extend?", hint="Leave it empty for a first request.")


class CPEdit(Schema):
    trafficking = _one_of("Severe form found", FORMS, Trafficking, allow_none=True,
                          metadata={"group": "What was found"})
    summary = Text("Facts for each element", long=True, allow_none=True, metadata={"group": "What was found"},
                   hint="Commercial sex: force, fraud or coercion, or under 18. Labor: act, means and purpose.")
    basis = _one_of("Basis", BASES, Basis, allow_none=True,
                    metadata={"group": "Why the person may stay"})
    witness = Text("Why the person may be a witness, or the docket", long=True, allow_none=True,
                   metadata={"group": "Why the person may stay"},
                   hint="Two sentences are enough. What the person decides to do is not asked here.")
    known_as = Text("Name as known", allow_none=True, metadata={"group": "Who the person is"})
    birth_on = Day("Birth date", allow_none=True, metadata={"group": "Who the person is"})
    a_number = Text("A-number", most=20, allow_none=True, hint="Leave it empty if there is none.",
                    metadata={"group": "Who the person is"})
    status_now = Text("Status and proceedings now", long=True, allow_none=True,
                      hint="How the person came, what status there is today, and whether proceedings are open.",
                      metadata={"group": "Who the person is"})
    justification = Text("Reasons for an extension", long=True, allow_none=True,
                         hint="Only for an extension: where the investigation, prosecution or civil action stands.",
                         metadata={"group": "About the request"})
    state_or_local = YesNo("It began with a state or local agency", metadata={"group": "About the request"})
    expedited = YesNo("It is urgent", metadata={"group": "About the request"})


class CPAnswerItem(Schema):
    answer = _one_of("How far is it?", ANSWERS, Answer, required=True)
    done_on = Day("When was it done?", hint="For “Done”.")
    planned_on = Day("When will it be possible?", hint="For “Not possible yet”.")
    note = Text("Note, or: not possible yet, because …", long=True, most=2_000,
                hint="Sealed; read by those who ask and decide. “Not possible yet” needs the reason.")


class CPAnswerTold(CPAnswerItem):
    language = Text("In which language?", most=60)
    told = Choices("What was the person told?", TEN_THINGS)


class CPReturn(Schema):
    reason = Text("What is to be put right?", long=True, most=2_000, required=True,
                  hint="At least 20 characters. The investigator reads it.",
                  validate=validate.Length(min=20, error="Write at least 20 characters, so that it helps."))


class CPSubmit(Schema):
    transmission_reference = Text("Reference of the transmission", most=60, required=True,
                                  hint="How the centre will find it. No name, no number of the person.")


class CPApprove(Schema):
    mechanism = _one_of("How the person may stay", MECHANISMS, Mechanism, required=True)
    start_on = Day("First day", required=True, hint="Usually today.")
    end_on = Day("Last day", required=True, hint="At most two years, the last day counted.")


class CPIssue(Schema):
    i94_number = Text("Number of the I-94", most=40, required=True, hint="Sealed with the package.")
    i94_issued_on = Day("Issued on", required=True)
    ead_requested_on = Day("Work permit requested on",
                           hint="Leave it empty only if this form of staying gives no work permit.")
    ead_reference = Text("Reference of the work permit request", most=40)


class CPWithdraw(Schema):
    reason = _one_of("Why is it withdrawn?", WITHDRAWALS, Why, required=True)
    note = Text("What should the next reader know?", long=True, most=2_000, hint="Sealed with the request.")


class CPCorrectMoment(Schema):
    what = Choice("Which moment?", {str(value): said for value, said in MOMENTS.items()}, kind=What, required=True)
    at = Moment("When was it in truth?", required=True)
    reason = Text("What was wrong, and how do you know?", long=True, most=1_000, required=True, hint=KEEP_OUT,
                  validate=validate.Length(min=10, error="Say it in a few words: both records stay."))


class CPRequestView(Schema):
    """Where a request stands: what everybody sees who may see it at all."""

    id = fields.UUID()
    number = fields.String()
    case_id = fields.UUID()
    case_number = fields.String()
    office_id = fields.UUID()
    investigation_id = fields.UUID()
    type = fields.String()
    extends_id = fields.UUID(allow_none=True)
    state = fields.String()
    state_since = fields.AwareDateTime()
    desk = fields.String(allow_none=True, metadata={"description": "The role that must act now."})
    round = fields.Integer()
    under_18 = fields.Boolean()
    state_or_local = fields.Boolean()
    expedited = fields.Boolean()
    identified_on = fields.Date()
    mechanism = fields.String(allow_none=True)
    start_on = fields.Date(allow_none=True)
    end_on = fields.Date(allow_none=True)
    withdrawn_reason = fields.String(allow_none=True)
    began_at = fields.AwareDateTime()
    updated_at = fields.AwareDateTime()
    version = fields.Integer()


class CPPackageView(Schema):
    request_id = fields.UUID()
    basis = fields.String(allow_none=True)
    trafficking = fields.String(allow_none=True)
    known_as = fields.String(allow_none=True)
    birth_on = fields.Date(allow_none=True)
    a_number = fields.String(allow_none=True)
    status_now = fields.String(allow_none=True)
    summary = fields.String(allow_none=True)
    witness = fields.String(allow_none=True)
    justification = fields.String(allow_none=True)
    i94_number = fields.String(allow_none=True)
    ead_reference = fields.String(allow_none=True)
    saved_at = fields.AwareDateTime()
    version = fields.Integer()


class CPItemView(Schema):
    code = fields.String()
    hard_gate = fields.Boolean()
    answer = fields.String()
    done_on = fields.Date(allow_none=True)
    planned_on = fields.Date(allow_none=True)
    note = fields.String(allow_none=True)
    language = fields.String(allow_none=True)
    told = fields.List(fields.String())
    answered_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer()


class CPChecklistView(Schema):
    items = fields.List(fields.Nested(CPItemView))
    blocks = fields.List(fields.String(), metadata={"description": "What stops the sending, in words."})


class CPMomentView(Schema):
    id = fields.UUID()
    what = fields.String()
    at = fields.AwareDateTime()
    recorded_by_id = fields.UUID()
    recorded_at = fields.AwareDateTime()
    supersedes_id = fields.UUID(allow_none=True)
    reason = fields.String(allow_none=True)


class CPMomentsView(Schema):
    items = fields.List(fields.Nested(CPMomentView))


class CPGrantView(Schema):
    id = fields.UUID()
    request_id = fields.UUID()
    parent_grant_id = fields.UUID(allow_none=True)
    state = fields.String()
    mechanism = fields.String()
    start_on = fields.Date()
    end_on = fields.Date()
    i94_issued_on = fields.Date()
    ead_requested_on = fields.Date(allow_none=True)
    issued_at = fields.AwareDateTime()
    version = fields.Integer()
