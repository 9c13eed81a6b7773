"""Who looked at a case, over a million events: `python -m tests.benchmarks.who_looked`.

Seeds the trail by COPY, unfolds it, and prints the median of the page's own question (cases.trail.looks) and of the
audit log filtered by a case, on PostgreSQL and on SQLite, with the plan. `EVENTS` in the environment: how many.
"""
from __future__ import annotations

import json
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import create_engine, event, text

from casework.access.models import User
from casework.cases import trail
from casework.cases.files import Identity
from casework.cases.models import Case
from casework.kernel.db import db, now
from casework.kernel.scope import rules
from casework.log.events import events
from casework.log.unfolding import unfold
from tests.conftest import app_on, build_on
from tests.postgres import database, start_server

EVENTS, TIMES, TARGET = int(os.environ.get("EVENTS", "1000000")), 21, 50
CASES, LATER = 20_000, 5_000
COLUMNS = ("at", "actor_id", "verb", "subject_kind", "subject_id", "case_id", "office_id", "details", "changes", "shown")
COPY = f"COPY audit_event ({', '.join(COLUMNS)}) FROM STDIN"
INSERT = f"INSERT INTO audit_event ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"


def trail_of(case: UUID, identity: UUID, actor: UUID) -> Iterator[tuple[Any, ...]]:
    """Looks at many cases: pages of one record, lists of twenty-five, identities; some of each are of this case."""
    chance, others = random.Random(7), [uuid4() for _ in range(CASES)]
    start = now() - timedelta(days=300)
    for at in range(EVENTS):
        mine = at % 1000 == 0
        moment = start + timedelta(seconds=at * 25)
        if at % 20 == 0:
            some = [chance.choice(others) for _ in range(25)]
            some = [case, *some[1:]] if mine else some
            yield moment, actor, "case.read", "case", None, None, None, [["case", str(id), str(id)] for id in some]
        elif at % 20 == 1:
            person = identity if at % 1000 == 1 else chance.choice(others)
            yield moment, actor, "identity.read", "identity", None, None, None, [
                ["identity", str(person), str(uuid4())] for _ in range(2)]
        else:
            one = case if at % 1000 == 2 else chance.choice(others)
            yield moment, actor, "case.read", "case", one, one, None, [["case", str(one), str(one)]]


def written(row: tuple[Any, ...], id: Any) -> tuple[Any, ...]:
    *plain, shown = row
    return tuple(id(value) if isinstance(value, UUID) else value for value in plain) + ("{}", "[]", json.dumps(shown))


def seed_postgresql(uri: str, rows: Iterator[tuple[Any, ...]]) -> None:
    with psycopg.connect(uri) as line, line.cursor() as cursor:
        with cursor.copy(COPY) as copy:
            for row in rows:
                copy.write_row(written(row, str))
        line.commit()
    with psycopg.connect(uri, autocommit=True) as line:
        line.execute("VACUUM ANALYZE audit_event")


def seed_sqlite(url: str, rows: Iterator[tuple[Any, ...]]) -> None:
    engine = create_engine(url)
    with engine.begin() as line:
        driver: Any = line.connection.driver_connection
        driver.executemany(INSERT, (written((row[0].astimezone(UTC).replace(tzinfo=None).isoformat(" "), *row[1:]),
                                            lambda id: id.hex) for row in rows))
    with engine.begin() as line:
        line.execute(text("ANALYZE"))
    engine.dispose()


UNFOLD = {
    "PostgreSQL": """INSERT INTO audit_look SELECT e.id, x.place - 1, x.entry ->> 0, (x.entry ->> 1)::uuid, (x.entry ->> 2)::uuid
FROM audit_event e, json_array_elements(e.shown) WITH ORDINALITY AS x(entry, place);
INSERT INTO audit_unfolded SELECT 1, transaction_id, id, 0 FROM audit_event ORDER BY 2 DESC, 3 DESC LIMIT 1;
VACUUM ANALYZE audit_look""",
    "SQLite": """INSERT INTO audit_look SELECT e.id, x.key, json_extract(x.value, '$[0]'),
replace(json_extract(x.value, '$[1]'), '-', ''), replace(json_extract(x.value, '$[2]'), '-', '')
FROM audit_event e, json_each(e.shown) x;
INSERT INTO audit_unfolded SELECT 1, 0, max(id), 0 FROM audit_event;
ANALYZE""",
}


def unfolded(url: str, name: str) -> None:
    """The bulk of it, as the product would have done over a year."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as line:
        for statement in UNFOLD[name].split(";"):
            line.exec_driver_sql(statement)
    engine.dispose()


@contextmanager
def told() -> Iterator[list[tuple[str, Any]]]:
    asked: list[tuple[str, Any]] = []

    def note(_line: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))
    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)


def measure(url: str, seed: Any, name: str) -> None:
    ids = build_on(url)
    seed(url.replace("postgresql+psycopg", "postgresql"),
         trail_of(ids["rosa"][1], ids["rosa_identity"][1], ids["ada"][1]))
    with app_on(url).app_context():
        unfolded(url, name)
        seed(url.replace("postgresql+psycopg", "postgresql"), islice(
            trail_of(ids["rosa"][1], ids["rosa_identity"][1], ids["ada"][1]), LATER))
        began = time.perf_counter()
        count = unfold()
        print(f"{name}: {count / (time.perf_counter() - began):,.0f} events a second unfolded", flush=True)
        with rules("test"):
            case, uma = db.session.get_one(Case, ids["rosa"][1]), db.session.get_one(User, ids["uma"][1])
            db.session.get_one(Identity, ids["rosa_identity"][1])
        since = now() - timedelta(days=365)
        report(name, "who looked at a case", lambda: trail.looks(case, since))
        report(name, "the audit log of a case", lambda: events(uma, zone=UTC, case=case.number))
        if name == "PostgreSQL":
            plans(lambda: trail.looks(case, since))
        db.session.remove()
        db.engine.dispose()


def report(name: str, what: str, ask: Any) -> None:
    took = []
    for _ in range(TIMES):
        db.session.rollback()
        began = time.perf_counter()
        found = ask()
        took.append((time.perf_counter() - began) * 1000)
    assert len(found) > 10, "a fast answer that is a wrong one"
    print(f"{name}, {what}: {median(took):.1f} ms, {len(found)} lines (target {TARGET})", flush=True)


def plans(ask: Any) -> None:
    with told() as asked:
        ask()
    slow = max((words for words in asked if "audit_look" in words[0]), key=lambda words: len(words[0]))
    with db.engine.connect() as line:
        for row in line.exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF) {slow[0]}", slow[1]):
            print("   ", row[0])


def main() -> None:
    with start_server() as server:
        with psycopg.connect(server, autocommit=True) as line:
            line.execute("CREATE DATABASE looks")
        measure(database(server, "looks").replace("postgresql://", "postgresql+psycopg://"), seed_postgresql, "PostgreSQL")
    with tempfile.TemporaryDirectory() as folder:
        measure(f"sqlite:///{Path(folder) / 'looks.db'}", seed_sqlite, "SQLite")


if __name__ == "__main__":
    main()
