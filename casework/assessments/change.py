"""What changed between assessments, domain by domain. Nothing here asks the database."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .instrument import Domain
from .models import HIGH, MODERATE, Answer, NeedRating, NeedsAssessment


class Turn(StrEnum):
    """Compared with the last level that was known. `NONE`: there is no level now, or there was none and none is due."""

    BETTER = "better"
    WORSE = "worse"
    NEW = "new"
    SAME = "same"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Change:
    """`cells` are the answers of the assessments shown, `before` the last known one, `after` the latest."""

    domain: Domain
    cells: tuple[NeedRating | None, ...]
    before: NeedRating | None
    after: NeedRating | None

    @property
    def turn(self) -> Turn:
        return turn(_level(self.before), _level(self.after))

    @property
    def steps(self) -> int:
        """By how many levels it moved; 0 where there is nothing to compare."""
        before, after = _level(self.before), _level(self.after)
        return 0 if before is None or after is None else abs(after - before)

    @property
    def needs_plan(self) -> bool:
        """High and emergency needs do, and what got worse or is new from moderate up."""
        level = _level(self.after)
        least = MODERATE if self.turn in (Turn.WORSE, Turn.NEW) else HIGH
        return level is not None and level >= least


def turn(before: int | None, after: int | None) -> Turn:
    if after is None:
        return Turn.NONE
    if before is None:
        return Turn.NEW if after else Turn.NONE
    return Turn.SAME if after == before else Turn.WORSE if after > before else Turn.BETTER


def known(assessments: Iterable[NeedsAssessment]) -> dict[str, NeedRating]:
    """The last answer for each domain, the assessments given oldest first. Not to have asked is no answer."""
    return {rating.domain: rating for assessment in assessments for rating in assessment.ratings
            if rating.answer is not Answer.NOT_ASSESSED}


def changes(domains: Iterable[Domain], earlier: Sequence[NeedsAssessment], latest: NeedsAssessment,
            columns: int = 4) -> list[Change]:
    """One line per domain, what needs a plan first. `earlier` is oldest first; `columns` assessments are shown."""
    before, shown = known(earlier), [*earlier, latest][-columns:]
    answers: list[Mapping[str, NeedRating]] = [{rating.domain: rating for rating in each.ratings} for each in shown]
    found = [Change(domain, tuple(each.get(domain.code) for each in answers), before.get(domain.code),
                    answers[-1].get(domain.code)) for domain in domains]
    return sorted(found, key=_urgency)


def _urgency(change: Change) -> tuple[bool, int, bool]:
    level = _level(change.after)
    return not change.needs_plan, -1 - level if level is not None else 1, change.turn is not Turn.WORSE


def _level(rating: NeedRating | None) -> int | None:
    return rating.level if rating else None
