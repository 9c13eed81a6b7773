"""What must be settled before a case closes. Rooms above add what they know; a case page shows the same list.

    closing.blocks("draft_open", select(Draft.purpose).where(Draft.case_id == CASE_ID), lambda word: f"A {word} …")
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select

from . import numbers
from .models import Case

Sentence = Callable[[Any], str]

SENTENCES: dict[str, Sentence] = {}

CHECKLIST = {
    "safety_discussed": "Safety after closing was discussed with the person",
    "referrals_handed_over": "Open referrals were handed over or ended",
    "notices_settled": "Who sends notices of the prosecution from now on is settled",
    "way_back_known": "The person knows how to come back",
}


def blocks(name: str, query: Select[Any], sentence: Sentence) -> None:
    """Add a question to the list: while it finds something the case stays open, and `sentence(found)` says why."""
    numbers.ask(name, query)
    SENTENCES[name] = sentence


def open_ends(case: Case) -> list[str]:
    """The sentences that say why this case cannot close yet."""
    found = numbers.of(case)
    return [sentence(found[name]) for name, sentence in SENTENCES.items() if found[name]]
