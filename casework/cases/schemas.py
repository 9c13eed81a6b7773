"""What people send about cases and investigations: the boxes of the forms, the bodies and queries of the API."""
from __future__ import annotations

from marshmallow import Schema

from ..web.api import PageArgs
from ..web.fields import Choice, Day, Moment, Reference, Text, YesNo
from .closing import CHECKLIST
from .files import Citizenship, NoteKind
from .investigations import Nature
from .models import Reason, Source, State

SOURCES = {
    Source.INVESTIGATOR: "An investigator", Source.TIP_LINE: "The tip line",
    Source.STATE_OR_LOCAL: "State, local or Tribal authorities", Source.SERVICE_PROVIDER: "A service provider",
    Source.OTHER_AGENCY: "Another federal agency", Source.SELF: "The person themselves",
}
REASONS = {
    Reason.GOALS_MET: "The goals are met", Reason.WITHDREW: "The person no longer wants help",
    Reason.MOVED: "The person has moved away", Reason.UNREACHABLE: "The person cannot be reached",
    Reason.REFERRED_OUT: "Another program helps from now on", Reason.CASE_CLOSED: "The prosecution has ended",
    Reason.DECEASED: "The person has died", Reason.INELIGIBLE: "The program may not help",
}
CITIZENSHIP = {
    Citizenship.UNKNOWN: "Not known yet", Citizenship.NONCITIZEN: "Not a citizen, not a permanent resident",
    Citizenship.PERMANENT_RESIDENT: "Lawful permanent resident", Citizenship.US_CITIZEN: "Citizen of the United States",
}
NOTES = {
    NoteKind.LOGISTICS: "Logistics", NoteKind.CONTACT: "Contact", NoteKind.NEEDS: "Needs", NoteKind.SAFETY: "Safety",
    NoteKind.RIGHTS: "Rights", NoteKind.CRIME_DISCLOSURE: "Disclosure of a crime",
}
NATURES = {
    Nature.LABOR: "Labor trafficking", Nature.SEX: "Sex trafficking", Nature.BOTH: "Both",
    Nature.UNDETERMINED: "Not determined yet",
}
NOTICES = {"under_18": "A person under 18 (owed within 24 hours)",
           "certification": "An adult, so that certification can begin"}
METHODS = {"email": "E-mail", "phone": "Telephone", "portal": "Web portal", "fax": "Fax", "letter": "Letter"}
NO_IDENTITY = "Kept in the log. Write no name, address or number of the person here."


class CaseArgs(PageArgs):
    state = Choice("State", State)
    office = Text("Office", most=40, metadata={"description": "An office's code, such as DEN, or its id."})
    specialist = Text("Specialist", most=40, metadata={"description": "The lead's user name or id."})
    q = Text("Case number", most=40, metadata={"description": "A case number, its beginning, or its last digits."})


class OpenCase(Schema):
    office_id = Reference("Office")
    referral_source = Choice("Who brought the person to us", SOURCES, kind=Source, required=True)
    language = Text("Language the person is most at ease in", most=120, load_default="English", required=False)
    interpreter = YesNo("An interpreter is needed")
    under_18 = YesNo("The person is, or may be, under 18", metadata={"group": "Age"})
    discovered_at = Moment("When was that discovered?", metadata={"group": "Age"}, hint="For a person under 18: HHS is "
                           "told within 24 hours of this moment (22 USC 7105(b)(1)(H)).")
    specialist_id = Reference("Lead specialist", hint="Leave empty to lead it yourself.",
                              metadata={"group": "If you know more"})
    investigation_id = Reference("Investigation", hint="May be added later. Help never waits for it.",
                                 metadata={"group": "If you know more"})
    earlier_case = Text("Earlier case of the same person", most=40, hint="Its number, if there is one.",
                        metadata={"group": "If you know more"})


class EditCase(Schema):
    """What the strip says. Only what is sent is changed."""

    referral_source = Choice("Who brought the person to us", SOURCES, kind=Source)
    language = Text("Language the person is most at ease in", most=120)
    interpreter = YesNo("An interpreter is needed")
    under_18 = YesNo("The person is, or may be, under 18")
    investigation_id = Reference("Investigation")


class Discover(Schema):
    discovered_at = Moment("When was it discovered that the person is under 18?", required=True,
                           hint="The 24-hour notice to HHS runs from this moment (22 USC 7105(b)(1)(H)).")
    reason = Text("What was wrong with the moment on record", long=True, most=2_000, load_default="",
                  hint=f"Only when one is on record already; both stay. {NO_IDENTITY}")


class Assign(Schema):
    specialist_id = Reference("Lead specialist", required=True,
                              hint="Whoever led before stays on the team until taken off it.")


class JoinTeam(Schema):
    specialist_id = Reference("Specialist", required=True)
    until = Moment("Until", hint="Leave empty for until further notice.")


class LeaveTeam(Schema):
    user_id = Reference("Who leaves the team", required=True)


class Close(Schema):
    """A reason, and one box for each line of the checklist."""

    reason = Choice("Why the case is closed", REASONS, kind=Reason, required=True, widget="radio")
    safety_discussed = YesNo(CHECKLIST["safety_discussed"], metadata={"group": "Before closing"})
    referrals_handed_over = YesNo(CHECKLIST["referrals_handed_over"], metadata={"group": "Before closing"})
    notices_settled = YesNo(CHECKLIST["notices_settled"], metadata={"group": "Before closing"})
    way_back_known = YesNo(CHECKLIST["way_back_known"], metadata={"group": "Before closing"})


class Reopen(Schema):
    reason = Text("Why it is opened again", long=True, most=2_000, required=True, hint=NO_IDENTITY)


class Identify(Schema):
    """All of it at once: what is left out is no longer on record."""

    legal_name = Text("Legal name", most=300, load_default=None, allow_none=True)
    goes_by = Text("Goes by", most=120, load_default=None, allow_none=True,
                   hint="The name the person wants to be called.")
    birth_on = Day("Date of birth", load_default=None, allow_none=True)
    citizenship = Choice("Citizenship", CITIZENSHIP, kind=Citizenship, load_default=Citizenship.UNKNOWN, widget="radio",
                         hint="No service depends on the answer. A Continued Presence request does.")
    country = Text("Country of citizenship", most=120, load_default=None, allow_none=True)
    a_number = Text("A-number", most=20, load_default=None, allow_none=True,
                    hint="The letter A and seven to nine digits.")
    passport = Text("Passport number", most=30, load_default=None, allow_none=True)


class Reach(Schema):
    """How to reach the person safely. All of it at once: what is left out is no longer on record."""

    safe_method = Text("How to reach the person safely", most=300, load_default=None, allow_none=True,
                       metadata={"group": "Safe contact"})
    safe_times = Text("When it is safe", most=300, load_default=None, allow_none=True,
                      metadata={"group": "Safe contact"})
    do_not_call = YesNo("Do not call", hint="Shown on every page of the case.", metadata={"group": "Safe contact"})
    leave_no_message = YesNo("Leave no message", metadata={"group": "Safe contact"})
    code_word = Text("Code word", most=120, load_default=None, allow_none=True, metadata={"group": "Safe contact"},
                     hint="By which the person and you know each other.")
    never_tell = Text("Never tell", most=2_000, long=True, load_default=None, allow_none=True,
                      hint="People who must not learn where the person is, or that we help.",
                      metadata={"group": "Safe contact", "rows": 3})
    phone = Text("Telephone", most=40, load_default=None, allow_none=True, metadata={"group": "Where"})
    email = Text("E-mail", most=254, load_default=None, allow_none=True, metadata={"group": "Where"})
    whereabouts = Text("Where the person is", most=1_000, long=True, load_default=None, allow_none=True,
                       metadata={"group": "Where", "rows": 2})
    mailing = Text("Safe mailing address", most=1_000, long=True, load_default=None, allow_none=True,
                   metadata={"group": "Where", "rows": 2})


class NoteArgs(PageArgs):
    about = Choice("Kind", NOTES, kind=NoteKind)


class WriteNote(Schema):
    about = Choice("What it is about", NOTES, kind=NoteKind, required=True,
                   hint="Members of the investigation read logistics and disclosures of a crime, nothing else.")
    body = Text("Note", long=True, most=8_000, required=True, metadata={"rows": 8},
                hint="Facts of service only: what was done, when, what follows. Nothing said in counselling, no "
                     "account of the crime in the person’s words.")
    advised_at = Moment("When was the person told that this is not confidential?",
                        metadata={"group": "Only for a disclosure of a crime"})
    advised_language = Text("In which language", most=120, metadata={"group": "Only for a disclosure of a crime"})


class NotifyHHS(Schema):
    about = Choice("Whom the notice is about", NOTICES, required=True, widget="radio")
    sent_at = Moment("When it was sent", required=True)
    method = Choice("How", METHODS, required=True)
    reference = Text("Reference", most=120, hint="The number or name HHS gave, if any.")
    reason = Text("What was wrong with the earlier record", long=True, most=2_000, metadata={"rows": 3},
                  hint=f"Only when this notice is on record already; both stay. {NO_IDENTITY}")


class Find(Schema):
    query = Text("Case number, exact identifier or name", most=200, required=True,
                 hint="An A-number, passport number, telephone number or e-mail address is matched exactly and whole; "
                      "a name by the beginnings of its words.")


class OpenInvestigation(Schema):
    number = Text("Number", most=60, required=True, hint="As your agency numbers it.")
    nature = Choice("What it is about", NATURES, kind=Nature, required=True)
    office_id = Reference("Office")


class AddMember(Schema):
    user_id = Reference("Investigator", required=True)
    until = Moment("Until", hint="Leave empty for until further notice.")
