"""A question built once gives what the session would give, and is heard of by whoever listens."""
from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import psycopg
import pytest
from sqlalchemy import Integer, String, bindparam, cast, event, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, PendingRollbackError

from casework.access import people
from casework.access.models import Office, RoleGrant
from casework.assessments.models import NeedsAssessment
from casework.audit.events import EVENTS
from casework.audit.events import event as event_of
from casework.audit.guards import letting_through
from casework.audit.models import AuditEvent
from casework.cases.models import Case
from casework.funds.models import Disbursement
from casework.kernel.db import at, db, now
from casework.kernel.many import within
from casework.kernel.prepared import A_FEW, Prepared
from casework.kernel.scope import by_itself
from casework.policy import Role
from tests.world import as_seen_by, looking

KINDS = {  # a moment, a day, money, a word of a list, a small structure, a key, a number, bytes
    "cases": select(Case.id, Case.number, Case.state, Case.opened_at, Case.under_18, Case.closed_at),
    "money": select(Disbursement.id, Disbursement.requested, Disbursement.approved, Disbursement.category),
    "trail": select(AuditEvent.id, AuditEvent.at, AuditEvent.details, AuditEvent.changes, AuditEvent.actor_id),
    "needs": select(NeedsAssessment.purpose, NeedsAssessment.state, NeedsAssessment.signed_at),
    "roles": select(RoleGrant.role, RoleGrant.since, RoleGrant.until, RoleGrant.office_id),
}


@pytest.fixture
def looking_on(world):
    with looking(db.session()):
        yield


@contextmanager
def no_trail_needed(session):
    """What is written here is taken back."""
    session.info["action"] = SimpleNamespace(changes=[])
    yield
    session.rollback()
    del session.info["action"]


def on_postgresql(test):
    """Where the wall stands; on SQLite the session executes it, and the tripwire judges it (test_around.py)."""
    return pytest.mark.postgresql(pytest.mark.parametrize("copy", ["postgresql"], indirect=True)(test))


@pytest.mark.parametrize("name", KINDS)
def test_its_rows_are_those_of_the_session_to_the_last_type(looking_on, name):
    query = KINDS[name].order_by(*KINDS[name].selected_columns[:2])
    rows, told = Prepared(query).rows(), db.session.execute(query).all()
    assert [tuple(row) for row in rows] == [tuple(row) for row in told] and rows
    assert [[type(value) for value in row] for row in rows] == [[type(value) for value in row] for row in told]
    assert all(row._asdict() == other._asdict() for row, other in zip(rows, told, strict=True))


def test_it_takes_other_values_each_time_and_keeps_none(world):
    by_name = Prepared(select(Office.name).where(Office.code == bindparam("code")))
    assert [by_name.one(code=code) for code in ("DEN", "MIA", "DEN", "XXX")] == ["Denver", "Miami", "Denver", None]


def test_a_value_too_few_or_too_many_is_a_mistake(world):
    by_name = Prepared(select(Office.name).where(Office.code == bindparam("code")))
    assert by_name.row(code="DEN") == ("Denver",)
    for said in ({}, {"code": "DEN", "name": "Denver"}):
        with pytest.raises(TypeError, match="asked with"):
            by_name.rows(**said)


def test_what_was_given_when_it_was_built_stays_and_lists_of_words_are_told_out(world):
    some = Prepared(select(RoleGrant.user_id).where(
        RoleGrant.role.in_((Role.SPECIALIST, Role.AUDITOR)), RoleGrant.since <= bindparam("moment")))
    asked = select(RoleGrant.user_id).where(RoleGrant.role.in_((Role.SPECIALIST, Role.AUDITOR)))
    for _ in range(2):
        assert {id for id, in some.rows(moment=now())} == set(db.session.scalars(asked))
    assert some.rows(moment=now() - timedelta(days=4000)) == []


def test_a_value_that_is_called_for_is_called_for_each_time(world):
    """Who holds a role now: the question was built at another moment."""
    held = people._holding((Role.AUDITOR,), "anywhere")
    with at(now() - timedelta(days=4000)):
        assert held.rows() == []
    assert "uma" in {row.username for row in held.rows()}


def test_what_waits_to_be_written_is_written_first(world):
    names = Prepared(select(Office.name).where(Office.code == bindparam("code")))
    assert names.one(code="NEW") is None
    with by_itself("test"), no_trail_needed(db.session()):
        db.session.add(Office(code="NEW", name="New Office", timezone="UTC"))
        assert names.one(code="NEW") == "New Office"


def test_in_a_transaction_that_has_failed_nothing_more_is_asked(world):
    names = Prepared(select(Office.name).where(Office.code == bindparam("code")))
    with by_itself("test"), no_trail_needed(db.session()):
        db.session.add(Office(code="DEN", name="Another Denver", timezone="UTC"))
        with pytest.raises(IntegrityError):
            db.session.flush()
        with pytest.raises(PendingRollbackError):
            names.one(code="DEN")
    assert names.one(code="DEN") == "Denver"


def test_after_a_transaction_the_next_is_asked_on_the_connection_that_it_gets(world):
    names = Prepared(select(Office.name).where(Office.code == bindparam("code")))
    assert names.one(code="DEN") == "Denver"
    for over in (db.session.commit, db.session.rollback, db.session.remove):
        over()
        assert "connection" not in db.session().info
        assert names.one(code="MIA") == "Miami" and db.session().info["connection"] is db.session.connection()


def test_inside_a_savepoint_it_is_the_same_connection_and_after_it_too(world):
    names = Prepared(select(Office.name).where(Office.code == bindparam("code")))
    with by_itself("test"), no_trail_needed(db.session()):
        part = db.session.begin_nested()
        db.session.add(Office(code="NEW", name="New Office", timezone="UTC"))
        assert names.one(code="NEW") == "New Office"
        part.rollback()
        assert names.one(code="NEW") is None and names.one(code="DEN") == "Denver"


def test_whoever_listens_to_statements_hears_of_it(world):
    heard = []
    event.listen(db.engine, "before_cursor_execute", lambda *said: heard.append(said[2]))
    Prepared(select(Office.name)).rows()
    assert [" ".join(text.split()) for text in heard if "office" in text] == ["SELECT office.name FROM office"]


@on_postgresql
def test_it_sees_what_the_asker_may_see_and_no_more(world):
    numbers = Prepared(select(Case.number).where(within(Case.id, "ids")).order_by(Case.number))
    both, seen = [world.rosa, world.nina], {}
    for name in ("ada", "bea", "ned", "hana"):
        as_seen_by(getattr(world, name))
        seen[name] = [number for number, in numbers.rows(ids=[case.id for case in both])]
    rosa, nina = (case.number for case in both)
    assert seen == {"ada": [rosa], "bea": [nina], "ned": [], "hana": sorted([rosa, nina])}


@on_postgresql
def test_one_that_fails_fails_as_any_other_does(world):
    wrong = Prepared(select(cast(bindparam("word", type_=String()), Integer)))
    with pytest.raises(DBAPIError) as failed:
        wrong.rows(word="a word")
    assert isinstance(failed.value.orig, psycopg.errors.InvalidTextRepresentation) and not failed.value.connection_invalidated


@on_postgresql
def test_one_whose_connection_was_lost_gives_it_up(world, pg_server):
    pid = Prepared(select(func.pg_backend_pid()))
    before = pid.one()
    with psycopg.connect(pg_server, autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(%s)", [before])
    with pytest.raises(OperationalError) as lost:
        pid.one()
    assert lost.value.connection_invalidated
    db.session.rollback()
    assert pid.one() != before


def told(actor, *details):
    return [event_of(actor.id, "case.search", details={"nth": nth, **more}) for nth, more in enumerate(details)]


@pytest.mark.parametrize("many", [1, 2, A_FEW, A_FEW + 1, 30])
def test_rows_are_added_in_their_order_and_to_the_last_type_however_many(world, truth, many):
    as_seen_by(world.ada)
    events = told(world.ada, *({"words": ["é", None, True]} for _ in range(many)))
    with letting_through():
        EVENTS.add(db.session(), events)
    db.session.commit()
    stored = truth.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()[-many:]
    assert [{name: getattr(row, name) for name in EVENTS.columns} for row in stored] == events


def test_a_few_are_one_statement(world, truth):
    heard = []
    as_seen_by(world.ada)
    event.listen(db.engine, "before_cursor_execute", lambda *said: heard.append((said[2], said[5])))
    with letting_through():
        EVENTS.add(db.session(), told(world.ada, {}, {}, {}))
    assert [text.split()[2] for text, _ in heard if text.startswith("INSERT")] == ["audit_event"]


def test_adding_past_the_guards_is_refused_as_any_write_is(world):
    with pytest.raises(RuntimeError, match="around the audit trail"):
        EVENTS.add(db.session(), told(world.ada, {}))


@on_postgresql
def test_what_is_added_is_written_in_the_askers_name_or_not_at_all(world):
    as_seen_by(world.ada)
    with letting_through(), pytest.raises(DBAPIError, match="row-level security"):
        EVENTS.add(db.session(), told(world.bea, {}, {}))
