"""What a fund holds: by fiscal year, by office, by account."""
from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from ..access.models import Office
from ..kernel.db import db
from .accounts import NOWHERE
from .models import NOTHING, Account, Balance, Disbursement, Fund

Amounts = dict[Account, Decimal]


@dataclass(frozen=True)
class OfficeAccounts:
    office: Office
    amounts: Amounts

    @property
    def allotted(self) -> Decimal:
        return sum(self.amounts.values(), NOTHING)

    @property
    def low(self) -> bool:
        """Less than a tenth of what was allotted is still available."""
        return self.amounts[Account.AVAILABLE] * 10 < self.allotted


@dataclass(frozen=True)
class FundYear:
    """A fund's fiscal year: what is national, and what each office holds."""

    fiscal_year: int
    national: Amounts
    offices: list[OfficeAccounts]

    @property
    def apportioned(self) -> Decimal:
        return -self.national[Account.APPROPRIATION]

    @property
    def total(self) -> Amounts:
        """All offices together."""
        return {account: sum((each.amounts[account] for each in self.offices), NOTHING) for account in Account}


def years(fund: Fund) -> list[FundYear]:
    """Every fiscal year of a fund, newest first. For somebody who may read the fund."""
    found: dict[int, dict[UUID, Amounts]] = defaultdict(lambda: defaultdict(lambda: dict.fromkeys(Account, NOTHING)))
    for balance in db.session.scalars(select(Balance).where(
            Balance.fund_id == fund.id).execution_options(populate_existing=True)):
        found[balance.fiscal_year][balance.office_id][balance.account] = balance.amount
    offices = list(db.session.scalars(select(Office).order_by(Office.code)))
    return [FundYear(year, holders[NOWHERE], [
        OfficeAccounts(office, holders[office.id]) for office in offices if office.id in holders])
        for year, holders in sorted(found.items(), reverse=True)]


def year_of(fund: Fund, fiscal_year: int) -> FundYear | None:
    return next((each for each in years(fund) if each.fiscal_year == fiscal_year), None)


def available(disbursement: Disbursement) -> Decimal:
    """What the office may still spend of the money this request asks of."""
    return db.session.scalar(select(Balance.amount).where(
        Balance.fund_id == disbursement.fund_id, Balance.fiscal_year == disbursement.fiscal_year,
        Balance.office_id == disbursement.office_id, Balance.account == Account.AVAILABLE)) or NOTHING



@dataclass(frozen=True)
class Low:
    """An office of which little is left of a fund's present year."""

    fund: Fund
    office: Office
    available: Decimal
    allotted: Decimal


def running_low(fiscal_year: int, *offices: UUID) -> list[Low]:
    """Where less than a tenth of what was allotted is still available; everywhere, or in these offices."""
    held: dict[tuple[UUID, UUID], Amounts] = defaultdict(lambda: dict.fromkeys(Account, NOTHING))
    where = [Balance.office_id.in_(offices)] if offices else [Balance.office_id != NOWHERE]
    for balance in db.session.scalars(select(Balance).where(
            Balance.fiscal_year == fiscal_year, *where).execution_options(populate_existing=True)):
        held[balance.fund_id, balance.office_id][balance.account] = balance.amount
    funds = {fund.id: fund for fund in db.session.scalars(select(Fund).order_by(Fund.name))}
    places = {office.id: office for office in db.session.scalars(select(Office).order_by(Office.code))}
    found = ((funds[fund], OfficeAccounts(places[office], amounts)) for (fund, office), amounts in held.items())
    return [Low(fund, each.office, each.amounts[Account.AVAILABLE], each.allotted)
            for fund, each in sorted(found, key=lambda one: (one[0].name, one[1].office.code)) if each.low]
