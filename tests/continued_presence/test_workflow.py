"""Both tables of law: every state is reached, every other move is refused, every built verb has its doors."""
from __future__ import annotations

from types import SimpleNamespace

import pytest

from casework import policy
from casework.continued_presence.actions import DEEDS
from casework.continued_presence.models import DESKS, SIDES
from casework.continued_presence.words import (
    DESKS as DESK_WORDS,
)
from casework.continued_presence.words import (
    ENDED,
    GRANT_STATES,
    MECHANISMS,
    MOMENTS,
    STATES,
    WITHDRAWALS,
    GrantState,
    Mechanism,
    State,
    What,
    Withdrawal,
)
from casework.continued_presence.workflow import BUILT, GRANT_WORKFLOW, WORKFLOW
from casework.kernel.errors import Conflict

VERBS = ["send", "return", "endorse", "submit", "take_up", "ask", "answer", "propose_conditions", "accept_conditions",
         "propose_denial", "reconsider", "escalate", "uphold", "remand", "deny", "approve", "issue", "withdraw"]
GRANT_VERBS = ["extend", "expire", "hold", "release", "propose_revocation", "terminate", "restore", "close"]
TABLES = [(WORKFLOW, State), (GRANT_WORKFLOW, GrantState)]


def reached(workflow):
    found, more = {workflow.start}, True
    while more:
        step = {target for (source, _), target in workflow.steps.items() if source in found} - found
        found, more = found | step, bool(step)
    return found


@pytest.mark.parametrize(("workflow", "states"), TABLES, ids=["request", "grant"])
def test_every_state_can_be_reached(workflow, states):
    assert reached(workflow) == set(states)


def test_the_verbs_are_those_of_the_law():
    assert sorted(WORKFLOW.verbs) == sorted(VERBS)
    assert sorted(GRANT_WORKFLOW.verbs) == sorted(GRANT_VERBS)


@pytest.mark.parametrize(("workflow", "state", "verb"), [
    (workflow, state, verb) for workflow, states in TABLES for state in states for verb in workflow.verbs
    if (state, verb) not in workflow.steps], ids=lambda word: str(word) if isinstance(word, str) else "")
def test_every_move_that_is_not_in_the_table_is_refused(workflow, state, verb):
    thing = SimpleNamespace(state=state)
    with pytest.raises(Conflict):
        workflow.advance(thing, verb)
    assert thing.state is state


def test_what_has_ended_goes_nowhere():
    assert not [source for source, _ in WORKFLOW.steps if source in ENDED]


def test_whoever_withdraws_does_so_before_the_decision():
    assert {source for source, verb in WORKFLOW.steps if verb == "withdraw"} == set(State) - ENDED - {State.APPROVED}


def test_what_is_built_has_doors_and_rows_of_the_policy_and_the_rest_has_neither():
    assert set(DEEDS) | {"draft"} == {*BUILT, "correct_moment"}
    ruled = {verb.split(".")[1] for verb in policy.VERBS if verb.startswith("cp_request.")}
    assert ruled & {*VERBS, "draft"} == set(BUILT)
    assert not {f"cp_grant.{verb}" for verb in GRANT_VERBS} & policy.VERBS


@pytest.mark.parametrize(("words", "of"), [
    (STATES, State), (GRANT_STATES, GrantState), (MECHANISMS, Mechanism), (WITHDRAWALS, Withdrawal), (MOMENTS, What)],
    ids=lambda value: getattr(value, "__name__", ""))
def test_each_word_has_a_plain_name(words, of):
    assert set(words) == set(of)
    assert all("_" not in said for said in words.values())


def test_a_state_that_has_not_ended_waits_for_a_role():
    assert set(DESKS) == set(State) - ENDED
    assert set(DESKS.values()) == set(DESK_WORDS)


def test_every_signed_step_has_its_side():
    assert set(SIDES) == set(BUILT) - {"return", "withdraw"}


def test_the_diagrams_can_be_drawn():
    assert "draft --> field_review: send" in WORKFLOW.as_mermaid()
    assert "active --> expired: expire" in GRANT_WORKFLOW.as_mermaid()
