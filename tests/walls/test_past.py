"""Ways past the wall that somebody with one genuine context once had: each is shut."""
from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from casework.access import securing
from casework.access.securing import besides, stand

pytestmark = pytest.mark.postgresql
NO = r"permission denied|row-level security|another name"


def refused(raw, sql, **values):
    with pytest.raises(DBAPIError, match=NO), raw.begin_nested():
        raw.execute(text(sql), values)


TEAM = "INSERT INTO team_member (id, version, case_id, person_id, user_id, since) VALUES (:id, 1, :case, :person, :ada, '2026-01-01')"


def test_nobody_joins_a_team_in_the_name_of_another_person(raw, owner):
    """The row of a team repeats the person of its case; with another's it would open another's identity."""
    raw.speak_for(raw.ids.ada)
    before = raw.rows("identity")
    for person in owner.execute(text('SELECT person_id FROM "case" WHERE id <> :rosa'), {"rosa": raw.ids.rosa}).scalars():
        refused(raw, TEAM, id=uuid4(), case=raw.ids.rosa, person=person, ada=raw.ids.ada)
    assert raw.rows("identity") == before


def test_the_views_of_the_wall_tell_nobody_of_whom_no_row_of_the_policy_asks(raw):
    raw.speak_for(raw.ids.ada)
    assert raw.execute(text("SELECT count(*) FROM wall.in_case_by_office")).scalar() == 0


def test_what_was_written_just_now_is_not_moved_elsewhere(raw):
    raw.speak_for(raw.ids.olga)
    refused(raw, "UPDATE investigation_member SET investigation_id = :other", other=uuid4())
    refused(raw, "UPDATE cp_request SET investigation_id = :other, version = version", other=uuid4())


@pytest.mark.parametrize(("column", "value"), [("user_id", uuid4()), ("digest", b"x"), ("began_at", "2026-01-01")])
def test_a_session_stays_its_persons_and_as_old_as_it_is(raw, column, value):
    refused(raw, f"UPDATE sign_in SET {column} = :value", value=value)


def test_a_session_can_be_ended_before_anybody_is_known(raw):
    raw.execute(text("UPDATE sign_in SET ended_at = now()"))


def test_who_may_only_ask_for_money_moves_none(raw):
    raw.speak_for(raw.ids.ada)
    for verb, source, target in (("allot", "apportioned", "available"), ("pay", "available", "paid"),
                                 ("approve", "available", "committed"), ("withdraw", "available", "paid"),
                                 ("receive", "available", "paid")):
        refused(raw, "INSERT INTO movement (id, version, fund_id, fiscal_year, office_id, source, target, amount, "
                "disbursement_id, verb, at, by_id) SELECT :id, 1, fund_id, fiscal_year, office_id, :source, :target, 100, "
                "id, :verb, now(), :ada FROM disbursement WHERE id = :draft", id=uuid4(), source=source, target=target,
                verb=verb, ada=raw.ids.ada, draft=raw.ids.draft)


@pytest.mark.parametrize(("verb", "round"), [("approve", 1), ("obligate", 1), ("certify", 1), ("pay", 1), ("request", 2)])
def test_who_may_only_ask_signs_nothing_else_and_in_no_round_but_the_one_at_hand(raw, verb, round):
    raw.speak_for(raw.ids.ada)
    raw.execute(text("UPDATE disbursement SET version = version WHERE id = :draft"), {"draft": raw.ids.draft})
    refused(raw, "INSERT INTO signature (id, version, disbursement_id, round, user_id, verb, amount, concurs, at) "
            "VALUES (:id, 1, :draft, :round, :ada, :verb, 1, true, now())", id=uuid4(), draft=raw.ids.draft, round=round,
            ada=raw.ids.ada, verb=verb)


def test_only_whoever_may_decide_stands_on_the_side_that_decides(raw, owner):
    request = owner.execute(text("SELECT id FROM cp_request LIMIT 1")).scalar()
    for name in ("olga", "cora", "rex", "fritz", "ines", "ada", "sam"):
        raw.speak_for(getattr(raw.ids, name, raw.ids.ada))
        refused(raw, "INSERT INTO cp_side (id, version, request_id, user_id, side) VALUES (:id, 1, :request, :me, 'deciding')",
                id=uuid4(), request=request, me=getattr(raw.ids, name, raw.ids.ada))


def test_nobody_confirms_in_the_name_of_another(raw, owner):
    person = owner.execute(text("SELECT id FROM person LIMIT 1")).scalar()
    raw.speak_for(raw.ids.priya)
    raw.execute(text("INSERT INTO key_destruction (id, version, person_id, reason, document, proposed_by_id, proposed_at) "
                     "VALUES (:id, 1, :person, 'x', 'x', :me, now())"), {"id": uuid4(), "person": person, "me": raw.ids.priya})
    refused(raw, "UPDATE key_destruction SET confirmed_by_id = :other, confirmed_at = now()", other=raw.ids.hana)
    raw.rollback()
    raw.speak_for(raw.ids.ada)
    refused(raw, "UPDATE disbursement SET certified_by_id = :other WHERE id = :draft", other=raw.ids.sam, draft=raw.ids.draft)


@pytest.mark.parametrize("words", [
    "(id, at, verb) VALUES (999999, now(), 'session.refuse')",
    "(at, verb) VALUES (now(), 'role_grant.give')",
    "(at, verb, transaction_id) VALUES (now(), 'session.refuse', 1)",
])
def test_without_a_name_the_trail_takes_refusals_only_and_no_numbers(raw, words):
    named, values = words.split(" VALUES ")
    refused(raw, f"INSERT INTO audit_event {named[:-1]}, subject_kind, details, changes, shown) VALUES {values[:-1]}, 'x', "
            "'{}', '[]', '[]')")


def test_an_event_is_of_the_moment_in_which_somebody_asks(raw):
    raw.speak_for(raw.ids.ada)
    refused(raw, "INSERT INTO audit_event (at, actor_id, verb, subject_kind, details, changes, shown) VALUES "
            "('2020-01-01', :ada, 'case.read', 'case', '{}', '[]', '[]')", ada=raw.ids.ada)


@pytest.mark.parametrize("what", ["body_sealed = '\\x00'", "id = gen_random_uuid()", "about = 'needs'"])
def test_a_note_stays_as_it_was_written(raw, what):
    raw.speak_for(raw.ids.ada)
    refused(raw, f"UPDATE note SET {what}")


LEFT = ["GRANT SELECT ON wall.secret TO casework_runtime", "GRANT SELECT (person_id) ON person_key TO casework_runtime",
        "GRANT UPDATE ON SEQUENCE audit_event_id_seq TO casework_runtime", "GRANT INSERT ON alembic_version TO casework_runtime",
        "CREATE VIEW public.all_of_them AS SELECT * FROM identity; GRANT SELECT ON public.all_of_them TO casework_runtime",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO casework_runtime", "DROP TRIGGER audit_event_stays ON audit_event",
        "ALTER TABLE movement DISABLE TRIGGER movement_kept", "GRANT CREATE ON SCHEMA public TO casework_runtime",
        "GRANT pg_read_all_data TO casework_runtime", "GRANT TEMPORARY ON DATABASE {database} TO casework_runtime",
        "ALTER ROLE casework_runtime SET search_path = pg_temp"]


@pytest.mark.parametrize("left", LEFT)
def test_what_was_given_or_taken_besides_is_noticed(owner, left):
    assert stand(owner.connection)
    for words in left.format(database=owner.connection.engine.url.database).split("; "):
        owner.execute(text(words))
    if not left.startswith("ALTER DEFAULT"):
        assert not stand(owner.connection)
    owner.rollback()


def test_securing_takes_back_what_was_given_before(owner):
    """All of it in one transaction that is not kept."""
    for words in LEFT[:6]:
        for one in words.split("; "):
            owner.execute(text(one))
    securing.secure(owner.connection, b"x" * 32, owner.connection.engine.url.set(username="casework_runtime"))
    held = owner.execute(text(
        "SELECT has_table_privilege('casework_runtime', 'wall.secret', 'SELECT') OR "
        "has_sequence_privilege('casework_runtime', 'audit_event_id_seq', 'UPDATE') OR "
        "has_table_privilege('casework_runtime', 'alembic_version', 'INSERT') OR "
        "has_table_privilege('casework_runtime', 'public.all_of_them', 'SELECT')")).scalar()
    assert held is False
    owner.rollback()


def test_a_role_that_has_more_than_the_wall_gives_is_not_secured(owner):
    owner.execute(text("GRANT pg_read_all_data TO casework_runtime"))
    assert besides(owner.connection) == ["is a member of another role"]
    with pytest.raises(securing.NotSecured, match="is a member of another role"):
        securing.secure(owner.connection, b"x" * 32, owner.connection.engine.url.set(username="casework_runtime"))
    owner.rollback()
