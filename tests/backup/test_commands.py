"""The commands, as whoever runs Casework types them: the steps of the README, and a kill in the middle of a backup."""
from __future__ import annotations

import os
import random
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import make_url

from casework.backup import scratch
from casework.backup.restoring import look
from casework.cli import casework
from casework.kernel.db import db
from casework.kernel.errors import Conflict
from tests.backup.conftest import SIGNER
from tests.conftest import KEYS
from tests.counts import times

pytestmark = pytest.mark.slow
README = Path(__file__).parents[2] / "README.md"
SECTION = re.compile(r"### Restore it for real\n(.*?)\n### ", re.S)
CASEWORK = [sys.executable, "-c", "from casework.cli import main; main()"]


@pytest.fixture
def plain(house):
    """The address as it is written in a setting."""
    return house.url.replace("postgresql+psycopg://", "postgresql://")


def environment(url, **more):
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "CASEWORK_ENV": "test", "CASEWORK_DATABASE_URL": url, "CASEWORK_KEYS": KEYS,
            "CASEWORK_SECRET_KEY": "c" * 40, "CASEWORK_LOG_KEY": SIGNER.written, **more}


def run(words, settings):
    """In this process: to start one takes longer than most of what it does."""
    return CliRunner().invoke(casework, words, env=settings)


def steps():
    """What the README says to type, step by step."""
    section = SECTION.search(README.read_text(encoding="utf-8"))[1]
    return [line.strip() for line in section.splitlines() if line.startswith("       ") and line.strip()]


def test_the_steps_of_the_readme_restore_it(house, plain, request):
    """Every line that the README gives is typed as it stands, but for the places."""
    checkpoint = house.seal()
    db.session.rollback()
    here = {"/backups/casework.cwb": house.folder / "casework.cwb", "/escrow/casework.keys": house.folder / "escrow.keys",
            "/auditor/checkpoint.txt": checkpoint}
    settings = environment(plain)
    taken = run(["backup", str(here["/backups/casework.cwb"]), "--keys", str(here["/escrow/casework.keys"])], settings)
    assert taken.exit_code == 0, taken.output
    fresh = empty(house, plain, request)
    done = []
    for step in steps():
        if step.startswith("export "):
            name = step.removeprefix("export ").partition("=")[0]
            settings[name] = fresh
            continue
        program, *words = shlex.split(step.partition("  #")[0])
        assert program == ".venv/bin/casework", step
        answer = run([str(here.get(word, word)) for word in words], settings)
        assert answer.exit_code == 0, (step, answer.output, answer.exception)
        done.append((words[0], answer.stdout))
    said = dict(done)
    assert [verb for verb, _ in done] == ["restore-verify", "restore", "db", "keys", "log"]
    assert "Everything holds." in said["restore-verify"]
    assert "0 have none" in said["restore"]
    assert said["log"].startswith("✓ holds")


def empty(house, plain, request):
    """The address of a database where nothing is."""
    if plain.startswith("sqlite"):
        return f"sqlite:///{house.folder}/restored.db"
    name = f"restored_{os.getpid()}_{random.randrange(10**8)}"
    with psycopg.connect(request.getfixturevalue("pg_server"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    return make_url(plain).set(database=name).render_as_string(hide_password=False)


def test_a_restore_goes_only_where_nothing_is(house, plain):
    taken = house.take()
    refused = run(["restore", str(taken.file)], environment(plain))
    assert isinstance(refused.exception, Conflict)
    assert "already: a backup is restored to where nothing is" in str(refused.exception)


def test_an_altered_file_is_one_line_of_the_table_and_a_status(house, plain):
    taken = house.take()
    content = bytearray(taken.file.read_bytes())
    content[len(content) // 2] ^= 1
    taken.file.write_bytes(content)
    answer = run(["restore-verify", str(taken.file)], environment(plain))
    assert answer.exit_code == 1
    assert answer.output.startswith("✗ does not hold  whole")


@pytest.mark.crash
def test_a_backup_that_is_killed_leaves_nothing_under_its_name(house, plain):
    """SIGKILL at any moment from its first bytes on: what has the name is whole, and the next backup is not hindered."""
    file, settings = house.folder / "killed", environment(plain)
    unfinished = 0
    for number in range(times(small=1, full=20)):
        process = subprocess.Popen([*CASEWORK, "backup", str(file)], env=settings, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
        while process.poll() is None and not begun(house.folder):
            time.sleep(0.001)
        time.sleep(random.choice([0, 0, 0.01, 0.03, 0.1]) if number else 0)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        unfinished += not file.exists()
        if file.exists():
            look(file)
            file.unlink()
        file.with_name("killed.keys").unlink(missing_ok=True)
    assert unfinished, "no kill came in time: this proves nothing"
    assert run(["backup", str(file)], settings).exit_code == 0
    look(file)
    assert sorted(each.name for each in house.folder.iterdir()) == ["killed", "killed.keys"]


def scratches(house, folder):
    """What restore-verify has made and not yet thrown away."""
    if house.url.startswith("sqlite"):
        return [each.name for each in folder.iterdir() if each.name.startswith("casework-scratch-")]
    return house.on_server("SELECT datname FROM pg_database WHERE datname LIKE 'casework_scratch_%'")


@pytest.mark.crash
@pytest.mark.parametrize("word", [signal.SIGTERM, signal.SIGHUP])
def test_restore_verify_that_is_told_to_end_leaves_no_scratch(house, plain, word):
    """In it are people's keys."""
    taken = house.take()
    settings = environment(plain, TMPDIR=str(house.folder))
    before = set(scratches(house, house.folder))
    process = subprocess.Popen([*CASEWORK, "restore-verify", str(taken.file)], env=settings, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    while process.poll() is None and not set(scratches(house, house.folder)) - before:
        time.sleep(0.001)
    process.send_signal(word)
    assert process.wait(30) == 128 + word
    assert set(scratches(house, house.folder)) <= before


@pytest.mark.crash
def test_what_a_killed_restore_verify_left_goes_before_the_next(house, plain, monkeypatch):
    """But not what another one has that is alive."""
    taken = house.take()
    settings = environment(plain, TMPDIR=str(house.folder))
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(house.folder))
    before = set(scratches(house, house.folder))
    process = subprocess.Popen([*CASEWORK, "restore-verify", str(taken.file)], env=settings, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    while process.poll() is None and not set(scratches(house, house.folder)) - before:
        time.sleep(0.001)
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    left = set(scratches(house, house.folder)) - before
    assert left, "the kill came too late: this proves nothing"
    while house.url.startswith("postgresql") and house.on_server(
            "SELECT pid FROM pg_stat_activity WHERE datname LIKE 'casework_scratch_%'"):
        time.sleep(0.01)  # the server notices in its own time that nobody is there any more
    with house.restored(taken):
        alive = set(scratches(house, house.folder))
        assert not alive & left
        with house.restored(taken):
            assert alive <= set(scratches(house, house.folder))


def begun(folder):
    return any(each.name.startswith(".casework-copy") or each.suffix == ".part" for each in folder.iterdir())
