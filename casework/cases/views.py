"""What the API tells of cases. No view but those of identity and contact says who the person is or where."""
from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_dump

from .hhs import moments
from .queries import lead_of, office_of


class CaseView(Schema):
    id = fields.UUID()
    number = fields.String()
    state = fields.String()
    office = fields.Function(lambda case: office_of(case).code)
    office_id = fields.UUID()
    specialist = fields.Function(lambda case: lead_of(case).username)
    specialist_id = fields.UUID()
    investigation_id = fields.UUID(allow_none=True)
    referral_source = fields.String()
    language = fields.String()
    interpreter = fields.Boolean()
    under_18 = fields.Boolean()
    do_not_call = fields.Boolean()
    protected = fields.Boolean()
    discovered_at = fields.AwareDateTime(allow_none=True)
    hhs_due_at = fields.AwareDateTime(allow_none=True)
    hhs_notified_at = fields.AwareDateTime(allow_none=True)
    opened_at = fields.AwareDateTime()
    updated_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)
    closed_reason = fields.String(allow_none=True)

    @post_dump(pass_collection=True, pass_original=True)
    def with_clock(self, said: Any, cases: Any, many: bool, **_: Any) -> Any:
        """When HHS has to know, for all of them at once."""
        told, meant = (said, list(cases)) if many else ([said], [cases])
        due = moments(meant)
        for words, case in zip(told, meant, strict=True):
            words["hhs_due_at"] = due[case.id].isoformat() if case.id in due else None
        return said


class TeamMemberView(Schema):
    user_id = fields.UUID()
    username = fields.Function(lambda member: member.user.username)
    since = fields.AwareDateTime()
    until = fields.AwareDateTime(allow_none=True)
    current = fields.Boolean()


class TeamView(Schema):
    items = fields.List(fields.Nested(TeamMemberView))


class IdentityView(Schema):
    person_id = fields.UUID()
    legal_name = fields.String(allow_none=True)
    goes_by = fields.String(allow_none=True)
    birth_on = fields.Date(allow_none=True)
    citizenship = fields.String()
    country = fields.String(allow_none=True)
    a_number = fields.String(allow_none=True)
    passport = fields.String(allow_none=True)


class ContactView(Schema):
    person_id = fields.UUID()
    safe_method = fields.String(allow_none=True)
    safe_times = fields.String(allow_none=True)
    do_not_call = fields.Boolean()
    leave_no_message = fields.Boolean()
    code_word = fields.String(allow_none=True)
    never_tell = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    whereabouts = fields.String(allow_none=True)
    mailing = fields.String(allow_none=True)
    confirmed_at = fields.AwareDateTime(allow_none=True)


class NoteView(Schema):
    id = fields.UUID()
    case_id = fields.UUID()
    about = fields.String()
    body = fields.String()
    author_id = fields.UUID()
    written_at = fields.AwareDateTime()
    advised_at = fields.AwareDateTime(allow_none=True)
    advised_language = fields.String(allow_none=True)


class HHSNoticeView(Schema):
    id = fields.UUID()
    case_id = fields.UUID()
    about = fields.String()
    sent_at = fields.AwareDateTime()
    method = fields.String()
    reference = fields.String(allow_none=True)
    recorded_by_id = fields.UUID()
    recorded_at = fields.AwareDateTime()
    supersedes_id = fields.UUID(allow_none=True)
    reason = fields.String(allow_none=True)


class FoundView(Schema):
    """What a search found: cases, and never by which name."""

    items = fields.Nested(CaseView, many=True)


class InvestigationView(Schema):
    id = fields.UUID()
    number = fields.String()
    nature = fields.String()
    office_id = fields.UUID()
    opened_at = fields.AwareDateTime()
