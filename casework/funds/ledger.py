"""Posting. The table of moves says what moves; the database keeps the balances and refuses what is not there."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, select

from ..audit import append
from ..kernel.clocks import fiscal_year
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.errors import Conflict
from ..kernel.prepared import Prepared
from ..kernel.rulebook import today
from ..kernel.scope import rules
from .accounts import NATIONAL, NOWHERE, Account, Balance, Fund, Movement
from .models import NOTHING, Disbursement
from .workflow import BACK, MOVES, Much

Held = dict[Account, Decimal]


class Line(NamedTuple):
    """One account: whose it is, and which."""

    fund_id: UUID
    fiscal_year: int
    office_id: UUID
    account: Account


class Difference(NamedTuple):
    """An account whose kept balance is not what its movements add up to."""

    line: Line
    kept: Decimal
    recomputed: Decimal


def post(actor: Actor, disbursement: Disbursement, verb: str, amount: Decimal = NOTHING,
         document: str | None = None) -> None:
    """Move what this step of this request moves. Raises Conflict where the request, or the office, has too little."""
    _hold(disbursement.fund_id, disbursement.fiscal_year, disbursement.office_id)
    holds, left = held(disbursement), amount
    for source, target, much in moves(verb, disbursement.fiscal_year):
        size = _size(much, amount, left, holds[source], disbursement)
        if size > holds[source] and source is not Account.AVAILABLE:
            raise Conflict("This request does not hold that much.")
        if size > 0:
            holds[source], holds[target], left = holds[source] - size, holds[target] + size, left - size
            _move(actor, disbursement, verb, source, target, size, document)
    if left > 0:
        raise Conflict("This request does not hold that much.")


def _move(actor: Actor, disbursement: Disbursement, verb: str, source: Account, target: Account, amount: Decimal,
          document: str | None) -> None:
    append(Movement(
        fund_id=disbursement.fund_id, fiscal_year=disbursement.fiscal_year, office_id=disbursement.office_id,
        source=source, target=target, amount=amount, disbursement_id=disbursement.id, verb=verb, document=document,
        at=now(), by_id=actor.id))


def post_to(actor: Actor, fund: Fund, verb: str, amount: Decimal, *, year: int, office_id: UUID | None = None,
            document: str | None = None) -> None:
    """Give a fund's year, or an office's part of it, its money."""
    _hold(fund.id, year, NOWHERE)
    for source, target, _ in moves(verb, year):
        append(Movement(fund_id=fund.id, fiscal_year=year, office_id=office_id, source=source, target=target,
                        amount=amount, verb=verb, document=document, at=now(), by_id=actor.id))


def moves(verb: str, year: int) -> Iterator[tuple[Account, Account, Much]]:
    """The rows of MOVES for a verb. What comes back to a year that is over has lapsed (31 USC 1552(a))."""
    back = Account.AVAILABLE if year >= fiscal_year(today()) else Account.LAPSED
    return ((source, back if target == BACK else Account(target), much)
            for row, source, target, much in MOVES if row == verb)


def _size(much: Much, amount: Decimal, left: Decimal, there: Decimal, disbursement: Disbursement) -> Decimal:
    return {Much.STEP: amount, Much.REST: disbursement.approved - amount, Much.ALL: there,
            Much.THERE: min(left, there)}[much]


MOVED = Prepared(select(Movement.source, Movement.target, func.sum(Movement.amount)).where(
    Movement.disbursement_id == bindparam("disbursement_id")).group_by(Movement.source, Movement.target))
HOLD = Prepared(select(Balance.amount).where(
    Balance.fund_id == bindparam("fund_id"), Balance.fiscal_year == bindparam("year"),
    Balance.office_id == bindparam("office_id"),
    Balance.account == bindparam("account")).with_for_update(key_share=True))


def held(disbursement: Disbursement) -> Held:
    """What this request holds in each account, as its own movements tell it."""
    found: Held = defaultdict(Decimal)
    with rules("ledger"):
        rows = MOVED.rows(disbursement_id=disbursement.id)
    for source, target, much in rows:
        found[source] -= much
        found[target] += much
    return found


def _hold(fund_id: UUID, year: int, office_id: UUID) -> None:
    """One spender at a time per office account, in one order, so that two never wait for each other."""
    account = Account.APPORTIONED if office_id == NOWHERE else Account.AVAILABLE
    with rules("ledger"):
        HOLD.rows(fund_id=fund_id, year=year, office_id=office_id, account=account)


def recomputed() -> dict[Line, Decimal]:
    """Every account's balance as the movements tell it."""
    found: dict[Line, Decimal] = defaultdict(Decimal)
    for column, sign in ((Movement.target, 1), (Movement.source, -1)):
        keys = (Movement.fund_id, Movement.fiscal_year, Movement.office_id, column)
        with rules("ledger"):
            rows = db.session.execute(select(*keys, func.sum(Movement.amount)).group_by(*keys)).all()
        for fund_id, year, office_id, account, cents in rows:
            holder = NOWHERE if account in NATIONAL or office_id is None else office_id
            found[Line(fund_id, year, holder, account)] += sign * cents
    return found


def kept() -> dict[Line, Decimal]:
    """Every account's balance as the database keeps it."""
    with rules("ledger"):
        rows = db.session.execute(select(Balance.fund_id, Balance.fiscal_year, Balance.office_id, Balance.account,
                                         Balance.amount)).all()
    return {Line(fund_id, year, holder, account): amount for fund_id, year, holder, account, amount in rows}


def reconcile() -> list[Difference]:
    """Hold every balance against its movements. An empty list is the proof that they agree."""
    told, stored = recomputed(), kept()
    return [Difference(line, stored.get(line, NOTHING), told.get(line, NOTHING))
            for line in sorted({*told, *stored}) if stored.get(line, NOTHING) != told.get(line, NOTHING)]
