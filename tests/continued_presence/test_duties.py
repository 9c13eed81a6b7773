"""What waits for whom, by when, under which rule."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from casework.cases import recording
from casework.cases.duties import due_dates, duties
from casework.continued_presence.actions import check_item, draft
from casework.continued_presence.words import Answer
from casework.kernel.db import at, now
from casework.kernel.rulebook import today

DAY = timedelta(days=1)


@pytest.fixture
def waits(app):
    def of(actor, case=None):
        with app.test_request_context():
            return {duty.what: duty for duty in duties(actor, case) if "/continued-presence" in duty.url
                    or "certification" in duty.what}
    return of


WAITING = [
    ("ines", "Send the Continued Presence request", "draft_request"),
    ("ines", "Put the returned Continued Presence request right", "returned_request"),
    ("fay", "Endorse or return the Continued Presence request", "kit_request"),
    ("cora", "Submit or return the Continued Presence request", "agency_request"),
    ("rex", "Take up the Continued Presence request", "submitted_request"),
    ("rex", "Record the papers of the Continued Presence", "approved_request"),
]


def test_a_request_waits_for_whoever_takes_the_next_step(world, waits):
    for who, what, number in WAITING:
        assert waits(getattr(world, who))[what].says == getattr(world, number).number


def test_the_official_decides_within_thirty_days_of_receipt(world, waits):
    duty = waits(world.otto)["Decide the Continued Presence request"]
    assert duty.due_at == datetime(2026, 2, 16, 7, 59, 59, 999999, tzinfo=UTC)
    assert "30 calendar days" in duty.rule
    assert "not a limit in law" in duty.rule


NOT_THEIRS = [
    ("otto", "barred_request"), ("oona", "barred_request"), ("cleo", "agency_request"), ("rue", "submitted_request"),
    ("gus", "kit_request"), ("olga", "kit_request"), ("ada", "kit_request"),
]


def test_nothing_waits_for_whoever_may_not(world, waits):
    for who, what in NOT_THEIRS:
        assert getattr(world, what).number not in {duty.says for duty in waits(getattr(world, who)).values()}


def test_the_specialist_tells_hhs_of_an_adult_within_one_working_day(world, waits):
    what = "Record the notice to HHS for certification"
    duty = waits(world.ada)[what]
    assert duty.due_at.date().isoformat() == "2026-01-17"  # the end of Friday the 16th in Denver
    assert what in waits(world.ada, world.rosa)
    assert world.rosa.id in due_dates([world.rosa])
    recording.record_hhs_notice(world.ada, world.rosa, about="certification", sent_at=now(), method="portal")
    assert what not in waits(world.ada)
    assert due_dates([world.rosa]).get(world.rosa.id) != duty.due_at


def test_what_was_planned_comes_up_on_its_day(world, waits):
    check_item(world.ines, world.draft_request, "CP-08", answer=Answer.NOT_POSSIBLE_YET, note="in hospital.",
               planned_on=today() + 5 * DAY)
    assert "Checklist: fingerprints" not in waits(world.ines)
    with at(now() + 5 * DAY):
        assert "Checklist: fingerprints" in waits(world.ines)


REMINDERS = [(200, None), (180, "Think of an extension"), (95, "Think of an extension"),
             (85, "Prepare the extension"), (50, "Send the extension"), (20, "Send the extension now")]


def test_reminders_to_extend(world, waits):
    end = world.rosa_grant.end_on
    for before, what in REMINDERS:
        with at(datetime(end.year, end.month, end.day, 18, tzinfo=UTC) - before * DAY + DAY):
            found = {duty.what for duty in waits(world.olga).values() if world.rosa_request.number in duty.says}
        assert found == ({what} if what else set())


def test_an_extension_on_its_way_silences_them(world, waits):
    end = world.rosa_grant.end_on
    with at(datetime(end.year, end.month, end.day, 18, tzinfo=UTC) - 100 * DAY):
        draft(world.olga, world.rosa, identified_on=today(), parent_grant_id=world.rosa_grant.id)
        assert "Think of an extension" not in waits(world.olga)


def test_every_duty_names_its_rule_and_leads_somewhere(world, waits, app):
    for name in ("ines", "fay", "cora", "rex", "otto", "ada"):
        for duty in waits(getattr(world, name)).values():
            assert duty.rule
            assert duty.url.startswith("/")
            assert duty.due_at is not None
