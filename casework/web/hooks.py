"""What the rooms above lend to this one: who someone is, their office's time, their session."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import cast

from flask import Request, current_app, g, has_app_context, has_request_context, session

from casework.kernel.conditions import Actor


def _ask_names(page: str) -> None:
    session["names"] = page


def _take_names(page: str) -> bool:
    return session.get("names") == page and bool(session.pop("names"))


def _hide() -> None:
    session["hidden"] = True


def _hidden() -> bool:
    return bool(session.get("hidden"))


def _reveal(password: str) -> bool:
    return bool(session.pop("hidden", True))


def _me(actor: Actor) -> tuple[str, str]:
    return "Signed in", ", ".join(sorted({str(grant.role).replace("_", " ") for grant in actor.current_grants}))


@dataclass(frozen=True)
class Hooks:
    """`me`: name and "Specialist, Denver". `ask_names`/`take_names`: keep one page's wish, and use it up.
    `hide`, `hidden`, `reveal`: the blank screen; `reveal` takes the password and says whether it was right."""
    by_session: Callable[[Request], Actor | None]
    by_token: Callable[[str], Actor | None]
    zone: Callable[[], tzinfo] = lambda: UTC
    me: Callable[[Actor], tuple[str, str]] = _me
    ask_names: Callable[[str], None] = _ask_names
    take_names: Callable[[str], bool] = _take_names
    hide: Callable[[], None] = _hide
    hidden: Callable[[], bool] = _hidden
    reveal: Callable[[str], bool] = _reveal


def hooks() -> Hooks:
    return cast(Hooks, current_app.extensions["casework.hooks"])


def reader_zone() -> tzinfo:
    """The time zone of the reader's office; UTC when nobody reads. Asked once per request."""
    if not has_request_context():
        return hooks().zone() if has_app_context() and "casework.hooks" in current_app.extensions else UTC
    zone: tzinfo | None = g.get("zone")
    if zone is None:
        zone = g.zone = hooks().zone() if "casework.hooks" in current_app.extensions else UTC
    return zone
