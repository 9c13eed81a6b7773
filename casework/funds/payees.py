"""Who is paid and for which days. Payee and dates of a stay are a location together, so a record of their own."""
from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ..cases.models import SealedInCase
from ..kernel.db import Name, Record
from ..kernel.sealed import Envelope, OptionalEnvelope, Sealed, SealedDay
from ..kernel.walled import Walled

# Categories in which the payee is a place where somebody sleeps or is treated: payee and dates say where they are.
HELD = frozenset({
    "E01",  # shelter or hotel
    "E02",  # housing
    "E03",  # relocation
    "E09",  # emergency medical
    "E10",  # forensic medical exam
    "E11",  # counselling
    "E18",  # in-home, group or foster care
})


class Payee(SealedInCase, Record):
    """Who is paid, sealed. While held (HELD, until `held_until_on`) only the requester and the approving supervisor
    read it; everybody else sees `token`.

    `waits_in_office_id` is the office while its supervisors have still to decide, then nobody.
    """

    __tablename__ = "payee"
    __walled__ = Walled(follows="disbursement_id")

    disbursement_id: Mapped[UUID] = mapped_column(ForeignKey("disbursement.id"), unique=True)
    requested_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    supervisor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    waits_in_office_id: Mapped[UUID | None] = mapped_column(ForeignKey("office.id"))
    token: Mapped[Name] = mapped_column(unique=True)
    held: Mapped[bool] = mapped_column(default=False)
    held_until_on: Mapped[date | None] = mapped_column(info={"private": True})
    name_sealed: Mapped[Envelope]
    service_from_on_sealed: Mapped[OptionalEnvelope]
    service_until_on_sealed: Mapped[OptionalEnvelope]

    name = Sealed()
    service_from_on = SealedDay(optional=True)
    service_until_on = SealedDay(optional=True)

    def held_on(self, day: date) -> bool:
        """Is it still masked on this day: has the stay not ended, or not ended thirty days ago?"""
        return self.held and (self.held_until_on is None or day <= self.held_until_on)
