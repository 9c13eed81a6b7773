"""What a page asks of the database again and again is asked once, while it is only read.

    found = once(("facts", case.id), lambda: …)

Whoever reads says so (`reading(True)`: the web, for a request that changes nothing), and from then on the first answer
stands. Everywhere else, and in every deed, each question is asked anew.
"""
from __future__ import annotations

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from .db import db
from .scope import eyes

Found = TypeVar("Found")

_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("kept", default=None)


def reading(only: bool) -> None:
    """From here on answers are kept, or no longer. What was kept before is forgotten."""
    _kept.set({} if only else None)


def once(key: Hashable, ask: Callable[[], Found]) -> Found:
    """The answer to `ask`, which belongs to this key, and to the eyes through which it is seen."""
    kept = _kept.get()
    if kept is None:
        return ask()
    mine = (key, eyes(db.session()))
    if mine not in kept:
        kept[mine] = ask()
    return cast(Found, kept[mine])
