"""What a person steers by, beside their deeds: a few numbers each, counted in a bounded number of questions.

A panel is shown to whoever the policy opens its facts to, and only when it has something to say.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func

from ..access.queries import scoped, told_ids
from ..assessments.acuity import Acuity, acuities
from ..cases.models import Case
from ..cases.models import State as CaseState
from ..continued_presence.models import ContinuedPresenceRequest
from ..continued_presence.words import ENDED as CP_ENDED
from ..continued_presence.words import STATES as CP_STATES
from ..funds.models import Disbursement, State
from ..funds.queries import exceptions
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..policy import may_ever

MOST_CASES = 1000


@dataclass(frozen=True)
class Part:
    """A piece of a bar: how much, and the class that colours it."""

    count: int
    shade: str
    x: int
    width: int

    @property
    def ink(self) -> str:
        return "t-inv" if self.shade in ("f-l3", "f-l4") else "t-bold"


@dataclass(frozen=True)
class Panel:
    """`sums` are (words, number), those in `bold` matter most; `link` is (words, address)."""

    title: str
    sums: Sequence[tuple[str, Any]] = ()
    says: Sequence[str] = ()
    bar: Sequence[Part] = ()
    link: tuple[str, str] | None = None
    bold: frozenset[str] = field(default_factory=frozenset)

    @property
    def told(self) -> str:
        """The bar in words."""
        return ", ".join(f"{count} {words.lower()}" for words, count in self.sums)


SHADES = {"High acuity": "f-l3", "Moderate": "f-l2", "Low": "f-l1", "Not assessed yet": "f-l0"}
WORDS = {Acuity.HIGH: "High acuity", Acuity.MODERATE: "Moderate", Acuity.LOW: "Low", None: "Not assessed yet"}


def caseload(actor: Actor) -> Panel | None:
    """The open cases whose team they are on, by acuity."""
    if not may_ever(actor, "assessment.begin"):
        return None
    ids = told_ids(scoped(actor, "case.read", Case, Case.id).where(
        Case.team.include(Case, actor.id), Case.state != CaseState.CLOSED).limit(MOST_CASES))
    if not ids:
        return None
    found = acuities(ids)
    counts = Counter(WORDS[found.get(id)] for id in ids)
    sums = [(words, counts[words]) for words in WORDS.values() if counts[words]]
    return Panel(f"My {len(ids)} open case{'s' * (len(ids) != 1)}", sums, bar=_bar(sums),
                 link=("All cases", "/cases"), bold=frozenset({WORDS[Acuity.HIGH]}))


def _bar(sums: Sequence[tuple[str, int]], width: int = 300, gap: int = 2, least: int = 22) -> list[Part]:
    """Side by side, each at least wide enough for its digits."""
    total, room = sum(count for _, count in sums), width - (gap + least) * len(sums)
    parts, x = [], 0
    for words, count in sums:
        wide = least + room * count // total
        parts.append(Part(count, SHADES[words], x, wide))
        x += wide + gap
    return parts


STAGES: dict[str, tuple[State, ...]] = {
    "Draft or returned": (State.DRAFT, State.RETURNED),
    "Waiting for approval": (State.SUBMITTED,),
    "Approved, not yet booked": (State.APPROVED,),
    "Booked, not yet paid": (State.OBLIGATED, State.RECEIVED, State.CERTIFIED, State.FAILED),
    "Receipt owed": (State.PAID,),
    "Not yet reconciled": (State.RECEIPTED,),
}


def only_ask(actor: Actor) -> bool:
    """Do they ask for money and decide on none?"""
    return may_ever(actor, "disbursement.request") and not may_ever(actor, "disbursement.approve")


def money(actor: Actor) -> list[ColumnElement[bool]]:
    """The requests this person steers by, of all that they may read: their own, or every one."""
    return [Disbursement.requested_by_id == actor.id] if only_ask(actor) else []


def requests(actor: Actor) -> Panel | None:
    if not may_ever(actor, "disbursement.read"):
        return None
    rows = db.session.execute(scoped(actor, "disbursement.read", Disbursement, Disbursement.state, func.count()).where(
        *money(actor)).group_by(Disbursement.state))
    counts = Counter({row[0]: row[1] for row in rows})
    sums = [(words, sum(counts[state] for state in states)) for words, states in STAGES.items()]
    title = "My requests to the fund" if only_ask(actor) else "Requests to the fund"
    kept = [(words, count) for words, count in sums if count]
    return Panel(title, kept, link=("The log of disbursements", "/log")) if kept else None


def presence(actor: Actor) -> Panel | None:
    """Continued Presence requests on their way, by where they stand."""
    if not may_ever(actor, "cp_request.read"):
        return None
    request = ContinuedPresenceRequest
    rows = db.session.execute(scoped(actor, "cp_request.read", request, request.state, func.count()).where(
        request.state.not_in(CP_ENDED)).group_by(request.state))
    counts = Counter({CP_STATES[state]: count for state, count in rows})
    sums = [(words, counts[words]) for words in CP_STATES.values() if counts[words]]
    return Panel("Continued Presence", sums, link=("All requests", "/continued-presence")) if sums else None


def late_papers(actor: Actor) -> Panel | None:
    """Receipts and checks of other help that are late: exceptions of the staff, which never stop urgent help."""
    if not may_ever(actor, "disbursement.read"):
        return None
    counts = Counter(LATE.get(paper.what, paper.what) for paper in exceptions(*money(actor), actor=actor))
    if not counts:
        return Panel("Exceptions", says=["No paper is late."])
    return Panel("Exceptions", sorted(counts.items()), bold=frozenset(counts))


LATE = {"Add the receipt": "Receipt late", "Complete the checks of other help": "Checks after an urgent request"}
