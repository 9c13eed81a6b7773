"""What a page asks again and again is asked once: while it is only read, and through the same eyes."""
from __future__ import annotations

import threading
from uuid import uuid4

import pytest

from casework.kernel.db import db
from casework.kernel.once import once, reading
from casework.kernel.scope import asks, rules
from casework.web import headers


@pytest.fixture
def asked(one_app):
    """`asked("a")`: the answer for this key; how often it was really asked for is counted in `asked.times`."""
    def ask(key, answer="an answer"):
        def really():
            ask.times += 1
            return answer
        return once(key, really)
    ask.times = 0
    with one_app.app_context():
        yield ask
        reading(False)
        db.session.remove()


def test_while_it_is_only_read_each_question_is_asked_once(asked):
    reading(True)
    assert [asked("a", 1), asked("a", 2), asked("b", 3)] == [1, 1, 3]
    assert asked.times == 2


@pytest.mark.parametrize("nothing", [None, 0, [], ""])
def test_an_answer_that_is_nothing_is_an_answer(asked, nothing):
    reading(True)
    assert asked("a", nothing) == nothing
    assert asked("a", "something") == nothing


def test_elsewhere_each_question_is_asked_anew(asked):
    assert [asked("a", 1), asked("a", 2)] == [1, 2]
    reading(True)
    asked("a", 3)
    reading(False)
    assert [asked("a", 4), asked("a", 5)] == [4, 5]


def test_what_was_kept_for_one_page_is_forgotten_for_the_next(asked):
    for answer in (1, 2):
        reading(True)
        assert asked("a", answer) == answer


def test_what_one_person_sees_is_not_given_to_another_nor_what_the_rules_see_to_anybody(asked):
    reading(True)
    with rules("test"):
        assert asked("a", "for the rules") == "for the rules"
    assert asked("a", "for nobody") == "for nobody"
    one, other = uuid4(), uuid4()
    for who in (one, other):
        asks(db.session(), who)
        assert asked("a", who) == who
    asks(db.session(), one)
    assert asked("a") == one


def test_two_threads_that_read_at_once_do_not_share_an_answer(asked, one_app):
    reading(True)
    asked("a", "mine")
    told = []

    def other():
        with one_app.app_context():
            reading(True)
            told.append(once("a", lambda: "another's"))
    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert told == ["another's"] and asked("a") == "mine"


@pytest.mark.parametrize(("method", "times"), [("GET", 1), ("HEAD", 1), ("POST", 2), ("PATCH", 2), ("DELETE", 2)])
def test_a_request_that_may_change_something_asks_anew_and_so_does_what_comes_after_a_request(
        asked, one_app, method, times):
    with one_app.test_request_context("/", method=method):
        headers.begin()
        asked("a", 1), asked("a", 1)
        assert asked.times == times
    assert asked("a", 2) == 2


def test_a_question_that_failed_is_asked_again(asked):
    reading(True)
    with pytest.raises(ZeroDivisionError):
        once("a", lambda: 1 / 0)
    assert asked("a", 1) == 1
