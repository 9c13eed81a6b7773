"""What must be settled before a case closes. Rooms above add what they know; a case page shows the same list."""
from __future__ import annotations

from collections.abc import Callable

from .models import Case

Blocker = Callable[[Case], str | None]

BLOCKERS: list[Blocker] = []

CHECKLIST = {
    "safety_discussed": "Safety after closing was discussed with the person",
    "referrals_handed_over": "Open referrals were handed over or ended",
    "notices_settled": "Who sends notices of the prosecution from now on is settled",
    "way_back_known": "The person knows how to come back",
}


def blocks(blocker: Blocker) -> Blocker:
    """Add a question to the list: it answers with a sentence while something is open, else with None."""
    BLOCKERS.append(blocker)
    return blocker


def open_ends(case: Case) -> list[str]:
    """The sentences that say why this case cannot close yet."""
    return [sentence for blocker in BLOCKERS if (sentence := blocker(case))]
