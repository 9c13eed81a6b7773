"""Every workflow: no state is out of reach, what no step says is refused, and the README shows them as they are."""
from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from casework import policy
from casework.continued_presence.workflow import BUILT
from casework.help.workflows import WORKFLOWS
from casework.kernel.errors import Conflict
from casework.kernel.workflow import Workflow
from tests import readme

EACH = pytest.mark.parametrize("name", WORKFLOWS)


def reached(workflow):
    """The states a thing can come to, beginning where new things begin."""
    found, before = {workflow.start}, set()
    while found != before:
        before = set(found)
        found |= {target for (source, _), target in workflow.steps.items() if source in found}
    return found


@EACH
def test_each_state_is_reached_from_the_start(name):
    _, workflow = WORKFLOWS[name]
    assert reached(workflow) == set(workflow.states)


@EACH
def test_each_move_that_no_step_declares_is_a_conflict_and_changes_nothing(name):
    _, workflow = WORKFLOWS[name]
    undeclared = 0
    for state in workflow.states:
        for verb in [*workflow.verbs, "a verb of nobody"]:
            thing = SimpleNamespace(state=state)
            if (state, verb) in workflow.steps:
                workflow.advance(thing, verb)
                assert thing.state == workflow.steps[state, verb]
                continue
            undeclared += 1
            with pytest.raises(Conflict, match=f"while it is {str(state).replace('_', ' ')}"):
                workflow.advance(thing, verb)
            assert thing.state == state
    assert undeclared > len(workflow.states)


@EACH
def test_each_verb_is_somebodys_to_use(name):
    """Save those of Continued Presence that have no door yet, and what only the clocks do."""
    _, workflow = WORKFLOWS[name]
    kind = workflow.kind
    verbs = {verb for verb in workflow.verbs if kind != "cp_request" or verb in BUILT}
    spoken = {verb for verb in verbs if f"{kind}.{verb}" in policy.VERBS | policy.SYSTEM_MAY}
    assert spoken == (verbs if kind != "cp_grant" else {"expire", "hold", "release"})


def test_all_workflows_of_the_product_are_here():
    """Found by looking for them in every room."""
    declared = {id(workflow) for *_, workflow in WORKFLOWS.values()}
    assert {id(workflow) for workflow in declared_workflows()} == declared


def declared_workflows():
    modules = [module for name, module in sys.modules.items() if name.startswith("casework.") and ".workflow" in name]
    return [value for module in modules for value in vars(module).values() if isinstance(value, Workflow)]


def test_the_readme_shows_the_policy_and_the_workflows_as_they_are():
    text = readme.README.read_text(encoding="utf-8")
    assert readme.current(text) == text, "run: python -m tests.readme --write"


def test_a_readme_without_markers_is_told():
    with pytest.raises(LookupError, match="markers for policy"):
        readme.current("# Casework")
