"""The walls stand around every private table, are those of this code, and it is noticed when they are not."""
from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, event, make_url, select, text
from sqlalchemy.exc import DBAPIError

from casework import create_app, schema
from casework.access import securing, walls
from casework.cases import actions as cases
from casework.cases.models import Case
from casework.kernel.db import db
from casework.kernel.scope import asks, rules
from casework.settings import Unsafe, database
from tests.conftest import KEYS, runtime
from tests.world import World, as_seen_by

pytestmark = pytest.mark.postgresql


def test_no_table_is_without_a_wall_unless_it_is_named_with_its_reason(owner):
    open_ones = set(owner.scalars(text(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
        "AND NOT (relrowsecurity AND EXISTS (SELECT FROM pg_policies WHERE tablename = relname))")))
    assert open_ones == {*walls.OPERATIONAL, "alembic_version"}
    assert all({**walls.OPERATIONAL, **walls.READ_BY_ALL}.values())


def test_a_new_private_table_is_refused_with_words_that_say_what_to_do():
    model = type("Secret", (), {"__tablename__": "secret_thing", "__table__": SimpleNamespace(columns=())})
    with pytest.raises(walls.Unwalled, match=r"`secret_thing.read` into policy.py.*Walled\(follows.*READ_BY_ALL"):
        list(walls.table("secret_thing", {"secret_thing": model}))


def test_the_runtime_role_owns_nothing_and_walks_through_nothing(raw, owner):
    assert not securing.walks_through(raw.connection)
    assert securing.walks_through(owner.connection)
    about = raw.execute(text("SELECT * FROM pg_roles WHERE rolname = current_user")).mappings().one()
    assert about["rolcanlogin"] and not any(about[name] for name in securing.TOO_MUCH)


def test_securing_again_changes_nothing(postgresql_app):
    def built():
        with schema.as_owner() as connection:
            return connection.execute(text("SELECT * FROM wall.built")).all(), connection.scalar(text(securing.STANDING))
    before = built()
    schema.secure()
    assert built() == before and schema.walled()


BREACHES = ('DROP POLICY see ON "case"', 'ALTER POLICY see ON identity USING (true)',
            "ALTER TABLE note DISABLE ROW LEVEL SECURITY", "GRANT DELETE ON disbursement TO casework_runtime",
            "CREATE OR REPLACE FUNCTION wall.holds(of_roles text[]) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
            "UPDATE wall.built SET digest = 'of an older policy'")


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_noticed_and_securing_mends_it(postgresql_app, breach):
    assert schema.walled()
    with schema.as_owner() as connection:
        connection.execute(text(breach))
        connection.commit()
    assert not schema.walled()
    answer = postgresql_app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["checks"]["walls"]) == (503, "failed")
    db.session.remove()
    schema.secure()
    assert schema.walled()


@pytest.fixture
def postgresql_app(one_app, postgresql_copies):
    """The product on a database of its own that has walls."""
    yield from on_a_copy(one_app, *postgresql_copies())


def on_a_copy(one_app, url, ids):
    moved = database({**one_app.config, "DATABASE_URL": runtime(url)}) | {"OWNER_URL": url}
    with one_app.app_context():
        db.engine.dispose()
        db._app_engines[one_app][None] = create_engine(runtime(url), **moved["SQLALCHEMY_ENGINE_OPTIONS"])
        one_app.config.update(moved)
        one_app.ids = ids
        yield one_app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def world(postgresql_app):
    return World(postgresql_app.ids, db.session())


def test_the_walls_go_down_with_their_migration_and_come_up_again(postgresql_app):
    db.session.remove()
    schema.downgrade("base")
    with schema.as_owner() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pg_policies")) == 0
        assert connection.scalar(text("SELECT count(*) FROM pg_namespace WHERE nspname = 'wall'")) == 0
    schema.upgrade()
    assert schema.walled()


def test_a_password_goes_in_as_a_verifier(postgresql_app, pg_server):
    url = db.engine.url.set(password="a plain sentence for the role")
    with schema.as_owner() as connection:
        said = []
        event.listen(connection, "before_cursor_execute", lambda *args: said.append(args[2]))
        securing.secure(connection, b"k" * 32, url)
        stored = connection.scalar(text("SELECT rolpassword FROM pg_authid WHERE rolname = 'casework_runtime'"))
        connection.rollback()
    assert stored.startswith("SCRAM-SHA-256$") and not any("plain sentence" in words for words in said)


def test_a_role_that_may_too_much_is_refused(postgresql_app):
    with schema.as_owner() as connection:
        connection.execute(text("ALTER ROLE casework_runtime BYPASSRLS"))
        with pytest.raises(securing.NotSecured, match="rolbypassrls"):
            securing.secure(connection, b"k" * 32, db.engine.url)
        with pytest.raises(securing.NotSecured, match="casework_runtime"):
            securing.secure(connection, b"k" * 32, make_url("postgresql://somebody@/x"))
        connection.rollback()


def test_production_does_not_serve_past_the_walls(place):
    from casework import ready
    safe = {"ENV": "production", "SECRET_KEY": "p" * 40, "KEYS": KEYS, "CONTEXT_KEY": ""}
    app = create_app(**safe, DATABASE_URL=runtime(place[0]), PASSWORD_COST="full")
    ready.refuse_open_walls(app)
    owners = create_app(**safe, DATABASE_URL=place[0], PASSWORD_COST="full")
    with pytest.raises(Unsafe, match="casework db secure"):
        ready.refuse_open_walls(owners)


def test_who_asks_is_said_once_for_each_pair_of_eyes(postgresql_app, world):
    said, rosa = [], world.rosa.number
    as_seen_by(world.ada)
    db.session.rollback()
    with counted(said):
        for _ in range(3):
            assert numbers() == [rosa]
        assert len(said) == 1
        with rules("test"):
            assert len(numbers()) > 2
        assert numbers() == [rosa]
        assert len(said) == 3
    db.session.rollback()


def test_a_savepoint_taken_back_takes_back_what_was_said(postgresql_app, world):
    rosa = world.rosa.number
    as_seen_by(world.ada)
    part = db.session.begin_nested()
    numbers()
    part.rollback()
    assert numbers() == [rosa]


def test_a_savepoint_taken_back_after_others_asked_leaves_nobody_elses_eyes(postgresql_app, world):
    """What was said inside is taken back with it, and said again for whoever asks then."""
    ada, hana, rosa = world.ada.id, world.hana.id, world.rosa.number
    for outer, inner in ((ada, hana), (hana, ada)):
        asks(db.session(), outer)
        before = numbers()
        part = db.session.begin_nested()
        asks(db.session(), inner)
        assert numbers() != before
        part.rollback()
        assert (numbers() == [rosa]) is (inner == ada)
        db.session.rollback()


def test_a_savepoint_saves_from_an_error_whoever_asked_inside(postgresql_app, world):
    ada, hana, rosa = world.ada.id, world.hana.id, world.rosa.number
    asks(db.session(), ada)
    assert numbers() == [rosa]
    part = db.session.begin_nested()
    asks(db.session(), hana)
    with pytest.raises(DBAPIError, match="division"):
        db.session.execute(text("SELECT 1 / 0"))
    asks(db.session(), ada)
    part.rollback()
    assert numbers() == [rosa]


def test_a_transaction_begins_with_nobody_and_that_need_not_be_said(postgresql_app, world):
    said, ada, rosa = [], world.ada.id, world.rosa.number
    asks(db.session(), ada)
    assert numbers() == [rosa]
    db.session.rollback()
    asks(db.session(), None)
    with counted(said):
        assert numbers() == [] and said == []
        asks(db.session(), ada)
        assert numbers() == [rosa] and len(said) == 1


def test_nobody_in_a_savepoint_is_nobody_and_not_who_asked_before(postgresql_app, world):
    as_seen_by(world.ada)
    assert numbers() == [world.rosa.number]
    with db.session.begin_nested():
        db.session.connection()  # the savepoint is there, under the eyes of before
        asks(db.session(), None)
        assert numbers() == []
    assert numbers() == []
    as_seen_by(world.ada)
    assert numbers() == [world.rosa.number]


def test_a_connection_given_back_knows_nobody(postgresql_app, world):
    as_seen_by(world.ada)
    numbers()
    db.session.remove()
    assert numbers() == []
    engine = create_engine(db.engine.url, pool_size=1, max_overflow=0)
    with engine.connect() as connection:
        assert connection.scalar(text('SELECT count(*) FROM "case"')) == 0
    engine.dispose()


def test_the_opener_of_a_case_is_on_its_team_whoever_leads_it(postgresql_app, world):
    case = cases.open_case(world.ada, world.den, referral_source="self", specialist_id=world.abe.id)
    assert case.specialist_id == world.abe.id


def numbers():
    """The numbers of all cases that this session is shown. As the product asks: what a test asks itself, it sees."""
    return db.session.connection().execute(select(Case.number)).scalars().all()


class counted:
    """How often the database was told who asks."""

    def __init__(self, said):
        self.said = said

    def __enter__(self):
        from casework.access import context
        self.real = context._say
        context._say = lambda *args: (self.said.append(args[2]), self.real(*args))[1]

    def __exit__(self, *_):
        from casework.access import context
        context._say = self.real


def test_every_view_that_a_wall_asks_is_a_barrier(owner):
    """Else a function of somebody's own could be asked first, of rows that are not theirs."""
    views = dict(owner.execute(text("SELECT relname, reloptions FROM pg_class WHERE relkind = 'v' "
                                    "AND relnamespace = 'wall'::regnamespace")).all())
    assert views and all(options and "security_barrier=true" in options for options in views.values()), views


@pytest.mark.parametrize(("since", "until", "there"), [
    ("since", "NULL", True), ("since + interval '9 years'", "NULL", False), ("since", "since + interval '1 hour'", False)])
def test_who_is_on_a_team_later_or_was_before_is_not_on_it_now(owner, since, until, there):
    owner.execute(text(f"UPDATE team_member SET since = {since}, until = {until} WHERE user_id = :ada"), {"ada": owner.ids.ada})
    owner.execute(text("SET LOCAL ROLE casework_runtime"))
    owner.speak_for(owner.ids.ada)
    assert bool(owner.rows("case")) is there
