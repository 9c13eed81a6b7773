"""The ways a request can honestly fail. Everything else is a bug.

A refusal carries a sentence a person can act on. It never carries a name, an identifier or a whereabouts.
"""
from __future__ import annotations


class Refusal(Exception):
    """Something a person asked for was not done, and nothing was half done."""

    status = 400
    title = "That did not work"

    def __init__(self, reason: str = "", **fields: str) -> None:
        super().__init__(reason or self.title)
        self.fields: dict[str, list[str]] = {name: [message] for name, message in fields.items()}


class Stranger(Refusal):
    """Nobody is signed in."""

    status, title = 401, "Sign in"


class Forbidden(Refusal):
    """They may not, and the reason is theirs to know."""

    status, title = 403, "Not allowed"


class NotFound(Refusal):
    """Absent or hidden: from outside the two look the same."""

    status, title = 404, "Not found"


class Conflict(Refusal):
    """Allowed in itself, but not as things stand."""

    status, title = 409, "Not possible now"


class Stale(Refusal):
    """Somebody changed it since it was read (RFC 9110, 13.1.1)."""

    status, title = 412, "It has changed since you opened it"


class Invalid(Refusal):
    """What was sent breaks a rule; `fields` says which and why."""

    status, title = 422, "Please check the form"


class Unconditional(Refusal):
    """A change was sent without saying which version it changes (RFC 6585, 3)."""

    status, title = 428, "Say which version you are changing"


class TooMany(Refusal):
    """Too many tries in too short a time."""

    status, title = 429, "Too many tries"


class Unrecorded(Refusal):
    """What cannot be written down is not shown, and not done."""

    status, title = 503, "Not available"
