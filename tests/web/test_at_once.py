"""The same request twice at the same moment, on both databases."""
from __future__ import annotations

from threading import Barrier, Thread
from time import sleep
from uuid import uuid4

import psycopg
import pytest

from casework.kernel.db import db
from casework.web import setup

from .conftest import make


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def slow_app(request, world, tmp_path):
    url = f"sqlite:///{tmp_path}/once.sqlite"
    if request.param == "postgresql":
        server, name = request.getfixturevalue("pg_server"), f"once_{uuid4().hex[:8]}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        url = server.replace("postgresql://postgres@/postgres", f"postgresql+psycopg://postgres@/{name}")
    done = world.approve

    def slowly(*args, **kwargs):
        sleep(0.5)
        return done(*args, **kwargs)
    world.approve = slowly
    app = make(world, tmp_path, SQLALCHEMY_DATABASE_URI=url)
    setup.close(app)
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


def test_one_key_sent_twice_at_once_has_one_effect(slow_app, world):
    """PostgreSQL says at once that the first is under way; SQLite waits and answers the same."""
    headers = {"Authorization": f"Bearer {world.specialist.id}", "Idempotency-Key": "same"}
    path, start, statuses = f"/api/v1/things/{world.thing.id}/cancel", Barrier(2), []

    def press():
        start.wait()
        statuses.append(slow_app.test_client().post(path, json={"amount": "5"}, headers=headers).status_code)
    threads = [Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with slow_app.app_context():
        waits = db.engine.dialect.name == "sqlite"
    assert sorted(statuses) == ([200, 200] if waits else [200, 409])
    assert len(world.did) == 1
    assert slow_app.test_client().post(path, json={"amount": "5"}, headers=headers).status_code == 200
    assert len(world.did) == 1
