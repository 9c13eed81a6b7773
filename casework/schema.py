"""The tables of the database this application is on: where they stand, and moving them."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection, create_engine, make_url

from .access.securing import secure as raise_walls
from .access.securing import stand, walks_through
from .kernel.db import db
from .settings import address, context_key

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def config() -> Config:
    """Alembic's settings; `migrations/env.py` takes the connection from here."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    return made


@contextmanager
def as_owner() -> Iterator[Connection]:
    """A connection of the tables' owner, who makes them and walks through the walls."""
    engine = create_engine(address(str(current_app.config["OWNER_URL"]))) if apart() else db.engine
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        if engine is not db.engine:
            engine.dispose()


def apart() -> bool:
    """Is this PostgreSQL, and the owner another than whom the application connects as?"""
    owner = str(current_app.config["OWNER_URL"])
    runtime = db.engine.url
    return bool(owner) and runtime.get_backend_name() == "postgresql" \
        and make_url(address(owner)).username != runtime.username


def upgrade(revision: str = "head") -> None:
    """Move the tables; at head also raise the walls, where the application has a role of its own."""
    command.upgrade(config(), revision)
    if apart() and present() == head():
        secure()


def secure() -> None:
    """Write the role, its rights and every policy of this code into the database, in one transaction."""
    with as_owner() as connection:
        raise_walls(connection, context_key(current_app.config), db.engine.url)
        connection.commit()


def walled() -> bool:
    """Do the walls hold: is the application's role held by them, and are they those of this code, untouched? SQLite
    has none; elsewhere than in production the owner may do without."""
    if db.engine.dialect.name != "postgresql":
        return True
    with db.engine.connect() as connection:
        through = walks_through(connection)
        if through and current_app.config["ENV"] != "production":
            return True
        return not through and stand(connection)


def downgrade(revision: str) -> None:
    command.downgrade(config(), revision)


def head() -> str | None:
    """The revision this code was written for."""
    return ScriptDirectory.from_config(config()).get_current_head()


def present() -> str | None:
    """The revision the database is at; None when it has no tables."""
    with as_owner() as connection:
        return MigrationContext.configure(connection).get_current_revision()
