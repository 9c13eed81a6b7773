"""Sealing: every finished event in one total order, no gap, no double, whoever stands beside."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from casework.access import actions as access
from casework.audit.models import AuditEvent
from casework.kernel.alone import Busy
from casework.kernel.db import db
from casework.log import leaves, log_keys, notes, rotation, sealer
from casework.log.evidence import of_events, take
from casework.log.gathering import CannotBeSealed
from casework.log.models import LogCheckpoint, LogKey, LogLeaf, LogNode
from casework.log.verifier import casework_verify as verifier
from casework.policy import Role
from tests.log.sealing import ORIGIN, checked, every_event_once, keys_of, write_events

# Where commit order matters: writers of SQLite stand in line.
on_postgresql = pytest.mark.parametrize(
    "copy", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
ELSEWHERE = 10**12  # transactions of another cluster: this one has not come so far


@pytest.fixture
def key():
    return notes.generate(ORIGIN)


@pytest.fixture
def behind(copy):
    """The database behind every guard, each connection in a transaction of its own."""
    engine = create_engine(copy[0])
    yield engine
    engine.dispose()


@pytest.fixture
def in_order(world, tmp_path, key):
    """An auditor's verifier finds nothing wrong with the whole log."""
    def judge():
        path = tmp_path / "now.zip"
        path.write_bytes(b"".join(take(world.uma, of_events(world.uma, zone=UTC))))
        status, report, why = verifier.judged(str(path), key.vkey, [])
        assert status == 0, (report.first, why)
    return judge


def order_of_events(session):
    return list(session.scalars(select(LogLeaf.event_id).where(LogLeaf.event_id.is_not(None)).order_by(LogLeaf.index)))


def test_the_whole_story_is_sealed_in_one_total_order(world, truth, key):
    done = sealer.everything(key)
    assert done.size == checked(truth)
    every_event_once(truth)
    assert order_of_events(truth) == list(truth.scalars(
        select(AuditEvent.id).order_by(AuditEvent.transaction_id, AuditEvent.id)))
    assert sealer.seal(key) == (0, done.size)


def test_each_movement_signature_and_grant_is_a_leaf_and_follows_an_event_that_names_it(world, truth, key):
    sealer.everything(key)
    rows = truth.execute(select(LogLeaf.what, LogLeaf.record_id, LogLeaf.event_id).order_by(LogLeaf.index)).all()
    named, found = [], {kind: set() for kind in leaves.RECORDS}
    for kind, record, event in rows[1:]:
        if event is not None:
            named = list(leaves.named(truth.get(AuditEvent, event).changes))
        else:
            assert (kind, record) in named
            found[kind].add(record)
    there = {kind: {str(id) for id in truth.scalars(select(model.id))} for kind, model in leaves.RECORDS.items()}
    assert found == there and all(there.values())
    assert (rows[0].what, rows[0].record_id) == ("log_key", "1")


def test_small_batches_make_the_same_order_and_a_checkpoint_each(world, truth, key):
    sizes = []
    while (done := sealer.seal(key, at_most=50)).events:
        sizes.append(done.size)
    assert list(truth.scalars(select(LogCheckpoint.size).order_by(LogCheckpoint.size))) == sizes and len(sizes) > 3
    checked(truth)
    every_event_once(truth)


def test_whole_subtrees_are_stored_as_they_become_whole(world, truth, key):
    sealer.everything(key)
    write_events(300)
    sealer.everything(key)
    nodes = truth.scalars(select(LogNode.position).where(LogNode.level == 1).order_by(LogNode.position)).all()
    assert nodes == list(range(checked(truth) // 256))


def test_a_grant_is_a_leaf_in_each_version_that_an_event_left(world, truth, key):
    grant = access.give_role(world.root, world.zoe, role=Role.SPECIALIST, office=world.den, document="D")
    sealer.everything(key)
    access.end_role(world.root, grant)
    sealer.everything(key)
    versions = select(LogLeaf.revision).where(LogLeaf.record_id == str(grant.id)).order_by(LogLeaf.index)
    assert truth.scalars(versions).all() == [1, 2]
    checked(truth)


def test_a_grant_that_changed_twice_before_it_was_sealed_is_sealed_as_it_is(world, truth, key):
    grant = access.give_role(world.root, world.zoe, role=Role.SPECIALIST, office=world.den, document="D")
    access.end_role(world.root, grant)
    sealer.everything(key)
    assert truth.scalars(select(LogLeaf.revision).where(LogLeaf.record_id == str(grant.id))).all() == [2]


@on_postgresql
def test_events_of_unfinished_transactions_wait_and_so_does_what_came_after_them(world, behind, truth, key):
    sealer.everything(key)
    with behind.connect() as early, behind.connect() as late:
        write_events(1, early)
        write_events(1, late)
        late.commit()
        assert sealer.everything(key).events == 0
        write_events(1, early)
        early.commit()
    assert sealer.everything(key).events == 3
    first, later, after = order_of_events(truth)[-3:]
    assert first < after < later, "by transaction first, then by id"
    checked(truth)


@on_postgresql
def test_a_restored_dump_is_sealed_though_its_transactions_are_of_another_cluster(world, behind, truth, key):
    sealer.everything(key)
    with behind.begin() as restoring:
        restoring.execute(text("SET LOCAL session_replication_role = replica"))
        write_events(3, restoring)
        restoring.execute(text("UPDATE audit_event SET transaction_id = transaction_id + :far WHERE verb = "
                               "'refusal.count' AND subject_kind = 'test'"), {"far": ELSEWHERE})
        # without its own trigger the column keeps what the dump says
    assert sealer.everything(key).events == 3
    write_events(2)
    assert sealer.everything(key).events == 2
    checked(truth)
    every_event_once(truth)


@on_postgresql
def test_a_position_of_another_cluster_is_passed_over(world, behind, truth, key):
    sealer.everything(key)
    with behind.begin() as restoring:
        restoring.execute(text("SET LOCAL session_replication_role = replica"))
        for table in ("audit_event", "log_checkpoint"):
            restoring.execute(text(f"UPDATE {table} SET transaction_id = transaction_id + {ELSEWHERE}"))
    write_events(4)
    assert sealer.seal(key).events == 4
    assert sealer.newest(truth).transaction_id < ELSEWHERE
    write_events(1)
    assert (sealer.seal(key).events, sealer.seal(key).events) == (1, 0)
    every_event_once(truth)


def restored(behind, count, transaction):
    """Events out of a dump: without its own trigger the column keeps what the dump says."""
    with behind.begin() as restoring:
        restoring.execute(text("SET LOCAL session_replication_role = replica"))
        write_events(count, restoring, verb=f"test.{transaction}")
        restoring.execute(text("UPDATE audit_event SET transaction_id = :number WHERE verb = :verb"),
                          {"number": transaction, "verb": f"test.{transaction}"})


@on_postgresql
@pytest.mark.parametrize("pass_of", [1, 2, 5000])
@pytest.mark.parametrize("far", [ELSEWHERE, 10**9])
def test_events_of_a_restored_dump_come_before_those_of_here_even_while_a_transaction_is_open(
        world, behind, truth, key, in_order, pass_of, far):
    sealer.everything(key)
    restored(behind, 2, far + 1)
    restored(behind, 1, far)
    with behind.connect() as late, behind.connect() as early:
        early.execute(text("SELECT pg_current_xact_id()"))
        late.execute(text("SELECT pg_current_xact_id()"))
        write_events(1, late)
        write_events(1, early)
        early.commit()
        while sealer.seal(key, at_most=pass_of).events:
            pass
        late.commit()
    write_events(2)
    assert sealer.everything(key).events
    truth.rollback()
    checked(truth)
    every_event_once(truth)
    in_order()


@on_postgresql
def test_events_of_here_that_waited_below_a_position_of_elsewhere_are_not_passed_over(world, behind, truth, key, in_order):
    sealer.everything(key)
    with behind.begin() as restoring:
        restoring.execute(text("SET LOCAL session_replication_role = replica"))
        restoring.execute(text(f"UPDATE log_checkpoint SET transaction_id = transaction_id + {ELSEWHERE}"))
    restored(behind, 1, 3)
    restored(behind, 2, ELSEWHERE + 10**6)
    write_events(3)
    while sealer.seal(key, at_most=2).events:
        pass
    truth.rollback()
    every_event_once(truth)
    in_order()


@on_postgresql
def test_no_writer_can_choose_the_transaction_of_an_event(world, behind):
    with behind.begin() as connection:
        write_events(1, connection)
        connection.execute(text("INSERT INTO audit_event (transaction_id, at, verb, subject_kind, details, changes, "
                                "shown) VALUES (1, now(), 'test.forged', 'test', '{}', '[]', '[]')"))
        assert connection.scalar(text("SELECT count(*) FROM audit_event WHERE subject_kind = 'test' AND transaction_id = "
                                      "pg_current_xact_id()::text::bigint")) == 2


def test_what_was_slipped_in_below_the_position_is_found_by_a_sweep(world, behind, truth, key):
    write_events(3)
    with behind.begin() as connection:
        gap = truth.scalar(select(AuditEvent.id).order_by(AuditEvent.id).limit(1))
        row = connection.execute(text("SELECT at, verb FROM audit_event WHERE id = :id"), {"id": gap}).one()
    sealer.everything(key)
    with behind.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("INSERT INTO audit_event (id, transaction_id, at, verb, subject_kind, details, changes, "
                                "shown) VALUES (-7, 3, :at, :verb, 'test', '{}', '[]', '[]')"), dict(row._mapping))
    position = (LogCheckpoint.transaction_id, LogCheckpoint.event_id)
    truth.rollback()
    [before] = truth.execute(select(*position)).all()
    truth.rollback()
    assert sealer.seal(key).events == 0
    assert sealer.everything(key).events == 1
    assert truth.execute(select(*position)).all() == [before, before], "what is found below moves no position"
    every_event_once(truth)


def test_of_two_sealers_the_second_is_told_so(world):
    with sealer.the_sealer():
        with pytest.raises(Busy, match="Another process is sealing"):
            with sealer.the_sealer():
                pass
    with sealer.the_sealer():
        pass


@pytest.mark.slow
def test_even_past_the_lock_two_at_once_leave_no_gap_and_no_double(world, app, truth, key):
    write_events(200)

    def one(_):
        with app.app_context():
            try:
                return sealer.seal(key, at_most=20).events
            except (IntegrityError, DBAPIError):
                return 0
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        sealed = list(pool.map(one, range(40)))
    checked(truth)
    assert sum(sealed) + sealer.everything(key).events == truth.query(AuditEvent).count()
    truth.rollback()
    checked(truth)
    every_event_once(truth)


def test_a_turned_key_is_signed_in_by_the_old_one_and_signs_from_then_on(world, truth, tmp_path, key):
    old, settings = key, {"LOG_KEY": key.written, "LOG_KEY_FILE": "", "LOG_ORIGIN": ORIGIN}
    new = rotation.rotate(settings, tmp_path / "second")
    assert (tmp_path / "second").stat().st_mode & 0o777 == 0o600
    write_events(5)
    with pytest.raises(log_keys.KeyProblem, match="signed by another key now"):
        sealer.seal(old)
    sealer.everything(new)
    third = rotation.rotate({**settings, "LOG_KEY": "", "LOG_KEY_FILE": str(tmp_path / "second")}, tmp_path / "third")
    keys = keys_of(truth)
    assert log_keys.chain(keys) == [old.vkey, new.vkey, third.vkey]
    leaf = truth.execute(select(LogLeaf.index, LogLeaf.body).where(LogLeaf.what == "log_key", LogLeaf.record_id == "2"))
    index, body = leaf.one()
    assert new.vkey in body and old.vkey in body
    points = truth.execute(select(LogCheckpoint.size, LogCheckpoint.vkey).order_by(LogCheckpoint.size)).all()
    assert [vkey for size, vkey in points if size == index + 1] == [old.vkey], "the new key's leaf lies under the old"
    assert [vkey for size, vkey in points if size > index + 1] == [new.vkey] * 2
    checked(truth)


def test_the_chain_breaks_at_a_key_that_was_not_signed_in(world, truth, tmp_path, key):
    rotation.rotate({"LOG_KEY": key.written, "LOG_KEY_FILE": "", "LOG_ORIGIN": ORIGIN}, tmp_path / "second")
    stranger = notes.generate(ORIGIN)
    first, second = keys_of(truth)
    forged = LogKey(id=2, vkey=stranger.vkey, previous_vkey=first.vkey,
                    note=stranger.sign(notes.handing_over(ORIGIN, stranger.vkey)))
    with pytest.raises(notes.NotANote):
        log_keys.chain([first, forged])
    forged.note = second.note
    with pytest.raises(notes.NotANote, match="did not sign in"):
        log_keys.chain([first, forged])


@pytest.mark.parametrize("table", ["log_leaf", "log_node", "log_key", "log_checkpoint", "log_witness_receipt"])
@pytest.mark.parametrize("sql", ["DELETE FROM {}", "UPDATE {} SET {}"])
def test_what_is_sealed_stays(world, behind, key, table, sql):
    write_events(300)
    sealer.everything(key)
    column = {"log_leaf": "kind = 'x'", "log_node": "level = 9", "log_key": "vkey = 'x'", "log_checkpoint": "size = 1",
              "log_witness_receipt": "well = true"}[table]
    with behind.begin() as connection:
        if table == "log_witness_receipt":
            connection.execute(text(
                "INSERT INTO log_witness_receipt (checkpoint_id, witness, sent_at, well, answer, sha256) "
                "SELECT id, 'w', signed_at, true, 'a', 's' FROM log_checkpoint LIMIT 1"))
    with behind.begin() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(sql.format(table, column)))


def test_what_has_no_one_written_form_is_not_sealed_and_nothing_is_half_done(world, behind, truth, key):
    with behind.begin() as connection:
        connection.execute(text("INSERT INTO audit_event (at, verb, subject_kind, details, changes, shown) VALUES "
                                "('2026-01-01 00:00:00', 'test.float', 'test', '{\"half\": 0.5}', '[]', '[]')"))
    with pytest.raises(CannotBeSealed, match="float"):
        sealer.everything(key)
    assert truth.query(LogLeaf).count() == 0


def test_a_key_of_another_log_is_refused(key):
    settings = {"LOG_KEY": key.written, "LOG_KEY_FILE": "", "LOG_ORIGIN": "another.example/log"}
    with pytest.raises(log_keys.KeyProblem, match="CASEWORK_LOG_ORIGIN"):
        log_keys.signer(settings)
    with pytest.raises(log_keys.KeyProblem, match="create-key"):
        log_keys.signer({**settings, "LOG_KEY": ""})
    with pytest.raises(log_keys.KeyProblem) as told:
        log_keys.signer({**settings, "LOG_KEY": key.written[:-6] + "AAAAA="})
    assert key.written[-20:-8] not in str(told.value)

