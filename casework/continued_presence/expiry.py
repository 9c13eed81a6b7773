"""Grants end by the clock: on the day after their last one, in the office of the case."""
from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from ..access.people import office_book
from ..audit import action
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.scope import rules
from . import queries
from .grants import CPGrant
from .words import GrantState
from .workflow import GRANT_WORKFLOW


def expire_due(actor: Actor) -> int:
    """Write down every end that has come; says how many. The actor is SYSTEM. An extension that waits changes
    nothing: it does not keep a grant in force."""
    soon = (now() + timedelta(days=1)).date()
    with rules("expiry"):
        candidates = db.session.scalars(select(CPGrant).where(
            CPGrant.state == GrantState.ACTIVE, CPGrant.end_on < soon).order_by(CPGrant.end_on)).all()
    known = office_book()
    ended = [grant for grant in candidates if queries.days_left(grant, known[grant.office_id]) < 0]
    for grant in ended:
        with action(actor, "cp_grant.expire", grant):
            GRANT_WORKFLOW.advance(grant, "expire")
            grant.state_since = now()
    return len(ended)
