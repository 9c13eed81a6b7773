"""The plans of the list, as the product asks it: a scan of the whole table is a failure."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import text

from casework.access.models import User
from casework.access.queries import open_ways, page
from casework.cases.models import Case
from casework.kernel.db import db
from tests.benchmarks import wall
from tests.benchmarks.loading import Cast, app_of


def scans(uri: str, cast: Cast) -> bool:
    """Print the plan of each kind of reader's list. True when one scans the table of cases."""
    found = False
    app = app_of(**(wall.addresses(uri) if wall.there() else {"CASEWORK_DATABASE_URL": uri}))
    with app.app_context():
        for role in ("program_supervisor", "specialist", "program_hq"):
            lines = list(_plan(cast, role))
            whole = [line for line in lines if 'Seq Scan on "case"' in line and "never executed" not in line]
            found = found or bool(whole)
            print(f"\nPlan of the list of a {role}{': SCANS THE TABLE' if whole else ''}", *lines, sep="\n  ")
        db.session.remove()
        db.engine.dispose()
    return found


def _plan(cast: Cast, role: str) -> Iterator[str]:
    user: Any = db.session.get(User, cast.of(role)[0].id)
    ways = open_ways(user, "case.read")
    query = page(ways, Case, [Case.state == "open"], Case.updated_at.desc(), None, 51)
    compiled = query.compile(db.engine, compile_kwargs={"literal_binds": True})
    for line, in db.session.execute(text(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS OFF) {compiled}")):
        yield line
