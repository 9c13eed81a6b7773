"""Databases built once and copied, so that every test starts from the same story and may do what it likes."""
from __future__ import annotations

import shutil
import uuid

import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from casework import create_app
from casework.kernel.db import db
from tests import world as story
from tests.postgres import pg_server  # noqa: F401

KEYS = "master-1: " + "a" * 43 + "=\nindex-1: " + "b" * 43 + "=\n"


def app_on(url, **given):
    app = create_app(**{"ENV": "test", "DATABASE_URL": url, "SECRET_KEY": "t" * 40, "KEYS": KEYS, "TESTING": True, **given})
    return app


def build_on(url):
    """Tables and triggers, then the story, told by calling the product's actions."""
    app = app_on(url)
    with app.app_context():
        db.create_all()
        ids = story.build()
        db.session.remove()
        db.engine.dispose()
    return ids


@pytest.fixture(scope="session")
def sqlite_copies(tmp_path_factory):
    template = tmp_path_factory.mktemp("template") / "casework.db"
    ids = build_on(f"sqlite:///{template}")

    def copy():
        path = tmp_path_factory.mktemp("copy") / "casework.db"
        shutil.copy(template, path)
        return f"sqlite:///{path}", ids
    return copy


@pytest.fixture(scope="session")
def postgresql_copies(pg_server):  # noqa: F811
    def on(name):
        return pg_server.replace("postgresql://postgres@/postgres", f"postgresql+psycopg://postgres@/{name}")

    with psycopg.connect(pg_server, autocommit=True) as server:
        server.execute("CREATE DATABASE template_casework")
    ids = build_on(on("template_casework"))

    def copy():
        name = f"t_{uuid.uuid4().hex[:10]}"
        with psycopg.connect(pg_server, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} TEMPLATE template_casework STRATEGY file_copy")
        return on(name), ids
    return copy


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def copy(request):
    """A database of one's own: (url, ids of the story)."""
    return request.getfixturevalue(f"{request.param}_copies")()


@pytest.fixture
def app(copy):
    app = app_on(copy[0])
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def truth(copy):
    """What is really there, seen past every guard."""
    engine = create_engine(copy[0])
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def world(app, copy):
    """The people and things of the story, by name, in this test's own session."""
    return story.load(copy[1])
