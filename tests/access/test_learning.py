"""What finding a record has shown of who stands beside it is not asked again while a page is only read."""
from __future__ import annotations

from contextlib import contextmanager

import pytest

from casework import policy
from casework.access.queries import find
from casework.cases.models import Case
from casework.kernel.conditions import ME, MY_OFFICE, among, differs, not_among, same
from casework.kernel.once import reading
from tests.heard import heard
from tests.world import as_seen_by


@pytest.fixture
def asked(world):
    """What is asked of the table of teams by itself, inside."""
    @contextmanager
    def of_teams():
        found: list[str] = []
        with heard() as statements:
            yield found
        found += [text for text in statements if text.startswith("SELECT team_member.")]
    yield of_teams
    reading(False)


def test_whoever_found_a_case_by_being_on_its_team_is_not_asked_for_again(world, asked):
    as_seen_by(world.ada)
    reading(True)
    case = find(world.ada, Case, world.rosa.id)
    with asked() as questions:
        assert policy.may(world.ada, "case.update", case) and policy.may(world.ada, "note.add", case)
    assert questions == []


def test_a_deed_asks_anew(world, asked):
    as_seen_by(world.ada)
    case = find(world.ada, Case, world.rosa.id)
    with asked() as questions:
        assert policy.may(world.ada, "case.update", case)
    assert len(questions) == 1


def test_nothing_is_learned_of_anybody_else(world, asked):
    as_seen_by(world.ada)
    reading(True)
    case = find(world.ada, Case, world.rosa.id)
    with asked() as questions:
        assert not policy.may(world.bea, "case.update", case)
    assert len(questions) == 1


def test_where_several_ways_lead_to_a_record_none_of_them_is_taken_for_granted(world, asked):
    """Who sees it as a supervisor of the office may be on no team."""
    both = [*world.sam.current_grants, *world.ada.current_grants]
    actor = type("Both", (), {"id": world.ada.id, "current_grants": both})()
    as_seen_by(world.ada)
    reading(True)
    case = find(actor, Case, world.rosa.id)
    with asked() as questions:
        assert policy.may(world.ada, "case.update", case)
    assert len(questions) == 1


@pytest.mark.parametrize("condition", [same("office_id", MY_OFFICE), differs("specialist_id", ME), not_among("team", ME)])
def test_only_standing_among_people_is_learned(world, condition):
    assert condition.stands_among(world.rosa) is None and among("team", ME).stands_among(world.rosa) is Case.team
