"""An assessment as a sheet to fill: one row per domain, with what was typed, kept, or said last time."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from .instrument import TIERS, WAYS_OUT, Domain, taken_as_not_applicable
from .models import LEVELS, Answer, NeedRating, NeedsAssessment, cannot_wait

KEYS = {Answer.DECLINED: "d", Answer.NOT_APPLICABLE: "n", Answer.NOT_ASSESSED: "x"}
NUMBERS = {str(level): level for level in LEVELS}
WORDS = {**{str(level): f"{level} {word.lower()}" for level, word in LEVELS.items()},
         **{str(way): word.lower() for way, word in WAYS_OUT.items()}}


@dataclass(frozen=True)
class Row:
    """`chosen` is the answer as it is sent, or empty; `was` the last signed answer; `wrong` what is to put right."""

    at: int
    domain: Domain
    chosen: str
    note: str
    was: str
    wrong: Sequence[str]

    @property
    def was_words(self) -> str:
        return WORDS.get(self.was, "")

    @property
    def urgent(self) -> bool:
        """To be acted on within the time of the rule, once it is signed."""
        return cannot_wait(self.domain.code, NUMBERS.get(self.chosen))


@dataclass(frozen=True)
class Sheet:
    """Everything the fill page and the answer to an autosave draw. `loose` is what is wrong and belongs to no row."""

    assessment: NeedsAssessment
    rows: list[Row]
    loose: Sequence[str] = ()

    @property
    def groups(self) -> list[tuple[str, list[Row]]]:
        return [(TIERS[tier], list(rows)) for tier, rows in groupby(self.rows, key=lambda row: row.domain.tier)]

    @property
    def left(self) -> list[Row]:
        return [row for row in self.rows if not row.chosen]

    @property
    def answered(self) -> int:
        return len(self.rows) - len(self.left)

    @property
    def urgent(self) -> list[Row]:
        return [row for row in self.rows if row.urgent]

    @property
    def summary(self) -> list[tuple[str, str]]:
        """For the summary of problems: (where to go, what is wrong)."""
        beside = [(f"{row.domain.code}-0", message) for row in self.rows for message in row.wrong]
        return [*(("", message) for message in self.loose), *beside]


def sheet(assessment: NeedsAssessment, domains: Iterable[Domain], before: Mapping[str, NeedRating],
          typed: Iterable[Mapping[str, Any]] = (), errors: Mapping[Any, Any] | None = None) -> Sheet:
    """What was typed and not kept wins over what is kept: nothing typed is lost."""
    kept = {rating.domain: {"answer": rating.said, "note": rating.note or ""} for rating in assessment.ratings}
    rows = {str(row.get("domain")): row for row in typed}
    drawn = [_row(at, domain, {**kept.get(domain.code, {}), **rows.get(domain.code, {})}, before.get(domain.code),
                  (errors or {}).get(domain.code, ()), under_18=assessment.under_18)
             for at, domain in enumerate(domains)]
    codes = {row.domain.code for row in drawn}
    return Sheet(assessment, drawn, [message for name, found in (errors or {}).items() if name not in codes
                                     for message in _flat(found)])


def _row(at: int, domain: Domain, said: Mapping[str, str], was: NeedRating | None, wrong: Sequence[str], *,
         under_18: bool) -> Row:
    usual = Answer.NOT_APPLICABLE if taken_as_not_applicable(domain, under_18=under_18) else ""
    return Row(at, domain, said.get("answer") or str(usual), said.get("note") or "", was.said if was else "", wrong)


def _flat(found: Any) -> list[str]:
    if isinstance(found, Mapping):
        return [message for inner in found.values() for message in _flat(inner)]
    return [str(message) for message in found] if isinstance(found, list | tuple) else [str(found)]
