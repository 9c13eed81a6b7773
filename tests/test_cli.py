"""The commands, as whoever runs Casework types them."""
from __future__ import annotations

import os
import re
import subprocess
import sys

import psycopg
import pytest

from casework.kernel.db import db
from tests.conftest import KEYS, app_on, runtime
from tests.postgres import database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(request, tmp_path):
    """The address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    server = request.getfixturevalue("pg_server")
    name = f"empty_{os.getpid()}_{abs(hash(tmp_path)) % 10**8}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return database(server, name)


@pytest.fixture
def casework(empty):
    """`casework("db", "upgrade")` in a process of its own: (status, standard output, standard error)."""
    def run(*words, given=""):
        environment = {**os.environ, "CASEWORK_ENV": "test", "CASEWORK_DATABASE_URL": runtime(empty), "CASEWORK_OWNER_URL": empty,
                       "CASEWORK_KEYS": KEYS, "CASEWORK_SECRET_KEY": "t" * 40}
        done = subprocess.run([sys.executable, "-c", "from casework.cli import main; main()", *words], input=given,
                              capture_output=True, text=True, env=environment, timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr
    return run


@pytest.mark.slow
def test_from_nothing_to_a_first_administrator_with_a_token(casework, empty):
    status, said, wrong = casework("db", "upgrade")
    assert status == 0, wrong
    assert "Rules published: 7" in said
    assert "Rules published: 0" in casework("db", "upgrade")[1]
    words = ("user", "create", "--username", "Root", "--name", "Ro Example", "--role", "administrator")
    status, said, wrong = casework(*words, given="a sentence to begin with\n" * 2)
    assert status == 0, wrong
    assert "root may sign in as administrator" in said
    status, token, wrong = casework("token", "create", "--user", "root")
    assert status == 0, wrong
    assert re.fullmatch(r"cw_[\w-]{43}\n", token)
    app = app_on(empty)
    with app.app_context():
        answer = app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {token.strip()}"})
        assert answer.status_code == 200
        assert answer.json["username"] == "root"
        db.session.remove()
        db.engine.dispose()


@pytest.mark.slow
def test_what_is_refused_is_one_line_and_a_status(casework):
    casework("db", "upgrade")
    status, said, wrong = casework("user", "create", "--username", "x", "--name", "X", "--role", "administrator",
                                   given="short\nshort\n")
    assert status == 1
    assert "15 to 256 characters" in wrong
    assert "Traceback" not in wrong
    status, said, wrong = casework("user", "create", "--username", "x", "--name", "X", "--role", "specialist",
                                   given="a sentence to begin with\n" * 2)
    assert status == 2
    assert "say --office CODE" in wrong
    status, said, wrong = casework("token", "create", "--user", "nobody")
    assert status == 2
    assert said == ""


@pytest.mark.slow
def test_what_the_disk_or_the_database_refuses_is_one_line_too(casework, tmp_path):
    for words in (("token", "create", "--user", "root"), ("restore", str(tmp_path))):
        status, said, wrong = casework(*words)
        assert (status, said) == (1, "")
        assert len(wrong.splitlines()) == 1, wrong
    assert "run casework db upgrade first" in casework("backup", str(tmp_path / "one"))[2]
    casework("db", "upgrade")
    (tmp_path / "file").write_text("no folder")
    status, _, wrong = casework("backup", str(tmp_path / "file" / "one"), "--keys", str(tmp_path / "keys"))
    assert status == 1
    assert wrong.startswith("Error: Not a directory: ")
    assert len(wrong.splitlines()) == 1
