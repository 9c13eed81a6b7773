"""The tables come up from nothing, go down to nothing, come up again, and are then what the models say."""
from __future__ import annotations

import uuid

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from casework import schema
from casework.audit.guards import letting_through
from casework.kernel.constraints import TRIGGERS
from casework.kernel.db import Base, db
from tests.conftest import app_on
from tests.migrations.catalogue import catalogue
from tests.postgres import database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(request, tmp_path):
    """`empty()`: the product, as the owner, on a database without tables, each time another one."""
    contexts = []

    def make():
        url = address(request, tmp_path, f"empty_{uuid.uuid4().hex[:8]}")
        app = app_on(url, DATABASE_URL=url)
        contexts.append(app.app_context())
        contexts[-1].push()
        return db.engine

    yield make
    for context in reversed(contexts):
        db.session.remove()
        db.engine.dispose()
        context.pop()


def address(request, tmp_path, name):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / name}.db"
    server = request.getfixturevalue("pg_server")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return database(server, name)


def now_in(engine):
    with engine.connect() as connection:
        return catalogue(connection)


def test_there_is_one_head_and_the_tables_come_to_it(empty):
    empty()
    assert schema.present() is None
    schema.upgrade()
    assert schema.present() == schema.head() is not None


def test_down_leaves_nothing_and_up_again_is_the_same(empty):
    engine = empty()
    schema.upgrade()
    before = now_in(engine)
    assert ("checks", "disbursement") in before
    schema.downgrade("base")
    assert now_in(engine) == {}
    schema.upgrade()
    assert now_in(engine) == before


def test_what_migrations_make_is_what_the_models_say(empty):
    """Column by column, key by key, check by check, trigger by trigger."""
    made = empty()
    schema.upgrade()
    by_migrations = now_in(made)
    said = empty()
    with letting_through():
        db.create_all()
    by_models = now_in(said)
    missing = {key: value for key, value in by_models.items() if by_migrations.get(key) != value}
    too_much = {key: value for key, value in by_migrations.items() if by_models.get(key) != value}
    assert (missing, too_much) == ({}, {})


def test_the_models_ask_for_no_further_migration(empty):
    engine = empty()
    schema.upgrade()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_trigger_that_is_declared_is_there(empty):
    engine = empty()
    schema.upgrade()
    there = {name for kind, name in now_in(engine) if kind == "trigger"}
    declared = {name for name, by_dialect in TRIGGERS.items()
                if "CREATE TRIGGER" in by_dialect.get(engine.dialect.name, "").upper()}
    assert declared and declared <= there


def test_a_difference_would_be_found(empty):
    engine = empty()
    schema.upgrade()
    before = now_in(engine)
    with engine.connect() as connection, letting_through():
        drop = "DROP TRIGGER audit_event_no_delete" if engine.dialect.name == "sqlite" else \
            "DROP TRIGGER audit_event_stays ON audit_event"
        connection.execute(text(drop))
        connection.commit()
    assert set(before) - set(now_in(engine)) == {("trigger", drop.split()[2])}
