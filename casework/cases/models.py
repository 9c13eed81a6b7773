"""A person, their case files, and who works on them. A person owns what is true of them in every office."""
from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from ..access.models import Office, User
from ..access.queries import beside
from ..kernel.constraints import append_only
from ..kernel.crypto import Key, Place
from ..kernel.data_keys import data_key, new_data_key
from ..kernel.db import Base, Dated, Moment, Name, Prose, Record
from ..kernel.people import People
from ..kernel.sealed import Envelope
from ..kernel.walled import Walled
from .investigations import Investigation, InvestigationMember


class State(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    REOPENED = "reopened"


class Source(StrEnum):
    """How the person came to the program."""

    INVESTIGATOR = "investigator"
    TIP_LINE = "tip_line"
    STATE_OR_LOCAL = "state_or_local"
    SERVICE_PROVIDER = "service_provider"
    OTHER_AGENCY = "other_agency"
    SELF = "self"


class Reason(StrEnum):
    """Why a case is closed."""

    GOALS_MET = "goals_met"
    WITHDREW = "victim_withdrew"
    MOVED = "moved"
    UNREACHABLE = "unreachable"
    REFERRED_OUT = "referred_out"
    CASE_CLOSED = "case_closed"
    DECEASED = "deceased"
    INELIGIBLE = "ineligible"


FOR_A_TIME = ("since", "until")  # beside a key, so that the wall asks the index alone who is on a team


class TeamMember(Dated, Record):
    """Works on a case for a time. Carries the person too, so that rows of the person need no detour."""

    __tablename__ = "team_member"
    __walled__ = Walled(follows="case_id", named="user_id")
    __table_args__ = (
        Index("ix_team_member_case_id", "case_id", postgresql_include=["user_id", *FOR_A_TIME]),
        Index("ix_team_member_user_case", "user_id", "case_id", postgresql_include=FOR_A_TIME),
        Index("ix_team_member_user_person", "user_id", "person_id", postgresql_include=FOR_A_TIME),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))

    user: Mapped[User] = relationship(lazy="raise", viewonly=True)


class PersonKey(Base):
    """The data key of one person, wrapped by a master key: in a table of its own, so that a backup of the data can
    leave it out. Its row goes when the key is destroyed, and does not come back."""

    __tablename__ = "person_key"
    __walled__ = Walled(follows="person_id", system=("update", "delete"))

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    wrapped: Mapped[Envelope]


class Person(Record):
    """Somebody we help. Owns the key under which everything about them is sealed, until it is destroyed."""

    __tablename__ = "person"
    __walled__ = Walled(shown_by=(("case", "person_id"), ("disbursement", "person_id"), ("cp_request", "person_id")),
                        made_by="case.open", system=("update",))

    key_destroyed_at: Mapped[datetime | None]
    key_destroyed_under: Mapped[Name | None]

    key: Mapped[PersonKey | None] = relationship(lazy="joined")

    def __init__(self, **words: object) -> None:
        super().__init__(**words)
        self.key = PersonKey(person_id=self.id, wrapped=new_data_key(key_place(self.id)))

    def own_key(self) -> Key:
        gone = self.key_destroyed_at and (self.key_destroyed_at, self.key_destroyed_under or "")
        return data_key(key_place(self.id), self.key.wrapped if self.key else None, gone or None)


def key_place(person_id: UUID) -> Place:
    """What the wrapped key of this person is bound to: the place where it stood first, wherever the row is now."""
    return Place("person", "wrapped_key", person_id)


class Case(Record):
    """One person's file in one office; at most one is open. `discovered_at` is the latest Discovery's."""

    __tablename__ = "case"
    __table_args__ = (
        Index("ix_case_office_state_updated", "office_id", "state", "updated_at", "id",
              postgresql_include=["investigation_id"]),  # so that counting needs no row, also behind the wall
        Index("ix_case_updated", "updated_at", "id"),
        UniqueConstraint("office_id", "year", "serial"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_a_moment"),
        Index("uq_case_one_open", "person_id", "office_id", unique=True,
              sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL"),
              info={"says": "This person already has an open case in this office."}),
    )

    number: Mapped[Name] = mapped_column(unique=True)
    year: Mapped[int]
    serial: Mapped[int]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    investigation_id: Mapped[UUID | None] = mapped_column(ForeignKey("investigation.id"), index=True)
    specialist_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    state: Mapped[State] = mapped_column(default=State.OPEN)
    referral_source: Mapped[Source]
    language: Mapped[Name] = mapped_column(default="English")
    interpreter: Mapped[bool] = mapped_column(default=False)
    under_18: Mapped[bool] = mapped_column(default=False)
    do_not_call: Mapped[bool] = mapped_column(default=False)
    protected: Mapped[bool] = mapped_column(default=True)
    discovered_at: Mapped[datetime | None]
    hhs_notified_at: Mapped[datetime | None]
    opened_at: Mapped[Moment]
    updated_at: Mapped[Moment]
    closed_at: Mapped[datetime | None]
    closed_reason: Mapped[Reason | None]

    person: Mapped[Person] = relationship(lazy="raise")
    office: Mapped[Office] = relationship(lazy="raise", viewonly=True)
    specialist: Mapped[User] = relationship(lazy="raise", viewonly=True)
    investigation: Mapped[Investigation | None] = relationship(lazy="raise", viewonly=True)
    team = People(TeamMember, id="case_id")
    members = People(InvestigationMember, investigation_id="investigation_id")


class Investigating(Base):
    """Who works, for a time, on an investigation that a case of this person hangs on. Read only."""

    __table__ = (select(InvestigationMember.id, InvestigationMember.user_id, InvestigationMember.since,
                        InvestigationMember.until, Case.person_id)
                 .join(Case, Case.investigation_id == InvestigationMember.investigation_id).subquery("investigating"))
    __mapper_args__ = {"primary_key": [__table__.c.id, __table__.c.person_id]}
    dated = True


class OfPerson:
    """Anything true of a person in every office."""

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)

    team = People(TeamMember, person_id="person_id")
    members = People(Investigating, person_id="person_id")
    offices = People(Case, by="office_id", person_id="person_id")

    @declared_attr
    def person(cls) -> Mapped[Person]:
        return relationship(Person, lazy="joined", innerjoin=True)

    def own_key(self) -> Key:
        return self.person.own_key()


class OfCase:
    """Anything kept in a case file. Carries office, person and number, so that lists and rules need no detour."""

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"), index=True)
    case_number: Mapped[Name]

    team = People(TeamMember, case_id="case_id")

    @declared_attr
    def case(cls) -> Mapped[Case]:
        return relationship(Case, lazy="raise", viewonly=True)



class SealedInCase(OfCase):
    """Kept in a case file and sealed under the person's key. Make one with `person=` before its sealed words."""

    @declared_attr
    def person(cls) -> Mapped[Person]:
        return relationship(Person, lazy="joined", innerjoin=True)

    def own_key(self) -> Key:
        return self.person.own_key()


def in_case(case: Case) -> dict[str, Any]:
    """What every row kept in this case file says of it. For making one: `HHSNotice(**in_case(case), …)`."""
    return {"case_id": case.id, "person_id": case.person_id, "office_id": case.office_id, "case_number": case.number}


def sealed_in(case: Case) -> dict[str, Any]:
    """The same, with the person whose key seals it. For making one: `Note(**sealed_in(case), body=…)`."""
    return {**in_case(case), "person": beside(Person, case.person_id)}


class Discovery(OfCase, Record):
    """When an official discovered that a person under 18 may be a victim (22 USC 7105(b)(1)(H)). Never edited:
    a correction is a new row that supersedes an earlier one and says why."""

    __tablename__ = "discovery"
    __walled__ = Walled(follows="case_id", signed="recorded_by_id")

    discovered_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[Moment]
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("discovery.id"), unique=True)
    reason: Mapped[Prose | None]


class HHSNotice(OfCase, Record):
    """A notice given to HHS: within 24 hours of discovery for a person under 18, or for an adult's certification."""

    __tablename__ = "hhs_notice"
    __walled__ = Walled(signed="recorded_by_id")

    about: Mapped[Name]
    sent_at: Mapped[datetime]
    method: Mapped[Name]
    reference: Mapped[Name | None]
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[Moment]
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("hhs_notice.id"), unique=True)
    reason: Mapped[Prose | None]


append_only(Discovery)
append_only(HHSNotice)
