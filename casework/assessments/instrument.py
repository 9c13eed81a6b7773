"""The instrument: which domains are asked, and what their levels mean. Its words are rows of the rulebook."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..kernel.rules import Row
from .models import Answer, Purpose

TOPIC = "need_domains"
TIERS = {"immediate": "Immediate", "short": "Short term", "long": "Long term"}
WAYS_OUT = {Answer.DECLINED: "Declined", Answer.NOT_APPLICABLE: "Not applicable", Answer.NOT_ASSESSED: "Not assessed"}


@dataclass(frozen=True, slots=True)
class Domain:
    """One row of the instrument. `meanings` says what levels 0 to 4 look like here, in plain words."""

    code: str
    label: str
    hint: str
    tier: str
    only_under_18: bool
    meanings: tuple[str, ...]


def domains_of(body: Iterable[Row]) -> list[Domain]:
    """Every domain, the urgent ones first."""
    found = [Domain(row["code"], row["label"], row["hint"], row["tier"], row["only_under_18"] == "yes",
                    tuple(row[f"level_{level}"] for level in range(5))) for row in body]
    return sorted(found, key=lambda domain: list(TIERS).index(domain.tier))


def asked(body: Iterable[Row], purpose: Purpose, *, under_18: bool) -> list[Domain]:
    """What this assessment asks. A rapid screen asks the urgent domains, and those for a child only of a child; a
    full one asks them all."""
    return [domain for domain in domains_of(body) if purpose == Purpose.FULL
            or (domain.tier == "immediate" and (under_18 or not domain.only_under_18))]


def taken_as_not_applicable(domain: Domain, *, under_18: bool) -> bool:
    """A domain for children only needs no answer of an adult: signing writes down that it does not apply."""
    return domain.only_under_18 and not under_18
