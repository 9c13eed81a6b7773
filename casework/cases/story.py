"""What happened in a case, in words: one sentence per verb of the trail. Rooms above add their own.

    story.tell({"assessment.sign": "Assessment signed."}, assessment="assessments.show")
"""
from __future__ import annotations

from collections.abc import Mapping

WORDS: dict[str, str] = {
    "case.open": "Case opened.",
    "case.update": "Facts of the case changed.",
    "case.record_discovery": "Moment of discovery recorded: the person is under 18.",
    "case.assign": "Another lead specialist assigned.",
    "case.join_team": "A specialist joined the team.",
    "case.leave_team": "A specialist left the team.",
    "case.close": "Case closed.",
    "case.reopen": "Case reopened.",
    "identity.record": "Identity recorded. What it says is kept in Identity.",
    "contact.record": "Safe contact recorded. What it says is kept in Contact and safety.",
    "note.add": "Note added.",
    "hhs_notice.record": "Notice to HHS recorded.",
}
# A deed whose record has no reading of its own is seen by whoever sees what it is judged on.
PAGES: dict[str, str] = {}
READING = frozenset({"read", "read_held", "read_words", "export", "search", "use", "who_looked"})


def tell(words: Mapping[str, str], **pages: str) -> None:
    """Add sentences, and per kind the endpoint (taking `id`) that an event of that kind leads to."""
    WORDS.update(words)
    PAGES.update(pages)


def sentence(verb: str) -> str:
    """The sentence of a verb; a plain one when no room gave any."""
    kind, deed = verb.replace("_", " ").split(".")
    return WORDS.get(verb, f"{kind.capitalize()}: {deed}.")


def is_deed(verb: str) -> bool:
    return verb.split(".")[1] not in READING
