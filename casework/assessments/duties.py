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
from uuid import UUID

from sqlalchemy import func, select

from ..access.models import Office
from ..access.people import office_book
from ..access.queries import visible
from ..cases import duties
from ..cases.duties import Duty
from ..cases.files import Note, NoteKind
from ..cases.models import Case
from ..cases.models import State as CaseState
from ..kernel import rulebook
from ..kernel.clocks import Clock
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..kernel.many import within
from ..kernel.once import once
from ..policy import may, may_ever
from .instrument import TOPIC, domains_of
from .models import HIGH, NONE, NeedsAssessment, Purpose, State
from .queries import Need, needs

ACTED = (NoteKind.NEEDS, NoteKind.SAFETY)
NAMES = {Purpose.RAPID: "rapid screen", Purpose.FULL: "full assessment"}
FIRST = {Purpose.RAPID: "rapid_screen", Purpose.FULL: "full_assessment"}


@dataclass(frozen=True)
class Facts:
    """What is known of one case: when each kind was first and last signed, what is begun, what stands, and when
    somebody last wrote about needs or safety."""

    case: Case
    noted_at: datetime | None
    first_at: dict[Purpose, datetime] = field(default_factory=dict)
    signed_at: dict[Purpose, datetime] = field(default_factory=dict)
    drafts: dict[Purpose, UUID] = field(default_factory=dict)
    standing: list[Need] = field(default_factory=list)

    @property
    def emergencies(self) -> list[Need]:
        """What cannot wait and has not been acted on."""
        return [need for need in self.standing
                if need.urgent and (self.noted_at is None or self.noted_at <= need.signed_at)]

    @property
    def watched(self) -> bool:
        """Asked again sooner, acted on or not."""
        return any(need.urgent for need in self.standing)


@dataclass
class Book:
    """The rules in force today and the offices' time, asked once for all cases."""

    offices: Mapping[UUID, Office]
    entries: Mapping[str, rulebook.Edition] = field(default_factory=rulebook.in_force)

    @cached_property
    def clocks(self) -> dict[str, Clock]:
        return self.entries["clocks"].clocks

    @cached_property
    def labels(self) -> dict[str, str]:
        return {domain.code: domain.label for domain in domains_of(self.entries[TOPIC].body)}

    def due(self, name: str, case: Case, start: datetime) -> datetime:
        return self.clocks[name].due(start, self.offices[case.office_id].zone)

    def rule(self, name: str) -> str:
        clock = self.clocks[name]
        return f"{clock.length} {clock.unit.replace('_', ' ')} from: {clock.starts.lower()}. {clock.citation}."


@duties.finds
def waiting(actor: Actor, case: Case | None) -> list[Duty]:
    """What waits for them: in this case, if it is theirs to assess, or in the open cases whose team they are on."""
    if not may_ever(actor, "assessment.begin"):
        return []
    if case is not None:
        return due_in([case] if may(actor, "assessment.begin", case) else [])
    return due_in(least=HIGH, cases=visible(actor, "case.read", Case, limit=200, where=(
        Case.team.include(Case, actor.id), Case.state != CaseState.CLOSED)))


@duties.dates
def next_due(cases: Sequence[Case]) -> dict[UUID, datetime]:
    """The earliest of these duties in each case that has one."""
    found: dict[UUID, datetime] = {}
    for duty in due_in(cases, least=HIGH):
        if duty.due_at is not None:
            found[duty.case_id] = min(duty.due_at, found.get(duty.case_id, duty.due_at))
    return found


def due_in(cases: Sequence[Case], least: int = NONE) -> list[Duty]:
    """The duties of the open ones among these cases; five queries, whatever their number. What cannot wait stands at
    HIGH or more: whoever asks for many cases asks for no other needs."""
    still = [case for case in cases if case.state is not CaseState.CLOSED]
    if not still:
        return []
    book, found = book_of(), facts(still, least)
    return [duty for case in still for duty in _of(found[case.id], book)]


def book_of() -> Book:
    return once(book_of, lambda: Book(office_book()))


def facts(cases: Sequence[Case], least: int = NONE) -> dict[UUID, Facts]:
    """One look for all these cases, with the needs that stand at `least` or more: three queries."""
    ids = [case.id for case in cases]
    return once((facts, least, *ids), lambda: _facts(cases, ids, least))


def _facts(cases: Sequence[Case], ids: Sequence[UUID], least: int) -> dict[UUID, Facts]:
    found = {case.id: Facts(case, noted) for case, noted in _noted(cases)}
    for id, case_id, purpose, state, signed_at in db.session.execute(MADE, {"case_ids": ids}):
        known = found[case_id]
        if state is State.DRAFT:
            known.drafts[purpose] = id
        elif signed_at is not None:
            known.first_at.setdefault(purpose, signed_at)
            known.signed_at[purpose] = signed_at
    for need in needs(ids, least):
        found[need.case_id].standing.append(need)
    return found


MADE = select(NeedsAssessment.id, NeedsAssessment.case_id, NeedsAssessment.purpose, NeedsAssessment.state,
              NeedsAssessment.signed_at).where(within(NeedsAssessment.case_id, "case_ids")).order_by(
    NeedsAssessment.signed_at)
NOTED = select(Note.case_id, func.max(Note.written_at)).where(
    within(Note.case_id, "case_ids"), Note.about.in_(ACTED)).group_by(Note.case_id)


def _noted(cases: Sequence[Case]) -> list[tuple[Case, datetime | None]]:
    last = dict(db.session.execute(NOTED, {"case_ids": [case.id for case in cases]}).all())
    return [(case, last.get(case.id)) for case in cases]


def _of(known: Facts, book: Book) -> Iterator[Duty]:
    if not known.signed_at:
        yield _first(known, book, Purpose.RAPID)
    if Purpose.FULL not in known.signed_at:
        yield _first(known, book, Purpose.FULL)
    else:
        yield _again(known, book)
    yield from (_emergency(known, book, need) for need in known.emergencies)


def _first(known: Facts, book: Book, purpose: Purpose) -> Duty:
    case, name = known.case, FIRST[purpose]
    return _ask(known, purpose, "Complete", book.due(name, case, case.opened_at), book.rule(name))


def _again(known: Facts, book: Book) -> Duty:
    name = "reassess_urgent" if known.watched else "reassess"
    start = known.signed_at[Purpose.FULL]
    return _ask(known, Purpose.FULL, "Repeat", book.due(name, known.case, start), book.rule(name))


def _ask(known: Facts, purpose: Purpose, verb: str, due_at: datetime, rule: str) -> Duty:
    draft = known.drafts.get(purpose)
    what = f"{'Finish and sign' if draft else verb} the {NAMES[purpose]}"
    url = f"/assessments/{draft}/fill" if draft else f"/cases/{known.case.id}/assessments"
    return Duty(known.case.id, known.case.number, what, due_at, url, rule=rule, button="Go on" if draft else "Begin")


def _emergency(known: Facts, book: Book, need: Need) -> Duty:
    case, label = known.case, book.labels.get(need.domain, need.domain)
    return Duty(case.id, case.number, f"Act on an urgent need: {label}",
                book.due("emergency_need", case, need.signed_at), f"/cases/{case.id}/notes/new", urgent=True,
                rule=book.rule("emergency_need"), says="Then write a note about needs or safety: what was done",
                button="Write the note")
