"""How much a case needs now, in three words. A measure for sharing out work, never a judgement of a person, and not
a validated score."""
from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum
from uuid import UUID

from ..cases.models import Case
from .models import HIGH
from .queries import Need, needs

# Settings of the program (needs_and_rights, B.2, leaves the sums open). One need that cannot wait, or three high ones,
# make a case high whatever the rest. Otherwise the levels are added up: 24 is "low" in every domain, or "moderate" in
# half of them; 10 is "moderate" in five.
HIGH_NEEDS, HIGH_SUM, MODERATE_SUM = 3, 24, 10


class Acuity(StrEnum):
    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


def of_needs(standing: Iterable[Need]) -> Acuity | None:
    """None while nothing is signed: not knowing is not the same as low."""
    found = list(standing)
    if not found:
        return None
    high, total = sum(need.level >= HIGH for need in found), sum(need.level for need in found)
    if any(need.urgent for need in found) or high >= HIGH_NEEDS or total >= HIGH_SUM:
        return Acuity.HIGH
    return Acuity.MODERATE if high or total >= MODERATE_SUM else Acuity.LOW


def acuities(case_ids: Collection[UUID]) -> dict[UUID, Acuity]:
    """The acuity of each case that has a signed assessment, in one query."""
    standing: dict[UUID, list[Need]] = {}
    for need in needs(case_ids):
        standing.setdefault(need.case_id, []).append(need)
    return {case_id: found for case_id, each in standing.items() if (found := of_needs(each))}


def acuity(case: Case) -> Acuity | None:
    return acuities([case.id]).get(case.id)
