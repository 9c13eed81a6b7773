"""How PostgreSQL reads the list of cases, behind the wall and before it: by index, whoever asks, and little more than a
page of rows. A specialist's page is found among the cases of their team. What is asked again is not planned again."""
from __future__ import annotations

import pytest
from sqlalchemy import event, text

from casework import schema
from casework.access.building import page
from casework.access.models import User
from casework.access.queries import open_ways
from casework.cases.models import Case
from casework.kernel.db import db
from tests.conftest import as_browser
from tests.plans import TIMES, plans_of
from tests.walls.test_standing import on_a_copy
from tests.world import World

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]
MANY, MINE, SHOWN = 10_000, 60, 26
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
       JOIN LATERAL (SELECT id FROM "user" WHERE id <> :ada ORDER BY id OFFSET c.n % 30 LIMIT 1) u ON true""",
    "ANALYZE",
)


@pytest.fixture(scope="module")
def full(one_app, postgresql_copies):
    """A database of many cases; some are on ada's team."""
    for app in on_a_copy(one_app, *postgresql_copies()):
        world = World(app.ids, db.session())
        known = {"many": MANY, "mine": MINE, "ada": world.ada.id, "like": world.rosa.id}
        with_owner(FILL, known)
        world.app = app
        yield world


def with_owner(statements, known):
    with schema.as_owner() as connection:
        for statement in statements:
            connection.execute(text(statement), {name: value for name, value in known.items() if f":{name}" in statement})
        connection.commit()


READERS = ["ada", "sam", "lou", "hana", "olga"]


@pytest.mark.parametrize("name", READERS)
def test_a_page_of_cases_is_read_by_index_and_little_more_is_read_than_is_shown(full, name):
    for plan in plans_of(db.session.connection(), lambda: db.session.scalars(listed(full, name)).all()):
        assert not plan.scans("case"), plan
        assert plan.reads("case") <= TIMES * SHOWN, plan


@pytest.mark.parametrize("name", READERS)
def test_without_the_wall_no_more_is_read_either(full, name):
    query = listed(full, name)
    with schema.as_owner() as connection:
        for plan in plans_of(connection, lambda: connection.execute(query).all()):
            assert not plan.scans("case") and plan.reads("case") <= TIMES * SHOWN, plan


PAGES = ["/cases?state=open&sort=-updated", "/cases?state=open&sort=-updated&limit=25", "/cases/{rosa}"]
ASKED = ("LIMIT 51", "LIMIT 26", " AS what")
ALWAYS = 5  # PostgreSQL plans a prepared statement so often with its values, before it compares


def test_what_is_asked_again_and_again_is_planned_no_more(full):
    """Behind the wall a plan made anew costs more than all that it reads. The limit of a list asks for none, nor does
    what is known of the needs of one case."""
    lines = set()
    event.listen(db.engine, "checkout", lambda line, *_: lines.add(line))
    client = as_browser(full.app, db.session.get(User, full.sam.id))
    for path in PAGES * 3 * ALWAYS:
        assert client.get(path.format(rosa=full.rosa.id)).status_code == 200
    db.session.commit()
    told = [row for line in lines for row in line.execute(
        "SELECT statement, custom_plans, generic_plans FROM pg_prepared_statements").fetchall()]
    asked = {words: [(custom, generic) for statement, custom, generic in told if words in statement] for words in ASKED}
    assert all(plans for plans in asked.values())
    assert all(custom <= ALWAYS and generic for plans in asked.values() for custom, generic in plans), asked


def listed(world, name):
    reader = db.session.get(User, getattr(world, name).id)
    return page(open_ways(reader, "case.read", Case), Case, [Case.state == "open"], Case.updated_at.desc(), None, SHOWN)
