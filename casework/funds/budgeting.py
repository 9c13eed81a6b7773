"""Recording a fund, what was apportioned to it (31 USC 1513(b)) and what each office may spend (31 USC 1514)."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from ..access.actions import office_by_id
from ..audit import action
from ..kernel.clocks import fiscal_year
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..kernel.errors import Conflict, Invalid
from ..kernel.rulebook import current, today
from . import ledger
from .accounts import ONE_YEAR
from .models import Fund, FundKind


def record(actor: Actor, *, name: str, treasury_symbol: str, authority: str, spending: FundKind,
           available_from_on: date, available_until_on: date | None = None,
           categories: Sequence[str] = ()) -> Fund:
    """A fund that law gives. It holds nothing until it is apportioned."""
    with action(actor, "fund.record", None) as deed:
        _fits(name, spending, available_from_on, available_until_on, categories)
        deed.subject = fund = Fund(
            name=name, treasury_symbol=treasury_symbol, authority=authority, spending=spending,
            available_from_on=available_from_on, available_until_on=available_until_on, categories=list(categories))
        db.session.add(fund)
    return fund


def _fits(name: str, spending: FundKind, first: date, last: date | None, categories: Sequence[str]) -> None:
    if db.session.scalar(select(Fund.id).where(Fund.name == name)):
        raise Invalid(name="There is already a fund of this name.")
    if last is not None and last < first:
        raise Invalid(available_until_on="The fund would end before it began.")
    if last is None and spending is FundKind.MULTI:
        raise Invalid(available_until_on="Money of several years has a last day.")
    payable = {row["code"] for row in current("expense_categories").body if row["allow"] != "no"}
    if wrong := sorted(set(categories) - payable):
        raise Invalid(categories=f"The fund cannot pay these: {', '.join(wrong)}.")


def apportion(actor: Actor, fund: Fund, *, fiscal_year: int, amount: Decimal, document: str) -> Fund:
    """Record an apportionment of a fiscal year, by its document."""
    with action(actor, "fund.apportion", fund, fiscal_year=fiscal_year, amount=str(amount), document=document):
        _require_year(fund, fiscal_year)
        ledger.post_to(actor, fund, "apportion", amount, year=fiscal_year, document=document)
    return fund


def allot(actor: Actor, fund: Fund, *, office_id: UUID, fiscal_year: int, amount: Decimal) -> Fund:
    """Give an office its part of what was apportioned. Never more than there is."""
    with action(actor, "fund.allot", fund, fiscal_year=fiscal_year, amount=str(amount), office_id=str(office_id)):
        office = office_by_id(office_id)
        _require_year(fund, fiscal_year)
        ledger.post_to(actor, fund, "allot", amount, year=fiscal_year, office_id=office.id)
    return fund


def _require_year(fund: Fund, year: int) -> None:
    """The present fiscal year or the next; for money of more than one year also an earlier one."""
    present = fiscal_year(today())
    if year > present + 1:
        raise Invalid(fiscal_year="That fiscal year is too far ahead.")
    if year < present and (fund.spending in ONE_YEAR or not fund.open_for(year, today())):
        raise Conflict("That fiscal year is over: its money can only be paid out or given back (31 USC 1553(a)).")
