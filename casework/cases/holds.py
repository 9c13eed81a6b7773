"""Legal holds: while one is on a person, nothing of theirs is destroyed. Placed and lifted by record, never edited.

A hold for litigation or for a request under the Freedom of Information Act goes before any schedule of retention
(36 CFR 1230.3).
"""
from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..kernel.constraints import append_only
from ..kernel.db import Moment, Name, Prose, Record
from ..kernel.walled import Walled


class HoldLift(Record):
    """The end of a hold, as a record of its own."""

    __tablename__ = "hold_lift"
    __walled__ = Walled(follows="hold_id", made_by="legal_hold.lift", signed="lifted_by_id")
    __table_args__ = (UniqueConstraint("hold_id", info={"says": "This hold is lifted already."}),)

    hold_id: Mapped[UUID] = mapped_column(ForeignKey("legal_hold.id"))
    reason: Mapped[Prose] = mapped_column(info={"private": True})
    document: Mapped[Name]
    lifted_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    lifted_at: Mapped[Moment]


class LegalHold(Record):
    """Nothing of this person may be destroyed until the hold is lifted."""

    __tablename__ = "legal_hold"
    __walled__ = Walled(signed="placed_by_id")

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[Prose] = mapped_column(info={"private": True})
    document: Mapped[Name]
    placed_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    placed_at: Mapped[Moment]

    lift: Mapped[HoldLift | None] = relationship(lazy="joined", viewonly=True)

    @property
    def lifted_at(self) -> datetime | None:
        return self.lift.lifted_at if self.lift else None


append_only(LegalHold)
append_only(HoldLift)
