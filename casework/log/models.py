"""The sealed log: leaves in a total order, the tree over them, and the checkpoints that are signed and sent away.

Rows are added by the sealer alone and never change. A leaf's bytes are made anew from the record itself
(`leaves.py`), so what is kept here convicts nobody by itself: it says where each record stands.
"""
from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ..kernel.constraints import append_only
from ..kernel.db import Base, Moment, Name, Prose
from ..kernel.walled import Walled

Number = BigInteger().with_variant(Integer, "sqlite")
OWN = {"info": {"operational": True}}  # no deed writes them: they are about the trail, not part of it


class LogLeaf(Base):
    """The `index`-th leaf: an event, or a record in one of its versions (`revision`).

    `body` keeps the canonical text of a record that may still change (a role grant, a key): its older versions stand
    nowhere else. The newest version must be read from the record itself.
    """

    __tablename__ = "log_leaf"
    __walled__ = Walled(own=True, system=("insert",))
    __table_args__ = (
        CheckConstraint("(event_id IS NULL) = (record_id IS NOT NULL)", name="is_of_one_thing"),
        Index("uq_log_leaf_record", "kind", "record_id", "revision", unique=True,
              sqlite_where=text("record_id IS NOT NULL"), postgresql_where=text("record_id IS NOT NULL")),
        OWN,
    )

    index: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    what: Mapped[Name] = mapped_column("kind", String(120))
    event_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    record_id: Mapped[Name | None]
    revision: Mapped[int | None]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[Prose | None]


class LogNode(Base):
    """The root of the `position`-th whole subtree of 256^level leaves, so that no proof reads many hashes."""

    __tablename__ = "log_node"
    __walled__ = Walled(system=("insert",))
    __table_args__ = OWN

    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class LogKey(Base):
    """A key that signs the log, from `since_at` on. All but the first were signed in by the one before: `note`."""

    __tablename__ = "log_key"
    __walled__ = Walled(system=("insert",))
    __table_args__ = OWN

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    vkey: Mapped[str] = mapped_column(String(300), unique=True)
    since_at: Mapped[Moment]
    previous_vkey: Mapped[str | None] = mapped_column(String(300))
    note: Mapped[Prose | None]


class LogCheckpoint(Base):
    """The tree at one size, signed (C2SP tlog-checkpoint). The last two columns say from where sealing goes on."""

    __tablename__ = "log_checkpoint"
    __walled__ = Walled(system=("insert",))
    __table_args__ = OWN

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, unique=True)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[Prose]
    signed_at: Mapped[Moment]
    vkey: Mapped[str] = mapped_column(String(300))
    transaction_id: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[int] = mapped_column(BigInteger)


class LogWitnessReceipt(Base):
    """A checkpoint was sent to a witness outside: what was sent (its digest), and what came back."""

    __tablename__ = "log_witness_receipt"
    __walled__ = Walled(system=("insert",))
    __table_args__ = (Index("ix_log_witness_receipt_witness_id", "witness", "id"), OWN)

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("log_checkpoint.id"))
    witness: Mapped[str] = mapped_column(String(300))
    sent_at: Mapped[datetime]
    well: Mapped[bool]
    answer: Mapped[Prose]
    sha256: Mapped[str] = mapped_column(String(64))


for _model in (LogLeaf, LogNode, LogKey, LogCheckpoint, LogWitnessReceipt):
    append_only(_model)
