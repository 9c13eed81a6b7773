"""A person's key is destroyed by two people, never under a hold; then nothing of theirs opens, and the pages say so."""
from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from casework.audit.models import AuditEvent
from casework.audit.unreadable import VERB
from casework.cases import destroying, holding
from casework.cases.destruction import KeyDestruction
from casework.cases.files import Contact, Identity
from casework.cases.models import Person, PersonKey
from casework.cases.search import search
from casework.kernel import data_keys, sealed
from casework.kernel.crypto import Destroyed, Unreadable
from casework.kernel.db import db, now
from casework.kernel.errors import Conflict, Forbidden, Invalid
from casework.kernel.keyring import ring
from casework.kernel.storage import forget_deleted
from casework.kernel.system import SYSTEM
from tests.test_tampering import sealed_columns

WHY = {"reason": "Retention ended.", "document": "DAA-0000-2026-0001"}


@pytest.fixture
def rosa(world):
    return db.session.get_one(Person, world.rosa.person_id)


@pytest.fixture
def gone(world, rosa):
    """Rosa's key, destroyed by Priya and Hana."""
    return destroying.confirm(world.hana, destroying.propose(world.priya, rosa, **WHY))


def events(truth, verb):
    truth.rollback()
    return truth.scalars(select(AuditEvent).where(AuditEvent.verb == verb).order_by(AuditEvent.id)).all()


class TestTwoPeople:
    def test_one_proposes_another_confirms_and_both_are_in_the_trail(self, world, truth, rosa):
        proposal = destroying.propose(world.priya, rosa, **WHY)
        assert truth.get(PersonKey, rosa.id)
        destroying.confirm(world.hana, proposal)
        truth.rollback()
        truth.expunge_all()
        assert truth.get(PersonKey, rosa.id) is None
        assert [event.actor_id for event in events(truth, "key_destruction.propose")][-1] == world.priya.id
        [event] = events(truth, "key_destruction.confirm")
        assert (event.actor_id, event.details) == (world.hana.id, {"document": WHY["document"]})
        [done] = events(truth, "person_key.destroy")
        assert (done.actor_id, done.details) == (SYSTEM.id, {"document": WHY["document"]})
        assert ("person_key", "wrapped", None) in {(c["what"], c["field"], c["to"]) for c in done.changes}
        assert "Retention ended" not in str([event.changes, event.details, done.changes, done.details])

    @pytest.mark.parametrize("name", ["priya", "hana"])
    def test_nobody_confirms_their_own(self, world, rosa, name):
        proposal = destroying.propose(getattr(world, name), rosa, **WHY)
        with pytest.raises(Forbidden):
            destroying.confirm(getattr(world, name), proposal)

    def test_the_database_says_so_too(self, world, truth, rosa):
        proposal = destroying.propose(world.priya, rosa, **WHY)
        with pytest.raises(DBAPIError, match="two_people"):
            truth.execute(update(KeyDestruction).where(KeyDestruction.id == proposal.id).values(
                confirmed_by_id=world.priya.id, confirmed_at=now()))

    @pytest.mark.parametrize("name", ["ada", "sam", "root", "uma"])
    def test_nobody_else_proposes_or_confirms(self, world, rosa, name):
        with pytest.raises(Forbidden):
            destroying.propose(getattr(world, name), rosa, **WHY)
        with pytest.raises(Forbidden):
            destroying.confirm(getattr(world, name), world.nina_proposal)

    @pytest.mark.parametrize("missing", WHY)
    def test_it_needs_a_reason_and_a_document(self, world, rosa, missing):
        with pytest.raises(Invalid):
            destroying.propose(world.priya, rosa, **{**WHY, missing: " "})

    def test_what_was_withdrawn_or_done_is_not_confirmed(self, world, rosa):
        proposal = destroying.propose(world.priya, rosa, **WHY)
        with pytest.raises(Conflict, match="proposed already"):
            destroying.propose(world.hugo, rosa, **WHY)
        destroying.withdraw(world.priya, proposal)
        with pytest.raises(Conflict, match="has ended"):
            destroying.confirm(world.hana, proposal)
        destroying.confirm(world.hana, destroying.propose(world.priya, rosa, **WHY))
        with pytest.raises(Conflict, match="destroyed already"):
            destroying.propose(world.priya, rosa, **WHY)


class TestHolds:
    def test_under_a_hold_nothing_is_proposed_or_confirmed_until_it_is_lifted(self, world, rosa):
        proposal = destroying.propose(world.priya, rosa, **WHY)
        hold = holding.place(world.hugo, rosa, **WHY)
        with pytest.raises(Conflict, match="legal hold"):
            destroying.confirm(world.hana, proposal)
        holding.lift(world.priya, hold, **WHY)
        assert destroying.confirm(world.hana, proposal).key is None

    def test_of_two_holds_each_is_lifted_by_itself_and_once(self, world, rosa):
        first, second = (holding.place(world.hugo, rosa, **WHY) for _ in range(2))
        holding.lift(world.priya, first, **WHY)
        assert holding.held(rosa)
        with pytest.raises(Conflict, match="lifted already"):
            holding.lift(world.priya, first, **WHY)
        assert first.lifted_at and [hold.id for hold in holding.holds(world.priya)] == [second.id, world.kit_hold.id]

    def test_a_hold_is_never_edited(self, world, truth):
        for change in ("UPDATE legal_hold SET document = 'other'", "DELETE FROM legal_hold"):
            with pytest.raises(DBAPIError, match="append-only"):
                truth.execute(text(change))
            truth.rollback()

    @pytest.mark.parametrize("name", ["ada", "sam", "root"])
    def test_nobody_else_places_one(self, world, rosa, name):
        with pytest.raises(Forbidden):
            holding.place(getattr(world, name), rosa, **WHY)


class TestTheDatabase:
    """Somebody past the product, with its rights."""

    def test_it_keeps_a_key_that_two_people_did_not_give_up(self, world, truth, rosa):
        destroying.propose(world.priya, rosa, **WHY)
        with pytest.raises(DBAPIError, match="two people"):
            truth.execute(delete(PersonKey).where(PersonKey.person_id == rosa.id))

    def test_it_keeps_a_key_under_a_hold(self, world, truth):
        kit = world.kit.person_id
        truth.execute(update(KeyDestruction).where(KeyDestruction.person_id == kit).values(
            confirmed_by_id=world.hugo.id, confirmed_at=now()))
        with pytest.raises(DBAPIError, match="never under a legal hold"):
            truth.execute(delete(PersonKey).where(PersonKey.person_id == kit))

    def test_a_destroyed_key_does_not_come_back_and_a_key_stays_with_its_person(self, world, truth, rosa):
        wrapped = truth.get(PersonKey, rosa.id).wrapped
        truth.rollback()
        destroying.confirm(world.hana, destroying.propose(world.priya, rosa, **WHY))
        truth.expunge_all()
        with pytest.raises(DBAPIError, match="does not come back"):
            truth.add(PersonKey(person_id=rosa.id, wrapped=wrapped))
            truth.flush()
        truth.rollback()
        with pytest.raises(DBAPIError, match="stays with its person"):
            truth.execute(update(PersonKey).where(PersonKey.person_id == world.nina.person_id).values(
                person_id=rosa.id))


class TestAfterwards:
    def test_every_sealed_column_says_why_and_nobody_is_alarmed(self, world, truth, gone):
        said = f"destroyed on {gone.key_destroyed_at.day} {gone.key_destroyed_at:%B %Y} under {WHY['document']}"
        seen = set()
        for model, name, column in sealed_columns():
            for row in db.session.scalars(select(model).where(getattr(model, column).is_not(None))).unique():
                if row.person_id == gone.id:
                    with pytest.raises(Destroyed, match=said):
                        getattr(row, name)
                    seen.add((model.__tablename__, name))
        assert len(seen) > 15
        assert events(truth, VERB) == []

    def test_a_missing_key_that_nobody_destroyed_is_an_alarm(self, world, truth, app):
        """Somebody took the triggers away, and a key."""
        engine = truth.get_bind()
        with engine.begin() as owner:
            if engine.dialect.name == "sqlite":
                owner.execute(text("DROP TRIGGER person_key_kept"))
            else:
                owner.execute(text("SET LOCAL session_replication_role = replica"))
            owner.execute(delete(PersonKey).where(PersonKey.person_id == world.rosa.person_id))
        db.session.rollback()
        db.session.expire_all()
        with pytest.raises(Unreadable, match="missing"):
            assert db.session.get_one(Identity, world.rosa_identity.id).legal_name
        assert len(events(truth, VERB)) == 1

    def test_pages_open_and_say_it_in_words_and_programs_are_told_that_it_is_gone(self, world, gone, browser, machine):
        ada, api = browser("ada"), machine("ada")
        for path in ("", "/identity", "/contact", "/notes", "/disbursements"):
            answer = ada.get(f"/cases/{world.rosa.id}{path}", follow_redirects=True)
            assert answer.status_code == 200, path
            assert world.rosa.number in answer.text
            assert "Placeholder" not in answer.text and "Birch" not in answer.text
        for path in ("/identity", "/contact", "/notes"):
            assert f"under {WHY['document']}" in ada.get(f"/cases/{world.rosa.id}{path}").text
        assert ada.get(f"/disbursements/{world.stay.id}").status_code == 200
        assert browser("olga").get(f"/continued-presence/{world.rosa_request.id}").status_code == 200
        assert api.get(f"/api/v1/cases/{world.rosa.id}").status_code == 200
        told = api.get(f"/api/v1/cases/{world.rosa.id}/identity")
        assert told.status_code == 410
        assert WHY["document"] in told.json["detail"]

    def test_nothing_more_is_sealed_about_them(self, world, gone, machine):
        told = machine("ada").post(f"/api/v1/cases/{world.rosa.id}/notes", json={"about": "needs", "body": "Words"})
        assert told.status_code == 410
        assert not sealed.in_words.get()

    def test_searches_go_past_them_and_find_the_others(self, world, truth, rosa):
        for query in ("Rosalind", "A012345678", "303-555-0100"):
            assert [case.id for case in search(world.ada, query)] == [world.rosa.id]
        destroying.confirm(world.hana, destroying.propose(world.priya, rosa, **WHY))
        for query in ("Rosalind", "A012345678", "303-555-0100"):
            assert list(search(world.ada, query)) == []
        assert [case.id for case in search(world.ada, world.rosa.number)] == [world.rosa.id]
        truth.rollback()
        truth.expire_all()
        assert truth.scalars(select(Identity.a_number_index).where(Identity.person_id == rosa.id)).one() is None
        assert truth.scalars(select(Contact.phone_index).where(Contact.person_id == rosa.id)).one() is None

    def test_no_process_keeps_it_past_the_next_read(self, world, rosa):
        """One read before, by whoever; then the key is dropped with the first read that meets its end."""
        assert world.rosa_identity.legal_name
        secret = rosa.own_key().secret
        destroying.confirm(world.hana, destroying.propose(world.priya, rosa, **WHY))
        with pytest.raises(Destroyed):
            rosa.own_key()
        assert secret not in {key.secret for *_, key in data_keys.opened.values()}

    def test_a_ring_that_was_read_anew_keeps_no_data_key(self, world, rosa):
        assert world.rosa_identity.legal_name
        ring.load(ring.keys)
        assert data_keys.opened == {}

    def test_an_escrow_key_from_before_is_owed_a_turn(self, world, rosa):
        assert not destroying.escrow_turn_owed()
        destroying.confirm(world.hana, destroying.propose(world.priya, rosa, **WHY))
        assert destroying.escrow_turn_owed()


def test_its_bytes_leave_the_files_of_the_database(world, truth, copy, rosa):
    """On SQLite file and journal are read byte by byte; on PostgreSQL the files of the table."""
    wrapped = truth.get(PersonKey, rosa.id).wrapped
    truth.rollback()
    truth.get_bind().dispose()
    assert any(wrapped in content for content in stored(copy[0]))
    destroying.confirm(world.hana, destroying.propose(world.priya, rosa, **WHY))
    db.session.remove()
    assert forget_deleted(db.engine, "person_key", owner_url=copy[0])
    assert not any(wrapped in content for content in stored(copy[0]))


def stored(url):
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return [file.read_bytes() for file in path.parent.glob(f"{path.name}*")]
    engine = create_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        file = connection.scalar(text("SELECT pg_relation_filepath('person_key')"))
        content = connection.scalar(select(func.pg_read_binary_file(file)))
    engine.dispose()
    return [bytes(content)]
