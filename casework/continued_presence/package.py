"""What a request says of the person, and how far each item of its checklist is. Sealed, and read only by the chain
that asks and decides: for everybody else the request is a state and a number."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..cases.investigations import InvestigationMember
from ..cases.models import SealedInCase
from ..kernel.db import Moment, Name, Record
from ..kernel.people import People
from ..kernel.sealed import OptionalEnvelope, Sealed, SealedDay
from ..kernel.walled import Walled
from .words import Answer, Basis, Trafficking


class CPPackage(SealedInCase, Record):
    """The words of one request."""

    __tablename__ = "cp_package"
    __walled__ = Walled(follows="request_id")

    request_id: Mapped[UUID] = mapped_column(ForeignKey("cp_request.id"), unique=True)
    investigation_id: Mapped[UUID] = mapped_column(ForeignKey("investigation.id"), index=True)
    basis: Mapped[Basis | None] = mapped_column(info={"private": True})
    trafficking: Mapped[Trafficking | None] = mapped_column(info={"private": True})
    known_as_sealed: Mapped[OptionalEnvelope]
    birth_on_sealed: Mapped[OptionalEnvelope]
    a_number_sealed: Mapped[OptionalEnvelope]
    status_now_sealed: Mapped[OptionalEnvelope]
    summary_sealed: Mapped[OptionalEnvelope]
    witness_sealed: Mapped[OptionalEnvelope]
    justification_sealed: Mapped[OptionalEnvelope]
    i94_number_sealed: Mapped[OptionalEnvelope]
    ead_reference_sealed: Mapped[OptionalEnvelope]
    saved_at: Mapped[Moment]

    known_as = Sealed(optional=True)
    birth_on = SealedDay(optional=True)
    a_number = Sealed(optional=True)
    status_now = Sealed(optional=True)
    summary = Sealed(optional=True)
    witness = Sealed(optional=True)
    justification = Sealed(optional=True)
    i94_number = Sealed(optional=True)
    ead_reference = Sealed(optional=True)
    members = People(InvestigationMember, investigation_id="investigation_id")


class CPItem(SealedInCase, Record):
    """One gate of the checklist that the request was drafted under. `hard_gate` stops every sending until answered."""

    __tablename__ = "cp_item"
    __walled__ = Walled(follows="request_id", read="cp_package.read")
    __table_args__ = (
        UniqueConstraint("request_id", "code"),
        CheckConstraint("answer <> 'done' OR done_on IS NOT NULL", name="done_has_a_day"),
        CheckConstraint("answer <> 'not_possible_yet' OR (planned_on IS NOT NULL AND note_sealed IS NOT NULL)",
                        name="not_yet_has_a_day_and_a_because"),
        CheckConstraint("answer <> 'not_applicable' OR NOT hard_gate", name="hard_gates_always_apply"),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("cp_request.id"), index=True)
    investigation_id: Mapped[UUID] = mapped_column(ForeignKey("investigation.id"), index=True)
    code: Mapped[Name]
    hard_gate: Mapped[bool]
    answer: Mapped[Answer] = mapped_column(default=Answer.MISSING)
    done_on: Mapped[date | None]
    planned_on: Mapped[date | None]
    language: Mapped[Name | None]
    told: Mapped[list[Any]] = mapped_column(default=list)
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    answered_at: Mapped[datetime | None]
    note_sealed: Mapped[OptionalEnvelope]

    note = Sealed(optional=True)
    members = People(InvestigationMember, investigation_id="investigation_id")
