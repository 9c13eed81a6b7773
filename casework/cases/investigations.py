"""The law-enforcement matter that brings victims, and who works on it."""
from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ..kernel.db import Dated, Moment, Name, Record
from ..kernel.people import People
from ..kernel.walled import Walled


class Nature(StrEnum):
    """The kind of trafficking an investigation is about (22 USC 7102(11))."""

    SEX = "sex"
    LABOR = "labor"
    BOTH = "both"
    UNDETERMINED = "undetermined"


class InvestigationMember(Dated, Record):
    __tablename__ = "investigation_member"
    __walled__ = Walled(follows="investigation_id", named="user_id")
    __table_args__ = (Index("ix_investigation_member_user", "user_id", "investigation_id"),)

    investigation_id: Mapped[UUID] = mapped_column(ForeignKey("investigation.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))


class Investigation(Record):
    __tablename__ = "investigation"

    number: Mapped[Name] = mapped_column(unique=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"), index=True)
    nature: Mapped[Nature]
    opened_at: Mapped[Moment]

    members = People(InvestigationMember, id="investigation_id")
