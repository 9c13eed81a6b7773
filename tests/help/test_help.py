"""Help says what the tables say, to everybody, in words."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from markupsafe import Markup, escape

from casework import policy
from casework.help import diagrams, queries
from casework.help.promises import PROMISES
from casework.help.words import CONDITIONS, TOPICS
from casework.help.workflows import WORKFLOWS
from casework.kernel.conditions import Condition
from casework.kernel.rulebook import TOPICS as ALL_TOPICS
from casework.kernel.workflow import said
from casework.log.words import DEEDS, KINDS, WHOLE, to_do, was_done
from casework.policy import POLICY, ROLES, VERBS, Role

ROOT = Path(__file__).parent.parent.parent
PAGES = ("/help", "/help/roles", "/help/clocks", "/help/recorded", "/help/promises", "/help/rules/tiers", "/help/workflows/case")


def test_everybody_who_holds_a_role_can_read_every_page_and_who_holds_none_is_refused(browser):
    for name in ("ada", "uma", "root", "olga", "zoe"):
        reader = browser(name)
        for path in PAGES:
            assert reader.get(path).status_code == (403 if name == "zoe" else 200), (name, path)


def test_each_role_is_shown_exactly_the_verbs_of_its_rows():
    for role in ROLES:
        theirs = {verb for verb, who, *_ in POLICY if who in (role, Role.ANYONE)}
        assert {row.verb for row in queries.may(role)} == theirs
        assert {row.verb for row in queries.may_not(role)} == VERBS - theirs


def test_a_closed_verb_names_somebody_who_can():
    closed = {row.verb: row.who for row in queries.may_not(Role.SPECIALIST)}
    assert closed["cp_request.draft"] == "Investigator"
    assert all(closed.values())


def test_an_investigator_is_told_which_money_roles_never_go_with_theirs():
    assert "fund approver" in queries.never_with(Role.INVESTIGATOR)
    assert "specialist" not in queries.never_with(Role.INVESTIGATOR)


def test_every_condition_of_the_policy_has_words():
    used = {condition for _, _, *conditions in POLICY for condition in conditions}
    names = {name for name, value in vars(policy).items() if isinstance(value, Condition) and value in used}
    assert names <= set(CONDITIONS)


def test_no_verb_is_read_out_as_a_bare_name():
    assert not [verb for verb in VERBS if verb not in WHOLE and verb.partition(".")[2] not in DEEDS]
    assert {verb.partition(".")[0] for verb in VERBS} <= set(KINDS)
    assert not [verb for verb in VERBS if "_" in to_do(verb) + was_done(verb)]
    assert [to_do(verb) for verb in sorted(VERBS)] != [was_done(verb) for verb in sorted(VERBS)]


def test_without_a_choice_the_page_is_about_ones_own_role(browser):
    assert "What may an auditor do?" in browser("uma").get("/help/roles").text
    assert "What may a Continued Presence official do?" in browser("uma").get("/help/roles?role=cp_official").text


def test_a_role_that_does_not_exist_is_not_found(browser):
    assert browser("uma").get("/help/roles?role=emperor").status_code == 404


@pytest.mark.parametrize("name", WORKFLOWS)
def test_the_table_and_the_drawing_hold_every_move(name):
    _, workflow = WORKFLOWS[name]
    told = {(source, move.verb, source if move.target == diagrams.STAYS else move.target)
            for move in diagrams.moves(workflow) for source in move.sources}
    assert told == {(said(source), verb, said(target)) for (source, verb), target in workflow.steps.items()}
    drawn = diagrams.draw(workflow)
    ways = {(source, target) for (source, _), target in workflow.steps.items() if source != target}
    assert len(drawn.arrows) == len(ways)
    words = " ".join([*(label.words for label in drawn.labels), *(box.stays for box in drawn.boxes)])
    assert set(re.findall(r"\d+", words)) == {str(move.number) for move in diagrams.moves(workflow)}
    assert {box.words for box in drawn.boxes} == {said(state).capitalize() for state in workflow.states}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_the_drawing_stays_inside_its_frame_and_no_label_hides_another(name):
    drawn = diagrams.draw(WORKFLOWS[name][1])
    assert all(label.half <= label.x <= drawn.width - label.half for label in drawn.labels)
    assert all(box.y >= 0 and box.y + drawn.box_height <= drawn.height for box in drawn.boxes)
    for one in drawn.labels:
        for other in drawn.labels:
            apart = abs(one.x - other.x) >= one.half + other.half or abs(one.y - other.y) >= 18
            assert one is other or apart, (one, other)


def test_a_workflow_page_carries_its_mermaid_text_and_who_may(browser):
    ada = browser("ada")
    for name in WORKFLOWS:
        page = ada.get(f"/help/workflows/{name}").text
        assert "stateDiagram-v2" in page, name
        assert "<svg" in page, name


def test_a_step_that_another_deed_takes_along_is_whose_that_deed_is(browser):
    """A grant is extended by issuing the next one; that no door leads to it was said of it before."""
    page = browser("ada").get("/help/workflows/grant").text
    row = next(row for row in page.split("<tr") if "superseded" in row.lower() and "<td" in row)
    assert queries.who_can("cp_request.issue") in str(Markup(row).unescape()) and "no door" not in row


def test_an_unknown_workflow_or_topic_is_not_found(browser):
    assert browser("ada").get("/help/workflows/nothing").status_code == 404
    assert browser("ada").get("/help/rules/nothing").status_code == 404


def test_every_clock_is_shown_with_its_citation(browser):
    page = browser("ada").get("/help/clocks").text
    assert "22 USC 7105(b)(1)(H)" in page
    assert "24 hours" in page
    assert "working day" in page


def test_what_is_kept_encrypted_is_read_from_the_tables(browser):
    page = browser("ada").get("/help/recorded").text
    assert "legal name" in page
    assert "sign in failure" in page


def test_a_program_reads_the_rulebook(machine):
    answer = machine("ada").get("/api/v1/rulebook/tiers")
    assert answer.json["version"] == 1
    assert answer.json["body"][0]["approvers"] == "program_supervisor"


def test_a_program_asks_what_was_in_force_on_a_day(machine):
    client = machine("ada")
    assert client.get("/api/v1/rulebook/tiers?on=2026-01-01").status_code == 200
    assert client.get("/api/v1/rulebook/tiers?on=1999-01-01").status_code == 404
    assert client.get("/api/v1/rulebook/nothing").status_code == 404
    assert client.get("/api/v1/rulebook/tiers?when=2026-01-01").status_code == 422


def test_every_topic_has_a_title():
    assert set(TOPICS) == set(ALL_TOPICS)


def test_every_promise_names_a_test_that_exists():
    for row in PROMISES:
        file, _, name = row.proof.partition("::")
        assert file.startswith("tests/"), row.proof
        assert f"def {name.rpartition('::')[2]}(" in (ROOT / file).read_text(), row.proof


def test_every_promise_says_what_it_does_not_promise(browser):
    page = browser("ada").get("/help/promises").text
    for row in PROMISES:
        assert row.promises
        assert row.not_promised
        assert str(escape(row.promises)) in page
        assert str(escape(row.not_promised)) in page
