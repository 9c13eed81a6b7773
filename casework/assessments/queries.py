"""What is asked of assessments. Functions with an actor write down what they showed; the others take what that
actor may see already, and are bounded: a few queries whatever the number of cases."""
from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import aliased, selectinload

from ..access.queries import visible
from ..kernel.conditions import Actor
from ..kernel.many import within
from ..kernel.prepared import Prepared
from ..kernel.rulebook import edition
from .instrument import Domain, asked, taken_as_not_applicable
from .models import EMERGENCY, HIGH, SAFETY, Answer, NeedRating, NeedsAssessment, Purpose, State, cannot_wait

# The person whose key seals the notes is the assessment's own, and at hand.
WITH_RATINGS = selectinload(NeedsAssessment.ratings).lazyload(NeedRating.person)


@dataclass(frozen=True, slots=True)
class Need:
    """The last level that somebody signed for a domain of a case."""

    case_id: UUID
    domain: str
    level: int
    signed_at: datetime

    @property
    def urgent(self) -> bool:
        return cannot_wait(self.domain, self.level)


def domains(assessment: NeedsAssessment) -> tuple[Domain, ...]:
    """What this assessment asks, in the words of the version it was begun with."""
    return _asked_by(assessment.instrument_id, assessment.purpose, assessment.under_18)


@cache
def _asked_by(instrument_id: UUID, purpose: Purpose, under_18: bool) -> tuple[Domain, ...]:
    """A version never changes, so it is put together once."""
    return tuple(asked(edition(instrument_id).body, purpose, under_18=under_18))


def unanswered(assessment: NeedsAssessment) -> list[Domain]:
    """The domains that still need an answer before it can be signed."""
    answered = {rating.domain for rating in assessment.ratings}
    return [domain for domain in domains(assessment) if domain.code not in answered
            and not taken_as_not_applicable(domain, under_18=assessment.under_18)]


def signed(actor: Actor, case_id: UUID, options: Sequence[Any] = ()) -> list[NeedsAssessment]:
    """The signed assessments of a case, the oldest first."""
    rows = visible(actor, "assessment.read", NeedsAssessment, order=NeedsAssessment.signed_at.desc(), limit=200,
                   where=(NeedsAssessment.case_id == case_id, NeedsAssessment.state == State.SIGNED), options=options)
    return list(reversed(rows))


def needs(case_ids: Collection[UUID]) -> list[Need]:
    """The needs of these cases that stand."""
    return [Need(*row) for row in STANDING.rows(case_ids=[*case_ids])]


def standing(of: ColumnElement[bool]) -> Select[Any]:
    """The needs that stand in these cases. What was not assessed later still stands; what the person declined later, or
    what ceased to apply, does not."""
    when = (NeedsAssessment.signed_at.desc(), NeedsAssessment.id.desc())
    newest = func.row_number().over(partition_by=(NeedsAssessment.case_id, NeedRating.domain), order_by=when)
    ranked = (
        select(NeedsAssessment.case_id, NeedRating.domain, NeedRating.level, NeedsAssessment.signed_at,
               newest.label("place"))
        .join(NeedsAssessment, NeedsAssessment.id == NeedRating.assessment_id)
        .where(of, NeedsAssessment.state == State.SIGNED, NeedRating.answer != Answer.NOT_ASSESSED)
        .subquery())
    return select(ranked.c.case_id, ranked.c.domain, ranked.c.level, ranked.c.signed_at).where(
        ranked.c.place == 1, ranked.c.level.is_not(None))


def pressing() -> Select[Any]:
    """Of the needs that stand in the cases `case_ids`, those that cannot wait. Such levels are few: of each it is asked
    whether anything was said of its domain later."""
    made: Any = NeedsAssessment
    rated: Any = NeedRating
    later, said = aliased(made), aliased(rated)
    superseded = select(said.id).join(later, later.id == said.assessment_id).where(
        within(later.case_id, "case_ids"), later.case_id == made.case_id, later.state == State.SIGNED,
        said.domain == rated.domain, said.answer != Answer.NOT_ASSESSED,
        tuple_(later.signed_at, later.id) > tuple_(made.signed_at, made.id))
    return (
        select(made.case_id, rated.domain, rated.level, made.signed_at)
        .join(made, made.id == rated.assessment_id)
        .where(within(made.case_id, "case_ids"), made.state == State.SIGNED, urgent(rated.domain, rated.level),
               ~superseded.correlate(made, rated).exists()))


def urgent(domain: Any, level: Any) -> ColumnElement[bool]:
    """`cannot_wait`, asked of the database."""
    return or_(level >= EMERGENCY, and_(domain == SAFETY, level >= HIGH))


STANDING = Prepared(standing(within(NeedsAssessment.case_id, "case_ids")))
