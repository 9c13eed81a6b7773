"""The case page is open: rooms above add their section, their milestones and their buttons to it.

    sections.add("Needs", "assessments.index", summary, verb="assessment.read")
    sections.milestones(lambda case: [Milestone("Rapid screen", done_at=…, due_at=…, rule=…)])
    sections.offer("Ask the fund for help", "funds.new", "disbursement.request")

Endpoints take `case_id`. What a reader has no row of the policy for is not shown to them.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from ..kernel.conditions import Actor
from .models import Case

ORDER = ("Identity", "Needs", "Continued Presence", "Fund", "Contact and safety", "Notes", "HHS notices", "People",
         "Who looked")


@dataclass(frozen=True)
class Line:
    """A section in one line: its state, what is late in it, and the next step."""

    says: str
    late: str = ""
    next: str = ""
    next_url: str = ""


@dataclass(frozen=True)
class Milestone:
    """A step of the case's way. The first that is not done is the present one."""

    label: str
    done_at: datetime | None = None
    due_at: datetime | None = None
    rule: str = ""
    note: str = ""


Summary = Callable[[Actor, Case], "str | Line"]
Milestones = Callable[[Case], Iterable[Milestone]]


@dataclass(frozen=True)
class Section:
    title: str
    endpoint: str
    summary: Summary
    verb: str


@dataclass(frozen=True)
class Offer:
    """A button for those who may `verb` this case; `not_yours` is said to the others, when it is theirs to know."""

    label: str
    endpoint: str
    verb: str
    not_yours: str = ""
    open_only: bool = True


SECTIONS: dict[str, Section] = {}
WAYS: list[Milestones] = []
OFFERS: dict[str, Offer] = {}


def add(title: str, endpoint: str, summary: Summary, *, verb: str) -> None:
    """A section of the case page, at its place in ORDER. `summary(actor, case)` is asked once per page."""
    SECTIONS[title] = Section(title, endpoint, summary, verb)


def milestones(found: Milestones) -> Milestones:
    """`found(case)` gives steps between the opening and the closing, in order."""
    WAYS.append(found)
    return found


def offer(label: str, endpoint: str, verb: str, *, not_yours: str = "", open_only: bool = True) -> None:
    """A button on the case page. Offering the same verb again replaces the button."""
    OFFERS[verb] = Offer(label, endpoint, verb, not_yours, open_only)


def in_order() -> list[Section]:
    places = {title: place for place, title in enumerate(ORDER)}
    return sorted(SECTIONS.values(), key=lambda section: (places.get(section.title, len(ORDER)), section.title))
