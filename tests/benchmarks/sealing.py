"""What sealing costs, and what it keeps up with: `python -m tests.benchmarks.sealing`.

1. Sixteen clients, each a process with the whole product, do real deeds (a note in a case of their own) on a PostgreSQL
   that waits for the disk. Rounds with sealing and without take turns; printed is the ratio of commits per second.
2. A generator writes 2,000 events a second, in transactions of 20, for half a minute: what was sealed of what was
   written, the lag at the end, and the processor time of the sealer for each event.
"""
from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import median
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine, func, insert, select

from casework import schema
from casework.audit.models import AuditEvent
from casework.cases import actions as cases
from casework.cases import recording
from casework.cases.models import Case
from casework.kernel.db import db
from casework.kernel.scope import by_itself
from casework.log import notes, sealer, standing
from casework.log.models import LogLeaf
from tests import world as story
from tests.conftest import app_on
from tests.log.sealing import ORIGIN, checked
from tests.postgres import start_server

CLIENTS, ROUNDS, SECONDS = 16, 7, 8
RATE, AT_ONCE, FOR = 2_000, 20, 30
forking = multiprocessing.get_context("fork")


def client(app: Any, ada: Any, case: Any, go: Any, done: Any, nth: int) -> None:
    """Deeds, one after the other, while it is our turn. (Forked: the product is there, no connection is.)"""
    with app.app_context():
        actor, mine = db.session.get(story.User, ada), db.session.get(Case, case)
        while go.value >= 0:
            if not go.value:
                time.sleep(0.02)
                continue
            recording.add_note(actor, mine, about="logistics", body="Interpreter booked for Thursday.")
            done[nth] += 1


def sealing(app: Any, on: Any, spent: Any) -> None:
    """The sealer as `casework seal --follow` runs it, while it is on; it says what processor time it took."""

    def over(pause: float) -> bool:
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent.value = used.ru_utime + used.ru_stime
        time.sleep(pause)
        while on.value == 0:
            time.sleep(0.02)
        return bool(on.value < 0)

    with app.app_context(), sealer.the_sealer():
        sealer.follow(app.config, over)


@contextmanager
def processes(*jobs: tuple[Any, ...]) -> Any:
    running = [forking.Process(target=job, args=words, daemon=True) for job, *words in jobs]
    for process in running:
        process.start()
    try:
        yield
    finally:
        for process in running:
            process.join(30)
            process.kill()


def cost(url: str, app: Any, ada: Any, own: list[Any]) -> None:
    go, on, spent = forking.Value("i", 0), forking.Value("i", 1), forking.Value("d", 0.0)
    done = forking.Array("l", CLIENTS, lock=False)
    clients = [(client, app, ada, case, go, done, nth) for nth, case in enumerate(own)]
    with processes((sealing, app, on, spent), *clients):
        stretch(go, done, SECONDS)  # everything is warm, and every plan is made
        ratios = []
        for number in range(ROUNDS):
            rates = {}
            for state in ((1, 0), (0, 1))[number % 2]:
                on.value = 1
                drained(url)
                on.value = state
                rates[state] = stretch(go, done, SECONDS)
            ratios.append(rates[1] / rates[0])
            print(f"  round {number + 1}: {rates[1]:7.1f} commits/s with sealing, {rates[0]:7.1f} without: "
                  f"{ratios[-1]:.3f}", flush=True)
        go.value = on.value = -1
    print(f"commits per second with sealing / without, {CLIENTS} clients: median {median(ratios):.3f} "
          f"(aim 0.9; from {min(ratios):.3f} to {max(ratios):.3f})", flush=True)


def stretch(go: Any, done: Any, seconds: float) -> float:
    go.value = 1
    time.sleep(0.5)
    before, began = sum(done), time.perf_counter()
    time.sleep(seconds)
    after, ended = sum(done), time.perf_counter()
    go.value = 0
    time.sleep(0.5)
    return (after - before) / (ended - began)


def drained(url: str) -> None:
    """Wait until everything is sealed."""
    engine = create_engine(url)
    with engine.connect() as connection:
        while unsealed(connection):
            time.sleep(0.2)
    engine.dispose()


def unsealed(connection: Any) -> int:
    events = connection.scalar(select(func.count()).select_from(AuditEvent))
    sealed = connection.scalar(select(func.count(LogLeaf.event_id)))
    connection.rollback()
    return int(events - sealed)


def generate(url: str, took: Any, written: Any) -> None:
    """Events as lists of records make them, at an even pace."""
    engine, began = create_engine(url), time.perf_counter()
    with engine.connect() as connection:
        for number in range(RATE * FOR // AT_ONCE):
            time.sleep(max(began + number * AT_ONCE / RATE - time.perf_counter(), 0))
            connection.execute(insert(AuditEvent), [a_read() for _ in range(AT_ONCE)])
            connection.commit()
            written.value += AT_ONCE
    took.value = time.perf_counter() - began
    engine.dispose()


SHOWN = [["case", str(uuid4()), str(uuid4())] for _ in range(5)]


def a_read() -> dict[str, Any]:
    return {"at": datetime.now(UTC), "actor_id": uuid4(), "verb": "case.read", "subject_kind": "case",
            "subject_id": None, "case_id": None, "office_id": None, "details": {"filter": "office DEN"}, "changes": [],
            "shown": SHOWN}


def pace(url: str, app: Any) -> None:
    on, spent = forking.Value("i", 1), forking.Value("d", 0.0)
    took, written = forking.Value("d", 0.0), forking.Value("l", 0)
    engine = create_engine(url)
    with engine.connect() as connection, processes((sealing, app, on, spent)):
        drained(url)
        used, before = spent.value, connection.scalar(select(func.count(LogLeaf.event_id)))
        connection.rollback()
        with processes((generate, url, took, written)):
            while not took.value:
                time.sleep(0.01)
            sealed = connection.scalar(select(func.count(LogLeaf.event_id))) - before
            connection.rollback()
            with app.app_context():
                lag = standing.standing(app.config).waiting
                db.session.remove()
        drained(url)
        time.sleep(1.5)
        count, each = written.value, (spent.value - used) / written.value * 1e6
        print(f"written {count} events in {took.value:.1f} s ({count / took.value:.0f} a second); sealed at that moment "
              f"{sealed} ({sealed / count:.3f}); lag {lag.lag.total_seconds():.2f} s; the sealer's processor time "
              f"{each:.0f} µs for each event", flush=True)
        on.value = -1
    engine.dispose()


def prepared(url: str, key: str) -> tuple[Any, Any, list[Any]]:
    """Tables, a specialist, and a case for each client."""
    app = app_on(url, LOG_KEY=key)
    with app.app_context():
        schema.upgrade()
        told = SimpleNamespace()
        story.people(told)
        own = [cases.open_case(told.ada, told.den, referral_source="self").id for _ in range(CLIENTS)]
        ada = told.ada.id
        db.session.remove()
        db.engine.dispose()
    return app, ada, own


def main(only: str) -> None:
    key = notes.generate(ORIGIN).written
    with start_server(durable=True) as server:
        url = server.replace("postgresql://", "postgresql+psycopg://")
        app, ada, own = prepared(url, key)
        if only in ("", "cost"):
            cost(url, app, ada, own)
        if only in ("", "pace"):
            pace(url, app)
        with app.app_context(), by_itself("benchmark"):
            print(f"every one of {checked(db.session)} leaves recomputed, and every root", flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
