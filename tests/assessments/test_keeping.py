"""What the databases themselves hold to: what is signed stays, nothing is removed, notes are sealed."""
from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from casework.assessments import actions
from casework.assessments.models import NeedRating
from casework.audit.models import AuditEvent
from casework.kernel.db import Base

CANARY = "heron-4711 sleeps badly"


STAYS = "stays as it is|is kept"


def refused(truth, sql, why=STAYS, **values):
    with pytest.raises(DBAPIError, match=why):
        truth.execute(text(sql), values)
        truth.commit()
    truth.rollback()


def rating_of(truth, assessment):
    return truth.scalars(select(NeedRating).where(NeedRating.assessment_id == assessment.id)).first()


def key(truth, value):
    """A key as the database writes it."""
    return value if truth.bind.dialect.name == "postgresql" else value.hex


@pytest.mark.parametrize("change", ["saved_at = NULL", "state = 'draft', signed_at = NULL, signed_by_id = NULL",
                                    "version = version + 1"])
def test_a_signed_assessment_cannot_be_changed(world, truth, change):
    refused(truth, f"UPDATE assessment SET {change} WHERE id = :id", id=key(truth, world.rosa_full.id))


@pytest.mark.parametrize("change", ["level = 0", "answer = 'declined', level = NULL", "note_sealed = NULL"])
def test_its_answers_cannot_be_changed(world, truth, change):
    rating = rating_of(truth, world.rosa_full)
    refused(truth, f"UPDATE need_rating SET {change} WHERE id = :id", id=key(truth, rating.id))


def test_no_answer_can_be_added_to_it(world, truth):
    rating = rating_of(truth, world.kit_draft)
    refused(truth, "UPDATE need_rating SET assessment_id = :signed WHERE id = :id",
            id=key(truth, rating.id), signed=key(truth, world.rosa_rapid.id))
    refused(truth, "INSERT INTO need_rating (id, version, assessment_id, person_id, domain, answer, level) "
                   "SELECT :new, 1, :signed, person_id, 'XXX', answer, level FROM need_rating WHERE id = :id",
            id=key(truth, rating.id), new=key(truth, world.ada.id), signed=key(truth, world.rosa_rapid.id))


@pytest.mark.parametrize("name", ["rosa_full", "kit_draft"])
def test_nothing_is_removed_not_even_of_a_draft(world, truth, name):
    thing = key(truth, getattr(world, name).id)
    refused(truth, "DELETE FROM need_rating WHERE assessment_id = :id", id=thing)
    refused(truth, "DELETE FROM assessment WHERE id = :id", id=thing)


def test_nor_all_at_once(truth):
    if truth.bind.dialect.name == "postgresql":
        refused(truth, "TRUNCATE assessment, need_rating")
        refused(truth, "TRUNCATE need_rating")
    else:
        refused(truth, "DELETE FROM need_rating")


def test_a_draft_can_be_changed(world, truth):
    truth.execute(text("UPDATE assessment SET version = version + 1 WHERE id = :id"),
                  {"id": key(truth, world.kit_draft.id)})
    truth.commit()


@pytest.mark.parametrize(("row", "why"), [
    ("'level', NULL", "only_a_level_has_a_level"), ("'declined', 3", "only_a_level_has_a_level"),
    ("'level', 5", "level_is_one_of_five"), ("'level', -1", "level_is_one_of_five"), ("NULL, 2", "(?i)not.null")])
def test_an_answer_is_a_level_or_a_word_and_never_both_or_neither(world, truth, row, why):
    refused(truth, "INSERT INTO need_rating (id, version, assessment_id, person_id, domain, answer, level) "
                   f"VALUES (:new, 1, :draft, :person, 'TRN', {row})", why, person=key(truth, world.kit.person_id),
            new=key(truth, world.ada.id), draft=key(truth, world.kit_draft.id))


def test_a_domain_is_answered_once(world, truth):
    refused(truth, "INSERT INTO need_rating (id, version, assessment_id, person_id, domain, answer, level) "
                   "VALUES (:new, 1, :draft, :person, 'SAF', 'level', 1)", "(?i)unique",
            person=key(truth, world.kit.person_id), new=key(truth, world.ada.id), draft=key(truth, world.kit_draft.id))


def test_a_note_is_nowhere_in_the_database_in_clear(world, truth, copy):
    actions.save(world.abe, world.kit_draft, ratings=[{"domain": "MHC", "answer": "3", "note": CANARY}])
    for table in Base.metadata.sorted_tables:
        assert CANARY not in repr(truth.execute(select(table)).all())
        assert CANARY.encode().hex() not in repr(truth.execute(select(table)).all())
    for file in Path(copy[0].removeprefix("sqlite:///")).parent.glob("casework.db*"):
        assert CANARY.encode() not in file.read_bytes()


def test_the_trail_says_that_an_answer_changed_and_not_to_what(world, truth):
    actions.save(world.abe, world.kit_draft, ratings=[{"domain": "SAF", "answer": "3", "note": CANARY}])
    event = truth.scalars(select(AuditEvent).where(AuditEvent.verb == "assessment.save").order_by(
        AuditEvent.id.desc())).first()
    told = {change["field"]: change["to"] for change in event.changes if change["what"] == "need_rating"}
    assert told["level"] == "changed"
    assert told["note_sealed"].startswith("sha256:")
