"""What happened in a request, and the moments of it that count."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import queries
from .models import ContinuedPresenceRequest, CPMoment, CPSignature
from .words import MOMENTS, What

DONE = {"draft": "Begun", "send": "Sent to field review", "return": "Returned to the investigator",
        "endorse": "Endorsed by the supervisor", "submit": "Submitted to the deciding centre",
        "take_up": "Taken up by a reviewer", "approve": "Approved", "issue": "Papers issued", "withdraw": "Withdrawn"}


@dataclass(frozen=True)
class Happened:
    at: datetime
    says: str
    by: str = ""
    url: str = ""


def story(request: ContinuedPresenceRequest, *, with_notes: bool) -> list[Happened]:
    """What happened, newest first. What somebody wrote to the next is for those who may read the package."""
    signed, moments = queries.signatures(request), queries.all_moments(request)
    names = queries.people([each.user_id for each in signed] + [moment.recorded_by_id for moment in moments])
    steps = [Happened(each.signed_at, _said(each, with_notes), names[each.user_id]) for each in signed]
    corrections = [Happened(moment.recorded_at, f"Corrected: {MOMENTS[moment.what].lower()}. {moment.reason}",
                            names[moment.recorded_by_id]) for moment in moments if moment.supersedes_id]
    return sorted([*corrections, *steps], key=lambda each: each.at)[::-1]


def _said(signed: CPSignature, with_notes: bool) -> str:
    note = f" “{signed.note}”" if with_notes and signed.note_sealed is not None else ""
    again = f", round {signed.round}" if signed.round > 1 else ""
    return f"{DONE.get(signed.verb, signed.verb)}{again}.{note}"


def counted(known: Mapping[What, CPMoment]) -> list[dict[str, Any]]:
    """The five moments as they count now."""
    return [{"label": MOMENTS[what], "at": known[what].at, "corrected": bool(known[what].supersedes_id)}
            for what in What if what in known]
