"""A request, who signed which step of it, and the moments that the law counts."""
from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    case,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from ..cases.investigations import InvestigationMember
from ..cases.models import OfCase, SealedInCase
from ..kernel.constraints import append_only, trigger
from ..kernel.db import Moment, Name, Prose, Record
from ..kernel.people import People
from ..kernel.sealed import OptionalEnvelope, Sealed
from ..kernel.walled import Walled
from ..policy import Role
from .words import Mechanism, Side, State, Type, What, Withdrawal

UNDECIDED = "state NOT IN ('issued', 'denied', 'withdrawn')"
# Who must act, by state. The policy asks it too: a supervisor returns what lies with the supervisor.
DESKS = {
    State.DRAFT: Role.INVESTIGATOR, State.RETURNED: Role.INVESTIGATOR, State.RFI_OPEN: Role.INVESTIGATOR,
    State.FIELD_REVIEW: Role.FIELD_SUPERVISOR, State.AGENCY_REVIEW: Role.AGENCY_COORDINATOR,
    State.CONDITIONS_PROPOSED: Role.AGENCY_COORDINATOR, State.SUBMITTED: Role.CP_REVIEWER,
    State.APPROVED: Role.CP_REVIEWER, State.UNDER_REVIEW: Role.CP_OFFICIAL, State.DENIAL_PENDING: Role.CP_OFFICIAL,
    State.ESCALATED: Role.ESCALATION_AUTHORITY,
}
SIDES = {"draft": Side.ASKING, "send": Side.ASKING, "endorse": Side.ENDORSING, "submit": Side.SUBMITTING,
         "take_up": Side.REVIEWING, "approve": Side.DECIDING, "issue": Side.REVIEWING}


class CPSide(Record):
    """Where a person stands in one request. One side for each person, whatever the round: the database says so."""

    __tablename__ = "cp_side"
    __walled__ = Walled(follows="request_id", signed="user_id", named="user_id", deeds="side",
                        called=tuple((side.value, verb) for verb, side in SIDES.items()))
    __table_args__ = (
        UniqueConstraint("request_id", "user_id", name="uq_cp_side_one_each", info={
            "says": "You already took a step on another side of this request. Somebody else must take this one."}),
        UniqueConstraint("request_id", "user_id", "side", name="uq_cp_side_signed_from"),
        CheckConstraint("side IN ('asking', 'endorsing', 'submitting', 'reviewing', 'deciding')", name="known_side"),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("cp_request.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    side: Mapped[Name]


class CPSignature(SealedInCase, Record):
    """One step, taken by one person in one round. The side is the person's own: the key to CPSide says so."""

    __tablename__ = "cp_signature"
    __walled__ = Walled(follows="request_id", signed="user_id", named="user_id", deeds="verb")
    __table_args__ = (
        ForeignKeyConstraint(["request_id", "user_id", "side"],
                             ["cp_side.request_id", "cp_side.user_id", "cp_side.side"], name="fk_cp_signature_side"),
        UniqueConstraint("request_id", "round", "verb", name="uq_cp_signature_once",
                         info={"says": "This step was already taken."}),
        CheckConstraint(
            "coalesce(side, '') = CASE WHEN verb IN ('draft', 'send') THEN 'asking' WHEN verb = 'endorse' THEN "
            "'endorsing' WHEN verb = 'submit' THEN 'submitting' WHEN verb = 'take_up' THEN 'reviewing' WHEN verb = "
            "'approve' THEN 'deciding' WHEN verb = 'issue' AND side = 'deciding' THEN 'deciding' WHEN verb = 'issue' "
            "THEN 'reviewing' ELSE '' END", name="step_has_its_side",
            info={"says": "This step belongs to another side of the request."}),
        Index("ix_cp_signature_user_verb", "user_id", "verb", "request_id"),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("cp_request.id"), index=True)
    round: Mapped[int]
    verb: Mapped[Name]
    side: Mapped[Name | None]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    signed_at: Mapped[datetime]
    note_sealed: Mapped[OptionalEnvelope]

    note = Sealed(optional=True)


class ContinuedPresenceRequest(OfCase, Record):
    """Where a request stands. What it says of the person is in CPPackage; the rows of its checklist are CPItem."""

    __tablename__ = "cp_request"
    __table_args__ = (
        Index("ix_cp_request_state", "state", "state_since"), Index("ix_cp_request_office_state", "office_id", "state"),
        UniqueConstraint("year", "serial", info={
            "says": "Two requests were begun at the same moment. Please try again."}),
        CheckConstraint("(type = 'extension') = (extends_id IS NOT NULL)", name="extension_extends"),
        CheckConstraint("state NOT IN ('approved', 'issued') OR (mechanism IS NOT NULL AND start_on IS NOT NULL "
                        "AND end_on IS NOT NULL)", name="approval_has_a_form_and_days"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_reason IS NOT NULL)", name="withdrawn_has_a_reason"),
        Index("uq_cp_request_one_open", "case_id", unique=True, sqlite_where=text(UNDECIDED),
              postgresql_where=text(UNDECIDED),
              info={"says": "A request is open in this case already. Go on with that one."}),
    )

    number: Mapped[Name] = mapped_column(unique=True)
    year: Mapped[int]
    serial: Mapped[int]
    type: Mapped[Type]
    extends_id: Mapped[UUID | None] = mapped_column(ForeignKey("cp_request.id"))
    investigation_id: Mapped[UUID] = mapped_column(ForeignKey("investigation.id"), index=True)
    state: Mapped[State] = mapped_column(default=State.DRAFT)
    state_since: Mapped[datetime]
    round: Mapped[int] = mapped_column(default=1)
    under_18: Mapped[bool]
    state_or_local: Mapped[bool] = mapped_column(default=False)
    expedited: Mapped[bool] = mapped_column(default=False)
    identified_on: Mapped[date]
    checklist_id: Mapped[UUID] = mapped_column(ForeignKey("rulebook_entry.id"))
    transmission_reference: Mapped[Name | None]
    decided_under_id: Mapped[UUID | None] = mapped_column(ForeignKey("rulebook_entry.id"))
    mechanism: Mapped[Mechanism | None]
    start_on: Mapped[date | None]
    end_on: Mapped[date | None]
    withdrawn_reason: Mapped[Withdrawal | None]
    began_at: Mapped[Moment]
    updated_at: Mapped[Moment]

    members = People(InvestigationMember, investigation_id="investigation_id")
    senders = People(CPSignature, only={"verb": ("draft", "send")}, id="request_id")
    endorsers = People(CPSignature, only={"verb": ("endorse",)}, id="request_id")
    requesters = People(CPSignature, only={"verb": ("draft", "send", "endorse", "submit")}, id="request_id")
    reviewers = People(CPSignature, only={"verb": ("take_up",)}, id="request_id")

    @hybrid_property
    def desk(self) -> Role | None:
        """The role that must act now."""
        return DESKS.get(self.state)

    @desk.inplace.expression
    @classmethod
    def _desk(cls) -> ColumnElement[str | None]:
        return case({state.value: role.value for state, role in DESKS.items()}, value=cls.state)


class CPMoment(OfCase, Record):
    """One of the five moments, as one person recorded it. Never edited: a second person's correction supersedes."""

    __tablename__ = "cp_moment"
    __walled__ = Walled(follows="request_id", signed="recorded_by_id")
    __table_args__ = (
        UniqueConstraint("id", "recorded_by_id", name="uq_cp_moment_by"),
        ForeignKeyConstraint(["supersedes_id", "corrected_of_id"], ["cp_moment.id", "cp_moment.recorded_by_id"],
                             name="fk_cp_moment_corrected"),
        UniqueConstraint("supersedes_id", info={"says": "This moment was corrected in the meantime. Look again."}),
        CheckConstraint("corrected_of_id IS NULL OR corrected_of_id <> recorded_by_id", name="second_person", info={
            "says": "You recorded this moment yourself. A correction is made by a second person."}),
        CheckConstraint("(supersedes_id IS NULL) = (corrected_of_id IS NULL) AND "
                        "(supersedes_id IS NULL) = (reason IS NULL)", name="correction_says_why"),
        Index("uq_cp_moment_once", "request_id", "what", unique=True, sqlite_where=text("supersedes_id IS NULL"),
              postgresql_where=text("supersedes_id IS NULL"),
              info={"says": "This moment is on record. It can only be corrected."}),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("cp_request.id"), index=True)
    what: Mapped[What]
    at: Mapped[datetime]
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[Moment]
    supersedes_id: Mapped[UUID | None]
    corrected_of_id: Mapped[UUID | None]
    reason: Mapped[Prose | None]


def at_most_two_years(table: type[Record]) -> None:
    """The days of a row, first and last counted, are at most two years by the calendar. The database says so."""
    name, says = table.__tablename__, f"{table.__tablename__}: at most two years"
    trigger(table, f"{name}_two_years", postgresql=(
        f"CREATE FUNCTION {name}_two_years() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NEW.end_on < NEW.start_on OR NEW.end_on >= NEW.start_on + interval '2 years' THEN "
        f"RAISE EXCEPTION '{says}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$;"
        f"CREATE TRIGGER {name}_two_years BEFORE INSERT OR UPDATE ON {name} "
        f"FOR EACH ROW EXECUTE FUNCTION {name}_two_years()"))
    leap = "CASE WHEN substr(NEW.start_on, 6) = '02-29' THEN '-1 day' ELSE '+0 days' END"
    for verb in ("insert", "update"):
        trigger(table, f"{name}_two_years_{verb}", sqlite=(
            f"CREATE TRIGGER {name}_two_years_{verb} BEFORE {verb.upper()} ON {name} "
            f"WHEN NEW.end_on < NEW.start_on OR NEW.end_on >= date(NEW.start_on, '+2 years', {leap}) "
            f"BEGIN SELECT RAISE(ABORT, '{says}'); END"))


for kept in (CPSide, CPSignature, CPMoment):
    append_only(kept)
at_most_two_years(ContinuedPresenceRequest)
