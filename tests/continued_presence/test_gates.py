"""What stops a request from being sent, and how each gate is passed."""
from __future__ import annotations

from datetime import timedelta

import pytest

from casework.cases import actions as cases
from casework.cases import recording
from casework.continued_presence import gates, queries
from casework.continued_presence.actions import check_item, draft, edit, send
from casework.continued_presence.items import ITEMS, TEN_THINGS
from casework.continued_presence.words import Answer, State
from casework.kernel import rulebook
from casework.kernel.db import at, now
from casework.kernel.errors import Conflict, Invalid, Stale
from casework.kernel.rulebook import today
from tests.continued_presence.story import WORDS, fill

DAY = timedelta(days=1)
HARD = [row["item_code"] for entry in rulebook.packaged() if entry.topic == "cp_checklist" for row in entry.body
        if row["hard_gate"] == "yes" and row["required_for"].startswith("INITIAL")]


@pytest.fixture
def request_(world):
    return draft(world.olga, world.rosa, identified_on=today())


def state_of(request, code, sender=None):
    return {gate.code: gate for gate in gates.gates(queries.sight_of(request, sender))}[code]


def test_every_item_of_the_checklist_has_plain_words():
    body = next(entry.body for entry in rulebook.packaged() if entry.topic == "cp_checklist")
    assert set(ITEMS) == {row["item_code"] for row in body}


def test_a_fresh_draft_says_exactly_what_is_missing(world, request_):
    with pytest.raises(Conflict) as refusal:
        send(world.olga, request_)
    missing = [gate.title.lower() for gate in gates.blocking(queries.sight_of(request_, world.olga.id))]
    assert str(refusal.value) == f"Not complete yet. Still missing: {'; '.join(missing)}."
    assert "request memo" in missing
    assert "work permit application" not in missing


def test_a_refused_sending_changes_nothing(world, request_):
    with pytest.raises(Conflict):
        send(world.olga, request_)
    assert queries.signatures(request_)[-1].verb == "draft"
    assert request_.state is State.DRAFT


def test_each_hard_gate_alone_stops_the_first_sending(world, request_):
    words = {"CP-02": "summary", "CP-03": "witness", "CP-04": "known_as", "CP-05": "status_now"}
    for code in sorted(set(HARD) - {"CP-13"}):
        fill(world.olga, request_)
        if code in words:
            edit(world.olga, request_, **{words[code]: None})
        else:
            check_item(world.olga, request_, code, answer=Answer.MISSING)
        with pytest.raises(Conflict, match=f"Still missing: {ITEMS[code].title.lower()}\\."):
            send(world.olga, request_)
    fill(world.olga, request_)
    assert send(world.olga, request_).state is State.FIELD_REVIEW


def test_not_possible_yet_with_a_reason_and_a_day_passes_every_hard_gate(world, request_):
    fill(world.olga, request_)
    for code in sorted(set(HARD) - {"CP-13", "CP-14"}):
        check_item(world.olga, request_, code, answer=Answer.NOT_POSSIBLE_YET, note="the person is in hospital.",
                   planned_on=today() + 9 * DAY)
        assert state_of(request_, code).state == "later"
        assert "because the person is in hospital." in state_of(request_, code).says
    assert send(world.olga, request_).state is State.FIELD_REVIEW


def test_not_possible_yet_needs_a_reason_and_a_day_to_come(world, request_):
    why, tomorrow, yesterday = "no interpreter yet.", today() + DAY, today() - DAY
    for words, field in [({"planned_on": tomorrow}, "note"), ({"note": why}, "planned_on"),
                         ({"note": why, "planned_on": yesterday}, "planned_on")]:
        with pytest.raises(Invalid) as refusal:
            check_item(world.olga, request_, "CP-08", answer=Answer.NOT_POSSIBLE_YET, **words)
        assert field in refusal.value.fields


def test_a_planned_day_that_has_passed_blocks_again(world, request_):
    fill(world.olga, request_)
    check_item(world.olga, request_, "CP-08", answer=Answer.NOT_POSSIBLE_YET, note="in hospital.",
               planned_on=today() + DAY)
    with at(now() + 3 * DAY), pytest.raises(Conflict, match="fingerprints"):
        send(world.olga, request_)


def test_a_hard_gate_always_applies_and_a_soft_one_may_not(world, request_):
    with pytest.raises(Invalid, match="Please check") as refusal:
        check_item(world.olga, request_, "CP-07", answer=Answer.NOT_APPLICABLE)
    assert "not possible yet" in refusal.value.fields["answer"][0]
    assert check_item(world.olga, request_, "CP-12", answer=Answer.NOT_APPLICABLE).answer is Answer.NOT_APPLICABLE


def test_done_needs_a_day_that_has_come(world, request_):
    for day in (None, today() + DAY):
        with pytest.raises(Invalid) as refusal:
            check_item(world.olga, request_, "CP-07", answer=Answer.DONE, done_on=day)
        assert "done_on" in refusal.value.fields


@pytest.mark.parametrize(("age", "blocks"), [(90, False), (91, True)])
def test_record_checks_count_for_ninety_days(world, request_, age, blocks):
    fill(world.olga, request_)
    check_item(world.olga, request_, "CP-09", answer=Answer.DONE, done_on=today() - age * DAY)
    assert (state_of(request_, "CP-09").state == "block") is blocks
    if blocks:
        assert "91 days ago" in state_of(request_, "CP-09").says


def test_an_item_of_words_is_done_when_they_are_written_and_open_when_taken_away(world, request_):
    edit(world.olga, request_, **WORDS)
    assert state_of(request_, "CP-03").state == "done"
    edit(world.olga, request_, witness=None)
    assert state_of(request_, "CP-03").state == "block"
    with pytest.raises(Invalid) as refusal:
        check_item(world.olga, request_, "CP-03", answer=Answer.DONE, done_on=today())
    assert "answer" in refusal.value.fields


def test_the_notice_for_a_person_under_18_is_read_from_the_case(world):
    request = world.kit_request
    assert state_of(request, "CP-13").state == "done"
    assert "as the case records it" in state_of(request, "CP-13").says
    with pytest.raises(Conflict):  # it is sent, and locked
        edit(world.ned, request, summary="Later")


def minor(world, then):
    """Rosa is found to be under 18; HHS is not told yet."""
    cases.record_discovery(world.ada, world.rosa, discovered_at=then - timedelta(hours=1))


def test_the_notice_cannot_be_ticked_by_hand(world, request_, then):
    minor(world, then)
    edit(world.olga, request_, expedited=False)
    assert state_of(request_, "CP-13").state == "block"
    with pytest.raises(Invalid) as refusal:
        check_item(world.olga, request_, "CP-13", answer=Answer.DONE, done_on=today())
    assert "recorded there" in refusal.value.fields["answer"][0]


def test_a_late_notice_is_no_bar_when_it_is_said_why(world, request_, then):
    minor(world, then)
    fill(world.olga, request_)
    check_item(world.olga, request_, "CP-13", answer=Answer.NOT_POSSIBLE_YET, note="the portal is down.",
               planned_on=today() + DAY)
    assert send(world.olga, request_).state is State.FIELD_REVIEW


def test_the_ten_things_are_told_all_in_a_language(world, request_):
    with pytest.raises(Invalid) as none:
        check_item(world.olga, request_, "CP-15", answer=Answer.DONE, done_on=today(), told=list(TEN_THINGS))
    assert "language" in none.value.fields
    with pytest.raises(Invalid) as nine:
        check_item(world.olga, request_, "CP-15", answer=Answer.DONE, done_on=today(), language="Tigrinya",
                   told=list(TEN_THINGS)[:9])
    assert "Medical services" in nine.value.fields["told"][0]
    check_item(world.olga, request_, "CP-15", answer=Answer.DONE, done_on=today(), language="Tigrinya",
               told=list(TEN_THINGS))
    assert "In Tigrinya" in state_of(request_, "CP-15").says


def test_whoever_sends_makes_the_statement_themselves(world, request_):
    fill(world.olga, request_)
    assert state_of(request_, "CP-14", sender=world.olga.id).state == "done"
    assert state_of(request_, "CP-14", sender=world.ned.id).state == "block"


def test_that_statement_can_always_be_made(world, request_):
    with pytest.raises(Invalid):
        check_item(world.olga, request_, "CP-14", answer=Answer.NOT_POSSIBLE_YET, note="later", planned_on=today())


def test_what_is_sent_is_locked_but_for_checks_and_what_was_open(world):
    request = world.reviewed_request
    with pytest.raises(Conflict, match="was answered"):
        check_item(world.ines, request, "CP-07", answer=Answer.DONE, done_on=today())
    assert check_item(world.ines, request, "CP-09", answer=Answer.DONE, done_on=today()).done_on == today()


def test_somebody_elses_answer_is_not_overwritten(world, request_):
    item = queries.item_of(request_, "CP-07")
    check_item(world.olga, request_, "CP-07", answer=Answer.DONE, done_on=today(), expecting=item.version)
    with pytest.raises(Stale):
        check_item(world.olga, request_, "CP-07", answer=Answer.MISSING, expecting=1)


def test_a_person_found_to_be_under_18_brings_the_notice_into_the_checklist(world, request_, then):
    fill(world.olga, request_)
    minor(world, then)
    with pytest.raises(Conflict, match="notice to hhs"):
        send(world.olga, request_)
    recording.record_hhs_notice(world.ada, world.rosa, about="under_18", sent_at=then, method="portal")
    assert send(world.olga, request_).state is State.FIELD_REVIEW
