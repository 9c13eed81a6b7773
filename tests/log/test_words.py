"""The log speaks of deeds in words, and of people by name."""
from __future__ import annotations

from casework.log.words import kind_words, to_do, was_done


def test_a_deed_is_said_as_asked_and_as_done():
    assert to_do("disbursement.approve") == "Approve a disbursement"
    assert was_done("disbursement.approve") == "Approved a disbursement"


def test_what_makes_no_sentence_has_one_of_its_own():
    assert was_done("case.join_team") == "Added somebody to the team of a case"
    assert was_done("session.refuse") == "Failed to sign in"


def test_an_unknown_deed_is_still_said():
    assert was_done("garden.water_roses") == "Water roses garden"
    assert kind_words("garden_gate") == "garden gate"
