"""Answers kept so that the same request, sent twice, is done once."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from casework.kernel.db import Base, Moment


class Answer(Base):
    """What was answered to one idempotency key of one person. The key itself is not kept: the answer is sealed under
    it. Not part of the record: it may be swept away after a day."""

    __tablename__ = "answer"
    __table_args__ = {"info": {"operational": True}}

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    key_digest: Mapped[bytes] = mapped_column(primary_key=True)
    body_digest: Mapped[bytes]
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    sealed: Mapped[bytes] = mapped_column(info={"private": True})
    created_at: Mapped[Moment]
