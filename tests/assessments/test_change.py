"""Better, worse, new, the same: for any answers whatever."""
from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.assessments.actions import answer_of
from casework.assessments.acuity import HIGH_SUM, MODERATE_SUM, Acuity, of_needs
from casework.assessments.change import Turn, changes, known, turn
from casework.assessments.chart import bars
from casework.assessments.instrument import TIERS, TOPIC, asked, domains_of
from casework.assessments.models import Answer, NeedRating, Purpose
from casework.assessments.queries import Need
from casework.assessments.schemas import ANSWERS
from casework.kernel.rulebook import packaged

ROWS = next(entry.body for entry in packaged() if entry.topic == TOPIC)
DOMAINS = domains_of(ROWS)
CODES = [domain.code for domain in DOMAINS]
history = st.lists(st.dictionaries(st.sampled_from(CODES), st.sampled_from(list(ANSWERS))), min_size=1, max_size=6)


def assessment(answers):
    said = {code: answer_of(each) for code, each in answers.items()}
    return SimpleNamespace(ratings=[NeedRating(domain=code, answer=answer, level=level)
                                    for code, (answer, level) in said.items()])


def last_level(answers, code):
    """The plain way: go back until somebody asked."""
    for each in reversed(answers):
        if each.get(code, "not_assessed") != "not_assessed":
            return int(each[code]) if each[code].isdecimal() else None
    return None


@given(history)
def test_each_domain_is_compared_with_what_was_last_known_of_it(answers):
    *earlier, latest = answers
    lines = changes(DOMAINS, [assessment(each) for each in earlier], assessment(latest))
    assert sorted(line.domain.code for line in lines) == sorted(CODES)
    for line in lines:
        before, said = last_level(earlier, line.domain.code), latest.get(line.domain.code, "declined")
        after = int(said) if said.isdecimal() else None
        expected = {
            Turn.NONE: after is None or (before is None and after == 0),
            Turn.NEW: before is None and after is not None and after > 0,
            Turn.SAME: after is not None and before == after,
            Turn.BETTER: after is not None and before is not None and after < before,
            Turn.WORSE: after is not None and before is not None and after > before,
        }
        assert [word for word, true in expected.items() if true] == [line.turn]
        assert line.steps == (0 if before is None or after is None else abs(before - after))


@given(history)
def test_what_needs_a_plan_comes_first_the_highest_level_before_all(answers):
    lines = changes(DOMAINS, [assessment(each) for each in answers[:-1]], assessment(answers[-1]))
    planned = [line.needs_plan for line in lines]
    assert planned == sorted(planned, reverse=True)
    levels = [line.after.level for line in lines if line.needs_plan]
    assert levels == sorted(levels, reverse=True)
    assert all(line.needs_plan for line in lines if line.after and (line.after.level or 0) >= 3)
    assert not any(line.needs_plan for line in lines if line.turn in (Turn.BETTER, Turn.SAME) and line.after.level < 3)


@given(history)
def test_the_bars_count_every_answer_once(answers):
    for bar, each in zip(bars(assessment(each) for each in answers), answers, strict=True):
        assert sum(bar.counts.values()) + bar.others == len(each)
        assert [piece.count for piece in bar.pieces] == [count for count in bar.counts.values() if count]
        ends = [piece.x + piece.width for piece in bar.pieces]
        assert all(end < piece.x for end, piece in zip(ends, bar.pieces[1:], strict=False))


def test_at_most_the_last_four_assessments_are_columns():
    lines = changes(DOMAINS, [assessment({"SAF": str(level)}) for level in (0, 1, 2, 3, 4)], assessment({"SAF": "1"}))
    shown = next(line for line in lines if line.domain.code == "SAF")
    assert [cell.level for cell in shown.cells] == [2, 3, 4, 1]
    assert (shown.turn, shown.steps) == (Turn.BETTER, 3)


def test_not_to_have_asked_takes_nothing_back():
    found = known([assessment({"SAF": "4", "SHE": "2"}), assessment({"SAF": "not_assessed", "SHE": "declined"})])
    assert found["SAF"].level == 4
    assert found["SHE"].answer is Answer.DECLINED


@pytest.mark.parametrize(("before", "after", "expected"), [
    (None, 0, Turn.NONE), (None, 1, Turn.NEW), (2, None, Turn.NONE), (0, 0, Turn.SAME), (0, 4, Turn.WORSE),
    (4, 0, Turn.BETTER)])
def test_a_turn_in_one_word(before, after, expected):
    assert turn(before, after) is expected


# The instrument


def test_the_instrument_has_words_for_every_level_of_every_domain():
    assert len(DOMAINS) == 24
    assert all(domain.label and all(domain.meanings) and len(set(domain.meanings)) == 5 for domain in DOMAINS)
    assert len({domain.label for domain in DOMAINS}) == 24


def test_the_urgent_domains_come_first():
    order = [list(TIERS).index(domain.tier) for domain in DOMAINS]
    assert order == sorted(order)


@pytest.mark.parametrize(("purpose", "under_18", "count"), [
    (Purpose.RAPID, False, 10), (Purpose.RAPID, True, 11), (Purpose.FULL, False, 24), (Purpose.FULL, True, 24)])
def test_how_many_questions_are_asked(purpose, under_18, count):
    assert len(asked(ROWS, purpose, under_18=under_18)) == count


# Acuity


def needs(**levels):
    return [Need(None, code, level, None) for code, level in levels.items()]


@pytest.mark.parametrize(("levels", "expected"), [
    ({"SHE": 4}, Acuity.HIGH), ({"SAF": 3}, Acuity.HIGH), ({"SHE": 3, "FOO": 3, "MED": 3}, Acuity.HIGH),
    ({"SHE": 3, "FOO": 3}, Acuity.MODERATE), ({"SHE": 3}, Acuity.MODERATE), ({"SAF": 2}, Acuity.LOW),
    (dict.fromkeys(CODES[:5], 2), Acuity.MODERATE), ({**dict.fromkeys(CODES[:4], 2), "SOC": 1}, Acuity.LOW),
    (dict.fromkeys(CODES[:12], 2), Acuity.HIGH), (dict.fromkeys(CODES, 1), Acuity.HIGH), ({"SHE": 0}, Acuity.LOW)])
def test_acuity_in_three_words(levels, expected):
    assert of_needs(needs(**levels)) is expected


def test_nothing_known_is_not_low():
    assert of_needs([]) is None


@given(st.dictionaries(st.sampled_from(CODES), st.integers(0, 4), min_size=1), st.sampled_from(CODES))
def test_a_need_that_rises_never_lowers_acuity(levels, code):
    order = list(reversed(Acuity))
    higher = {**levels, code: min(4, levels.get(code, 0) + 1)}
    assert order.index(of_needs(needs(**higher))) >= order.index(of_needs(needs(**levels)))
    assert MODERATE_SUM < HIGH_SUM
