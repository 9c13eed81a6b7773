"""Nothing private is read around the policy: SQLite itself refuses it. On PostgreSQL the wall does.

Each way round is a line of code as somebody might write it in the product (tests/access/around.py).
"""
from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import event, select

import casework
from casework.access import queries
from casework.access.models import User
from casework.access.private import NOT_PRIVATE
from casework.access.streams import line
from casework.audit import gather
from casework.cases import actions as cases
from casework.cases.models import Case
from casework.kernel.db import Base, db
from casework.kernel.watched import PUBLIC, Around
from tests.access.around import as_product, refused
from tests.conftest import KEYS

pytestmark = pytest.mark.parametrize("copy", ["sqlite"], indirect=True)

# What somebody might write. `theirs` is the id of a case that this session was given, `hidden` of one it was not.
WAYS_ROUND = {
    "get": "session.get(Case, hidden)",
    "get_one": "session.get_one(Case, hidden)",
    "get of a row that only the rules read": "with rules('test'): kept = session.get(Case, hidden)\nsession.get(Case, hidden)",
    "a row made up and refreshed": "it = Case(id=hidden); make_transient_to_detached(it); session.add(it); session.refresh(it)",
    "a row made up and loaded": "it = Case(id=hidden); make_transient_to_detached(it); session.add(it); it.number",
    "a relationship of a row made up":
        "it = Note(id=hidden, person_id=hidden); make_transient_to_detached(it); session.add(it); it.person",
    "an ORM select": "session.scalars(select(Case)).all()",
    "by an id that was not given": "session.scalars(select(Case).where(Case.id == hidden)).all()",
    "some columns": "session.execute(select(Case.number)).all()",
    "a query of the old kind": "session.query(Case).all()",
    "a query of the old kind, filtered": "session.query(Case).filter_by(id=hidden).one()",
    "a core select": "session.execute(select(table)).all()",
    "a core select on the session's connection": "session.connection().execute(select(table)).all()",
    "a core select on a connection": "db.engine.connect().execute(select(table)).all()",
    "text": "session.execute(text('SELECT number FROM \"case\"')).all()",
    "text on a connection": "session.connection().execute(text('SELECT * FROM identity')).all()",
    "text as an entity": "session.scalars(select(Case).from_statement(text('SELECT * FROM \"case\"'))).all()",
    "SQL for the driver": "session.connection().exec_driver_sql('SELECT * FROM \"case\"').all()",
    "a cursor of the driver": "raw().cursor().execute('SELECT * FROM \"case\"').fetchall()",
    "the driver itself": "raw().execute('SELECT count(*) FROM \"case\"').fetchall()",
    "a script": "raw().executescript('CREATE TEMP TABLE t AS SELECT * FROM identity')",
    "a view": "raw().executescript('CREATE TEMP VIEW v AS SELECT * FROM identity; SELECT * FROM v')",
    "an explanation": "raw().execute('EXPLAIN SELECT * FROM identity')",
    "a dump": "list(raw().iterdump())",
    "a backup": "raw().backup(sqlite3.connect(':memory:'))",
    "the bytes": "raw().serialize()",
    "a blob": "raw().blobopen('identity', 'legal_name_sealed', 1)",
    "no authorizer": "raw().set_authorizer(None)",
    "the same file attached": "raw().execute('ATTACH ? AS other', (file,)); raw().execute('SELECT * FROM other.identity')",
    "a write by the driver": "raw().execute('UPDATE \"case\" SET number = number')",
    "a table that goes, by the driver": "raw().execute('DROP TABLE note')",
    "a trigger that goes, by the driver": "raw().execute('DROP TRIGGER audit_event_no_delete')",
    "another column": "raw().execute('ALTER TABLE office ADD COLUMN more TEXT')",
    "a table of one's own": "raw().execute('CREATE TABLE mine (a)')",
    "a table of one's own, for a while": "raw().execute('CREATE TEMP TABLE mine (a)')",
    "a trigger of one's own": "raw().execute('CREATE TRIGGER mine AFTER INSERT ON office BEGIN SELECT 1; END')",
    "an index of one's own": "raw().execute('CREATE INDEX mine ON office (name)')",
    "the tables written over": "raw().execute('PRAGMA writable_schema = 1')",
    "the numbers given again": "raw().execute('DELETE FROM sqlite_sequence')",
    "a child table": "session.scalars(select(Note)).all()",
    "a link table": "session.scalars(select(TeamMember)).all()",
    "the keys": "session.scalars(select(Person)).all()",
    "the trail": "session.scalars(select(AuditEvent)).all()",
    "the ledger": "session.scalar(select(func.sum(Movement.amount)))",
    "a join from a public table": "session.execute(select(Office.name, Case.number).join(Case, Case.office_id == Office.id)).all()",
    "a join to a public table": "session.execute(select(Case).join(User, User.id == Case.specialist_id)).all()",
    "an outer join": "session.execute(select(User).outerjoin(Case, Case.specialist_id == User.id)).all()",
    "a subquery": "session.scalars(select(User).where(User.id.in_(select(Case.specialist_id)))).all()",
    "a subquery as a table": "session.execute(select(select(Case).subquery().c.number)).all()",
    "a scalar subquery": "session.scalar(select(select(func.max(Case.number)).scalar_subquery()))",
    "a correlated subquery":
        "session.execute(select(User.id, select(func.count(Case.id)).where(Case.specialist_id == User.id).scalar_subquery())).all()",
    "exists": "session.scalars(select(User).where(exists().where(Case.specialist_id == User.id))).all()",
    "not exists": "session.scalars(select(User).where(~exists().where(Case.specialist_id == User.id))).all()",
    "a CTE": "cte = select(Case.number).cte(); session.execute(select(cte)).all()",
    "a union": "session.execute(select(Case.id).union(select(Note.id))).all()",
    "an alias": "other = aliased(Case); session.scalars(select(other)).all()",
    "an alias beside what is given":
        "other = aliased(Case); session.execute(select(Case, other).join(other, true()).where(Case.id == theirs)).all()",
    "a count": "session.scalar(select(func.count()).select_from(Case))",
    "a count by office": "session.execute(select(Case.office_id, func.count()).group_by(Case.office_id)).all()",
    "a sum of money": "session.scalar(select(func.sum(Disbursement.paid)))",
    "a stream": "list(session.execute(select(Case).execution_options(yield_per=1)))",
    "words of SQL in a column": "session.execute(select(literal_column('(SELECT number FROM \"case\")'))).all()",
    "words of SQL in a condition":
        "session.scalars(select(Case).where(Case.id == theirs, text('1 = 1 OR 1 = 1'))).all()",
    "a condition that lets all through": "session.scalars(select(Case).where(or_(Case.id == theirs, true()))).all()",
    "all but what was given": "session.scalars(select(Case).where(Case.id != theirs)).all()",
    "what was given is not so": "session.scalars(select(Case).where(~(Case.id == theirs))).all()",
    "what was given and another, in one parameter": "session.scalars(select(Case).where(within(Case.id, [theirs, hidden]))).all()",
    "not in one parameter": "session.scalars(select(Case).where(~within(Case.id, [theirs]))).all()",
    "in one parameter or anywhere": "session.scalars(select(Case).where(or_(within(Case.id, [theirs]), true()))).all()",
    "in one parameter that is given later": "session.scalars(select(Case).where(within(Case.id, 'ids')), {'ids': [hidden]}).all()",
    "what was given, and more": "session.scalars(select(Case).where(or_(Case.id == theirs, Case.id == hidden))).all()",
    "what was given and more is not so": "session.scalars(select(Case).where(not_(and_(Case.id == theirs, true())))).all()",
    "neither of two that were given": "session.scalars(select(Case).where(not_(or_(Case.id == theirs, Case.id == theirs)))).all()",
    "what was given, in a word that is shown": "session.execute(select(Case, Case.id == theirs)).all()",
    "what was given, to sort by": "session.scalars(select(Case).order_by(Case.id == theirs)).all()",
    "what was given, to group by": "session.execute(select(func.max(Case.number)).group_by(Case.id == theirs)).all()",
    "what was given, in a group of all": "session.execute(select(Case.number).group_by(Case.number).having(func.max(Case.id == theirs) < 2)).all()",
    "what was given, in a function": "session.scalars(select(Case).where(func.coalesce(Case.id == theirs, true()))).all()",
    "what was given, as one of two ways": "session.scalars(select(Case).where(case((Case.id == theirs, true()), else_=true()))).all()",
    "what was given is false": "session.scalars(select(Case).where((Case.id == theirs) == false())).all()",
    "what was given is not true": "session.scalars(select(Case).where((Case.id == theirs).is_not(true()))).all()",
    "what was given, added up": "session.scalars(select(Case).where(cast(Case.id == theirs, Integer) + 1 > 0)).all()",
    "what was given, along a relationship": "session.execute(select(Note.id).join(Note.person)).all()",
    "what was given, along an outer one": "session.execute(select(Note.id, Person.id).outerjoin(Note.person).where(Person.id == theirs)).all()",
    "what was given, in an outer join": "session.execute(select(Case).outerjoin(User, Case.id == theirs)).all()",
    "what was given, in an outer join of private tables":
        "session.execute(select(Case).outerjoin(Note, and_(Note.case_id == Case.id, Case.id == theirs))).all()",
    "what was given, in another query beside it":
        "session.execute(select(Case.number).union_all(select(Case.number).where(Case.id == theirs))).all()",
    "what was given, in a subquery that is only shown":
        "session.execute(select(Case.number, select(Case.number).where(Case.id == theirs).scalar_subquery())).all()",
    "what was given, in a filter of a sum":
        "session.execute(select(func.max(Case.number), func.count().filter(Case.id == theirs)).group_by(Case.id)).all()",
    "what was given, in a window": "session.execute(select(Case.number, func.rank().over(partition_by=Case.id == theirs))).all()",
    "what was given, where there is none like it": "session.scalars(select(Case).where(~exists().where(Note.case_id == theirs, Note.case_id == Case.id))).all()",
    "what has a sum over what was given":
        "session.scalars(select(Case).where(select(func.count(Note.id)).where(Case.id == theirs).exists())).all()",
    "what has a sum in any case":
        "session.scalars(select(Case).where(select(func.count(Note.id)).where(Case.id == theirs, Note.case_id == theirs)"
        ".correlate(Case).exists())).all()",
    "what one of two SELECTs says":
        "some = select(Note.id).where(Note.case_id == theirs); session.scalars(select(Case).where("
        "some.where(Case.id == theirs).correlate(Case).union_all(some).exists())).all()",
    "a whole outer join with a public table":
        "session.execute(select(User.id, Note.id).outerjoin(Note, Note.case_id == theirs, full=True)).all()",
    "the same table again inside, which is another":
        "session.execute(select(Case.number, select(func.max(Case.number)).scalar_subquery()).where(Case.id == theirs)).all()",
    "a table again inside, by a join of its own":
        "session.execute(select(Case.number, select(Note.id).join(Case, Case.id == Note.case_id).limit(1).scalar_subquery())"
        ".where(Case.id == theirs)).all()",
    "inside, not hanging on it": "session.execute(select(Case.number, select(func.count(Note.id)).correlate(None).scalar_subquery())"
        ".where(Case.id == theirs)).all()",
    "what a whole outer join brings":
        "session.execute(select(Case, Note).outerjoin(Note, and_(Note.case_id == Case.id, Note.case_id == theirs), full=True)).all()",
    "two SELECTs of which one is given, as a table":
        "both = select(Case.number).union(select(Case.number).where(Case.id == theirs)).subquery(); session.execute(select(both)).all()",
    "what was given and another": "session.scalars(select(Case).where(Case.id.in_([theirs, hidden]))).all()",
    "beside what was given, unconnected": "session.execute(select(Case, Identity).join(Identity, true()).where(Case.id == theirs)).all()",
    "an update in bulk": "session.execute(update(Case).values(language='x'))",
    "an update that tells": "session.execute(update(Case).values(language='x').returning(Case.number)).all()",
    "a delete in bulk": "session.execute(delete(Case))",
    "what is chosen to be inserted": "session.connection().execute(text('INSERT INTO office SELECT id, 1, number, number, number FROM \"case\"'))",
}


@pytest.mark.parametrize("way", WAYS_ROUND)
def test_a_way_round_is_refused(given, copy, way):
    refused(WAYS_ROUND[way], given, copy)


def test_the_same_line_of_a_test_is_answered(given):
    assert len(db.session.scalars(select(Case)).all()) > 2


# ── The ways that are right ───────────────────────────────────────────────────────────────────────────────────────

RIGHT = {
    "get": "found = session.get(Case, theirs)",
    "by its id": "found = session.scalar(select(Case).where(Case.id == theirs))",
    "the other way round": "found = session.scalar(select(Case).where(theirs == Case.id))",
    "among others that were given": "found = session.scalar(select(Case).where(Case.id.in_([theirs])))",
    "in one parameter": "found = session.scalar(select(Case).where(within(Case.id, [theirs])))",
    "in one parameter that is given later": "found = session.scalar(select(Case).where(within(Case.id, 'ids')), {'ids': [theirs]})",
    "a child": "found = session.scalar(select(Note).where(Note.case_id == theirs))",
    "a child of the person": "found = session.scalar(select(Identity).where(Identity.person_id == session.get(Case, theirs).person_id))",
    "a sum beside it": "found = session.scalar(select(func.sum(Disbursement.requested)).where(Disbursement.case_id == theirs))",
    "a join to what hangs on it":
        "found = session.scalar(select(Note).join(Case, Case.id == Note.case_id).where(Case.id == theirs))",
    "a join to a public table":
        "found = session.scalar(select(Case).join(User, User.id == Case.specialist_id).where(Case.id == theirs))",
    "a subquery over it": "some = select(Note.id).where(Note.case_id == theirs); found = session.scalar(select(Note).where(Note.id.in_(some)))",
    "exists beside it":
        "found = session.scalar(select(Case).where(Case.id == theirs, exists().where(Note.case_id == Case.id)))",
    "under AND": "found = session.scalar(select(Case).where(and_(Case.id == theirs, or_(Case.state == 'open', true()))))",
    "what an outer join brings to it":
        "found = session.execute(select(Case, Note).outerjoin(Note, Note.case_id == Case.id).where(Case.id == theirs)).all()",
    "two lists of it": "one = select(Note.id).where(Note.case_id == theirs); found = session.execute(one.union_all(one)).all()",
    "a subquery as a table, of what hangs on it":
        "some = select(Note.case_id).where(Note.case_id == theirs).subquery(); found = session.execute(select(some)).all()",
    "a join to a subquery":
        "some = select(Note.case_id, func.count().label('n')).group_by(Note.case_id).subquery(); "
        "found = session.execute(select(Case, some.c.n).join(some, some.c.case_id == Case.id).where(Case.id == theirs)).all()",
    "a sum in each row of it":
        "some = select(func.count(Note.id)).where(Note.case_id == Case.id).scalar_subquery(); "
        "found = session.execute(select(Case.number, some).where(Case.id == theirs)).all()",
    "what has a child that is given":
        "found = session.scalar(select(Case).where(exists().where(Note.case_id == Case.id, Note.case_id == theirs)))",
    "among what hangs on it": "found = session.scalar(select(Case).where(Case.id.in_(select(Note.case_id).where(Note.case_id == theirs))))",
    "along a relationship": "found = session.execute(select(Note.id, Person.id).join(Note.person).where(Note.case_id == theirs)).all()",
    "an alias of it": "other = aliased(Case); found = session.scalar(select(other).where(other.id == theirs))",
    "under the rules": "with rules('test'): found = session.scalar(select(func.count()).select_from(Case))",
    "under the rules, on the session's connection":
        "with rules('test'): found = session.connection().execute(select(func.count()).select_from(table)).scalar()",
    "a public table": "found = session.scalar(select(Office))",
    "a relationship of a row at hand": "found = session.scalar(select(Note).where(Note.case_id == theirs)).person.key.wrapped",
    "a row again": "found = session.get(Case, theirs); session.refresh(found); found.number",
}


@pytest.mark.parametrize("way", RIGHT)
def test_a_right_way_is_answered(given, way):
    as_product(f"{RIGHT[way]}\nassert found", theirs=given.id)


def test_the_helpers_are_answered(given, copy):
    ada = db.session.get(User, copy[1]["ada"][1])
    assert [case.id for case in queries.visible(ada, "case.read", Case)] == [given.id]
    assert queries.how_many(ada, "case.read", Case) == 1
    assert db.session.scalars(queries.scoped(ada, "case.read", Case, Case.id)).all() == [given.id]
    assert queries.told_ids(queries.scoped(ada, "case.read", Case, Case.id)) == [given.id]
    assert db.session.scalars(queries.either(ada, Case, ("case.read", Case.state == "open"))).all() == [given]
    with line(ada) as connection:
        assert connection.execute(queries.scoped(ada, "case.read", Case, Case.id)).all() == [(given.id,)]


def test_what_an_action_made_is_given(app, world, copy):
    made = cases.open_case(world.ada, world.den, referral_source="self")
    as_product("assert session.scalars(select(TeamMember).where(TeamMember.case_id == made)).all()", made=made.id)


def test_what_only_the_rules_read_is_not_given(given, copy):
    hidden = copy[1]["nina"][1]
    as_product("with rules('test'): session.scalars(select(Case)).all()")
    with pytest.raises(Around):
        as_product("session.scalars(select(TeamMember).where(TeamMember.case_id == hidden)).all()", hidden=hidden)


def test_another_request_begins_with_nothing(given):
    gather()
    with pytest.raises(Around):
        as_product("session.scalar(select(Case).where(Case.id == theirs))", theirs=given.id)


def test_the_gate_is_shut_after_a_statement_and_after_a_failure(given):
    as_product("with rules('test'):\n session.scalars(select(Case)).all()\n"
               "try: session.connection().exec_driver_sql('no SQL')\nexcept Exception: pass")
    with pytest.raises(Around):
        as_product("session.connection().exec_driver_sql('SELECT number FROM \"case\"')")


def test_a_statement_prepared_for_one_is_not_kept_for_another(given):
    """Python keeps prepared statements by their text: the same text around the policy finds none of ours."""
    said = []
    event.listen(db.engine, "before_cursor_execute", lambda *words: said.append((words[2], words[3])))
    db.session.scalars(select(Case.number)).all()
    plain = next(words[0] for words in said if words[0].startswith("SELECT")).partition(" /* ")[0]
    with pytest.raises(Around):
        as_product("session.connection().exec_driver_sql(plain)", plain=plain)


def test_every_table_is_private_unless_it_is_named_with_a_reason(copy):
    tables = {table.name for table in Base.metadata.tables.values()}
    assert set(NOT_PRIVATE) <= tables, "a table is named that there is not"
    assert set(NOT_PRIVATE) | {"alembic_version"} == PUBLIC
    assert all(len(reason) > 20 for reason in NOT_PRIVATE.values())
    assert {"case", "identity", "contact", "note", "person", "disbursement", "payee", "audit_event"} & PUBLIC == set()


SCRIPT = """
import sys
from sqlalchemy import select
from casework import create_app
from casework.cases.models import Case
from casework.kernel.db import db
from casework.kernel.watched import Around
with create_app().app_context():
    try:
        db.session.scalars(select(Case)).all()
    except Around as refused:
        sys.exit(str(refused))
"""


@pytest.mark.slow
def test_at_run_time_too(copy):
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=False, env={
        "CASEWORK_ENV": "test", "CASEWORK_DATABASE_URL": copy[0], "CASEWORK_KEYS": KEYS, "CASEWORK_SECRET_KEY": "c" * 40,
        "PYTHONPATH": str(Path(casework.__file__).parent.parent)})
    assert done.returncode == 1 and "case is private" in done.stderr, done.stderr


def test_what_the_database_is_made_of_is_not_written_by_hand(app, world):
    """SQLite itself refuses this while nobody may say the pragma."""
    with pytest.raises(sqlite3.OperationalError, match="may not be modified"):
        db.session.connection().connection.driver_connection.execute("UPDATE sqlite_master SET name = 'x'")
