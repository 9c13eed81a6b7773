"""What is due because of needs: the screen, the full assessment, asking again, and acting on what cannot wait.

Derived at each look from what is signed and written down; nothing of it is stored. An emergency (level 4, or safety at
3 or more) waits until a later signed assessment lowers it, the person declines it there, or somebody on the case has
written a note about needs or safety since it was signed: the note says what was done.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from ..access.people import FieldOffice, office_book
from ..access.queries import visible
from ..cases import duties
from ..cases.duties import Duty
from ..cases.models import Case
from ..cases.models import State as CaseState
from ..kernel import rulebook
from ..kernel.clocks import Clock
from ..kernel.conditions import Actor
from ..kernel.once import once
from ..policy import may, may_ever
from .instrument import TOPIC, domains_of
from .known import Facts, facts, facts_of
from .models import Purpose
from .queries import Need

NAMES = {Purpose.RAPID: "rapid screen", Purpose.FULL: "full assessment"}
FIRST = {Purpose.RAPID: "rapid_screen", Purpose.FULL: "full_assessment"}


@dataclass
class Book:
    """The rules in force today and the offices' time, asked once for all cases; an office that comes with its case is
    not asked for."""

    entries: Mapping[str, rulebook.Edition] = field(default_factory=rulebook.in_force)

    @cached_property
    def offices(self) -> Mapping[UUID, FieldOffice]:
        return office_book()

    @cached_property
    def clocks(self) -> dict[str, Clock]:
        return self.entries["clocks"].clocks

    @cached_property
    def labels(self) -> dict[str, str]:
        return {domain.code: domain.label for domain in domains_of(self.entries[TOPIC].body)}

    def due(self, name: str, case: Case, start: datetime) -> datetime:
        office = vars(case).get("office") or self.offices[case.office_id]
        return self.clocks[name].due(start, office.zone)

    def rule(self, name: str) -> str:
        clock = self.clocks[name]
        return f"{clock.length} {clock.unit.replace('_', ' ')} from: {clock.starts.lower()}. {clock.citation}."


@duties.finds
def waiting(actor: Actor, case: Case | None) -> list[Duty]:
    """What waits for them: in this case, if it is theirs to assess, or in the open cases whose team they are on."""
    if not may_ever(actor, "assessment.begin"):
        return []
    if case is not None:
        return due_of(case) if may(actor, "assessment.begin", case) else []
    return due_in(visible(actor, "case.read", Case, limit=200, where=(
        Case.team.include(Case, actor.id), Case.state != CaseState.CLOSED)))


@duties.dates
def next_due(cases: Sequence[Case]) -> dict[UUID, datetime]:
    """The earliest of these duties in each case that has one."""
    still = [case for case in cases if case.state is not CaseState.CLOSED]
    if not still:
        return {}
    book, found = book_of(), facts(still)
    return {id: min(book.due(wait.clock, known.case, wait.since) for wait in _waits(known))
            for id, known in found.items()}


def due_of(case: Case) -> list[Duty]:
    """The duties of this case while it is open."""
    return _duties(facts_of(case), book_of()) if case.state is not CaseState.CLOSED else []


def due_in(cases: Sequence[Case]) -> list[Duty]:
    """The duties of the open ones among these cases; three queries, whatever their number."""
    still = [case for case in cases if case.state is not CaseState.CLOSED]
    if not still:
        return []
    book, found = book_of(), facts(still)
    return [duty for case in still for duty in _duties(found[case.id], book)]


def _duties(known: Facts, book: Book) -> list[Duty]:
    return [_duty(known, wait, book) for wait in _waits(known)]


def book_of() -> Book:
    return once(book_of, Book)


class Wait(NamedTuple):
    """Something that waits: its clock, since when, and what it is about; `verb` says what is done to an assessment."""

    clock: str
    since: datetime
    about: Purpose | Need
    verb: str = ""


def _waits(known: Facts) -> Iterator[Wait]:
    """At least one: a full assessment is either missing or to be repeated."""
    opened_at = known.case.opened_at
    if not known.signed_at:
        yield Wait(FIRST[Purpose.RAPID], opened_at, Purpose.RAPID, "Complete")
    if Purpose.FULL not in known.signed_at:
        yield Wait(FIRST[Purpose.FULL], opened_at, Purpose.FULL, "Complete")
    else:
        again = "reassess_urgent" if known.watched else "reassess"
        yield Wait(again, known.signed_at[Purpose.FULL], Purpose.FULL, "Repeat")
    yield from (Wait("emergency_need", need.signed_at, need) for need in known.emergencies)


def _duty(known: Facts, wait: Wait, book: Book) -> Duty:
    due_at, rule = book.due(wait.clock, known.case, wait.since), book.rule(wait.clock)
    if isinstance(wait.about, Need):
        return _emergency(known.case, wait.about, book, due_at, rule)
    return _ask(known, wait.about, wait.verb, due_at, rule)


def _ask(known: Facts, purpose: Purpose, verb: str, due_at: datetime, rule: str) -> Duty:
    draft = known.drafts.get(purpose)
    what = f"{'Finish and sign' if draft else verb} the {NAMES[purpose]}"
    url = f"/assessments/{draft}/fill" if draft else f"/cases/{known.case.id}/assessments"
    return Duty(known.case.id, known.case.number, what, due_at, url, rule=rule, button="Go on" if draft else "Begin")


def _emergency(case: Case, need: Need, book: Book, due_at: datetime, rule: str) -> Duty:
    return Duty(case.id, case.number, f"Act on an urgent need: {book.labels.get(need.domain, need.domain)}", due_at,
                f"/cases/{case.id}/notes/new", urgent=True, rule=rule,
                says="Then write a note about needs or safety: what was done", button="Write the note")
