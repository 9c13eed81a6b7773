"""A process of its own for `test_kills`: writers that never rest, and sealers that are killed one after the other.

    python -m tests.log.dying DATABASE-URL KEY-FILE KILLS SEED

Each sealer kills itself (SIGKILL: nothing is tidied up) just before or after its n-th statement or commit, n drawn
anew, or is killed from outside after a moment. At the end the writers stop and one sealer lives.
"""
from __future__ import annotations

import os
import random
import signal
import sys
import time

from sqlalchemy import Engine, create_engine, event

from casework.kernel.alone import Busy
from casework.kernel.db import db
from casework.log import log_keys, sealer
from tests.conftest import app_on
from tests.log.sealing import write_events

STEPS = 90  # statements and commits of a few passes
WRITERS = 2


def forked(do, *words):
    child = os.fork()
    if child == 0:
        status = 1
        try:
            do(*words)
            status = 0
        finally:
            os._exit(status)
    return child


def write(url, seed):
    """Transactions of a few events, some of them long, until told to stop."""
    chance, stop, engine = random.Random(seed), [], create_engine(url)
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    while not stop:
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection = connection.execution_options(writing=True)
            write_events(chance.randrange(1, 30), connection)
            time.sleep(chance.choice((0, 0, 0.02)))
            connection.commit() if chance.random() < 0.9 else connection.rollback()
        time.sleep(0.05)


def seal_until(app, key, steps):
    """Die at the n-th step; 0: go on for ever, to be killed from outside."""
    left = [steps]

    def step(*_):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, moment, step)
    with app.app_context():
        while True:
            try:
                with sealer.the_sealer():
                    while True:
                        sealer.seal(log_keys.signer(app.config), at_most=100)
                        time.sleep(0.005)
            except Busy:
                time.sleep(0.01)  # the server has not yet noticed that the last one died


def kill_one(app, key, chance):
    from_outside = chance.random() < 0.3
    child = forked(seal_until, app, key, 0 if from_outside else chance.randrange(1, STEPS))
    if from_outside:
        time.sleep(chance.random() / 4)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, "it died of something else"


def main(url, key, kills, seed):
    chance, app = random.Random(seed), app_on(url, LOG_KEY_FILE=key)
    writers = [forked(write, url, seed + number) for number in range(WRITERS)]
    for _ in range(kills):
        kill_one(app, key, chance)
    for writer in writers:
        os.kill(writer, signal.SIGTERM)
        assert os.waitstatus_to_exitcode(os.waitpid(writer, 0)[1]) == 0
    with app.app_context():
        with sealer.the_sealer():
            print(sealer.everything(log_keys.signer(app.config)).size)
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
