"""Sealing as whoever runs Casework types it."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import select

from casework.audit.models import AuditEvent
from casework.cli import main
from casework.log import log_keys, notes, sealer
from casework.log.models import LogCheckpoint, LogLeaf, LogWitnessReceipt
from tests.conftest import KEYS
from tests.log.sealing import ORIGIN, checked, every_event_once, write_events
from tests.log.test_continuity import Owner, points

COMMAND = [sys.executable, "-c", "from casework.cli import main; main()"]


@pytest.fixture
def environment(copy, tmp_path, monkeypatch):
    """The settings of one installation, for commands in this process and in others."""
    log_keys.create(tmp_path / "log-key", ORIGIN)
    said = {"ENV": "test", "DATABASE_URL": copy[0], "KEYS": KEYS, "SECRET_KEY": "c" * 40,
            "LOG_KEY_FILE": str(tmp_path / "log-key")}
    for name, value in said.items():
        monkeypatch.setenv(f"CASEWORK_{name}", value)
    return monkeypatch


@pytest.fixture
def casework(environment, capfd, monkeypatch):
    """`casework("seal")` in this process: (status, output, errors)."""
    def run(*words):
        monkeypatch.setattr(sys, "argv", ["casework", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        return ended.value.code or 0, said.out, said.err
    return run


def test_once_it_seals_everything_and_says_how_much(casework, truth):
    status, said, wrong = casework("seal")
    assert (status, wrong) == (0, "")
    events, size = truth.query(AuditEvent).count(), truth.query(LogLeaf).count()
    assert said == f"Events sealed: {events}. The log has {size} leaves.\n"
    assert casework("seal")[1] == f"Events sealed: 0. The log has {size} leaves.\n"


def test_without_a_key_it_refuses_in_one_line(casework, environment):
    environment.delenv("CASEWORK_LOG_KEY_FILE")
    for words in (("seal",), ("seal", "--follow"), ("worker",), ("log", "rotate-key", "new")):
        status, said, wrong = casework(*words)
        assert (status, said) == (1, "")
        assert "casework log create-key FILE" in wrong and wrong.count("\n") == 1


def test_a_second_sealer_says_so_in_one_line(casework, app, world):
    with sealer.the_sealer():
        status, _, wrong = casework("seal")
    assert (status, wrong) == (1, "Another process is sealing this log already.\n")


def test_a_key_file_open_to_others_is_refused(casework, tmp_path):
    (tmp_path / "log-key").chmod(0o644)
    status, _, wrong = casework("seal")
    assert status == 1 and "chmod 600" in wrong


def test_a_key_is_made_turned_and_never_written_over(casework, environment, truth, tmp_path):
    status, said, _ = casework("log", "create-key", str(tmp_path / "first"))
    assert status == 0 and said.splitlines()[-1].startswith(f"{ORIGIN}+")
    assert casework("log", "create-key", str(tmp_path / "first"))[0] == 2
    environment.setenv("CASEWORK_LOG_KEY_FILE", str(tmp_path / "first"))
    status, said, _ = casework("log", "rotate-key", str(tmp_path / "second"))
    assert status == 0
    second = notes.Signer.read((tmp_path / "second").read_text())
    assert said.splitlines()[-1] == second.vkey
    status, _, wrong = casework("seal")
    assert status == 1 and "signed by another key now" in wrong
    environment.setenv("CASEWORK_LOG_KEY_FILE", str(tmp_path / "second"))
    assert casework("seal")[0] == 0
    checked(truth)


def test_an_older_log_is_refused_in_one_line_until_it_is_accepted(casework, copy, truth, tmp_path):
    owner = Owner(copy[0])
    casework("seal")
    [size] = points(truth)
    status, _, wrong = casework("log", "accept")
    assert status == 1 and "there is nothing to accept" in wrong
    owner.wipe()
    owner.engine.dispose()
    status, said, wrong = casework("seal")
    assert (status, said) == (1, "") and f"has signed a log of {size} leaves" in wrong and wrong.count("\n") == 1
    assert points(truth) == []
    said = f"Signed before: {size} leaves. From here on the log goes on from 0.\n"
    assert casework("log", "accept") == (0, said, "")
    assert casework("seal")[0] == 0
    checked(truth)


def test_publishing_says_what_each_witness_answered(casework, environment, truth, tmp_path):
    (tmp_path / "there").mkdir()
    environment.setenv("CASEWORK_WITNESSES", f"folder:{tmp_path / 'there'};folder:{tmp_path / 'away'}")
    assert casework("log", "publish") == (0, "There is nothing to send.\n", "")
    casework("seal")
    status, said, _ = casework("log", "publish")
    assert status == 1
    assert said.splitlines()[0] == f"folder:{tmp_path / 'there'}: taken, written"
    assert "FAILED, FileNotFoundError" in said.splitlines()[1]
    assert truth.scalars(select(LogWitnessReceipt.well).order_by(LogWitnessReceipt.id)).all() == [True, False]


def until(holds, seconds=120):
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up, "it did not come about"
        time.sleep(0.1)


@pytest.mark.slow
def test_the_worker_seals_as_things_happen_publishes_and_stops_cleanly(environment, app, world, truth, tmp_path):
    (tmp_path / "there").mkdir()
    environment.setenv("CASEWORK_WITNESSES", f"folder:{tmp_path / 'there'}")
    worker = subprocess.Popen([*COMMAND, "worker"], env=os.environ, stderr=subprocess.PIPE, text=True)
    waiting = None
    try:
        until(lambda: sealed_all(truth))
        waiting = subprocess.Popen([*COMMAND, "seal", "--follow"], env=os.environ, stderr=subprocess.PIPE, text=True)
        write_events(3)
        until(lambda: sealed_all(truth))
        assert "Waiting." in waiting.stderr.readline()
        worker.send_signal(signal.SIGTERM)
        assert (worker.wait(60), worker.stderr.read()) == (0, "")
        write_events(2)
        until(lambda: sealed_all(truth))
        waiting.send_signal(signal.SIGTERM)
        assert (waiting.wait(60), waiting.stderr.read()) == (0, "")
    finally:
        for process in filter(None, (worker, waiting)):
            process.kill()
            process.wait()
            process.stderr.close()
    checked(truth)
    every_event_once(truth)


@pytest.mark.slow
def test_the_worker_beside_a_process_ends_when_that_one_has_ended(environment):
    """The demonstration's server is the process that started the worker."""
    start = (f"import subprocess, os, time\nworker = subprocess.Popen({[*COMMAND, 'worker', '--beside']!r} + "
             "[str(os.getpid())], start_new_session=True)\nprint(worker.pid, flush=True)\ntime.sleep(60)")
    parent = subprocess.Popen([sys.executable, "-c", start], env=os.environ, stdout=subprocess.PIPE, text=True)
    worker = int(parent.stdout.readline())
    time.sleep(0.5)
    assert alive(worker)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: not alive(worker))


def alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def sealed_all(session):
    session.rollback()
    sealed = select(LogLeaf.event_id).where(LogLeaf.event_id == AuditEvent.id).exists()
    waiting = session.scalar(select(AuditEvent.id).where(~sealed).limit(1))
    session.rollback()
    return waiting is None and session.scalar(select(LogCheckpoint.id).limit(1)) is not None
