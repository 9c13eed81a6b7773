"""Where the bars of the chart stand: needs at each assessment, from emergency (left) to none (right)."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .models import HIGH, LEVELS, NeedsAssessment

START, WIDTH, ROW = 84, 528, 34


@dataclass(frozen=True, slots=True)
class Piece:
    """One level of one bar, in units of the drawing."""

    level: int
    count: int
    x: int
    width: int

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Bar:
    """One assessment: how many domains stand at each level, and how many have no level."""

    assessment: NeedsAssessment
    counts: dict[int, int]
    others: int
    pieces: list[Piece]
    y: int

    @property
    def urgent(self) -> int:
        return sum(count for level, count in self.counts.items() if level >= HIGH)

    @property
    def end(self) -> int:
        """Where the words after the bar begin."""
        return max((piece.x + piece.width for piece in self.pieces), default=START) + 8


def bars(assessments: Iterable[NeedsAssessment]) -> list[Bar]:
    """One bar each, in the order given."""
    return [_bar(assessment, at * ROW + 6) for at, assessment in enumerate(assessments)]


def _bar(assessment: NeedsAssessment, y: int) -> Bar:
    levels = Counter(rating.level for rating in assessment.ratings)
    counts = {level: levels[level] for level in reversed(LEVELS)}
    return Bar(assessment, counts, levels[None], list(_pieces(counts)), y)


def _pieces(counts: dict[int, int]) -> Iterable[Piece]:
    """A domain is as wide in every bar, so that bars compare; two units part the levels."""
    x, one = START, WIDTH // 24
    for level, count in counts.items():
        if count:
            yield Piece(level, count, x, count * one - 2)
            x += count * one
