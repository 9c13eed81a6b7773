"""Taking a step: the state moves, and whoever took it signs. A person stands on one side of a request for good."""
from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from ..access.queries import beside
from ..cases.models import Person
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.errors import Conflict
from .models import SIDES, ContinuedPresenceRequest, CPSide, CPSignature
from .words import Side
from .workflow import WORKFLOW

SAID = {
    Side.ASKING: "You drafted or sent this request", Side.ENDORSING: "You endorsed this request",
    Side.SUBMITTING: "You submitted this request", Side.REVIEWING: "You reviewed this request",
    Side.DECIDING: "You decided this request",
}


def move(actor: Actor, request: ContinuedPresenceRequest, verb: str, *, note: str | None = None) -> None:
    """Take the step, or raise Conflict: it does not follow from here, or the person stands on another side."""
    WORKFLOW.advance(request, verb)
    request.state_since = request.updated_at = now()
    sign(actor, request, verb, note=note)


def sign(actor: Actor, request: ContinuedPresenceRequest, verb: str, *, note: str | None = None) -> None:
    side = _stand(actor.id, request, verb) if verb in SIDES else None
    person = beside(Person, request.person_id)
    db.session.add(CPSignature(
        case_id=request.case_id, person_id=request.person_id, office_id=request.office_id, person=person,
        case_number=request.case_number, request_id=request.id, round=request.round, verb=verb,
        side=side and side.value, user_id=actor.id, signed_at=now(), note=note))


def _stand(user_id: UUID, request: ContinuedPresenceRequest, verb: str) -> Side:
    """The side this person stands on from now on. Whoever decided may hand out the papers as well."""
    asked = SIDES[verb]
    held = db.session.scalar(select(CPSide.side).where(CPSide.request_id == request.id, CPSide.user_id == user_id))
    if held is None:
        db.session.add(CPSide(request_id=request.id, user_id=user_id, side=asked.value))
        db.session.flush()
        return asked
    if held != asked and (verb, held) != ("issue", Side.DECIDING):
        raise Conflict(f"{SAID[Side(held)]}, so somebody else must take this step.")
    return Side(held)
