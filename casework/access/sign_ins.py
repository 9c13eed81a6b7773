"""Coming in by password: server-side sessions with an idle and an absolute limit, and a brake on guessing.

The cookie, which is signed, holds a 256-bit token that begins with its person; the database holds its digest. So
whoever can write into the table of sessions cannot make one of their own into another person's. Ending a session takes
effect on the next request.
"""
from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import Row, func, or_, select, update

from ..audit import remember
from ..kernel.conditions import Actor
from ..kernel.db import begin_writing, db, now, uuid7
from ..kernel.errors import Invalid, TooMany
from . import passwords
from .arriving import Person, whose
from .models import SignIn, SignInFailure, User

IDLE, ABSOLUTE, TOUCH = timedelta(minutes=15), timedelta(hours=12), timedelta(minutes=1)
WINDOW, PER_ACCOUNT, PER_ADDRESS = timedelta(minutes=15), 5, 30
WRONG = "The name or the password is not right."


def digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def sign_in(username: str, password: str, *, address: str) -> str:
    """The token of a new session. Raises Invalid with one answer for every wrong try, TooMany after several."""
    account = username.strip().casefold()
    _brake(account, address)
    user = db.session.scalar(select(User).where(User.username == account))
    right = passwords.matches(user.password_hash if user else None, password)
    if user is None or not right or user.disabled_at:
        _failed(account, address)
        raise Invalid(WRONG)
    return begin(user)


def begin(user: User) -> str:
    """A new session for this person, with a new token."""
    token = f"{user.id.hex}.{token_urlsafe(32)}"
    _operational(SignIn(digest=digest(token), user_id=user.id))
    remember(user, "session.begin", user)
    return token


def resume(token: str) -> tuple[Person, Row[Any]] | None:
    """Whose session this is, with the session's columns, or None when it has ended, gone idle or grown too old."""
    known = whose(SignIn, digest(token))
    if known is None:
        return None
    row, person = known
    if not token.startswith(f"{person.id.hex}."):
        return None
    if row.seen_at < now() - IDLE or row.began_at < now() - ABSOLUTE:
        return None
    if row.seen_at < now() - TOUCH:
        set_on(row, seen_at=now())
    return person, row


def set_on(row: Row[Any], **words: Any) -> None:
    """Change what the server keeps of one session. Not part of the record, so not an action."""
    begin_writing(db.session())
    db.session.execute(update(SignIn).where(SignIn.digest == row.digest).values(**words))
    db.session.commit()


def end(actor: Actor, row: Row[Any]) -> None:
    set_on(row, ended_at=now())
    remember(actor, "session.end")


def end_others(user: User, keep: Row[Any] | None) -> None:
    """After a change of password every other session of this person is over."""
    begin_writing(db.session())
    others = update(SignIn).where(SignIn.user_id == user.id, SignIn.ended_at.is_(None))
    db.session.execute(others.where(SignIn.digest != (keep.digest if keep else b"")).values(ended_at=now()))
    db.session.commit()


def _brake(account: str, address: str) -> None:
    """Five failures per account or thirty per address in fifteen minutes: wait, never a permanent lock."""
    recent = select(func.count().filter(SignInFailure.account == account),
                    func.count().filter(SignInFailure.address == address)).where(
        SignInFailure.at > now() - WINDOW, or_(SignInFailure.account == account, SignInFailure.address == address))
    by_account, by_address = db.session.execute(recent).one()
    if by_account >= PER_ACCOUNT or by_address >= PER_ADDRESS:
        raise TooMany("Too many tries. Wait fifteen minutes, then try again, or ask an administrator.")


def _failed(account: str, address: str) -> None:
    _operational(SignInFailure(id=uuid7(), account=account[:120], address=address[:120]))
    remember(None, "session.refuse", address=address)


def _operational(row: SignIn | SignInFailure) -> None:
    begin_writing(db.session())
    db.session.add(row)
    db.session.commit()
