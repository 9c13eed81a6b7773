"""The five moments that the law counts: stored once, never edited, corrected by a second person."""
from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any

from ..audit import action
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.errors import Conflict, Invalid
from . import queries
from .models import ContinuedPresenceRequest, CPMoment
from .words import MOMENTS, What


def record(actor: Actor, request: ContinuedPresenceRequest, what: What, at: datetime | None = None) -> CPMoment:
    """Inside the action that makes it happen."""
    moment = CPMoment(**_beside(request), what=what, at=at or now(), recorded_by_id=actor.id, recorded_at=now())
    db.session.add(moment)
    return moment


def correct(actor: Actor, request: ContinuedPresenceRequest, *, what: What, at: datetime,
            reason: str) -> ContinuedPresenceRequest:
    """A new row that supersedes, with its reason, by somebody else than who recorded the one before. Reports use it.
    `reason` goes into the trail: no identity in it."""
    with action(actor, "cp_request.correct_moment", request, what=what, reason=reason):
        known = queries.moments([request.id]).get(request.id, {})
        earlier = known.get(what)
        if earlier is None:
            raise Invalid(what="This has not happened yet, so there is nothing to correct.")
        if earlier.recorded_by_id == actor.id:
            raise Conflict("You recorded this moment yourself. A correction is made by a second person.")
        _in_order({**{name: moment.at for name, moment in known.items()}, what: at})
        db.session.add(CPMoment(**_beside(request), what=what, at=at, recorded_by_id=actor.id, recorded_at=now(),
                                supersedes_id=earlier.id, corrected_of_id=earlier.recorded_by_id, reason=reason))
        request.updated_at = now()
    return request


def _in_order(known: dict[What, datetime]) -> None:
    """The five follow one another, and none lies ahead."""
    happened = [(what, known[what]) for what in What if what in known]
    if any(at > now() for _, at in happened):
        raise Invalid(at="This moment has not come yet.")
    for (earlier, before), (later, after) in pairwise(happened):
        if after < before:
            raise Invalid(at=f"“{MOMENTS[later]}” cannot come before “{MOMENTS[earlier]}”.")


def _beside(request: ContinuedPresenceRequest) -> dict[str, Any]:
    return {"case_id": request.case_id, "person_id": request.person_id, "office_id": request.office_id,
            "case_number": request.case_number, "request_id": request.id}
