"""A connection that the server closed while it rested is replaced; who asks next notices nothing. On PostgreSQL."""
from __future__ import annotations

import time

import psycopg
import pytest
from sqlalchemy import make_url, text

from casework.kernel.db import db

pytestmark = [pytest.mark.postgresql, pytest.mark.parametrize("copy", ["postgresql"], indirect=True)]
OURS = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND usename = 'casework_runtime'"


@pytest.fixture
def close_all(copy, pg_server):
    """`close_all()`: the server ends every connection of the application, as on a restart; how many there were."""
    def close():
        name = make_url(copy[0]).database
        with psycopg.connect(pg_server, autocommit=True) as server:
            pids = [pid for pid, in server.execute(OURS, [name])]
            for pid in pids:
                server.execute("SELECT pg_terminate_backend(%s)", [pid])
            until = time.monotonic() + 10
            while server.execute(OURS, [name]).fetchall() and time.monotonic() < until:
                time.sleep(0.01)
            return pids
    return close


def pid():
    return db.session.execute(text("SELECT pg_backend_pid()")).scalar()


def test_a_session_goes_on_with_another_connection(world, close_all):
    before = pid()
    db.session.rollback()
    assert close_all() == [before]
    assert pid() != before


def test_each_of_many_that_rested_is_replaced(world, close_all):
    db.session.rollback()
    for line in [db.engine.connect() for _ in range(4)]:
        line.close()
    assert len(close_all()) > 1
    lines = [db.engine.connect() for _ in range(4)]
    assert [line.scalar(text("SELECT 1")) for line in lines] == [1] * 4
    for line in lines:
        line.close()


def test_who_uses_casework_meets_no_error(world, browser, close_all):
    ada, page = browser("ada"), f"/cases/{world.rosa.id}"
    assert ada.get(page).status_code == 200
    db.session.remove()
    for _ in range(2):
        assert close_all()
        assert ada.get(page).status_code == 200


def test_one_that_is_well_stays(world):
    first = pid()
    for _ in range(3):
        db.session.rollback()
        assert pid() == first
