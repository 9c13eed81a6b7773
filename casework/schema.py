"""The tables of the database this application is on: where they stand, and moving them."""
from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from .kernel.db import db

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def config() -> Config:
    """Alembic's settings; `migrations/env.py` takes the connection from the application."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    return made


def upgrade(revision: str = "head") -> None:
    command.upgrade(config(), revision)


def downgrade(revision: str) -> None:
    command.downgrade(config(), revision)


def head() -> str | None:
    """The revision this code was written for."""
    return ScriptDirectory.from_config(config()).get_current_head()


def present() -> str | None:
    """The revision the database is at; None when it has no tables."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
