"""Passwords: argon2id (RFC 9106), long rather than odd, and checked no more than a few at a time."""
from __future__ import annotations

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from ..kernel.errors import Invalid

SHORTEST, LONGEST = 15, 256
_at_once = BoundedSemaphore(2)  # each check takes memory and a core for a moment
HASHERS = {"full": PasswordHasher(), "cheap": PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)}
_chosen = ["full"]


def use(cost: str) -> None:
    """`full` in service; `cheap` makes tests quick and is refused in production by the settings."""
    _chosen[0] = cost


def _hasher() -> PasswordHasher:
    return HASHERS[_chosen[0]]


def hashed(password: str) -> str:
    """The hash to store. Raises Invalid when the password is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(new_password=f"Use {SHORTEST} to {LONGEST} characters. A sentence is good.")
    with _at_once:
        return _hasher().hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Is it the password? Takes the same time when there is no such person (`stored` is None)."""
    with _at_once:
        try:
            return _hasher().verify(stored or _nobodys(_chosen[0]), password[:LONGEST]) and stored is not None
        except VerificationError:
            return False


@cache
def _nobodys(cost: str) -> str:
    return HASHERS[cost].hash("nobody has this password")
