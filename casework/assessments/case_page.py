"""What needs add to the page of a case: a section, two milestones, a button, and their sentences in its story."""
from __future__ import annotations

from collections.abc import Iterator

from ..cases import sections, story
from ..cases.models import Case
from ..cases.sections import Line, Milestone
from ..kernel.conditions import Actor
from .acuity import of_needs
from .duties import FIRST, NAMES, Book, book_of
from .known import Facts, facts_of
from .models import Purpose


def summary(actor: Actor, case: Case) -> Line:
    """The section in one line: how much is needed, what cannot wait, what is begun."""
    known, book = facts_of(case), book_of()
    return Line(_says(known), _late(known, book), *_next(known))


def _says(known: Facts) -> str:
    signed = max(known.signed_at, key=lambda purpose: known.signed_at[purpose], default=None)
    if signed is None:
        return "Nothing is assessed yet."
    return f"Acuity {of_needs(known.standing) or 'not known'}; last signed: {NAMES[signed]}."


def _late(known: Facts, book: Book) -> str:
    labels = [book.labels.get(need.domain, need.domain) for need in known.emergencies]
    return f"Act at once: {', '.join(labels)}." if labels else ""


def _next(known: Facts) -> tuple[str, str]:
    for purpose, id in known.drafts.items():
        return f"Go on with the {NAMES[purpose]}", f"/assessments/{id}/fill"
    return "", ""


@sections.milestones
def steps(case: Case) -> Iterator[Milestone]:
    """The screen and the first full assessment. A full assessment makes the screen unnecessary."""
    known, book = facts_of(case), book_of()
    for purpose, name in FIRST.items():
        done = known.first_at.get(purpose) or known.first_at.get(Purpose.FULL)
        yield Milestone(NAMES[purpose].capitalize(), done, book.due(name, case, case.opened_at), book.rule(name))


sections.add("Needs", "assessments.index", summary, verb="assessment.read")
sections.offer("Assess needs", "assessments.index", "assessment.begin")
story.tell({
    "assessment.begin": "Assessment of needs begun.",
    "assessment.save": "Answers of an assessment kept.",
    "assessment.sign": "Assessment of needs signed.",
}, assessment="assessments.show")
