"""An assessment and its answers. A draft changes as it is filled; once signed, the database keeps it as it is."""
from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..access.models import User
from ..cases.models import Person, SealedInCase
from ..kernel.constraints import trigger
from ..kernel.crypto import Key
from ..kernel.db import Moment, Name, Record
from ..kernel.rulebook import RulebookEntry
from ..kernel.sealed import OptionalEnvelope, Sealed
from ..kernel.walled import Walled

EMERGENCY, HIGH, MODERATE, LOW, NONE = 4, 3, 2, 1, 0
LEVELS = {NONE: "None", LOW: "Low", MODERATE: "Moderate", HIGH: "High", EMERGENCY: "Emergency"}
SAFETY = "SAF"


def cannot_wait(domain: str, level: int | None) -> bool:
    """An emergency, or safety at 3 or more: somebody must act at once."""
    return level is not None and level >= (HIGH if domain == SAFETY else EMERGENCY)


class Purpose(StrEnum):
    """Rapid asks what cannot wait; full asks everything."""

    RAPID = "rapid"
    FULL = "full"


class State(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"


class Answer(StrEnum):
    """A level, or one of three answers that are no level and never mean one another."""

    LEVEL = "level"
    DECLINED = "declined"
    NOT_APPLICABLE = "not_applicable"
    NOT_ASSESSED = "not_assessed"


class NeedsAssessment(SealedInCase, Record):
    """One asking. `instrument_id` is the version of the domains that it was asked by."""

    __tablename__ = "assessment"
    __table_args__ = (
        Index("ix_assessment_case_state_signed", "case_id", "state", "signed_at"),
        Index("uq_assessment_one_draft", "case_id", "purpose", unique=True,
              sqlite_where=text("state = 'draft'"), postgresql_where=text("state = 'draft'"),
              info={"says": "An assessment of this kind is already begun in this case. Go on with that one."}),
        CheckConstraint("(state = 'signed') = (signed_at IS NOT NULL)", name="signed_has_a_moment"),
        CheckConstraint("(state = 'signed') = (signed_by_id IS NOT NULL)", name="signed_has_a_signer"),
    )

    version_covers = frozenset({"ratings"})

    purpose: Mapped[Purpose]
    state: Mapped[State] = mapped_column(default=State.DRAFT)
    under_18: Mapped[bool]
    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("rulebook_entry.id"))
    started_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    started_at: Mapped[Moment]
    saved_at: Mapped[datetime | None]
    signed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    signed_at: Mapped[datetime | None]

    ratings: Mapped[list[NeedRating]] = relationship(
        lazy="selectin", order_by="NeedRating.domain", back_populates="assessment")
    started_by: Mapped[User] = relationship(lazy="raise", viewonly=True, foreign_keys=[started_by_id])
    signed_by: Mapped[User | None] = relationship(lazy="raise", viewonly=True, foreign_keys=[signed_by_id])
    instrument: Mapped[RulebookEntry] = relationship(lazy="raise", viewonly=True)


class NeedRating(Record):
    """The answer for one domain. No answer yet is no row. The note is sealed under the person's key."""

    __tablename__ = "need_rating"
    __walled__ = Walled(follows="assessment_id")
    __table_args__ = (
        UniqueConstraint("assessment_id", "domain"),
        CheckConstraint("(answer = 'level') = (level IS NOT NULL)", name="only_a_level_has_a_level"),
        CheckConstraint("level BETWEEN 0 AND 4", name="level_is_one_of_five"),
    )

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    domain: Mapped[Name]
    answer: Mapped[Answer] = mapped_column(info={"private": True})
    level: Mapped[int | None] = mapped_column(info={"private": True})
    note_sealed: Mapped[OptionalEnvelope]

    note = Sealed(optional=True)
    assessment: Mapped[NeedsAssessment] = relationship(lazy="raise", back_populates="ratings")
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    def own_key(self) -> Key:
        return self.person.own_key()

    @property
    def urgent(self) -> bool:
        return cannot_wait(self.domain, self.level)

    @property
    def said(self) -> str:
        """The answer as it is sent: `0` to `4`, or the word."""
        return str(self.answer) if self.level is None else str(self.level)


# What is signed stays as it is, and nothing is ever removed: the databases say so themselves.

trigger(NeedsAssessment, "assessment_stays", postgresql="""
CREATE FUNCTION assessment_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a signed assessment stays as it is'; END $$;
CREATE TRIGGER assessment_stays BEFORE UPDATE ON assessment
FOR EACH ROW WHEN (OLD.state = 'signed') EXECUTE FUNCTION assessment_stays()""")
trigger(NeedsAssessment, "assessment_is_kept", postgresql="""
CREATE TRIGGER assessment_is_kept BEFORE DELETE OR TRUNCATE ON assessment
FOR EACH STATEMENT EXECUTE FUNCTION assessment_stays()""")
trigger(NeedRating, "need_rating_stays", postgresql="""
CREATE FUNCTION need_rating_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF EXISTS (SELECT FROM assessment WHERE state = 'signed' AND id = NEW.assessment_id)
OR EXISTS (SELECT FROM assessment WHERE TG_OP = 'UPDATE' AND state = 'signed' AND id = OLD.assessment_id)
THEN RAISE EXCEPTION 'a signed assessment stays as it is'; END IF;
RETURN NEW; END $$;
CREATE TRIGGER need_rating_stays BEFORE INSERT OR UPDATE ON need_rating
FOR EACH ROW EXECUTE FUNCTION need_rating_stays()""")
trigger(NeedRating, "need_rating_is_kept", postgresql="""
CREATE TRIGGER need_rating_is_kept BEFORE DELETE OR TRUNCATE ON need_rating
FOR EACH STATEMENT EXECUTE FUNCTION assessment_stays()""")

trigger(NeedsAssessment, "assessment_no_update", sqlite="""
CREATE TRIGGER assessment_no_update BEFORE UPDATE ON assessment WHEN OLD.state = 'signed'
BEGIN SELECT RAISE(ABORT, 'a signed assessment stays as it is'); END""")
trigger(NeedsAssessment, "assessment_no_delete", sqlite="""
CREATE TRIGGER assessment_no_delete BEFORE DELETE ON assessment
BEGIN SELECT RAISE(ABORT, 'an assessment is kept'); END""")
trigger(NeedRating, "need_rating_no_insert", sqlite="""
CREATE TRIGGER need_rating_no_insert BEFORE INSERT ON need_rating
WHEN EXISTS (SELECT 1 FROM assessment WHERE state = 'signed' AND id = NEW.assessment_id)
BEGIN SELECT RAISE(ABORT, 'a signed assessment stays as it is'); END""")
trigger(NeedRating, "need_rating_no_update", sqlite="""
CREATE TRIGGER need_rating_no_update BEFORE UPDATE ON need_rating
WHEN EXISTS (SELECT 1 FROM assessment WHERE state = 'signed' AND id IN (OLD.assessment_id, NEW.assessment_id))
BEGIN SELECT RAISE(ABORT, 'a signed assessment stays as it is'); END""")
trigger(NeedRating, "need_rating_no_delete", sqlite="""
CREATE TRIGGER need_rating_no_delete BEFORE DELETE ON need_rating
BEGIN SELECT RAISE(ABORT, 'an assessment is kept'); END""")
