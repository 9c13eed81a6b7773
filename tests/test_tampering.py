"""Whoever reaches past the product into the database cannot exchange or alter what is sealed: it is refused, never
shown blank, and remembered."""
from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import inspect, select, text, update

from casework.audit import gather, settle
from casework.audit.models import AuditEvent
from casework.audit.unreadable import VERB
from casework.cases.files import Identity
from casework.cases.models import Person, key_place
from casework.continued_presence.models import CPSignature
from casework.funds.models import ResourceCheck
from casework.kernel.crypto import HEADER, NONCE, Key, Unreadable, seal
from casework.kernel.db import Base, db
from casework.kernel.keyring import data_key
from casework.kernel.sealed import SealedColumn

PARTS = {"version": 0, "key": HEADER - 1, "nonce": HEADER, "words": HEADER + NONCE, "tag": -1}


def sealed_columns():
    """Every sealed column of the product: (model, name in clear, column)."""
    models = [mapper.class_ for mapper in Base.registry.mappers]
    return [(model, name, descriptor.column) for model in models
            for name, descriptor in vars(model).items() if isinstance(descriptor, SealedColumn)]


@pytest.fixture
def put(truth):
    """`put(row, column, bytes)`: written as by somebody who owns the database and has taken its triggers away."""
    connection = truth.connection()
    if connection.dialect.name == "sqlite":
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        truth.commit()

    def write(row, column, envelope):
        table, key = type(row).__table__, inspect(row).mapper.primary_key[0]
        id = inspect(row).identity[0]
        truth.rollback()
        if truth.connection().dialect.name != "sqlite":
            truth.execute(text("SET LOCAL session_replication_role = replica"))
        truth.connection().execute(update(table).where(key == id).values({column: envelope}))
        truth.commit()
    return write


def failures(truth):
    truth.rollback()
    return [(event.subject_kind, event.details["column"], event.subject_id)
            for event in truth.scalars(select(AuditEvent).where(AuditEvent.verb == VERB).order_by(AuditEvent.id))]


def some_row(truth, model, column):
    """A row that has something there, or any row."""
    key = getattr(model, column)
    return (truth.scalars(select(model).where(key.is_not(None)).limit(1)).first()
            or truth.scalars(select(model).limit(1)).first())


def opened(row, name):
    db.session.rollback()
    again = db.session.get(type(row), row.id, populate_existing=True)
    return getattr(again, name)


def flipped(envelope, at, bit=0):
    changed = bytearray(envelope)
    changed[at] ^= 1 << bit
    return bytes(changed)


def test_one_bit_of_any_part_of_any_sealed_column(app, truth, put):
    expected = []
    for model, name, column in sealed_columns():
        row = some_row(truth, model, column)
        assert row is not None, f"the story of the tests has no {model.__tablename__}"
        whole = getattr(row, column) or row.person.key.wrapped
        for at in PARTS.values():
            put(row, column, flipped(whole, at))
            with pytest.raises(Unreadable):
                opened(row, name)
            expected.append((row.kind, column, row.id))
        put(row, column, getattr(row, column))
    assert failures(truth) == expected


def test_every_bit_of_one_envelope(app, world, truth, put):
    whole = truth.get(Identity, world.rosa_identity.id).legal_name_sealed
    for at in range(len(whole)):
        put(world.rosa_identity, "legal_name_sealed", flipped(whole, at, bit=at % 8))
        with pytest.raises(Unreadable):
            opened(world.rosa_identity, "legal_name")
    put(world.rosa_identity, "legal_name_sealed", whole)
    assert opened(world.rosa_identity, "legal_name") == "Rosalind Placeholder"
    assert len(failures(truth)) == len(whole)


def envelopes(truth):
    """(model, descriptor, its key, row id, an envelope that opens) of each sealed column: the story's, or one made."""
    for model, name, column in sealed_columns():
        row = some_row(truth, model, column)
        descriptor, key = vars(model)[name], row.own_key()
        yield descriptor, key, row.id, getattr(row, column) or seal(key, descriptor.place(row.id), b"x")


def refused(descriptor, key, row_id, envelope):
    with pytest.raises(Unreadable):
        descriptor.open(key, row_id, envelope)
    return 1


def test_every_bit_every_cut_and_every_other_key_of_every_sealed_column(app, truth):
    """Refused, each time, and each time remembered."""
    gather()
    met = 0
    for descriptor, key, row_id, whole in envelopes(truth):
        for bit in range(len(whole) * 8):
            met += refused(descriptor, key, row_id, flipped(whole, bit // 8, bit % 8))
        for length in range(len(whole)):
            met += refused(descriptor, key, row_id, whole[:length])
        for id in (0, 2, 7, 2**32 - 1):
            met += refused(descriptor, key, row_id, whole[:1] + id.to_bytes(4, "big") + whole[HEADER:])
        met += refused(descriptor, Key(key.id, bytes(32)), row_id, whole) + refused(descriptor, key, row_id, whole + b"x")
    settle()
    assert len(failures(truth)) == met > 10_000


def test_every_exchange_of_row_column_and_table_among_all_sealed_columns(app, truth):
    """Each envelope in each other's place, under the key it was sealed with: only the place tells them apart."""
    gather()
    every, met = list(envelopes(truth)), 0
    for descriptor, key, row_id, whole in every:
        for other, _, other_id, _ in every:
            if other is not descriptor:
                met += refused(other, key, other_id, whole) + refused(other, key, row_id, whole)
        met += refused(descriptor, key, UUID(int=row_id.int ^ 1), whole)
    settle()
    assert len(failures(truth)) == met == len(every) * (2 * len(every) - 1)


def test_every_bit_and_every_cut_of_a_wrapped_key(app, world, truth):
    gather()
    place, whole = key_place(world.rosa.person_id), truth.get(Person, world.rosa.person_id).key.wrapped
    wrong = [flipped(whole, bit // 8, bit % 8) for bit in range(len(whole) * 8)]
    wrong += [whole[:length] for length in range(len(whole))]
    wrong.append(truth.get(Person, world.nina.person_id).key.wrapped)
    for wrapped in wrong:
        with pytest.raises(Unreadable):
            data_key(place, wrapped)
    settle()
    assert len(failures(truth)) == len(wrong)


def test_cut_lengthened_or_emptied(app, world, truth, put):
    whole = truth.get(Identity, world.rosa_identity.id).legal_name_sealed
    for wrong in (b"", whole[:HEADER], whole[:-1], whole + b"\0", bytes(len(whole))):
        put(world.rosa_identity, "legal_name_sealed", wrong)
        with pytest.raises(Unreadable):
            opened(world.rosa_identity, "legal_name")
    assert len(failures(truth)) == 5


def test_the_same_column_of_another_person(app, world, truth, put):
    put(world.nina_identity, "legal_name_sealed", truth.get(Identity, world.rosa_identity.id).legal_name_sealed)
    with pytest.raises(Unreadable):
        opened(world.nina_identity, "legal_name")


def test_the_same_column_of_another_row_of_the_same_person(app, world, truth, put):
    """Under the same key: the row alone tells them apart."""
    put(world.stay, "purpose_sealed", world.draft.purpose_sealed)
    assert world.stay.person_id == world.draft.person_id
    with pytest.raises(Unreadable):
        opened(world.stay, "purpose")


def test_another_column_of_the_same_row(app, world, truth, put):
    identity = truth.get(Identity, world.rosa_identity.id)
    put(identity, "goes_by_sealed", identity.legal_name_sealed)
    with pytest.raises(Unreadable):
        opened(identity, "goes_by")


def test_another_table_of_the_same_person(app, world, truth, put):
    put(world.rosa_note, "body_sealed", world.stay.purpose_sealed)
    with pytest.raises(Unreadable):
        opened(world.rosa_note, "body")


def test_the_key_of_another_person(app, world, truth, put):
    """Neither their key nor an altered one opens what is sealed under one's own."""
    rosa, nina = (truth.get(Person, case.person_id) for case in (world.rosa, world.nina))
    for wrapped in (nina.key.wrapped, flipped(rosa.key.wrapped, HEADER + NONCE)):
        put(rosa.key, "wrapped", wrapped)
        with pytest.raises(Unreadable):
            opened(world.rosa_identity, "legal_name")
    assert failures(truth) == [("person", "wrapped_key", rosa.id)] * 2


# Through which doors what is sealed is shown: who opens it, which row, which column, the page, the program's address.
DOORS = {
    "identity": ("ada", "rosa_identity", "legal_name_sealed", "/cases/{rosa}/identity", "/cases/{rosa}/identity"),
    "contact": ("ada", "rosa_contact", "whereabouts_sealed", "/cases/{rosa}/contact", "/cases/{rosa}/contact"),
    "note": ("ada", "rosa_note", "body_sealed", "/cases/{rosa}/notes", "/cases/{rosa}/notes"),
    "key": ("ada", "rosa_key", "wrapped", "/cases/{rosa}/identity", "/cases/{rosa}/identity"),
    "assessment": ("abe", "kit_rating", "note_sealed", "/assessments/{kit_draft}", "/assessments/{kit_draft}"),
    "package": ("olga", "rosa_package", "summary_sealed", "/continued-presence/{rosa_request}",
                "/continued-presence/{rosa_request}/package"),
    "reason": ("ines", "returned_note", "note_sealed", "/continued-presence/{returned_request}", ""),
    "purpose": ("ada", "stay", "purpose_sealed", "/disbursements/{stay}", "/disbursements/{stay}/words"),
    "payee": ("ada", "stay_payee", "name_sealed", "/disbursements/{stay}", "/disbursements/{stay}/payee"),
    "check": ("ada", "stay_check", "name_sealed", "/disbursements/{stay}", ""),
}


def of_the_story(world, truth):
    """What the doors show, and the story does not name."""
    world.rosa_key = truth.get(Person, world.rosa.person_id).key
    world.kit_rating = next(rating for rating in world.kit_draft.ratings if rating.note_sealed)
    world.stay_check = truth.scalars(select(ResourceCheck).filter_by(disbursement_id=world.stay.id)).first()
    world.returned_note = truth.scalars(select(CPSignature).where(
        CPSignature.request_id == world.returned_request.id, CPSignature.note_sealed.is_not(None))).one()
    return world


@pytest.mark.parametrize("door", DOORS)
def test_the_page_and_the_api_say_so_and_show_nothing_of_it(world, truth, put, browser, machine, door):
    name, row, column, *paths = DOORS[door]
    world = of_the_story(world, truth)
    ids = {name: thing.id for name, thing in world.everything().items()}
    page, api = (path.format(**ids) for path in paths)
    asked = [(browser(name), page), *([(machine(name), f"/api/v1{api}")] if api else [])]
    assert {client.get(path, follow_redirects=True).status_code for client, path in asked} == {200}
    thing = getattr(world, row)
    put(thing, column, flipped(getattr(thing, column), -1))
    db.session.expire_all()  # what this test has read is read anew
    answers = [client.get(path, follow_redirects=True) for client, path in asked]
    assert {answer.status_code for answer in answers} == {500}
    assert all("This record cannot be read" in answer.text for answer in answers)
    assert not any(word in answer.text for answer in answers for word in ("Placeholder", "Birch", "groceries"))
    place = ("person", "wrapped_key", thing.person_id) if door == "key" else (thing.kind, column, thing.id)
    assert failures(truth) == [place] * len(answers)


def test_whoever_met_it_is_remembered(world, truth, put, browser):
    put(world.rosa_identity, "legal_name_sealed", flipped(world.rosa_identity.legal_name_sealed, -1))
    browser("ada").get(f"/cases/{world.rosa.id}/identity")
    truth.rollback()
    event = truth.scalars(select(AuditEvent).where(AuditEvent.verb == VERB)).one()
    assert event.actor_id == world.ada.id and "altered" in event.details["why"]
