"""How PostgreSQL reads the list of cases behind the wall: by index, whoever asks, and never through the whole table."""
from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from casework.access.models import User
from casework.access.queries import open_ways, page
from casework.cases.models import Case
from casework.kernel.db import db
from tests.walls.test_standing import on_a_copy
from tests.world import World

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]
MANY, MINE = 10_000, 60
FILL = (
    "SET session_replication_role = replica",
    """INSERT INTO "case" SELECT (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'number', 'X-' || n,
       'serial', 1000 + n, 'person_id', gen_random_uuid(), 'investigation_id', NULL, 'office_id', o.id,
       'updated_at', c.updated_at - n * interval '1 minute'))).*
       FROM "case" c, generate_series(1, :many) n JOIN LATERAL
       (SELECT id FROM office ORDER BY code OFFSET n % 2 LIMIT 1) o ON true WHERE c.id = :like""",
    """INSERT INTO team_member (id, version, case_id, person_id, user_id, since)
       SELECT gen_random_uuid(), 1, c.id, c.person_id, CASE WHEN n <= :mine THEN CAST(:ada AS uuid) ELSE u.id END,
       '2026-01-12' FROM (SELECT *, row_number() OVER (ORDER BY number) AS n FROM "case" WHERE number LIKE 'X-%') c
       JOIN LATERAL (SELECT id FROM "user" ORDER BY id OFFSET c.n % 30 LIMIT 1) u ON true""",
    "ANALYZE",
)


@pytest.fixture(scope="module")
def full(one_app, postgresql_copies):
    """A database of many cases; some are on ada's team."""
    for app in on_a_copy(one_app, *postgresql_copies()):
        world = World(app.ids, db.session())
        known = {"many": MANY, "mine": MINE, "ada": world.ada.id, "like": world.rosa.id}
        with_owner(FILL, known)
        yield world


def with_owner(statements, known):
    from casework import schema
    with schema.as_owner() as connection:
        for statement in statements:
            connection.execute(text(statement), {name: value for name, value in known.items() if f":{name}" in statement})
        connection.commit()


@pytest.mark.parametrize("name", ["ada", "sam", "lou", "hana"])
def test_a_page_of_cases_is_read_by_index(full, name):
    reader = db.session.get(User, getattr(full, name).id)
    query = page(open_ways(reader, "case.read"), Case, [Case.state == "open"], Case.updated_at.desc(), None, 26)
    plan = explained(query)
    whole = [line for line in plan if 'Seq Scan on "case"' in line and "never executed" not in line]
    passed_over = [int(count) for line in plan for count in re.findall(r"Rows Removed by Filter: (\d+)", line)]
    assert whole == [] and max(passed_over, default=0) < MANY / 10, "\n".join(plan)
    assert any("Index" in line for line in plan)


def explained(query):
    """As the product asks it, through its own session's connection."""
    said = query.compile(db.engine, compile_kwargs={"literal_binds": True})
    return db.session.connection().execute(text(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {said}")).scalars().all()
