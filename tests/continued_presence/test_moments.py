"""The five moments are stored once. A second person's correction supersedes; nothing is edited."""
from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from casework.continued_presence import queries
from casework.continued_presence.models import CPMoment
from casework.continued_presence.moments import correct
from casework.continued_presence.words import What
from casework.kernel.constraints import conflict
from casework.kernel.db import now
from casework.kernel.errors import Conflict, Forbidden, Invalid
from casework.kernel.scope import rules

HOUR = timedelta(hours=1)
WHY = "The fax shows an earlier time."


def moment(request, what):
    with rules("test"):
        return queries.moments([request.id])[request.id][what]


def test_a_correction_supersedes_and_both_stay(world):
    request = world.rosa_request
    earlier = moment(request, What.LE_RECEIVED_AT)
    told = earlier.at - 5 * HOUR
    correct(world.rex, request, what=What.LE_RECEIVED_AT, at=told, reason=WHY)
    latest = moment(request, What.LE_RECEIVED_AT)
    assert (latest.at, latest.supersedes_id, latest.reason) == (told, earlier.id, WHY)
    assert len([each for each in queries.all_moments(request) if each.what is What.LE_RECEIVED_AT]) == 2


def test_nobody_corrects_what_they_recorded(world):
    with pytest.raises(Conflict, match="second person"):
        correct(world.cora, world.rosa_request, what=What.SUBMITTED_AT, at=now() - HOUR, reason=WHY)
    correct(world.cleo, world.rosa_request, what=What.SUBMITTED_AT, at=moment(
        world.rosa_request, What.SUBMITTED_AT).at, reason=WHY)


def test_the_policy_knows_who_corrects(world):
    for who in (world.olga, world.fay, world.otto, world.ada, world.uma, world.root):
        with pytest.raises(Forbidden):
            correct(who, world.rosa_request, what=What.SUBMITTED_AT, at=now() - HOUR, reason=WHY)


def test_whoever_asked_does_not_correct_as_a_reviewer(world):
    with pytest.raises(Forbidden):
        correct(world.rue, world.submitted_request, what=What.LE_RECEIVED_AT, at=now() - HOUR, reason=WHY)


def test_the_moments_follow_one_another_and_none_lies_ahead(world):
    for what, shift in [(What.LE_RECEIVED_AT, 720 * HOUR), (What.LE_RECEIVED_AT, 10 * HOUR), (What.ISSUED_AT, -HOUR)]:
        with pytest.raises(Invalid) as refusal:
            correct(world.cleo, world.rosa_request, what=what, at=moment(world.rosa_request, what).at + shift,
                    reason=WHY)
        assert "at" in refusal.value.fields


def test_what_has_not_happened_is_not_corrected(world):
    with pytest.raises(Invalid):
        correct(world.cora, world.kit_request, what=What.DECIDED_AT, at=now() - HOUR, reason=WHY)


def row(request, user, **more):
    return CPMoment(id=uuid4(), version=1, case_id=request.case_id, person_id=request.person_id, at=now(),
                    office_id=request.office_id, case_number=request.case_number, request_id=request.id,
                    recorded_by_id=user.id, recorded_at=now(), **more)


def test_the_database_stores_each_moment_once(world, truth):
    truth.add(row(world.rosa_request, world.cora, what=What.DECIDED_AT))
    with pytest.raises(IntegrityError) as refusal:
        truth.flush()
    assert "can only be corrected" in str(conflict(refusal.value))


def test_the_database_knows_the_second_person(world, truth):
    first = moment(world.rosa_request, What.DECIDED_AT)
    truth.add(row(world.rosa_request, world.otto, what=What.DECIDED_AT, supersedes_id=first.id,
                  corrected_of_id=world.otto.id, reason=WHY))
    with pytest.raises(IntegrityError) as refusal:
        truth.flush()
    assert "second person" in str(conflict(refusal.value))


def test_nobody_pretends_that_another_recorded_it(world, truth):
    """The pair of moment and recorder is a key: the name of the one corrected cannot be made up."""
    first = moment(world.rosa_request, What.DECIDED_AT)
    truth.add(row(world.rosa_request, world.otto, what=What.DECIDED_AT, supersedes_id=first.id,
                  corrected_of_id=world.rex.id, reason=WHY))
    with pytest.raises(IntegrityError):
        truth.flush()


def test_the_page_shows_the_moment_that_counts_and_tells_of_the_correction(world, browser):
    request = world.rosa_request
    browser("cora").post(f"/continued-presence/{request.id}/correct_moment", data={
        "what": "le_received_at", "at-month": "1", "at-day": "15", "at-year": "2026", "at-time": "14:30",
        "reason": "The agent rang half an hour before."})
    page = browser("ada").get(f"/continued-presence/{request.id}").get_data(as_text=True)
    assert "(corrected)" in page
    assert "The agent rang half an hour before." in page
