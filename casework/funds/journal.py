"""The log of disbursements: its filters, and totals that tie to the ledger."""
from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func

from ..access.queries import scoped
from ..kernel.clocks import end_of_day, start_of_day
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..kernel.rulebook import HEADQUARTERS
from .models import NOTHING, Account, Disbursement, Movement

D = Disbursement

# What a log can be asked for. Days are headquarters' days of the request, both included.
FILTERS: dict[str, Any] = {
    "first": lambda day: D.requested_at >= start_of_day(day, HEADQUARTERS),
    "last": lambda day: D.requested_at <= end_of_day(day, HEADQUARTERS),
    "fund": lambda fund_id: D.fund_id == fund_id,
    "office": lambda office_id: D.office_id == office_id,
    "category": lambda code: D.category == code,
    "state": lambda state: D.state == state,
    "least": lambda amount: D.requested >= amount,
    "most": lambda amount: D.requested <= amount,
    "number": lambda number: D.number == number.strip().upper(),
}


def matching(**asked: Any) -> list[ColumnElement[bool]]:
    """The filters that were asked for (names of FILTERS; None asks nothing), as conditions."""
    return [FILTERS[name](value) for name, value in asked.items() if value is not None]


class Totals(NamedTuple):
    """What the rows of a log add up to, beside what the ledger says of the same rows."""

    requested: Decimal
    approved: Decimal
    obligated: Decimal
    paid: Decimal
    refunded: Decimal
    ledger_paid: Decimal

    @property
    def tie(self) -> bool:
        return self.paid - self.refunded == self.ledger_paid


def totals(actor: Actor, where: Sequence[ColumnElement[bool]] = ()) -> Totals:
    """Of what this actor may read; `movement.read` is needed for the ledger's side."""
    columns = (D.requested, D.approved, D.obligated, D.paid, D.refunded)
    sums = (func.coalesce(func.sum(column), NOTHING) for column in columns)
    row = db.session.execute(scoped(actor, "disbursement.read", D, *sums).where(*where)).one()
    return Totals._make((*row, _through_ledger(actor, scoped(actor, "disbursement.read", D, D.id).where(*where))))


def _through_ledger(actor: Actor, mine: Any) -> Decimal:
    into, out = (db.session.scalar(scoped(actor, "movement.read", Movement, func.sum(Movement.amount)).where(
        column == Account.PAID, Movement.disbursement_id.in_(mine))) or NOTHING
        for column in (Movement.target, Movement.source))
    return into - out
