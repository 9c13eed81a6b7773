"""Keys are turned while people work: nothing is lost, nothing wrong is shown, and it may be stopped and begun again."""
from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from casework.audit.models import AuditEvent
from casework.cases import keys, rotation
from casework.cases.escrow import write_keys_file
from casework.cases.files import SCOPES, Contact, Identity
from casework.cases.models import PersonKey
from casework.cases.recording import record_identity
from casework.cases.search import search
from casework.kernel.crypto import HEADER, NONCE
from casework.kernel.db import at, db, now
from casework.kernel.errors import Conflict, Invalid
from casework.kernel.key_sources import configure, generate_file, source
from casework.kernel.keyring import KeyRing, KeysRefused, State, ring
from tests.conftest import KEYS


@pytest.fixture
def key_file(world, tmp_path):
    """The ring of the story, in a file that can be changed."""
    path = tmp_path / "keys"
    path.write_text(KEYS)
    path.chmod(0o600)
    configure({"KEYS_FILE": str(path)})
    yield path
    configure({"KEYS": KEYS})


def wrapped_under(truth):
    truth.rollback()
    truth.expire_all()
    return [int.from_bytes(row.wrapped[1:HEADER], "big") for row in truth.scalars(select(PersonKey))]


def indexes(truth):
    truth.rollback()
    return [index for scope, model in SCOPES.items()
            for index in truth.scalars(select(getattr(model, f"{scope}_index"))) if index]


def rotate(batch=2):
    return [*rotation.rewrap(batch), *rotation.reindex(batch)]


def verbs(truth, verb):
    truth.rollback()
    return truth.scalars(select(AuditEvent).where(AuditEvent.verb == verb).order_by(AuditEvent.id)).all()


def test_after_a_turn_every_row_names_the_new_keys_and_reads_as_before(world, truth, key_file):
    before = world.rosa_identity.legal_name, world.rosa_contact.phone
    keys.add("master")
    keys.add("index")
    told = rotate()
    assert set(wrapped_under(truth)) == {2}
    assert {index[:4] for index in indexes(truth)} == {b"\0\0\0\2"}
    db.session.expire_all()
    assert (world.rosa_identity.legal_name, world.rosa_contact.phone) == before
    assert {one.what for one in told} > {"person keys", "phone indexes"}
    assert all(one.done == one.of and not one.unreadable for one in told[-1:])
    assert sum(event.details["rows"] for event in verbs(truth, "key_ring.rotate")) == \
        len(wrapped_under(truth)) + len(indexes(truth))


def test_a_search_by_identifier_finds_before_in_the_middle_and_afterwards(world, key_file):
    def found():
        return [case.id for case in search(world.ada, "A012345678")] == [world.rosa.id] == \
            [case.id for case in search(world.ada, "303-555-0100")]
    assert found()
    keys.add("index")
    assert found()
    for _ in rotation.reindex(1):
        assert found()


def test_an_index_from_before_keys_were_named_is_found_and_turned(world, truth, key_file):
    for model, column in ((Identity, "a_number_index"), (Contact, "phone_index")):
        for row in truth.scalars(select(model).where(getattr(model, column).is_not(None))).unique():
            setattr(row, column, getattr(row, column)[4:])
    truth.commit()
    assert rotation.rows_naming("index", 1) == len(indexes(truth)) > 0
    assert [case.id for case in search(world.ada, "A012345678")] == [world.rosa.id]
    rotate()
    assert {len(index) for index in indexes(truth)} == {36}


def test_stopped_after_any_batch_it_goes_on_where_it_was(world, truth, key_file):
    keys.add("master")
    people = len(wrapped_under(truth))
    for left in range(people, 0, -1):
        next(rotation.rewrap(1))
        assert wrapped_under(truth).count(1) == left - 1
    assert [one.of for one in rotation.rewrap(1)] == [0]


def test_a_row_that_somebody_changed_meanwhile_is_left_to_the_next_round(world, truth, key_file, monkeypatch):
    """Between the look and the write another process wrapped it already, or recorded another identifier."""
    keys.add("master")
    keys.add("index")
    once = []
    written = rotation._written

    def meanwhile(purpose, key, column, fresh):
        if not once:
            once.append(True)
            row = truth.get(PersonKey, fresh[0]["row"])
            row.wrapped = theirs = rotation.rewrapped(rotation.key_place(row.person_id), row.wrapped)
            truth.commit()
            once.append((row.person_id, theirs))
        return written(purpose, key, column, fresh)
    monkeypatch.setattr(rotation, "_written", meanwhile)
    rotate(1)
    truth.expire_all()
    person_id, theirs = once[1]
    assert truth.get(PersonKey, person_id).wrapped == theirs
    assert set(wrapped_under(truth)) == {2}


def test_one_that_cannot_be_opened_is_told_and_the_others_are_turned(world, truth, key_file):
    row = truth.get(PersonKey, world.rosa.person_id)
    row.wrapped = row.wrapped[:HEADER + NONCE] + bytes(len(row.wrapped) - HEADER - NONCE)
    truth.commit()
    keys.add("master")
    told = list(rotation.rewrap())
    assert told[-1].unreadable == 1
    assert sorted(wrapped_under(truth))[:2] == [1, 2]
    assert verbs(truth, "seal.fail")


def test_only_one_persons_key_when_asked(world, truth, key_file):
    keys.add("master")
    told = list(rotation.rewrap(person_id=world.rosa.person_id))
    assert (told[0].of, told[-1].done) == (1, 1)
    assert sorted(wrapped_under(truth)).count(2) == 1


class TestOtherProcesses:
    """A ring of another process, that follows the same file."""

    @pytest.fixture
    def other(self, key_file):
        theirs = KeyRing()
        from casework.kernel.key_sources import Source
        follows = Source()
        follows.use(path=key_file)
        theirs.load(follows.read())
        theirs.follow(follows.anew)
        return theirs

    def test_it_opens_what_names_a_key_that_it_has_not_seen(self, world, truth, other):
        keys.add("master")
        rotate()
        wrapped = truth.get(PersonKey, world.rosa.person_id).wrapped
        assert other.named_in(rotation.key_place(world.rosa.person_id), wrapped).id == 2

    def test_it_seals_under_the_new_key_and_looks_for_both_indexes_at_once(self, other):
        keys.add("master")
        keys.add("index")
        assert (other.current.id, other.index.id) == (2, 2)
        assert [key.id for key in other.live("index")] == [2, 1]

    def test_a_file_that_is_broken_meanwhile_leaves_it_as_it_was_and_unready(self, other, key_file):
        key_file.write_text("nonsense")
        assert other.current.id == 1
        assert "unknown" in other.trouble
        key_file.write_text(KEYS)
        assert other.current.id == 1
        assert other.trouble == ""


class TestTheRing:
    def test_a_retired_key_opens_and_seals_nothing_new(self, world, truth, key_file):
        keys.add("master")
        keys.retire("master-1")
        assert ring.current.id == 2
        assert world.rosa_identity.legal_name
        assert [ring.state(key) for key in ring.keys if key.purpose == "master"] == [State.RETIRED, State.CURRENT]

    def test_the_key_in_use_is_not_retired(self, key_file):
        with pytest.raises(Conflict, match="add another"):
            keys.retire("master-1")

    def test_a_key_goes_only_when_retired_rested_and_named_by_no_row(self, world, truth, key_file):
        keys.add("master")
        with pytest.raises(Conflict, match="Retire master-1 first"):
            keys.destroy("master-1")
        keys.retire("master-1")
        with pytest.raises(Conflict, match="rest for 10 minutes"):
            keys.destroy("master-1")
        people = len(wrapped_under(truth))
        with at(now() + timedelta(minutes=11)):
            with pytest.raises(Conflict, match=f"{people} rows name master-1"):
                keys.destroy("master-1")
            rotate()
            keys.destroy("master-1")
        assert "master-1: destroyed" in key_file.read_text()
        db.session.expire_all()
        assert world.rosa_identity.legal_name
        assert [event.details["key"] for event in verbs(truth, "key_ring.destroy")] == ["master-1"]

    def test_a_key_that_the_newest_keys_file_needs_stays(self, world, key_file, tmp_path):
        write_keys_file(tmp_path / "people.keys", db.session().connection())
        keys.add("master")
        keys.retire("master-1")
        rotate()
        with at(now() + timedelta(minutes=11)):
            with pytest.raises(Conflict, match="rows of the keys file name master-1"):
                keys.destroy("master-1", tmp_path / "people.keys")
            write_keys_file(tmp_path / "people.keys", db.session().connection())
            keys.destroy("master-1", tmp_path / "people.keys")

    def test_an_escrow_key_that_the_newest_keys_file_is_sealed_under_stays(self, world, key_file, tmp_path):
        write_keys_file(tmp_path / "people.keys", db.session().connection())
        keys.add("escrow")
        keys.retire("escrow-1")
        with at(now() + timedelta(minutes=11)):
            with pytest.raises(Conflict, match="sealed under escrow-1"):
                keys.destroy("escrow-1", tmp_path / "people.keys")
            write_keys_file(tmp_path / "people.keys", db.session().connection())
            keys.destroy("escrow-1", tmp_path / "people.keys")

    def test_an_index_key_goes_only_when_no_index_names_it(self, world, truth, key_file):
        keys.add("index")
        keys.retire("index-1")
        with at(now() + timedelta(minutes=11)):
            with pytest.raises(Conflict, match=f"{len(indexes(truth))} rows name index-1"):
                keys.destroy("index-1")
            rotate()
            keys.destroy("index-1")

    def test_the_name_of_a_destroyed_key_is_never_given_again(self, key_file):
        keys.add("backup")
        keys.drop_older("backup")
        keys.add("backup")
        assert [(key.name, key.secret is None) for key in ring.keys if key.purpose == "backup"] == \
            [("backup-1", True), ("backup-2", False), ("backup-3", False)]

    def test_what_is_added_is_kept_with_its_owners_rights_and_in_the_trail(self, truth, key_file):
        made = keys.add("escrow")
        assert key_file.stat().st_mode & 0o777 == 0o600
        assert made.secret is not None and not list(key_file.parent.glob("*.new"))
        assert [event.details for event in verbs(truth, "key_ring.add")] == [{"key": "escrow-2"}]
        assert made.secret.hex() not in repr(made)

    def test_keys_in_the_environment_are_only_the_operators_to_change(self, world, truth):
        assert source.path is None
        with pytest.raises(KeysRefused, match="environment, which only you can change"):
            keys.add("master")
        assert verbs(truth, "key_ring.add") == []

    def test_an_unknown_purpose_or_name_is_refused(self, key_file):
        with pytest.raises(Invalid):
            keys.add("signing")
        for deed in (keys.retire, keys.destroy):
            with pytest.raises(Invalid, match="No key of the ring"):
                deed("master-9")

    def test_the_published_key_is_not_added_to_a_ring_in_use(self, key_file, tmp_path):
        generate_file(tmp_path / "demo", demo=True)
        key_file.write_text((tmp_path / "demo").read_text())
        assert not ring.is_demo
        ring.look()
        assert not ring.is_demo
        assert "published demo key" in ring.trouble


def test_who_writes_while_keys_turn_writes_under_the_newest(world, truth, key_file):
    keys.add("index")
    record_identity(world.ada, world.rosa_identity, passport="G12345678")
    truth.rollback()
    assert truth.get(Identity, world.rosa_identity.id).passport_index[:4] == b"\0\0\0\2"
