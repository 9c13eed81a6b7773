"""Who comes with a proof (a session's token, an API token), and what they hold now: one statement, built once.

What a request needs of a person is few words; the person's own row is asked for by the few pages that show it.
"""
from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, or_, select

from ..kernel.db import now
from ..kernel.prepared import Prepared
from ..policy import Role
from .models import ApiToken, Office, RoleGrant, SignIn, User


class Held(NamedTuple):
    """A role they hold now, in an office or everywhere."""

    role: Role
    user_id: UUID
    office_id: UUID | None
    office_name: str | None
    timezone: str | None

    @property
    def zone(self) -> tzinfo | None:
        """The office's time zone."""
        return ZoneInfo(self.timezone) if self.timezone else None


class Person(NamedTuple):
    """Somebody who came with a proof that holds. A request is one moment: what they hold is looked up once."""

    id: UUID
    username: str
    name: str
    current_grants: Sequence[Held]


def whose(proof: type[SignIn | ApiToken], digest: bytes) -> tuple[Any, Person] | None:
    """The proof's own columns, its person and what they hold. None when it is unknown or ended, or its person is
    disabled."""
    rows = _arriving(proof).rows(digest=digest, moment=now())
    if not rows:
        return None
    one = rows[0]
    held = [Held(row.role, row.user_id, row.office_id, row.office_name, row.timezone) for row in rows if row.role]
    return one, Person(one.user_id, one.username, one.name, held)


@cache
def _arriving(proof: type[SignIn | ApiToken]) -> Prepared:
    """A row for each grant in force, and one with none for somebody without any."""
    moment = bindparam("moment", type_=RoleGrant.since.type)
    in_force = and_(RoleGrant.user_id == User.id, RoleGrant.since <= moment,
                    or_(RoleGrant.until.is_(None), RoleGrant.until > moment))
    own = [column for column in proof.__table__.c if column.name not in ("id", "version", "user_id")]
    return Prepared(
        select(*own, User.id.label("user_id"), User.username, User.name, RoleGrant.role, RoleGrant.office_id,
               Office.name.label("office_name"), Office.timezone)
        .join_from(proof, User, User.id == proof.user_id)
        .outerjoin(RoleGrant, in_force).outerjoin(Office, Office.id == RoleGrant.office_id)
        .where(proof.digest == bindparam("digest"), proof.ended_at.is_(None), User.disabled_at.is_(None))
        .order_by(RoleGrant.since, RoleGrant.id))
