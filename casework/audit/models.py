"""What is remembered: one row per deed, read or refusal, never changed."""
from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, ForeignKey, Index, Integer, text
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
    __walled__ = Walled(signed="actor_id", only=(  # of nobody no more is told than that they were refused
        "(actor_id IS NOT NULL OR verb IN ('session.refuse', 'refusal.count', 'seal.fail')) "
        "AND wall.about_now(\"at\")"))
    __table_args__ = (
        Index("ix_audit_event_actor_id_id", "actor_id", "id"), Index("ix_audit_event_case_id_id", "case_id", "id"),
        Index("ix_audit_event_office_id_id", "office_id", "id"), Index("ix_audit_event_verb_id", "verb", "id"),
        Index("ix_audit_event_transaction", "transaction_id", "id", sqlite_where=text("transaction_id IS NOT NULL")),
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


class Look(Base):
    """One record that one read showed: the event's `shown`, unfolded, to ask who looked at a record or a case.

    Told again from the trail and so no part of it; `about_id` is the case it belongs to, or the person.
    """

    __tablename__ = "audit_look"
    __walled__ = Walled(own=True, system=("insert",))
    __table_args__ = (Index("ix_audit_look_about", "about_id", "event_id"),
                      Index("ix_audit_look_record", "record_id", "event_id"), {"info": {"operational": True}})

    event_id: Mapped[int] = mapped_column(Number, ForeignKey("audit_event.id"), primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[Name]
    record_id: Mapped[UUID]
    about_id: Mapped[UUID | None]


class Unfolded(Base):
    """How far the trail is unfolded, in the order of transactions; one row. Events out of another cluster, which a
    restored dump brought, are counted apart, by their id."""

    __tablename__ = "audit_unfolded"
    __walled__ = Walled(own=True, system=("insert", "update"))
    __table_args__ = {"info": {"operational": True}}

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    transaction_id: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[int] = mapped_column(BigInteger)
    restored_id: Mapped[int] = mapped_column(BigInteger)


class RefusalCount(Base):
    """How often one asker was refused at one route in one hour. Kept so that a flood stays small and visible."""

    __tablename__ = "refusal_count"
    __table_args__ = {"info": {"operational": True}}

    asker: Mapped[Name] = mapped_column(primary_key=True)
    route: Mapped[Name] = mapped_column(primary_key=True)
    hour_at: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]


append_only(AuditEvent)
append_only(Look)
trigger(AuditEvent, "audit_event_transaction", postgresql=(
    "ALTER TABLE audit_event ALTER transaction_id SET DEFAULT pg_current_xact_id()::text::bigint"))
trigger(AuditEvent, "audit_event_shown_as_it_is", postgresql=(
    "ALTER TABLE audit_event ALTER shown SET STORAGE EXTERNAL"))  # keys do not get smaller for the work
trigger(AuditEvent, "audit_event_own", postgresql=(
    "CREATE FUNCTION audit_event_own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "NEW.transaction_id := pg_current_xact_id()::text::bigint; RETURN NEW; END $$;"
    "CREATE TRIGGER audit_event_own BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_event_own()"))
