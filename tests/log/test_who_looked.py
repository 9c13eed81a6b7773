"""What reads showed, unfolded: nothing lost, nothing twice, and never stale."""
from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, text

from casework.access.queries import find, visible
from casework.audit.looks import ABOUT, RECORD, showing
from casework.audit.models import AuditEvent, Look, Unfolded
from casework.cases import trail
from casework.cases.files import Identity
from casework.cases.models import Case
from casework.kernel.db import db, now
from casework.kernel.scope import rules
from casework.log import unfolding
from casework.log.unfolding import one_batch, unfold


def looks(truth):
    truth.rollback()
    return [(look.event_id, look.place, look.kind, str(look.record_id), look.about_id and str(look.about_id))
            for look in truth.scalars(select(Look).order_by(Look.event_id, Look.place))]


def told(truth):
    """The same from the events themselves."""
    truth.rollback()
    return [(event.id, place, *entry) for event in truth.scalars(select(AuditEvent).order_by(AuditEvent.id))
            for place, entry in enumerate(event.shown)]


def test_all_that_was_shown_is_unfolded_once(world, truth):
    visible(world.sam, "case.read", Case)
    find(world.ada, Identity, world.rosa_identity.id)
    assert unfold(batch=7) == truth.scalar(select(func.count()).select_from(AuditEvent))
    assert looks(truth) == told(truth) != []
    assert unfold() == 0
    assert looks(truth) == told(truth)


def test_what_comes_later_is_unfolded_later(world, truth):
    unfold()
    find(world.ada, Case, world.rosa.id)
    assert unfold() == 1
    assert looks(truth) == told(truth)


@pytest.mark.parametrize("place", ["_store", "_move"])
def test_killed_anywhere_it_goes_on_where_it_was(world, truth, monkeypatch, place):
    one_batch(3)

    def killed(*_):
        raise KeyboardInterrupt
    with monkeypatch.context() as broken:
        broken.setattr(unfolding, place, killed)
        with pytest.raises(KeyboardInterrupt):
            one_batch(3)
        db.session.remove()
    unfold(batch=3)
    assert looks(truth) == told(truth)


def test_two_at_once_unfold_it_once(app, world, truth):
    db.session.rollback()
    done, wrong = [], []

    def work():
        with app.app_context():
            try:
                done.append(unfold(batch=5))
            except RuntimeError as error:
                wrong.append(error)
            finally:
                db.session.remove()
    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert wrong == []
    assert sum(done) == truth.scalar(select(func.count()).select_from(AuditEvent))
    assert looks(truth) == told(truth)


def test_the_answer_is_the_same_before_and_after(world, truth):
    find(world.ada, Identity, world.rosa_identity.id)
    visible(world.sam, "case.read", Case)

    def answer():
        db.session.rollback()
        with rules("test"):
            return [sorted(db.session.scalars(showing(db.session(), ids, place=place)))
                    for ids, place in (([world.rosa.id], ABOUT), ([world.rosa_identity.id], RECORD))]
    before = answer()
    assert all(before)
    one_batch(5)
    assert answer() == before
    unfold()
    assert answer() == before


def test_a_look_of_just_now_is_told(world):
    unfold()
    find(world.hana, Identity, world.rosa_identity.id)
    newest = trail.looks(world.rosa, now() - timedelta(minutes=1))[0]
    assert (newest.by, newest.says) == (world.hana.name, "identity")


def test_an_unfolded_look_stays(world, truth):
    find(world.ada, Case, world.rosa.id)
    unfold()
    for verb in ("UPDATE audit_look SET place = place + 100", "DELETE FROM audit_look"):
        with pytest.raises(Exception, match="append-only"):
            truth.execute(text(verb))
        truth.rollback()


@pytest.mark.postgresql
@pytest.mark.parametrize("copy", ["postgresql"], indirect=True)
def test_what_is_still_open_is_waited_for_and_told_meanwhile(world, truth):
    """An event of a transaction that began earlier and ends later is not passed over."""
    unfold()
    entry = [["case", str(world.rosa.id), str(world.rosa.id)]]
    event = {"verb": "case.read", "subject_kind": "case", "details": {}, "changes": [], "shown": entry, "at": now()}
    truth.execute(insert(AuditEvent), [event])
    find(world.abe, Case, world.kit.id)
    assert unfold() == 0, "a transaction below is still open"
    truth.commit()
    assert unfold() == 2
    assert looks(truth) == told(truth)


@pytest.mark.postgresql
@pytest.mark.parametrize("copy", ["postgresql"], indirect=True)
def test_events_of_another_cluster_are_unfolded_once_as_well(world, truth):
    """A dump restored into a younger cluster: transactions that have not begun here, and a mark that says nothing."""
    visible(world.sam, "case.read", Case)
    unfold()
    before = looks(truth)
    truth.execute(text("SET session_replication_role = replica"))
    truth.execute(text("UPDATE audit_event SET transaction_id = transaction_id + 1000000000"))
    truth.execute(text("UPDATE audit_unfolded SET transaction_id = transaction_id + 1000000000, restored_id = 0"))
    truth.execute(text("SET session_replication_role = origin"))
    truth.commit()
    find(world.ada, Case, world.rosa.id)
    with rules("test"):
        assert len(set(db.session.scalars(showing(db.session(), [world.rosa.id])))) > 1
    unfold(batch=50)
    assert looks(truth) == told(truth)
    assert looks(truth)[:len(before)] == before
    find(world.ada, Case, world.rosa.id)
    assert unfold() == 1
    assert truth.scalar(select(Unfolded.restored_id)) > 0


def test_who_looked_is_one_index_scan(world, truth):
    """On SQLite by its plan; on PostgreSQL the benchmark prints it (tests/benchmarks/who_looked.py)."""
    if truth.get_bind().dialect.name != "sqlite":
        pytest.skip("a table this small is scanned there")
    plan = " ".join(row[3] for row in truth.execute(text(
        "EXPLAIN QUERY PLAN SELECT event_id FROM audit_look WHERE record_id IN ('a', 'b') ORDER BY event_id DESC")))
    assert "ix_audit_look_record" in plan
