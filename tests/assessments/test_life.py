"""From the first question to the signature: what may be done, by whom, and what is said when it may not."""
from __future__ import annotations

from datetime import timedelta

import pytest

from casework.access.queries import find
from casework.assessments import actions, queries
from casework.assessments.models import Answer, NeedsAssessment, Purpose, State
from casework.assessments.workflow import WORKFLOW
from casework.cases import actions as cases
from casework.cases.closing import CHECKLIST, open_ends
from casework.kernel.db import at, db
from casework.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tests.assessments.story import answers, assessed
from tests.world import START, as_seen_by

LATER = START + timedelta(days=20)
IN_NO_OFFICE = ["olga", "fay", "cora", "rex", "otto", "esme", "fern", "carl", "bud", "cerys", "pia", "uma", "priya",
                "root", "zoe"]


def by_domain(assessment):
    return {rating.domain: rating for rating in assessment.ratings}


def test_every_state_is_reached(world):
    assert {world.kit_draft.state, world.rosa_full.state} == set(WORKFLOW.states) == set(State)


@pytest.mark.parametrize("verb", ["save", "sign"])
def test_what_is_signed_can_be_neither_saved_nor_signed_again(world, verb):
    more = {"ratings": []} if verb == "save" else {}
    with pytest.raises(Conflict, match="while it is signed"):
        getattr(actions, verb)(world.ada, world.rosa_full, **more)


def test_a_rapid_screen_asks_what_cannot_wait(world):
    codes = {domain.code for domain in queries.domains(world.rosa_rapid)}
    assert codes == {"SAF", "SHE", "FOO", "CLO", "MED", "FME", "MHC", "LAN", "TRN", "COM"}


def test_of_a_child_it_also_asks_for_a_guardian(world):
    assert {"GUA"} == ({domain.code for domain in queries.domains(world.kit_draft)}
                       - {domain.code for domain in queries.domains(world.rosa_rapid)})


def test_a_full_assessment_answers_all_24_domains(world):
    assert len(by_domain(world.rosa_full)) == 24


def test_signing_writes_down_that_a_domain_for_children_does_not_apply_to_an_adult(world):
    found = by_domain(world.rosa_full)
    assert {found[code].answer for code in ("GUA", "SCH")} == {Answer.NOT_APPLICABLE}


def test_the_three_answers_that_are_no_level_are_kept_apart(world):
    found = by_domain(world.rosa_full)
    kept = {code: (found[code].answer, found[code].level) for code in ("FME", "CHI", "SUB", "FAM")}
    assert kept == {"FME": (Answer.DECLINED, None), "CHI": (Answer.NOT_APPLICABLE, None),
                    "SUB": (Answer.NOT_ASSESSED, None), "FAM": (Answer.LEVEL, 0)}


def test_a_draft_is_kept_as_it_is_filled(world):
    actions.save(world.abe, world.kit_draft, ratings=[{"domain": "TRN", "answer": "1"}])
    db.session.expunge_all()
    kept = by_domain(find(world.abe, NeedsAssessment, world.kit_draft.id))
    assert {code: rating.said for code, rating in kept.items()} == {
        "GUA": "4", "SAF": "2", "FME": "not_assessed", "TRN": "1"}
    assert kept["GUA"].note == "Placement was asked for at once."


def test_an_answer_may_be_changed_until_it_is_signed(world):
    actions.save(world.abe, world.kit_draft, ratings=[{"domain": "SAF", "answer": "declined"}])
    assert by_domain(world.kit_draft)["SAF"].level is None
    actions.save(world.abe, world.kit_draft, ratings=[{"domain": "SAF", "answer": "0"}])
    assert by_domain(world.kit_draft)["SAF"].said == "0"


def test_a_note_can_be_changed_and_taken_back_and_is_left_alone_when_not_named(world):
    actions.save(world.abe, world.kit_draft, ratings=[{"domain": "GUA", "answer": "3"}])
    assert by_domain(world.kit_draft)["GUA"].note == "Placement was asked for at once."
    actions.save(world.abe, world.kit_draft, ratings=[{"domain": "GUA", "note": None}])
    assert by_domain(world.kit_draft)["GUA"].note is None


def test_a_note_needs_an_answer_to_hang_on(world):
    with pytest.raises(Invalid) as refusal:
        actions.save(world.abe, world.kit_draft, ratings=[{"domain": "FOO", "note": "Ate yesterday."}])
    assert refusal.value.fields == {"FOO": ["Answer “Food and water” first; then the note can be kept."]}


def test_only_what_is_asked_can_be_answered(world):
    with pytest.raises(Invalid) as refusal:
        actions.save(world.abe, world.kit_draft, ratings=[{"domain": "EMP", "answer": "1"}])
    assert refusal.value.fields == {"EMP": ["EMP is not asked in this assessment."]}


def test_a_refused_save_keeps_nothing_of_it(world, truth):
    with pytest.raises(Invalid):
        actions.save(world.abe, world.kit_draft,
                     ratings=[{"domain": "TRN", "answer": "1"}, {"domain": "EMP", "answer": "1"}])
    assert len(truth.get(NeedsAssessment, world.kit_draft.id).ratings) == 3


def test_what_is_missing_is_said_exactly(world):
    with pytest.raises(Invalid) as refusal:
        actions.sign(world.abe, world.kit_draft)
    assert set(refusal.value.fields) == {"SHE", "FOO", "CLO", "MED", "MHC", "LAN", "TRN", "COM"}
    assert refusal.value.fields["SHE"] == ["Shelter and housing has no answer yet."]
    assert str(refusal.value).startswith("8 domains have no answer yet: Shelter and housing, Food and water,")


def test_one_missing_answer_is_one(world):
    actions.save(world.abe, world.kit_draft, ratings=[
        row for row in answers(Purpose.RAPID, under_18=True) if row["domain"] != "COM"])
    with pytest.raises(Invalid, match="One domain has no answer yet: Phone and device safety"):
        actions.sign(world.abe, world.kit_draft)


def test_not_assessed_is_an_answer(world):
    actions.save(world.abe, world.kit_draft, ratings=[
        {**row, "answer": "not_assessed"} for row in answers(Purpose.RAPID, under_18=True)])
    assert actions.sign(world.abe, world.kit_draft).state is State.SIGNED


def test_signing_says_who_and_when(world):
    with at(LATER):
        signed = assessed(world.ada, world.rosa, Purpose.RAPID)
    assert (signed.signed_by_id, signed.signed_at) == (world.ada.id, LATER)


def test_it_keeps_the_version_of_the_instrument_it_was_asked_by(world):
    assert world.rosa_full.instrument_id == world.rosa_rapid.instrument_id
    assert len(queries.domains(world.rosa_full)) == 24


def test_whoever_becomes_known_to_be_under_18_is_asked_for_a_guardian_before_signing(world):
    draft = actions.begin(world.ada, world.rosa, purpose=Purpose.RAPID)
    actions.save(world.ada, draft, ratings=answers(Purpose.RAPID))
    cases.record_discovery(world.ada, world.rosa, discovered_at=START)
    with pytest.raises(Invalid) as refusal:
        actions.sign(world.ada, draft)
    assert set(refusal.value.fields) == {"GUA"}
    actions.save(world.ada, draft, ratings=[{"domain": "GUA", "answer": "2"}])
    assert actions.sign(world.ada, draft).under_18


def test_a_second_draft_of_a_kind_is_refused_and_one_of_the_other_kind_is_not(world):
    with pytest.raises(Conflict, match="already begun in this case"):
        actions.begin(world.abe, world.kit, purpose=Purpose.RAPID)
    assert actions.begin(world.abe, world.kit, purpose=Purpose.FULL).state is State.DRAFT


def test_after_signing_the_next_one_is_a_new_one(world):
    again = assessed(world.ada, world.rosa, Purpose.FULL, SAF="4")
    assert again.id != world.rosa_full.id
    assert by_domain(world.rosa_full)["SAF"].level == 2


def test_a_case_with_a_draft_does_not_close(world):
    as_seen_by(world.abe)
    assert "A rapid assessment is begun and not signed." in open_ends(world.kit)


def test_in_a_closed_case_nothing_is_begun(world):
    case = cases.open_case(world.ada, world.den, referral_source="self")
    cases.close(world.ada, case, reason="goals_met", checklist=dict.fromkeys(CHECKLIST, True))
    with pytest.raises(Conflict, match="Reopen it"):
        actions.begin(world.ada, case, purpose=Purpose.RAPID)


def test_of_two_savers_the_second_is_told(world):
    version = world.kit_draft.version
    actions.save(world.abe, world.kit_draft, ratings=[{"domain": "SAF", "answer": "1"}], expecting=version)
    with pytest.raises(Stale):
        actions.save(world.lou, world.kit_draft, ratings=[{"domain": "SAF", "answer": "3"}], expecting=version)
    assert by_domain(world.kit_draft)["SAF"].said == "1"


def test_two_saves_at_one_moment_are_two_versions(world):
    with at(LATER):
        before = actions.save(world.abe, world.kit_draft, ratings=[]).version
        assert actions.save(world.abe, world.kit_draft, ratings=[]).version == before + 1


def test_only_the_team_and_its_supervisors_assess(world):
    deeds = (lambda person: actions.begin(person, world.kit, purpose=Purpose.FULL),
             lambda person: actions.save(person, world.kit_draft, ratings=[]),
             lambda person: actions.sign(person, world.kit_draft))
    for name in ("ada", "bea", "tom", "hana", *IN_NO_OFFICE):
        for deed in deeds:
            with pytest.raises(Forbidden):
                deed(getattr(world, name))


def test_who_left_the_team_assesses_no_more(world):
    with pytest.raises(Forbidden):
        actions.begin(world.max, world.rosa, purpose=Purpose.RAPID)


def test_the_team_its_supervisors_and_headquarters_read(world):
    for name in ("abe", "sam", "lou", "hana"):
        assert find(getattr(world, name), NeedsAssessment, world.kit_draft.id).id == world.kit_draft.id, name


def test_nobody_else_does(world):
    for name in ("ada", "bea", "tom", *IN_NO_OFFICE):
        with pytest.raises(Forbidden if name in IN_NO_OFFICE else NotFound):
            find(getattr(world, name), NeedsAssessment, world.kit_draft.id)
