"""The outside words: what is sent when an assessment is begun and filled, and what is shown of it."""
from __future__ import annotations

from marshmallow import Schema, fields

from ..web.api import PageArgs
from ..web.fields import Choice, Rows, Text
from .instrument import WAYS_OUT
from .models import LEVELS, Purpose, State

PURPOSES = {Purpose.RAPID: "Rapid screen", Purpose.FULL: "Full assessment"}
ANSWERS = {**{str(level): word for level, word in LEVELS.items()}, **{str(way): word for way, word in WAYS_OUT.items()}}


class Begin(Schema):
    purpose = Choice("Kind", Purpose, required=True, widget="radio")


class Rate(Schema):
    """One domain. An empty answer leaves it as it is; a note needs an answer."""

    domain = Text("Domain", required=True, widget="hidden", most=3)
    answer = Choice("Level", ANSWERS, widget="radio", metadata={"description": "0 to 4, or one of the three words"})
    note = Text("Note", long=True, most=4000, allow_none=True)


class Save(Schema):
    """As many or as few domains as there are answers for."""

    ratings = Rows(Rate, "Answers", required=True, least=0)


class AssessmentArgs(PageArgs):
    state = Choice("State", State)
    purpose = Choice("Kind", Purpose)


class RatingView(Schema):
    domain = fields.String(required=True)
    answer = fields.String(required=True, attribute="said", metadata={"description": "As sent: 0 to 4, or a word"})
    level = fields.Integer(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


class AssessmentLine(Schema):
    """An assessment in a list."""

    id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    case_number = fields.String(required=True)
    purpose = fields.Enum(Purpose, by_value=True, required=True)
    state = fields.Enum(State, by_value=True, required=True)
    version = fields.Integer(required=True)
    instrument_id = fields.UUID(required=True)
    started_by_id = fields.UUID(required=True)
    started_at = fields.AwareDateTime(required=True)
    saved_at = fields.AwareDateTime(required=True, allow_none=True)
    signed_by_id = fields.UUID(required=True, allow_none=True)
    signed_at = fields.AwareDateTime(required=True, allow_none=True)


class AssessmentView(AssessmentLine):
    """An assessment with its answers."""

    ratings = fields.List(fields.Nested(RatingView), required=True)
