"""Offices, the people who work here, what they hold, and the proofs by which they come in."""
from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..kernel.db import Base, Dated, Moment, Name, Prose, Record
from ..kernel.walled import Walled
from ..policy import Role


class Office(Record):
    """A field office. Its days are counted in its own time zone."""

    __tablename__ = "office"

    code: Mapped[Name] = mapped_column(unique=True)
    name: Mapped[Name]
    timezone: Mapped[Name]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class RoleGrant(Dated, Record):
    """A person holds a role, in an office or everywhere, from then until then, under a document."""

    __tablename__ = "role_grant"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    role: Mapped[Role]
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("office.id"))
    document: Mapped[Name | None]
    given_by_id: Mapped[UUID | None]

    office: Mapped[Office | None] = relationship(lazy="joined")


class User(Record):
    """Somebody who works here. Never deleted: the trail outlives them."""

    __tablename__ = "user"

    username: Mapped[Name] = mapped_column(unique=True)
    name: Mapped[Name]
    password_hash: Mapped[Prose] = mapped_column(info={"private": True})
    demo: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[Moment]

    grants: Mapped[list[RoleGrant]] = relationship(lazy="selectin", viewonly=True, order_by=RoleGrant.since)

    @property
    def current_grants(self) -> list[RoleGrant]:
        return [] if self.disabled_at else [grant for grant in self.grants if grant.current]

    @property
    def roles(self) -> set[Role]:
        return {grant.role for grant in self.current_grants}

    def holds(self, role: Role, office_id: UUID | None = None) -> bool:
        """Holds it now, in this office when one is named."""
        return any(grant.role == role and office_id in (None, grant.office_id) for grant in self.current_grants)


class SignIn(Base):
    """One browser, signed in. Known by the digest of a token that only the browser's cookie holds."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_user_id", "user_id"), {"info": {"operational": True}})

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    began_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    ended_at: Mapped[datetime | None]
    names_at: Mapped[Prose | None]


class SignInFailure(Base):
    """A wrong password for an account name, from an address. Old ones no longer count."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_account_at", "account", "at"),
                      Index("ix_sign_in_failure_address_at", "address", "at"), {"info": {"operational": True}})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[Name]
    address: Mapped[Name]
    at: Mapped[Moment]


class ApiToken(Record):
    """A machine's way in, for one person. Only the digest is kept; `scopes` are the verbs it may use, or `*`."""

    __tablename__ = "api_token"
    __walled__ = Walled(named="user_id")

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True, info={"private": True})
    label: Mapped[Name]
    scopes: Mapped[Prose]
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
