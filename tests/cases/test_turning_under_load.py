"""Keys are turned under readers and writers, and whoever turns them is killed again and again: nothing is lost, and
nobody sees a wrong value."""
from __future__ import annotations

import random
import re
import signal
import time
from collections import Counter
from multiprocessing import get_context

import pytest
from sqlalchemy import create_engine, select

from casework.cases import keys
from casework.cases.files import Identity
from casework.cases.models import PersonKey, key_place
from casework.kernel.data_keys import data_key
from casework.kernel.db import db
from casework.kernel.exact import exact_index
from casework.kernel.key_sources import configure
from tests.cases.turning import a_number_of, at_work, id_of, load, name_of, read, turn, typed, write
from tests.conftest import KEYS
from tests.counts import times

PEOPLE, KILLS = times(small=600, full=100_000), times(small=2, full=20)
LINES = 5  # batches that are let through before each kill; one more is begun
BATCH = PEOPLE * 2 // (KILLS * (LINES + 1))  # so that the kills are over when all keys and all indexes nearly are
PAUSE = times(small=10, full=0) / 1000  # of readers and writers, who would take every core that other tests need
PROCESSES = get_context("forkserver")  # quick to begin: what they run is imported once
PROCESSES.set_forkserver_preload(["tests.cases.turning"])


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "keys"
    path.write_text(KEYS)
    path.chmod(0o600)
    configure({"KEYS_FILE": str(path)})
    yield path
    configure({"KEYS": KEYS})


def begun(what, *given, then=()):
    """A process of its own, and what it tells."""
    heard, told = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=what, args=(*given, told, *then), daemon=True)
    process.start()
    told.close()
    return process, heard


def told(process, heard, seconds):
    """What it tells in the end; it must end well."""
    assert heard.poll(seconds)
    said = heard.recv()
    process.join(30)
    assert process.exitcode == 0
    return said


def command(url, key_file, words, seconds=120):
    status, said = told(*begun(typed, url, key_file, words), seconds)
    assert status == 0, said
    return said


def killed(url, key_file):
    """One turning, killed (SIGKILL) at any moment of the batch that follows a few that it told of: in what it was."""
    leave = PROCESSES.Semaphore(LINES + 1)
    turning, heard = begun(turn, url, key_file, BATCH, then=[leave])
    for _ in range(LINES):
        began, what = time.perf_counter(), heard.recv()
    time.sleep(random.uniform(0, time.perf_counter() - began))
    turning.kill()
    turning.join(30)
    assert turning.exitcode == -signal.SIGKILL
    return what


def as_written(url):
    """Every loaded person, past the product: under which master and index keys they stand. Fails on a wrong value."""
    engine, masters, indexes, seen = create_engine(url), set(), set(), 0
    keyed, identity = PersonKey.__table__, Identity.__table__
    with engine.connect() as connection:
        rows = connection.execute(select(
            identity.c.id, identity.c.person_id, identity.c.legal_name_sealed, identity.c.a_number_index,
            keyed.c.wrapped).outerjoin(keyed, keyed.c.person_id == identity.c.person_id)
            .where(identity.c.id < id_of(PEOPLE)).order_by(identity.c.id))
        for number, (id, person_id, name, index, wrapped) in enumerate(rows):
            assert Identity.legal_name.open(data_key(key_place(person_id), wrapped), id, name) == name_of(number)
            assert index[3] == 1 or index == exact_index("a_number", a_number_of(number))
            masters.add(wrapped[4])
            indexes.add(index[3])
            seen += 1
    engine.dispose()
    assert seen == PEOPLE
    return masters, indexes


@pytest.mark.crash
@pytest.mark.slow
def test_killed_again_and_again_under_readers_and_writers_nothing_is_lost_and_nothing_wrong_is_shown(
        app, copy, key_file, tmp_path):
    url, stop = copy[0], tmp_path / "stop"
    load(url, PEOPLE)
    others = [begun(at_work, work, url, key_file, stop, then=[PEOPLE, PAUSE]) for work in (read, read, write)]
    assert [heard.recv() for _, heard in others] == ["ready"] * 3
    keys.add("master")
    keys.add("index")
    kills = Counter(killed(url, key_file) for _ in range(KILLS))
    masters, indexes = as_written(url)
    assert (masters, indexes) == ({2}, {1, 2}), "the indexes were to be half done: this proves nothing of them"
    assert all(kills[what] >= max(KILLS // 3, 1) for what in ("person keys", "a_number indexes")), kills
    command(url, key_file, ["keys", "rotate", "--batch", str(BATCH)], times(small=120, full=1500))
    stop.touch()
    said = [told(*other, 120) for other in others]
    db.session.remove()
    print(PEOPLE, "people,", dict(kills), "kills;", [done for done, _ in said], "reads, reads, writes")
    assert [wrong for _, wrong in said] == [[], [], []]
    assert all(done > 5 for done, _ in said)
    assert as_written(url) == ({2}, {2})
    assert re.search(r"master-1 +older +0 rows", command(url, key_file, ["keys", "status"]))
