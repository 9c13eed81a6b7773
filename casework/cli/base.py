"""Where every command hangs, and what they share."""
from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click
from sqlalchemy import select

from .. import create_app
from ..access.models import User
from ..kernel.db import db

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group()
def casework() -> None:
    """Casework: victim assistance, Continued Presence, emergency fund."""


def with_app(command: Command) -> Command:
    """Run inside the application, as the environment configures it."""
    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        with create_app().app_context():
            try:
                return command(*args, **kwargs)
            finally:
                db.session.remove()
                db.engine.dispose()
    return run  # type: ignore[return-value]


def end_in_order() -> None:
    """From here on whoever ends this process from outside lets it first throw away what is not whole: copies and
    scratch, with people's keys in them. What is ignored already (`nohup`) stays so."""
    for word in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(word) == signal.SIG_DFL:
            signal.signal(word, _end)


def _end(word: int, _: object) -> None:
    for again in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(again, signal.SIG_IGN)
    sys.exit(128 + word)


def person_called(username: str) -> User:
    person = db.session.scalar(select(User).where(User.username == username.strip().casefold()))
    if person is None:
        raise click.UsageError(f"Nobody signs in as {username}.")
    return person
