"""What is remembered: one row per deed, read or refusal, never changed."""
from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from ..kernel.constraints import append_only, trigger
from ..kernel.db import Base, Moment, Name
from ..kernel.walled import Walled

Number = BigInteger().with_variant(Integer, "sqlite")


class AuditEvent(Base):
    """One deed, read or refusal. Commit order is not id order: whoever orders events also needs the transaction.

    `shown` lists [kind, id, case or person id] of each record a read showed; `changes` each column a deed changed.
    """

    __tablename__ = "audit_event"
    __walled__ = Walled(signed="actor_id")
    __table_args__ = (
        Index("ix_audit_event_actor_id_id", "actor_id", "id"), Index("ix_audit_event_case_id_id", "case_id", "id"),
        Index("ix_audit_event_office_id_id", "office_id", "id"), Index("ix_audit_event_verb_id", "verb", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    transaction_id: Mapped[int | None] = mapped_column(BigInteger, server_default=FetchedValue())
    at: Mapped[Moment] = mapped_column(index=True)
    actor_id: Mapped[UUID | None]
    verb: Mapped[Name]
    subject_kind: Mapped[Name]
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    case_id: Mapped[UUID | None]
    office_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]]
    changes: Mapped[list[Any]]
    shown: Mapped[list[Any]]


class RefusalCount(Base):
    """How often one asker was refused at one route in one hour. Kept so that a flood stays small and visible."""

    __tablename__ = "refusal_count"
    __table_args__ = {"info": {"operational": True}}

    asker: Mapped[Name] = mapped_column(primary_key=True)
    route: Mapped[Name] = mapped_column(primary_key=True)
    hour_at: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]


append_only(AuditEvent)
trigger(AuditEvent, "audit_event_transaction", postgresql=(
    "ALTER TABLE audit_event ALTER transaction_id SET DEFAULT pg_current_xact_id()::text::bigint"))
