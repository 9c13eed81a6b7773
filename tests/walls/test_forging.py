"""What still holds when Python is bypassed: the runtime role in plain SQL, with and without somebody's name."""
from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from casework.access import walls
from casework.kernel.db import at
from casework.kernel.system import SYSTEM
from tests.conftest import runtime
from tests.world import START

pytestmark = pytest.mark.postgresql
PRIVATE = sorted(set(walls.models()) - set(walls.OPERATIONAL) - set(walls.READ_BY_ALL))
EMPTY = {"api_token", "audit_look", "audit_unfolded", "hold_lift", "log_leaf"}  # of these the story tells nothing
FULL = sorted(set(PRIVATE) - EMPTY)


@pytest.mark.parametrize("table", PRIVATE)
def test_without_a_context_there_are_no_rows(raw, owner, table):
    assert raw.rows(table) == 0
    assert owner.rows(table) > 0 or table not in FULL


def test_a_context_shows_rows_until_its_transaction_ends(raw):
    raw.speak_for(raw.ids.ada)
    assert raw.rows("case") == 1
    raw.commit()
    assert raw.rows("case") == 0


def test_whoever_holds_nothing_sees_nothing(raw):
    raw.speak_for(raw.ids.zoe)
    assert {table: raw.rows(table) for table in PRIVATE if raw.rows(table)} == {}


ANSWERS = text("SELECT wall.actor(), wall.signer(), wall.system(), wall.rules(), (SELECT count(*) FROM wall.grants()), "
               "wall.writing() IS NOT NULL")


def test_the_rules_look_and_neither_act_nor_sign_nor_hold_anything(raw):
    """Also in the middle of a transaction that has written, and also if they were said in a person's name."""
    ada = raw.ids.ada
    raw.execute(text("SELECT pg_current_xact_id()"))
    for person, kind, answers in ((SYSTEM.id, "rules", (None, None, False, True, 0, False)),
                                  (ada, "rules", (None, None, False, False, 0, False)),
                                  (SYSTEM.id, "asks", (SYSTEM.id, SYSTEM.id, True, True, 0, True)),
                                  (ada, "asks", (ada, ada, False, False, 1, True))):
        raw.speak_for(person, kind=kind)
        assert raw.execute(ANSWERS).one() == answers, (person, kind)


def test_a_role_holds_nothing_before_it_begins(raw):
    with at(START - timedelta(minutes=1)):
        raw.speak_for(raw.ids.hana)
    assert (raw.rows("case"), raw.execute(ANSWERS).one()[4]) == (0, 0)
    raw.speak_for(raw.ids.hana)
    assert raw.rows("case") > 1


FORGED = {
    "signed with another key": lambda raw: raw.signed(raw.ids.hana, secret=b"x" * 32),
    "another person's id under one's own signature":
        lambda raw: raw.signed(raw.ids.ada).replace(str(raw.ids.ada), str(raw.ids.hana)),
    "the rules' own kind under one's own signature": lambda raw: raw.signed(raw.ids.ada).replace("asks", "rules"),
    "the system under a person's signature": lambda raw: raw.signed(raw.ids.ada).replace(str(raw.ids.ada), str(SYSTEM.id)),
    "made for another connection": lambda raw: raw.signed(raw.ids.hana, backend=1),
    "run out": lambda raw: raw.signed(raw.ids.hana, until=int(time.time()) - 1),
    "its end moved": lambda raw: late(raw.signed(raw.ids.hana, until=int(time.time()) - 1)),
    "unsigned": lambda raw: raw.signed(raw.ids.hana).rsplit("|", 1)[0],
    "only an id": lambda raw: str(raw.ids.hana),
    "one bit of the signature": lambda raw: raw.signed(raw.ids.hana)[:-1] + "x",
}


def late(words):
    parts = words.split("|")
    return "|".join([*parts[:3], str(int(parts[3]) + 600), *parts[4:]])


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_context_sees_none(raw, forged):
    raw.claim(FORGED[forged](raw))
    for table in ("case", "identity", "disbursement", "audit_event"):
        with pytest.raises(DBAPIError, match="forged or has expired"), raw.begin_nested():
            raw.rows(table)


def test_what_was_overheard_on_one_connection_is_worth_nothing_on_another(raw, place):
    overheard = raw.signed(raw.ids.hana)
    engine = create_engine(runtime(place[0]))
    with engine.connect() as another, pytest.raises(DBAPIError, match="forged"):
        another.execute(text("SELECT set_config('casework.asks', :words, true)"), {"words": overheard})
        another.scalar(text('SELECT count(*) FROM "case"'))
    engine.dispose()


REFUSED = (
    "SELECT * FROM wall.secret", "SELECT inner_pad FROM wall.secret", "UPDATE wall.built SET digest = 'mine'",
    "SET ROLE postgres", "SET SESSION AUTHORIZATION postgres", "ALTER ROLE casework_runtime BYPASSRLS",
    'ALTER TABLE "case" DISABLE ROW LEVEL SECURITY', 'DROP POLICY see ON "case"',
    'CREATE POLICY mine ON "case" USING (true)', 'CREATE TABLE public.mine (id int)', "CREATE SCHEMA mine",
    "CREATE FUNCTION public.sees(text[]) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "CREATE FUNCTION wall.more() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "CREATE OR REPLACE FUNCTION wall.sees(text[]) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "TRUNCATE audit_event", "DELETE FROM movement",
    'DELETE FROM "case"', "UPDATE balance SET amount = 1", "UPDATE role_grant SET role = 'auditor'",
    'UPDATE "case" SET office_id = office_id', "UPDATE signature SET amount = 1", "UPDATE audit_event SET verb = 'x'",
    "UPDATE disbursement SET requested_by_id = NULL", "COPY \"case\" TO PROGRAM 'cat'",
    ("INSERT INTO role_grant (id, version, user_id, role, since) "
    "VALUES (gen_random_uuid(), 1, '{ada}', 'auditor', now())"),
    ("INSERT INTO team_member (id, version, case_id, person_id, user_id, since) "
    "SELECT gen_random_uuid(), 1, '{nina}', person_id, '{ada}', now() FROM \"case\" WHERE id = '{rosa}'"),
    ("INSERT INTO audit_event (at, actor_id, verb, subject_kind, details, changes, shown) "
    "VALUES (now(), '{sam}', 'x', 'x', '{{}}', '[]', '[]')"),
    ("INSERT INTO audit_event (at, actor_id, verb, subject_kind, details, changes, shown) "
    "VALUES (now(), NULL, 'x', 'x', '{{}}', '[]', '[]')"),
    ("INSERT INTO signature (id, version, disbursement_id, round, user_id, verb, amount, concurs, at) "
    "VALUES (gen_random_uuid(), 1, '{stay}', 9, '{sam}', 'certify', 1, true, now())"),
)


NO = r"permission denied|row-level security|must be owner|must be superuser"


@pytest.mark.parametrize("sql", REFUSED)
def test_what_the_runtime_role_cannot_do_in_the_name_of_somebody(raw, sql):
    raw.speak_for(raw.ids.ada)
    with pytest.raises(DBAPIError, match=NO):
        raw.execute(text(sql.format(**vars(raw.ids))))


def test_what_only_looks_like_a_part_of_the_wall_is_not_asked(raw, owner):
    """A temporary table or function of the same name, and a search path that finds it first; where somebody has left
    the role the right to make them."""
    allow(owner, "GRANT TEMPORARY ON DATABASE {0} TO casework_runtime")
    raw.execute(text('CREATE TEMPORARY TABLE role_grant AS SELECT * FROM public.role_grant'))
    raw.execute(text("UPDATE role_grant SET user_id = :zoe, until = NULL"), {"zoe": raw.ids.zoe})
    raw.execute(text("CREATE FUNCTION pg_temp.sees(text[]) RETURNS boolean LANGUAGE sql AS 'SELECT true'"))
    raw.execute(text("SET search_path = pg_temp, public"))
    raw.speak_for(raw.ids.zoe)
    assert raw.execute(text("SELECT count(*) FROM role_grant")).scalar() == owner.rows("role_grant")
    assert raw.rows("case") == raw.rows("disbursement") == 0
    allow(owner, "REVOKE TEMPORARY ON DATABASE {0} FROM casework_runtime")


def allow(owner, words):
    """Said by the owner of the database, and so that others know it."""
    owner.execute(text(words.format(owner.connection.engine.url.database)))
    owner.commit()


def test_while_the_rules_look_nothing_is_written(raw):
    raw.speak_for(SYSTEM.id, kind="rules")
    assert raw.rows("case") > 2
    raw.execute(text('SELECT id FROM "case" FOR UPDATE'))
    with pytest.raises(DBAPIError, match="row-level security"):
        raw.execute(text("UPDATE \"case\" SET language = 'Dari'"))


def test_a_change_in_another_office_changes_nothing(raw):
    raw.speak_for(raw.ids.bea)
    changed = raw.execute(text("UPDATE \"case\" SET language = 'Dari' WHERE id = :id"), {"id": raw.ids.rosa})
    assert changed.rowcount == 0


def test_whoever_may_only_make_something_beneath_a_case_does_not_change_it(raw):
    """Olga may draft a request in Rosa's case, so she may hold it still; its words are not hers."""
    raw.speak_for(raw.ids.olga)
    held = raw.execute(text('SELECT id FROM "case" WHERE id = :id FOR UPDATE'), {"id": raw.ids.rosa})
    assert len(held.all()) == 1
    with pytest.raises(DBAPIError, match="row-level security"):
        raw.execute(text("UPDATE \"case\" SET language = 'Dari' WHERE id = :id"), {"id": raw.ids.rosa})


def test_a_grant_that_is_ended_ends_at_once(raw, place):
    raw.speak_for(raw.ids.ada)
    assert raw.rows("case") == 1
    engine = create_engine(place[0])
    with engine.begin() as owner:
        owner.execute(text("UPDATE role_grant SET until = since WHERE user_id = :id"), {"id": raw.ids.ada})
    try:
        assert raw.rows("case") == raw.rows("identity") == 0
    finally:
        with engine.begin() as owner:
            owner.execute(text("UPDATE role_grant SET until = NULL WHERE user_id = :id"), {"id": raw.ids.ada})
        engine.dispose()


def test_whoever_is_disabled_sees_nothing(raw, place):
    engine = create_engine(place[0])
    mend = text('UPDATE "user" SET disabled_at = :at WHERE id = :id')
    with engine.begin() as owner:
        owner.execute(mend, {"at": "2026-01-01", "id": raw.ids.hana})
    try:
        raw.speak_for(raw.ids.hana)
        assert {table: raw.rows(table) for table in PRIVATE if raw.rows(table)} == {}
    finally:
        with engine.begin() as owner:
            owner.execute(mend, {"at": None, "id": raw.ids.hana})
        engine.dispose()
