"""Where it stands: the line of steps, who must act, since when, due when, and what this reader may do.

    stands = Stands("Sent, one signature of two", line(WORKFLOW_STEPS, at=disbursement.state, notes={...}),
                    must_act="Fund approver", since=disbursement.submitted_at, due=due, rule="Two working hours …",
                    acts=acts(disbursement, WORKFLOW.open_to(disbursement), DEEDS, "funds"))
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from flask import url_for

from casework import policy

from .deeds import Deed, endpoint
from .who import actor


@dataclass(frozen=True)
class Step:
    """`state` is done, now or next (to come)."""
    label: str
    state: str = "next"
    note: str = ""


@dataclass(frozen=True)
class Act:
    """One thing this reader may do now. `asks`: it has a page of its own. `blocked` says why not yet. `quiet`: it is
    open to them, but nothing waits for it."""
    label: str
    url: str
    asks: bool = True
    once: str = ""
    version: int | None = None
    blocked: str = ""
    quiet: bool = False


@dataclass(frozen=True)
class Stands:
    says: str
    steps: Sequence[Step] = ()
    must_act: str = ""
    since: datetime | None = None
    due: date | datetime | None = None
    done: date | datetime | None = None
    rule: str = ""
    acts: Sequence[Act] = ()
    not_now: Sequence[tuple[str, str]] = field(default_factory=tuple)


def line(labels: Mapping[Any, str] | Iterable[str], at: Any, notes: Mapping[Any, str] | None = None) -> list[Step]:
    """The steps in order: those before `at` are done, `at` is now, the rest is to come."""
    pairs = list(labels.items()) if isinstance(labels, Mapping) else [(label, label) for label in labels]
    here = next((place for place, (key, _) in enumerate(pairs) if key == at), len(pairs))
    kinds = ["done" if place < here else "now" if place == here else "next" for place in range(len(pairs))]
    return [Step(label, kind, (notes or {}).get(key, "")) for (key, label), kind in zip(pairs, kinds, strict=True)]


def acts(thing: Any, open_verbs: Iterable[str], deeds: Mapping[str, Deed], blueprint: str,
         blocked: Mapping[str, str] | None = None) -> list[Act]:
    """What may follow now and this reader may do; the first is the solid button."""
    now = set(open_verbs)
    return [Act(deed.button(verb), url_for(f"{blueprint}.{endpoint(thing.kind, verb)}", id=thing.id),
                deed.schema is not None, str(uuid4()) if deed.once else "", thing.version,
                (blocked or {}).get(verb, ""))
            for verb, deed in deeds.items()
            if verb in now and policy.may(actor(), f"{thing.kind}.{verb}", thing)]


def not_theirs(thing: Any, open_verbs: Iterable[str], deeds: Mapping[str, Deed]) -> list[tuple[str, str]]:
    """What could follow now but is not this reader's to do, and whose it is."""
    return [(deeds[verb].button(verb), policy.why_not(f"{thing.kind}.{verb}")) for verb in open_verbs
            if verb in deeds and not policy.may(actor(), f"{thing.kind}.{verb}", thing)]
