"""Putting a name to a step."""
from __future__ import annotations

from decimal import Decimal

from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..policy import Role
from .models import Disbursement, Signature, Signed


def sign(actor: Actor, disbursement: Disbursement, step: Signed, amount: Decimal, *, role: Role | None = None,
         concurs: bool = False, document: str | None = None) -> None:
    """One person, one step of this round. The database refuses a second one by the same hand, and lets only those
    take a step who have not signed: so the step is written first, then the name."""
    db.session.flush()
    db.session.add(Signature(
        disbursement_id=disbursement.id, round=disbursement.round, user_id=actor.id, verb=step, role=role,
        amount=amount, tier=disbursement.tier, concurs=concurs, document=document, at=now()))
    db.session.flush()
