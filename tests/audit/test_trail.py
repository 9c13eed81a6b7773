"""Deeds and reads are remembered; nothing is written beside the trail; nothing that cannot be written down is shown."""
from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from casework.access.models import Office
from casework.access.queries import find, visible
from casework.audit import action, gather, refused, remember, settle, whole
from casework.audit.models import AuditEvent, RefusalCount
from casework.cases import actions as cases
from casework.cases.files import Contact, Identity
from casework.cases.models import Case
from casework.cases.recording import record_contact, record_identity
from casework.kernel.db import db
from casework.kernel.errors import Conflict, Forbidden, Stale, Unrecorded

SINCE = []


@pytest.fixture(autouse=True)
def from_here(world, truth):
    SINCE[:] = [truth.scalar(select(AuditEvent.id).order_by(AuditEvent.id.desc()).limit(1))]
    truth.rollback()


def trail(truth):
    truth.rollback()
    return truth.scalars(select(AuditEvent).where(AuditEvent.id > SINCE[0]).order_by(AuditEvent.id)).all()


def test_a_deed_is_remembered_with_who_what_and_each_changed_column(world, truth):
    cases.update(world.ada, world.rosa, language="Tigrinya")
    [event] = trail(truth)
    assert (event.actor_id, event.verb, event.subject_id, event.case_id, event.office_id) == (
        world.ada.id, "case.update", world.rosa.id, world.rosa.id, world.den.id)
    assert {"what": "case", "id": str(world.rosa.id), "field": "language",
            "from": "Spanish", "to": "Tigrinya"} in event.changes
    assert event.transaction_id or truth.get_bind().dialect.name == "sqlite"


def test_of_a_sealed_column_the_trail_holds_a_commitment_and_never_the_value(world, truth):
    record_identity(world.ada, world.rosa_identity, legal_name="Rosalía Canary")
    [event] = trail(truth)
    [change] = [change for change in event.changes if change["field"] == "legal_name_sealed"]
    assert change["from"].startswith("sha256:") and change["to"].startswith("sha256:")
    assert change["from"] != change["to"]
    assert "Canary" not in str(event.changes) + str(event.details)


def test_what_is_recorded_again_unchanged_does_not_look_changed(world, truth):
    record_identity(world.ada, world.rosa_identity, legal_name="Rosalind Placeholder")
    assert trail(truth)[0].changes == []


@pytest.mark.parametrize("write", [
    lambda world: setattr(world.rosa, "language", "Quietly"),
    lambda world: db.session.add(Office(code="X", name="Quiet", timezone="UTC")),
    lambda world: db.session.delete(world.rosa),
], ids=["change", "add", "delete"])
def test_no_write_outside_an_action(world, write):
    write(world)
    with pytest.raises(RuntimeError):
        db.session.commit()
    db.session.rollback()


STATEMENTS = {
    "orm update": update(Case).values(language="x"), "orm insert": insert(Office).values(name="x"),
    "core insert": Office.__table__.insert().values(name="x"), "core delete": Case.__table__.delete(),
    "text": text("UPDATE office SET name = 'x'"), "text behind with": text("WITH a AS (SELECT 1) DELETE FROM office"),
}


@pytest.mark.parametrize("door", ["session", "connection"])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_no_write_by_statement_even_inside_an_action(world, statement, door):
    with pytest.raises(RuntimeError, match="goes around"), action(world.ada, "case.update", world.rosa):
        asked = db.session if door == "session" else db.session.connection()
        asked.execute(STATEMENTS[statement])


@pytest.mark.parametrize("write", [
    lambda s, w: s.bulk_insert_mappings(Office, [{"name": "x"}]),
    lambda s, w: s.bulk_update_mappings(Case, [{"id": w.rosa.id, "version": 1, "language": "x"}]),
    lambda s, w: s.bulk_save_objects([Office(code="B", name="Bulk", timezone="UTC")]),
    lambda s, w: s.query(Case).update({"language": "x"}),
    lambda s, w: s.query(Case).delete(),
], ids=["insert mappings", "update mappings", "save objects", "query update", "query delete"])
def test_no_bulk_write(world, write):
    with pytest.raises(RuntimeError, match="goes around"), action(world.ada, "case.update", world.rosa):
        write(db.session(), world)


@pytest.mark.parametrize("sql", ["UPDATE audit_event SET verb = 'x'", "DELETE FROM audit_event"])
def test_the_trail_cannot_be_rewritten_even_past_the_product(world, truth, sql):
    with pytest.raises(DBAPIError, match="append-only"):
        truth.connection().execute(text(sql))


def test_the_row_is_judged_as_it_is_now_not_as_it_was_read(world, truth):
    id = world.rosa.id.hex if truth.get_bind().dialect.name == "sqlite" else world.rosa.id
    sql = "UPDATE \"case\" SET state = 'closed', closed_at = opened_at WHERE id = :id"
    truth.connection().execute(text(sql), {"id": id})
    truth.commit()
    with pytest.raises(Conflict, match="while it is closed"):
        cases.close(world.ada, world.rosa, reason="moved", checklist={})


def test_a_change_of_another_version_than_the_one_seen_is_refused(world):
    seen = world.rosa.version
    cases.update(world.ada, world.rosa, language="French", expecting=seen)
    with pytest.raises(Stale):
        cases.update(world.ada, world.rosa, language="Dari", expecting=seen)
    assert find(world.ada, Case, world.rosa.id).language == "French"


def test_an_action_within_an_action_is_one_whole(world, truth):
    record_contact(world.ada, world.rosa_contact, world.rosa, do_not_call=False)
    assert [event.verb for event in trail(truth)] == ["case.update", "contact.record"]
    with pytest.raises(RuntimeError, match="part"), action(world.ada, "case.update", world.rosa):
        with pytest.raises(Forbidden):
            cases.update(world.bea, world.rosa)
    assert len(trail(truth)) == 2


def test_several_actions_in_one_whole_are_all_or_none(world, truth):
    with pytest.raises(Forbidden), whole():
        cases.update(world.ada, world.rosa, language="Farsi")
        cases.update(world.bea, world.rosa, language="Dari")
    assert trail(truth) == []
    db.session.expire(world.rosa)
    assert world.rosa.language == "Spanish"
    with whole():
        cases.update(world.ada, world.rosa, language="Farsi")
        cases.update(world.ada, world.rosa, language="Dari")
    assert [event.verb for event in trail(truth)] == ["case.update", "case.update"]


def test_reads_name_every_record_they_showed_in_one_event(world, truth):
    find(world.ada, Case, world.rosa.id)
    page = visible(world.lou, "case.read", Case)
    one, many = trail(truth)
    assert (one.subject_id, one.case_id) == (world.rosa.id, world.rosa.id)
    assert {id for _, id, _ in many.shown} == {str(case.id) for case in page} and len(page) == 3


def test_what_a_deed_read_is_committed_with_it_and_kept_when_it_is_refused(world, truth):
    gather()
    case = find(world.ada, Case, world.rosa.id)
    cases.update(world.ada, case, language="Farsi")
    assert sorted(event.verb for event in trail(truth)) == ["case.read", "case.update"]
    if truth.get_bind().dialect.name == "postgresql":
        assert len({event.transaction_id for event in trail(truth)}) == 1
    settle()
    assert len(trail(truth)) == 2
    gather()
    with pytest.raises(Forbidden):
        cases.close(world.ned, find(world.ada, Case, case.id), reason="moved", checklist={})
    assert len(trail(truth)) == 2
    settle()
    assert [event.verb for event in trail(truth)].count("case.read") == 2


def test_what_cannot_be_written_down_is_not_shown(world, truth):
    truth.connection().execute(text("ALTER TABLE audit_event RENAME TO gone"))
    truth.commit()
    with pytest.raises(Unrecorded):
        find(world.ada, Contact, world.rosa_contact.id)


def test_a_deed_whose_event_cannot_be_written_does_not_happen(world, truth):
    truth.connection().execute(text("ALTER TABLE audit_event RENAME TO gone"))
    truth.commit()
    with pytest.raises(Unrecorded, match="nothing was changed"):
        cases.update(world.ada, world.rosa, language="Farsi")
    assert truth.get(Case, world.rosa.id).language == "Spanish"


def test_two_at_once_one_wins(app, world):
    """Both read version one and mean to change it: one gets through, the other is told that it has moved on."""
    results, together, rosa = [], threading.Barrier(2), world.rosa.id

    def change(actor):
        with app.app_context():
            case = find(actor, Case, rosa)
            seen = case.version
            together.wait()
            try:
                cases.update(actor, case, language=actor.username, expecting=seen)
                results.append("changed")
            except Stale:
                results.append("stale")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=change, args=(actor,)) for actor in (world.sam, world.lou)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["changed", "stale"]


def test_a_flood_of_refusals_stays_small_and_visible(world, truth):
    for _ in range(25):
        refused(world.bea, "127.0.0.1", "cases.show", 404)
    events = trail(truth)
    assert [event.details["count"] for event in events] == [1, 10]
    assert truth.scalar(select(RefusalCount.count).where(RefusalCount.asker == str(world.bea.id))) == 25


def test_a_stranger_is_counted_by_address(world, truth):
    refused(None, "127.0.0.9", "cases.index", 401)
    [event] = trail(truth)
    assert event.actor_id is None and event.details["address"] == "127.0.0.9"


def test_identities_are_found_with_the_person_they_belong_to(world, truth):
    visible(world.ada, "identity.read", Identity)
    [event] = trail(truth)
    assert event.shown == [["identity", str(world.rosa_identity.id), str(world.rosa.person_id)]]


def test_only_the_trail_itself_migrations_and_the_turning_and_destroying_of_keys_go_past_the_guards():
    who = {path.as_posix() for folder in ("casework", "migrations") for path in Path(folder).rglob("*.py")
           if "letting_through()" in path.read_text()}
    assert who == {"casework/audit/guards.py", "casework/audit/events.py", "casework/audit/appending.py", "migrations/env.py",
                   "casework/cases/rotation.py", "casework/cases/destroying.py"}


@pytest.mark.parametrize("said", ["half \ud800", 0.5, 2**53], ids=["half a character", "a fraction", "too large"])
def test_what_could_never_be_sealed_is_not_written_and_so_not_done(world, truth, said):
    """One such event would hold up the sealing of every later one."""
    before = truth.query(AuditEvent).count()
    truth.rollback()
    with pytest.raises(Unrecorded):
        remember(world.ada, "case.search", words=said)
    assert truth.query(AuditEvent).count() == before
