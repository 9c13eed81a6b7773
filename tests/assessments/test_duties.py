"""What is due because of needs, at any moment one looks."""
from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import literal, select

from casework.assessments import actions, duties, known, queries
from casework.assessments.acuity import acuity
from casework.assessments.models import LEVELS, Purpose, cannot_wait
from casework.cases import actions as cases
from casework.cases import recording
from casework.cases.closing import CHECKLIST
from casework.cases.models import Source
from casework.kernel.db import at, db
from tests.assessments.story import answers, assessed
from tests.heard import heard
from tests.world import START, as_seen_by

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = START + 20 * DAY


def new_case(world, moment=LATER, actor="ada", office="den"):
    with at(moment):
        return cases.open_case(getattr(world, actor), getattr(world, office), referral_source=Source.SELF)


def due(actor, case):
    return {duty.what: duty.due_at for duty in duties.waiting(as_seen_by(actor), case)}


def urgent(actor, case):
    return [duty for duty in duties.waiting(as_seen_by(actor), case) if duty.urgent]


def end_of(year, month, day, hours_behind):
    """The last microsecond of a day at an office so many hours behind UTC."""
    return datetime(year, month, day, 23, 59, 59, 999_999, UTC) + hours_behind * HOUR


def test_a_new_case_asks_for_a_screen_in_a_day_and_a_full_assessment_in_30(world):
    case = new_case(world)
    assert due(world.ada, case) == {
        "Complete the rapid screen": LATER + 24 * HOUR, "Complete the full assessment": end_of(2026, 3, 3, 7)}


def test_days_end_in_the_office_s_own_zone(world):
    case = new_case(world, actor="bea", office="mia")
    assert due(world.bea, case)["Complete the full assessment"] == end_of(2026, 3, 3, 5)


def test_a_draft_is_to_be_finished_where_it_lies(world):
    found = {duty.what: duty for duty in duties.waiting(as_seen_by(world.abe), world.kit)}
    duty = found["Finish and sign the rapid screen"]
    assert (duty.url, duty.button) == (f"/assessments/{world.kit_draft.id}/fill", "Go on")
    assert duty.due_at == START + 24 * HOUR


def test_a_signed_screen_is_done_and_the_full_assessment_still_due(world):
    assert set(due(world.bea, world.nina)) == {"Complete the full assessment"}


def test_a_full_assessment_alone_is_enough(world):
    case = new_case(world)
    with at(LATER + HOUR):
        assessed(world.ada, case, Purpose.FULL)
    assert set(due(world.ada, case)) == {"Repeat the full assessment"}


def test_it_is_repeated_after_90_days(world):
    assert due(world.ada, world.rosa) == {"Repeat the full assessment": end_of(2026, 4, 22, 6)}


def test_and_after_30_while_something_cannot_wait(world):
    with at(LATER):
        assessed(world.ada, world.rosa, Purpose.RAPID, SAF="3")
    assert due(world.ada, world.rosa)["Repeat the full assessment"] == end_of(2026, 2, 21, 7)


@pytest.mark.parametrize(("needs", "what"), [
    ({"SHE": "4"}, "Shelter and housing"), ({"SAF": "3"}, "Safety and threats"), ({"SAF": "4"}, "Safety and threats")])
def test_an_urgent_need_is_due_within_a_day_of_signing(world, needs, what):
    with at(LATER):
        assessed(world.ada, world.rosa, Purpose.RAPID, **needs)
    assert [(duty.what, duty.due_at) for duty in urgent(world.ada, world.rosa)] == [
        (f"Act on an urgent need: {what}", LATER + 24 * HOUR)]


@pytest.mark.parametrize("needs", [{"SHE": "3"}, {"SAF": "2"}, {"SAF": "declined"}])
def test_a_lesser_need_is_not(world, needs):
    with at(LATER):
        assessed(world.ada, world.rosa, Purpose.RAPID, **needs)
    assert urgent(world.ada, world.rosa) == []


def test_while_it_is_a_draft_nothing_is_due_for_it(world):
    actions.save(world.abe, world.kit_draft, ratings=[{"domain": "SHE", "answer": "4"}])
    assert urgent(world.abe, world.kit) == []


@pytest.mark.parametrize(("after", "left"), [
    ("2", 0), ("declined", 0), ("not_applicable", 0), ("4", 1), ("not_assessed", 1)])
def test_it_waits_until_a_later_assessment_says_otherwise(world, after, left):
    with at(LATER):
        assessed(world.ada, world.rosa, Purpose.RAPID, SHE="4")
    with at(LATER + DAY):
        assessed(world.ada, world.rosa, Purpose.RAPID, SHE=after)
    assert len(urgent(world.ada, world.rosa)) == left


@pytest.mark.parametrize(("about", "when", "left"), [
    ("needs", HOUR, 0), ("safety", HOUR, 0), ("logistics", HOUR, 1), ("needs", -HOUR, 1)])
def test_or_until_somebody_wrote_down_what_was_done(world, about, when, left):
    with at(LATER + when):
        recording.add_note(world.ada, world.rosa, about=about, body="A room was found.")
    with at(LATER):
        assessed(world.ada, world.rosa, Purpose.RAPID, SHE="4")
    assert len(urgent(world.ada, world.rosa)) == left


def test_acted_on_it_is_still_watched_more_closely(world):
    with at(LATER):
        assessed(world.ada, world.rosa, Purpose.FULL, SHE="4")
    with at(LATER + HOUR):
        recording.add_note(world.ada, world.rosa, about="needs", body="A room was found.")
    assert due(world.ada, world.rosa) == {"Repeat the full assessment": end_of(2026, 3, 3, 7)}


def test_a_closed_case_asks_for_nothing(world):
    case = new_case(world)
    assert duties.waiting(world.ada, case)
    cases.close(world.ada, case, reason="moved", checklist=dict.fromkeys(CHECKLIST, True))
    assert duties.waiting(world.ada, case) == []
    assert duties.next_due([case]) == {}


def test_each_sees_the_cases_of_their_own_team(world):
    with at(START + HOUR):
        whose = {name: {duty.case_number for duty in duties.waiting(as_seen_by(getattr(world, name)), None)}
                 for name in ("ada", "abe", "bea", "sam", "hana", "olga", "uma", "zoe")}
    assert whose == {"ada": {world.rosa.number}, "abe": {world.kit.number}, "bea": {world.nina.number},
                     "sam": set(), "hana": set(), "olga": set(), "uma": set(), "zoe": set()}


def test_in_a_case_that_is_not_theirs_nothing_waits_for_them(world):
    assert duties.waiting(as_seen_by(world.ada), world.kit) == []
    assert duties.waiting(as_seen_by(world.sam), world.kit)


def test_a_list_is_told_the_earliest_of_each_case(world):
    as_seen_by(world.hana)
    assert duties.next_due([world.rosa, world.kit, world.nina]) == {
        world.rosa.id: end_of(2026, 4, 22, 6), world.kit.id: START + 24 * HOUR, world.nina.id: end_of(2026, 2, 11, 5)}


def test_every_duty_says_its_rule(world):
    as_seen_by(world.hana)
    rules = {duty.rule for case in (world.rosa, world.kit) for duty in duties.due_in([case])}
    assert rules == {
        "24 hours from: first contact. Rule of the program.",
        "30 calendar days from: opening of the case. Rule of the program.",
        "90 calendar days from: last signed assessment. Rule of the program."}


def test_many_cases_cost_as_many_queries_as_one(world):
    with at(LATER):
        more = [new_case(world) for _ in range(12)]
        for case in more[:6]:
            assessed(world.ada, case, Purpose.FULL, SHE="4")
    duties.due_in(more)  # whatever is read once is read now
    assert cost(more) == cost(more[:1]) <= 5


def cost(some):
    with heard() as asked:
        duties.due_in(some)
    return len(asked)


def test_the_acuity_of_a_case_is_what_stands(world):
    as_seen_by(world.hana)
    assert (acuity(world.rosa), acuity(world.nina), acuity(world.kit)) == ("high", "moderate", None)
    with at(LATER):
        assessed(world.ada, world.rosa, Purpose.FULL)
    assert acuity(world.rosa) == "low"


def test_what_was_answered_and_not_asked_again_still_stands(world):
    with at(LATER):
        actions.begin(world.ada, world.rosa, purpose=Purpose.RAPID)
    assert acuity(world.rosa) == "high"
    assert answers(Purpose.RAPID)


def test_the_database_calls_urgent_what_python_does(world):
    for code in ("SAF", "SHE", "MED"):
        for level in LEVELS:
            asked = select(queries.urgent(literal(code), literal(level)))
            assert bool(db.session.scalar(asked)) is cannot_wait(code, level), (code, level)


@pytest.mark.parametrize("seed", range(4))
def test_what_a_list_is_told_to_press_is_what_cannot_wait_of_all_that_stands(world, seed):
    """Also of two assessments that were signed in the same moment."""
    chance, said = random.Random(seed), [*"0123444", "declined", "not_assessed", "not_applicable"]
    codes = ("SAF", "SHE", "FOO", "MED", "LAN", "TRN")
    for nth in range(6):
        answered = {code: chance.choice(said) for code in codes}
        with at(LATER + nth // 2 * DAY):
            assessed(world.ada, world.rosa, chance.choice(list(Purpose)), **answered)
    with at(LATER + 3 * DAY):
        assessed(world.ada, world.rosa, Purpose.RAPID, **dict.fromkeys(codes, "not_assessed") | {"TRN": "4"})
    as_seen_by(world.hana)
    cases = [world.rosa, world.nina, world.kit]
    every, pressing = {case.id: known.facts_of(case) for case in cases}, known.facts(cases)
    for case in cases:
        urgent_ones = {need for need in every[case.id].standing if need.urgent}
        assert set(pressing[case.id].standing) == urgent_ones
        assert len(pressing[case.id].standing) == len(urgent_ones)
    assert pressing[world.rosa.id].standing


def test_but_for_such_needs_a_list_knows_of_each_case_what_is_known_of_it_alone(world):
    as_seen_by(world.hana)
    cases = [world.rosa, world.kit, world.nina]
    many, apart = known.facts(cases), {case.id: known.facts_of(case) for case in cases}
    for found in (*many.values(), *apart.values()):
        found.standing = [need for need in found.standing if need.urgent]
    assert many == apart and any(found.signed_at for found in many.values())
