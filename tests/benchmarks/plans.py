"""The plans of the list, as the product asks it: a scan of the whole table is a failure, and so is a plan that reads
many more rows than it shows."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from casework.access.building import page
from casework.access.models import User
from casework.access.queries import open_ways
from casework.cases.models import Case
from casework.kernel.db import db
from tests.benchmarks import wall
from tests.benchmarks.loading import Cast, app_of
from tests.plans import TIMES, Plan, plans_of

ROLES = ("program_supervisor", "specialist", "program_hq")
SHOWN = 51


def scans(uri: str, cast: Cast) -> bool:
    """Print the plans of each kind of reader's list, without the wall and behind it. True when one reads too much."""
    places = {"without row security": {"CASEWORK_DATABASE_URL": uri}}
    if wall.there():
        places["with row security"] = wall.addresses(uri)
    found = [_too_much(cast, how, addresses) for how, addresses in places.items()]
    return any(found)


def _too_much(cast: Cast, how: str, addresses: dict[str, str]) -> bool:
    with app_of(**addresses).app_context():
        found = [_told(plan, f"{plan.kind} plan of the list of a {role}, {how}")
                 for role in ROLES for plan in _plans(cast, role)]
        db.session.remove()
        db.engine.dispose()
    return any(found)


def _plans(cast: Cast, role: str) -> Iterator[Plan]:
    user: Any = db.session.get(User, cast.of(role)[0].id)
    query = page(open_ways(user, "case.read", Case), Case, [Case.state == "open"], Case.updated_at.desc(), None, SHOWN)
    yield from plans_of(db.session.connection(), lambda: db.session.scalars(query).all())


def _told(plan: Plan, what: str) -> bool:
    read, whole = plan.reads("case"), plan.scans("case")
    wrong = whole or read > TIMES * SHOWN
    print(f"\n{what}: {read:,} rows of cases read for {SHOWN}{': TOO MANY' if wrong else ''}", plan, sep="\n")
    return wrong
