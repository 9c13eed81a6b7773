"""What is known of needs in many cases at once: what is signed, begun and standing, and who last wrote when.

Nothing of it is stored. For one case a statement, built once, tells of every need that stands; for any number of cases
another one tells of those that cannot wait.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    Uuid,
    cast,
    func,
    literal,
    select,
    union_all,
)

from ..cases.files import Note, NoteKind
from ..cases.models import Case
from ..cases.numbers import CASE_ID
from ..kernel.many import within
from ..kernel.once import once
from ..kernel.prepared import Prepared
from .models import NeedsAssessment, Purpose, State
from .queries import Need, pressing, standing

ACTED = (NoteKind.NEEDS, NoteKind.SAFETY)


@dataclass
class Facts:
    """What is known of one case: when each kind was first and last signed, what is begun, what stands, and when
    somebody last wrote about needs or safety."""

    case: Case
    noted_at: datetime | None = None
    first_at: dict[Purpose, datetime] = field(default_factory=dict)
    signed_at: dict[Purpose, datetime] = field(default_factory=dict)
    drafts: dict[Purpose, UUID] = field(default_factory=dict)
    standing: list[Need] = field(default_factory=list)

    def learn(self, row: Any) -> None:
        """One row of what is known."""
        if row.what == "noted":
            self.noted_at = row.at
        elif row.what == "need":
            self.standing.append(Need(row.case_id, row.word, row.level, row.at))
        elif row.what == "draft":
            self.drafts[Purpose(row.word)] = row.id
        else:
            self.first_at[Purpose(row.word)], self.signed_at[Purpose(row.word)] = row.first_at, row.at

    @property
    def emergencies(self) -> list[Need]:
        """What cannot wait and has not been acted on."""
        return [need for need in self.standing
                if need.urgent and (self.noted_at is None or self.noted_at <= need.signed_at)]

    @property
    def watched(self) -> bool:
        """Asked again sooner, acted on or not."""
        return any(need.urgent for need in self.standing)


def facts_of(case: Case) -> Facts:
    """All of this case, with every need that stands: one query."""
    return once((facts_of, case.id), lambda: _learnt([case], KNOWN.rows(case_id=case.id))[case.id])


def facts(cases: Sequence[Case]) -> dict[UUID, Facts]:
    """One look for all these cases, with the needs that cannot wait: one query."""
    ids = [case.id for case in cases]
    return once((facts, *ids), lambda: _learnt(cases, PRESSING.rows(case_ids=ids)))


def _learnt(cases: Sequence[Case], rows: Sequence[Any]) -> dict[UUID, Facts]:
    found = {case.id: Facts(case) for case in cases}
    for row in rows:
        found[row.case_id].learn(row)
    return found


def _known(needs: Select[Any], of: Callable[[Any], ColumnElement[bool]]) -> CompoundSelect[Any]:
    """What is known of these cases, in four kinds of row that have their columns in common."""
    no_word, no_level, no_id = literal(None, String()), literal(None, Integer()), literal(None, Uuid())
    never = literal(None, Note.written_at.type)
    made, case_id = NeedsAssessment, NeedsAssessment.case_id
    noted = select(literal("noted").label("what"), Note.case_id.label("case_id"), no_word.label("word"),
                   no_level.label("level"), no_id.label("id"), never.label("first_at"),
                   func.max(Note.written_at).label("at")).where(
        of(Note.case_id), Note.about.in_(ACTED)).group_by(Note.case_id)
    drafts = select(literal("draft"), case_id, cast(made.purpose, String), no_level, made.id, never, never).where(
        of(case_id), made.state == State.DRAFT)
    signed = select(literal("signed"), case_id, cast(made.purpose, String), no_level, no_id, func.min(made.signed_at),
                    func.max(made.signed_at)).where(
        of(case_id), made.state == State.SIGNED).group_by(case_id, made.purpose)
    need = needs.subquery()
    stands = select(literal("need"), need.c.case_id, need.c.domain, need.c.level, no_id, never, need.c.signed_at)
    return union_all(noted, drafts, signed, stands)


def _one(column: Any) -> ColumnElement[bool]:
    """Not as one of many: the planner would count on ten, and behind the wall gather all the cases that are theirs."""
    found: ColumnElement[bool] = column == CASE_ID
    return found


def _many(column: Any) -> ColumnElement[bool]:
    return within(column, "case_ids")


KNOWN, PRESSING = Prepared(_known(standing(_one(NeedsAssessment.case_id)), _one)), Prepared(_known(pressing(), _many))
