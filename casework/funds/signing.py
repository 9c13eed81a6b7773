"""Putting a name to a step."""
from __future__ import annotations

from decimal import Decimal

from ..audit import append
from ..kernel.conditions import Actor
from ..kernel.db import now
from ..policy import Role
from .models import Disbursement, Signature, Signed


def sign(actor: Actor, disbursement: Disbursement, step: Signed, amount: Decimal, *, role: Role | None = None,
         concurs: bool = False, document: str | None = None) -> None:
    """One person, one step of this round. The database refuses a second one by the same hand."""
    append(Signature(
        disbursement_id=disbursement.id, round=disbursement.round, user_id=actor.id, verb=step, role=role,
        amount=amount, tier=disbursement.tier, concurs=concurs, document=document, at=now()))
