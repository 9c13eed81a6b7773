"""The database as whoever reaches it past the product: the runtime role, in plain SQL."""
from __future__ import annotations

import time
from dataclasses import dataclass
from types import SimpleNamespace

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from casework.access import context
from casework.kernel.db import at, now
from casework.settings import context_key
from tests.conftest import runtime
from tests.funds.story import NOW

KEY = context_key({"CONTEXT_KEY": "", "SECRET_KEY": "t" * 40})


@pytest.fixture(autouse=True)
def in_time():
    with at(NOW):
        yield


@dataclass
class Raw:
    """A connection, and the ids of the story by name."""

    connection: object
    ids: SimpleNamespace

    def __getattr__(self, name):
        return getattr(self.connection, name)

    @property
    def backend(self):
        return self.connection.connection.dbapi_connection.info.backend_pid

    def signed(self, person, *, kind="asks", secret=KEY, backend=None, until=None):
        return context.signed(secret, kind, person, backend or self.backend, until=until or int(time.time()) + 60,
                              moment=now().isoformat())

    def claim(self, words):
        self.connection.execute(text("SELECT set_config('casework.asks', :words, true)"), {"words": words})

    def speak_for(self, person, **how):
        self.claim(self.signed(person, **how))

    def rows(self, table):
        return self.connection.scalar(text(f'SELECT count(*) FROM "{table}"'))


@pytest.fixture(scope="module")
def place(postgresql_copies, pg_server):
    url, ids = postgresql_copies()
    yield url, SimpleNamespace(**{name: id for name, (_, id) in ids.items()})
    with psycopg.connect(pg_server, autocommit=True) as server:
        server.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


def connected(url, ids):
    engine = create_engine(url)
    with engine.connect() as connection:
        yield Raw(connection, ids)
    engine.dispose()


@pytest.fixture
def raw(place):
    """The runtime role, without the product: nothing it does here stays."""
    yield from connected(runtime(place[0]), place[1])


@pytest.fixture
def owner(place):
    """The owner, who walks through walls: nothing it does here stays."""
    yield from connected(place[0], place[1])
