"""Where every command hangs, and what they share."""
from __future__ import annotations

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


def person_called(username: str) -> User:
    person = db.session.scalar(select(User).where(User.username == username.strip().casefold()))
    if person is None:
        raise click.UsageError(f"Nobody signs in as {username}.")
    return person
