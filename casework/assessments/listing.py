"""An assessment in a list, and where one stands."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import url_for

from ..cases.duties import Duty
from ..kernel import rulebook
from ..web.dates import moment_words
from ..web.stands import Act, Stands, line
from ..web.tables import Column, Table
from .models import HIGH, NeedsAssessment, State
from .schemas import PURPOSES

COLUMNS = (
    Column("purpose", "Kind", show=lambda row: PURPOSES[row.purpose],
           link=lambda row: url_for("assessments.show", id=row.id)),
    Column("started_at", "Begun", show=lambda row: moment_words(row.started_at)),
    Column("signed_at", "Signed", show=lambda row: moment_words(row.signed_at) or "Not yet"),
    Column("signed_by", "By", show=lambda row: (row.signed_by or row.started_by).name),
    Column("urgent", "Urgent", show=lambda row: sum(rating.urgent for rating in row.ratings), right=True),
    Column("high", "High", show=lambda row: sum((rating.level or 0) == HIGH for rating in row.ratings), right=True),
    Column("change", "Change", show=lambda row: "What changed" if row.signed_at else "",
           link=lambda row: url_for("assessments.change", id=row.id) if row.signed_at else None),
)


def listed(rows: Sequence[NeedsAssessment]) -> Table:
    return Table(COLUMNS, rows, noun="assessment", order="newest first",
                 empty="Nothing is assessed yet. Begin with the rapid screen.")


def stands(assessment: NeedsAssessment) -> Stands:
    """Begun, then signed; a draft waits for the specialist."""
    signed = assessment.state is State.SIGNED
    notes = {State.DRAFT: f"{moment_words(assessment.started_at)}, {assessment.started_by.name}"}
    if assessment.signed_by:
        notes[State.SIGNED] = f"{moment_words(assessment.signed_at)}, {assessment.signed_by.name}"
    acts = [Act("What changed", url_for("assessments.change", id=assessment.id))] if signed else []
    return Stands("Signed. It stays as it is." if signed else "A draft.", acts=acts,
                  steps=line({State.DRAFT: "Begun", State.SIGNED: "Signed"}, None if signed else State.SIGNED, notes))


def as_deeds(duties: Iterable[Duty]) -> list[dict[str, Any]]:
    """Duties as rows of a list of deeds, soonest first."""
    return [{"title": duty.what, "says": duty.says, "due": duty.due_at, "url": duty.url, "button": duty.button}
            for duty in sorted(duties, key=lambda duty: (duty.due_at is None, duty.due_at))]


def within() -> str:
    """How soon an urgent need is to be acted on, in words."""
    clock = rulebook.clock("emergency_need")
    return f"{clock.length} {clock.unit.replace('_', ' ')}"
