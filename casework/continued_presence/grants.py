"""What an approved request gives: leave to stay until a day. Numbers of papers are kept with the package."""
from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ..cases.investigations import InvestigationMember
from ..cases.models import OfCase
from ..kernel.db import Moment, Name, Record
from ..kernel.people import People
from ..kernel.walled import Walled
from .models import at_most_two_years
from .words import GrantState, Mechanism


class CPGrant(OfCase, Record):
    """At most two years; an extension is a grant of its own. `end_on` is the last day that counts."""

    __tablename__ = "cp_grant"
    __walled__ = Walled(follows="request_id")
    __table_args__ = (Index("ix_cp_grant_state_end", "state", "end_on"),)

    request_id: Mapped[UUID] = mapped_column(ForeignKey("cp_request.id"), unique=True)
    request_number: Mapped[Name]
    parent_grant_id: Mapped[UUID | None] = mapped_column(ForeignKey("cp_grant.id"), unique=True)
    investigation_id: Mapped[UUID] = mapped_column(ForeignKey("investigation.id"), index=True)
    mechanism: Mapped[Mechanism]
    start_on: Mapped[date]
    end_on: Mapped[date]
    i94_issued_on: Mapped[date]
    ead_requested_on: Mapped[date | None]
    under_18: Mapped[bool]
    state: Mapped[GrantState] = mapped_column(default=GrantState.ACTIVE)
    state_since: Mapped[datetime]
    issued_at: Mapped[Moment]

    members = People(InvestigationMember, investigation_id="investigation_id")


at_most_two_years(CPGrant)
