"""The one blueprint of this room, and what its files of pages share."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import joinedload

from .. import policy
from ..access.queries import find, visible
from ..cases.models import Case
from ..cases.queries import WITH
from ..cases.strip import strip
from ..web.who import actor
from .models import Disbursement, Fund
from .words import ACCOUNTS, HELD_WHY, KINDS, STATES, TOKEN_WHY

pages = Blueprint("funds", __name__)


@pages.context_processor
def words() -> dict[str, Any]:
    return {"states": STATES, "accounts": ACCOUNTS, "kinds": KINDS, "held_why": HELD_WHY, "token_why": TOKEN_WHY}


WITH_ITS_OWN = (
    joinedload(Disbursement.office), joinedload(Disbursement.fund), joinedload(Disbursement.requested_by))


def one(id: UUID) -> Disbursement:
    """A disbursement this reader may see, with its office, its fund and who asked."""
    return find(actor(), Disbursement, id, options=WITH_ITS_OWN)


def fund_of(id: UUID) -> Fund:
    return find(actor(), Fund, id)


def strip_for(case_id: UUID) -> dict[str, Any] | None:
    """The case's strip, for those who may see the case at all."""
    if not policy.may_ever(actor(), "case.read"):
        return None
    found = visible(actor(), "case.read", Case, where=(Case.id == case_id,), options=WITH, limit=1)
    return strip(found[0]) if found else None

