"""A sealer killed at any point leaves no gap and no double; the next goes on where it ended."""
from __future__ import annotations

import os
import subprocess
import sys

import pytest

from casework.audit.models import AuditEvent
from casework.log import log_keys
from casework.log.models import LogCheckpoint
from tests.log.sealing import ORIGIN, checked, every_event_once

pytestmark = [pytest.mark.slow, pytest.mark.crash]


def kills(small, full):
    return full if os.environ.get("CASEWORK_TEST_FULL") else small


def test_sealers_killed_under_load_leave_each_event_exactly_one_leaf(copy, truth, tmp_path):
    count, before = kills(small=4, full=100), truth.query(AuditEvent).count()
    truth.rollback()
    log_keys.create(tmp_path / "key", ORIGIN)
    words = [copy[0], str(tmp_path / "key"), str(count), "4711"]
    done = subprocess.run([sys.executable, "-m", "tests.log.dying", *words], capture_output=True, text=True,
                          timeout=240 + 6 * count, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == checked(truth)
    every_event_once(truth)
    written = truth.query(AuditEvent).count() - before
    print(f"{count} kills, {written} events written meanwhile, {truth.query(LogCheckpoint).count()} checkpoints")
    assert written > 100
