"""The export of the disbursement log against PostgreSQL's own COPY, in one run: `python -m tests.benchmarks.export`.

Prints rows a second of the product's export (with every event of the trail it writes) as a ratio to COPY of the same
question to a sink, the moment of the first byte, and how much memory grew. `ROWS` in the environment: how many.
"""
from __future__ import annotations

import os
import resource
import time
from statistics import median

import psycopg

from casework.access.models import User
from casework.kernel.db import db
from casework.kernel.scope import rules
from casework.log import rendering
from casework.log.exports import Manifest, export
from casework.log.schemas import Format
from tests.benchmarks.exporting import rendered
from tests.conftest import app_on, build_on
from tests.postgres import database, start_server

ROWS, ROUNDS = int(os.environ.get("ROWS", "200000")), 3
MORE = """
SET session_replication_role = replica;
CREATE TEMP TABLE pattern AS SELECT * FROM disbursement WHERE paid > 0 LIMIT 1;
INSERT INTO disbursement ({columns}) SELECT {values} FROM pattern, generate_series(1, {rows}) AS at;
VACUUM ANALYZE disbursement
"""
NEW = {"id": "uuidv7()", "number": "'X-' || at", "serial": "100000 + at",
       "requested_at": "requested_at - at * interval '1 minute'"}
# The same columns by the same joins, unrendered.
PLAIN = """
SELECT d.number, d.case_number, o.code, f.name, d.fiscal_year, d.category, d.state, d.tier, t.version, d.exigent,
       d.requested, d.approved, d.obligated, d.received, d.paid, d.refunded, d.deobligated, d.payee_token,
       d.requested_at, d.approved_at, d.obligated_at, d.paid_at, {people}, d.id
FROM disbursement d JOIN office o ON o.id = d.office_id JOIN fund f ON f.id = d.fund_id
LEFT JOIN rulebook_entry t ON t.id = d.tiers_entry_id {joins}"""
STEPS = rendering.STEPS


def plain() -> str:
    joins = " ".join(f'LEFT JOIN "user" {step}_u ON {step}_u.id = d.{step}_by_id' for step in STEPS)
    return PLAIN.format(people=", ".join(f"{step}_u.username" for step in STEPS), joins=joins)


def fill(uri: str) -> None:
    with psycopg.connect(uri, autocommit=True) as line:
        names = [row[0] for row in line.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'disbursement'::regclass"
                                                " AND attnum > 0 AND NOT attisdropped")]
        sql = MORE.format(columns=", ".join(names), values=", ".join(NEW.get(name, name) for name in names), rows=ROWS)
        for statement in sql.split(";"):
            line.execute(statement)


def copied(uri: str, query: str) -> float:
    """Seconds for COPY of a question into nothing."""
    with psycopg.connect(uri) as line, line.cursor() as cursor:
        began = time.perf_counter()
        with cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
            for _ in copy:
                pass
        return time.perf_counter() - began


def exported(actor: User, form: Format) -> tuple[float, float, int]:
    """Seconds for all of it and for its first row, and the rows."""
    began, manifest, first = time.perf_counter(), Manifest(""), 0.0
    for number, _ in enumerate(export(actor, form, manifest=manifest)):
        if number == (form is Format.CSV):
            first = time.perf_counter() - began
    return time.perf_counter() - began, first, manifest.rows


def main() -> None:
    with start_server() as server:
        with psycopg.connect(server, autocommit=True) as line:
            line.execute("CREATE DATABASE export")
        uri = database(server, "export")
        build_on(uri)
        fill(uri)
        with app_on(uri).app_context():
            run(uri)
            db.session.remove()
            db.engine.dispose()


def run(uri: str) -> None:
    with rules("test"):
        uma = db.session.query(User).filter_by(username="uma").one()
    for form in (Format.CSV, Format.JSONL):
        exported(uma, form)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        rounds = [(copied(uri, plain()), copied(uri, rendered(form)), *exported(uma, form)) for _ in range(ROUNDS)]
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        ours, first, rows = median(each[2] for each in rounds), median(each[3] for each in rounds), rounds[0][4]
        print(f"{form}: {rows:,} rows in {ours:.2f} s, {rows / ours:,.0f} a second; "
              f"÷ COPY of the columns {median(each[0] / each[2] for each in rounds):.2f}, "
              f"÷ COPY of the lines {median(each[1] / each[2] for each in rounds):.2f} (target 0.5); "
              f"first rows after {first * 1000:.0f} ms (target 1,000); memory grew by {grown / 1024:.1f} MB", flush=True)


if __name__ == "__main__":
    main()
