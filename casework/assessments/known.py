"""What is known of needs in many cases at once: what is signed, begun and standing, and who last wrote when.

Nothing of it is stored; one statement, built once, tells it for any number of cases: one with every need that stands,
and one, for lists, with those that cannot wait.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
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


def facts(cases: Sequence[Case], *, only_urgent: bool = False) -> dict[UUID, Facts]:
    """One look for all these cases, with every need that stands, or those that cannot wait: one query."""
    ids = [case.id for case in cases]
    return once((facts, only_urgent, *ids), lambda: _facts(cases, ids, only_urgent))


def _facts(cases: Sequence[Case], ids: Sequence[UUID], only_urgent: bool) -> dict[UUID, Facts]:
    found = {case.id: Facts(case) for case in cases}
    for row in (PRESSING if only_urgent else KNOWN).rows(case_ids=ids):
        found[row.case_id].learn(row)
    return found


def _known(needs: Select[Any]) -> CompoundSelect[Any]:
    """What is known of these cases, in four kinds of row that have their columns in common."""
    no_word, no_level, no_id = literal(None, String()), literal(None, Integer()), literal(None, Uuid())
    never = literal(None, Note.written_at.type)
    made, case_id = NeedsAssessment, NeedsAssessment.case_id
    noted = select(literal("noted").label("what"), Note.case_id.label("case_id"), no_word.label("word"),
                   no_level.label("level"), no_id.label("id"), never.label("first_at"),
                   func.max(Note.written_at).label("at")).where(
        within(Note.case_id, "case_ids"), Note.about.in_(ACTED)).group_by(Note.case_id)
    drafts = select(literal("draft"), case_id, cast(made.purpose, String), no_level, made.id, never, never).where(
        within(case_id, "case_ids"), made.state == State.DRAFT)
    signed = select(literal("signed"), case_id, cast(made.purpose, String), no_level, no_id, func.min(made.signed_at),
                    func.max(made.signed_at)).where(
        within(case_id, "case_ids"), made.state == State.SIGNED).group_by(case_id, made.purpose)
    need = needs.subquery()
    stands = select(literal("need"), need.c.case_id, need.c.domain, need.c.level, no_id, never, need.c.signed_at)
    return union_all(noted, drafts, signed, stands)


KNOWN, PRESSING = Prepared(_known(standing())), Prepared(_known(pressing()))
