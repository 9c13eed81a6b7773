"""Databases built once and copied, so that every test starts from the same story and may do what it likes."""
from __future__ import annotations

import fcntl
import os
import pickle
import shutil
import sys
import uuid
from contextlib import contextmanager
from pathlib import Path

import flask
import flask_wtf.csrf
import psycopg
import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy.session import Session as OurSession
from sqlalchemy import create_engine, event, make_url
from sqlalchemy.orm import Session

from casework import create_app, schema
from casework.access import doors, sign_ins, tokens
from casework.access.walls import RUNTIME
from casework.kernel.db import db
from casework.kernel.system import SYSTEM
from casework.settings import database
from tests import leave
from tests import world as story

pytest_plugins = ["tests.postgres", "tests.serving.server"]

TESTS = str(Path(__file__).parent)
PURPOSES = {"master": "a", "index": "b", "backup": "c", "escrow": "d"}
KEYS = "".join(f"{purpose}-1: {letter * 43}=\n" for purpose, letter in PURPOSES.items())


class Client(FlaskClient):
    """A browser without a screen: it sends the token that every form carries. Fails on writes a view left behind."""

    def open(self, *args, **kwargs):
        token = getattr(self, "token", "")
        if token and kwargs.get("json") is None and kwargs.get("method", "GET") not in ("GET", "HEAD"):
            kwargs["data"] = {"csrf_token": token, **(kwargs.get("data") or {})}
        elif token:
            kwargs.setdefault("headers", {}).setdefault("X-CSRF-Token", token)
        try:
            with leave.kept():
                return super().open(*args, **kwargs)
        finally:
            left = flask.has_app_context() and (db.session.new or db.session.dirty)
            assert not left, "a view left writes uncommitted"


def runtime(url):
    """The same database as the application connects to it: on PostgreSQL as a role that owns nothing."""
    return url.replace("//postgres@", f"//{RUNTIME}@") if url.startswith("postgresql") else url


def app_on(url, **given):
    """The application on a database that is named by its owner's address."""
    settings = {"ENV": "test", "DATABASE_URL": runtime(url), "OWNER_URL": url, "SECRET_KEY": "t" * 40, "KEYS": KEYS,
                "TESTING": True}
    app = create_app(**{**settings, **given})
    app.test_client_class = Client
    return app


def build_on(url):
    """Tables and triggers by the migrations, then the story, told by calling the product's actions."""
    app = app_on(url)
    with app.app_context():
        schema.upgrade()
        ids = story.build()
        db.session.remove()
        db.engine.dispose()
    return ids


@event.listens_for(OurSession, "do_orm_execute")
def what_a_test_looks_at_itself(state):
    """What a test itself reads it reads past the wall; what the product reads is read through the eyes it says. What
    expired, and the product meets again outside a request, is what the test gave it; never what an action locks."""
    again = state.is_column_load and state.statement._for_update_arg is None and not flask.has_request_context() \
        and state.session.get_bind().dialect.name == "postgresql"
    if again or asked_by_a_test():
        with story.looking(state.session):
            return state.invoke_statement()


def asked_by_a_test():
    frame = sys._getframe(2)
    while frame and any(part in frame.f_code.co_filename for part in (*leave.PASSED, __file__)):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(TESTS) \
        and not frame.f_code.co_filename.endswith(leave.AS_PRODUCT)


@contextmanager
def one_at_a_time(path):
    """Of several workers one builds, the others wait and find it built."""
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def sqlite_copies(tmp_path_factory):
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    template, told = shared / "template.db", shared / "template.told"
    with one_at_a_time(shared / "template.lock"):
        if not told.exists():
            told.write_bytes(pickle.dumps(build_on(f"sqlite:///{template}")))
    ids = pickle.loads(told.read_bytes())

    def copy():
        path = tmp_path_factory.mktemp("copy") / "casework.db"
        shutil.copy(template, path)
        return f"sqlite:///{path}", ids
    return copy


@pytest.fixture(scope="session")
def postgresql_copies(pg_server):
    def on(name):
        return pg_server.replace("postgresql://postgres@/postgres", f"postgresql+psycopg://postgres@/{name}")

    with psycopg.connect(pg_server, autocommit=True) as server:
        server.execute("CREATE DATABASE template_casework")
    ids = build_on(on("template_casework"))

    def copy():
        name = f"t_{uuid.uuid4().hex[:10]}"
        with psycopg.connect(pg_server, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} TEMPLATE template_casework STRATEGY file_copy")
            server.execute(f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")  # rights on a database are not copied
        return on(name), ids
    return copy


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def copy(request):
    """A database of one's own: (url, ids of the story). It goes when the test has ended: there are thousands."""
    url, ids = request.getfixturevalue(f"{request.param}_copies")()
    yield url, ids
    if request.param == "sqlite":
        shutil.rmtree(Path(url.removeprefix("sqlite:///")).parent)
    else:
        with psycopg.connect(request.getfixturevalue("pg_server"), autocommit=True) as server:
            server.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


@pytest.fixture(scope="session")
def one_app():
    """The application, put together once: a test brings it only its own database."""
    return app_on("sqlite://")


@pytest.fixture
def app(one_app, copy):
    moved = database({**one_app.config, "DATABASE_URL": runtime(copy[0])}) | {"OWNER_URL": copy[0]}
    with one_app.app_context():
        db.engine.dispose()
        db._app_engines[one_app][None] = create_engine(runtime(copy[0]), **moved["SQLALCHEMY_ENGINE_OPTIONS"])
        one_app.config.update(moved)
        yield one_app
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
    return story.World(copy[1], db.session())


def as_browser(app, user):
    """A client signed in as this person, with the form token."""
    client = app.test_client()
    token = sign_ins.begin(user)
    with client.session_transaction() as session:
        session[doors.TOKEN] = token
    with app.test_request_context():
        flask.g.pop("csrf_token", None)
        sent = flask_wtf.csrf.generate_csrf()
        raw = flask.session["csrf_token"]
    with client.session_transaction() as session:
        session["csrf_token"], session["csrf_sent"] = raw, sent
    client.token = sent
    return client


def as_machine(app, user, scopes="*"):
    """A program that comes with this person's token."""
    client = app.test_client()
    token = tokens.create(SYSTEM, user, label="test", scopes=scopes)
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


@pytest.fixture
def browser(app, world):
    """`browser("ada")`: a client signed in as ada, with the form token."""
    return lambda name: as_browser(app, getattr(world, name))


@pytest.fixture
def machine(app, world):
    """`machine("ada")`: a program that comes with ada's token."""
    return lambda name, scopes="*": as_machine(app, getattr(world, name), scopes)


def pytest_collection_modifyitems(items):
    """Whatever needs the told story is marked `world`: a quick run leaves it out."""
    for item in items:
        if {"copy", "still"} & set(item.fixturenames) or item.path.name == "test_matrix.py":
            item.add_marker("world")
