"""What the log adds up to, counted twice: by its own rows and by the ledger."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, case, func, type_coerce

from ..access.models import Office
from ..access.queries import scoped
from ..funds.models import NOTHING, Account, Disbursement, Movement, State
from ..kernel.conditions import Actor
from ..kernel.db import Cents, db
from .queries import READ, chosen, seen


@dataclass(frozen=True)
class Tie:
    """One sum, counted twice: from the rows of the log, and from the movements of the ledger."""

    account: str
    log: Decimal
    ledger: Decimal

    @property
    def agrees(self) -> bool:
        return self.log == self.ledger


@dataclass(frozen=True)
class OfficeSum:
    office: str
    rows: int
    paid: Decimal


def ties(actor: Actor, **asked: Any) -> list[Tie]:
    """What the same disbursements hold, told by themselves and told by the ledger. `movement.read` is needed."""
    where = chosen(**asked)
    log, ledger = _by_rows(actor, where), _by_movements(actor, where)
    return [Tie(words, log[words], sum((ledger.get(account, NOTHING) for account in accounts), NOTHING))
            for words, accounts in HOLDS.items()]


HOLDS: dict[str, tuple[Account, ...]] = {
    "Approved, not yet obligated": (Account.COMMITTED,),
    "Obligated, not yet paid": (Account.OBLIGATED, Account.DELIVERED),
    "Paid, less refunds": (Account.PAID,),
}


def _by_rows(actor: Actor, where: Sequence[ColumnElement[bool]]) -> dict[str, Decimal]:
    row = Disbursement
    sums = (_sum(case((row.state == State.APPROVED, row.approved), else_=0)),
            _sum(row.obligated - row.paid - row.deobligated), _sum(row.paid - row.refunded))
    found = db.session.execute(scoped(actor, READ, row, *sums).where(*where)).one()
    return dict(zip(HOLDS, (value or NOTHING for value in found), strict=True))


def _sum(amount: ColumnElement[Any]) -> ColumnElement[Decimal]:
    return type_coerce(func.sum(amount), Cents())


def _by_movements(actor: Actor, where: Sequence[ColumnElement[bool]]) -> dict[Account, Decimal]:
    found: dict[Account, Decimal] = {}
    for column, sign in ((Movement.target, 1), (Movement.source, -1)):
        rows = db.session.execute(scoped(actor, "movement.read", Movement, column, func.sum(Movement.amount)).join(
            Disbursement, Disbursement.id == Movement.disbursement_id).where(
            seen(actor, READ), *where).group_by(column))
        for account, amount in rows:
            found[account] = found.get(account, NOTHING) + sign * amount
    return found


def by_office(actor: Actor, **asked: Any) -> list[OfficeSum]:
    """Rows and money paid of each office, as filtered; together they are the log."""
    rows = db.session.execute(
        scoped(actor, READ, Disbursement, Office.name, func.count(), _sum(Disbursement.paid - Disbursement.refunded))
        .join(Office, Office.id == Disbursement.office_id)
        .where(*chosen(**asked)).group_by(Office.name).order_by(Office.name))
    return [OfficeSum(name, count, paid) for name, count, paid in rows]
