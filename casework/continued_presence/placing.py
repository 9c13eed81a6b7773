"""The place of Continued Presence on the page of a case: a section, a button, and sentences of its story."""
from __future__ import annotations

from ..cases import sections as case_sections
from ..cases import story as case_story
from .history import DONE
from .listing import summary


def on_case_pages() -> None:
    """Said once, when the pages are made."""
    case_sections.add("Continued Presence", "continued_presence.of_case", summary, verb="cp_request.read")
    case_sections.offer("Draft a Continued Presence request", "continued_presence.new", "cp_request.draft",
                        not_yours="Only an investigator who works on this case’s investigation can draft one.")
    case_story.tell({f"cp_request.{verb}": f"Continued Presence: {said[0].lower()}{said[1:]}." for verb, said in
                     DONE.items()} | {
        "cp_request.edit": "Continued Presence: package written.",
        "cp_request.check_item": "Continued Presence: an item of the checklist answered.",
        "cp_request.correct_moment": "Continued Presence: a moment corrected.",
        "cp_grant.expire": "Continued Presence ended on its last day.",
    }, cp_request="continued_presence.show")
