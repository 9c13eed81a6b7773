"""The case page, put together: facts, sections, where it stands, what this reader may do next."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import current_app, url_for

from .. import policy
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..kernel.scope import rules
from ..web.dates import day_words, local, moment_words
from ..web.stands import Act, Stands, Step
from ..web.stands import acts as deed_acts
from . import sections
from .closing import open_ends
from .deeds import DEEDS
from .duties import Duty, duties
from .investigations import Investigation
from .models import Case, State
from .queries import lead_of
from .schemas import REASONS, SOURCES
from .sections import Line, Milestone, Section
from .workflow import WORKFLOW

SIDE = ("close", "reopen")  # the other deeds stand where they belong: people, HHS notices


@dataclass(frozen=True)
class Row:
    """One section of the page, as `ui.secs` draws it."""

    title: str
    url: str
    says: str
    late: str = ""
    next: str = ""
    next_url: str = ""


def facts(actor: Actor, case: Case, called: str) -> list[tuple[str, str]]:
    return [
        ("Goes by", called),
        ("Age group", "Under 18" if case.under_18 else "Adult"),
        ("Language", f"{case.language}{', with an interpreter' if case.interpreter else ''}"),
        ("Investigation", _investigation(actor, case)),
        ("Brought by", SOURCES[case.referral_source]),
        ("Closed because", REASONS[case.closed_reason] if case.closed_reason else ""),
    ]


def _investigation(actor: Actor, case: Case) -> str:
    if case.investigation_id is None:
        return "None yet"
    with rules("investigation"):
        matter = db.session.get_one(Investigation, case.investigation_id)
    return matter.number if policy.may(actor, "investigation.read", matter) else "One is open"


def rows(actor: Actor, case: Case) -> Iterator[Row]:
    for section in sections.in_order():
        if section.endpoint in current_app.view_functions and policy.may_ever(actor, section.verb):
            yield _row(actor, case, section)


def _row(actor: Actor, case: Case, section: Section) -> Row:
    said = section.summary(actor, case)
    line = said if isinstance(said, Line) else Line(said)
    return Row(section.title, url_for(section.endpoint, case_id=case.id), line.says, line.late, line.next,
               line.next_url)


def stands(actor: Actor, case: Case) -> Stands:
    """The steps of the case, its earliest duty with the rule behind it, and the buttons."""
    waiting = duties(actor, case)
    first = waiting[0] if waiting else None
    steps, present = _steps(case)
    return Stands(
        says=_says(case, present), steps=steps, must_act=lead_of(case).name if first or present else "",
        due=first.due_at if first else present.due_at if present else None,
        rule=first.rule if first else present.rule if present else "",
        acts=[*_now(waiting), *_offers(actor, case), *_own(actor, case)], not_now=[*_not_now(actor, case)])


def _says(case: Case, present: Milestone | None) -> str:
    if case.state is State.CLOSED:
        return "Closed"
    return f"{case.state.capitalize()}, {present.label[:1].lower()}{present.label[1:]} due" if present else "Open"


def _steps(case: Case) -> tuple[list[Step], Milestone | None]:
    """Opened, what rooms above say, closing; and the first that is not done."""
    between = [stone for way in sections.WAYS for stone in way(case)]
    opened = Milestone("Opened", case.opened_at, note=day_words(local(case.opened_at).date()))
    closing = Milestone("Closing", case.closed_at)
    way = [opened, *between, closing]
    present = next((stone for stone in way if stone.done_at is None), None)
    steps = [Step(stone.label, "done" if stone.done_at else "now" if stone is present else "next", _note(stone))
             for stone in way]
    return steps, present if present is not closing else None


def _note(stone: Milestone) -> str:
    if stone.note or not (stone.done_at or stone.due_at):
        return stone.note
    return moment_words(stone.done_at) if stone.done_at else f"due {moment_words(stone.due_at)}"


def _now(waiting: Sequence[Duty]) -> list[Act]:
    return [Act(duty.what, duty.url) for duty in waiting[:2]]


def _offers(actor: Actor, case: Case) -> Iterator[Act]:
    for offer in sections.OFFERS.values():
        there = offer.endpoint in current_app.view_functions and not (offer.open_only and case.state is State.CLOSED)
        if there and policy.may(actor, offer.verb, case):
            yield Act(offer.label, url_for(offer.endpoint, case_id=case.id))


def _own(actor: Actor, case: Case) -> list[Act]:
    """Closing is grey while something is open, with the reason."""
    ends = open_ends(case) if case.state is not State.CLOSED else []
    table = {verb: DEEDS[verb] for verb in SIDE}
    return deed_acts(case, WORKFLOW.open_to(case), table, "cases", {"close": " ".join(ends)} if ends else None)


def _not_now(actor: Actor, case: Case) -> Iterator[tuple[str, str]]:
    for offer in sections.OFFERS.values():
        if offer.not_yours and not policy.may(actor, offer.verb, case):
            yield f"Not yours: {offer.label[:1].lower()}{offer.label[1:]}.", offer.not_yours
