"""Funds, and the double entry of their money: every movement has a source, a target and an amount.

Law: nothing is spent beyond what was made available (31 USC 1341, 1517), nor outside its time (31 USC 1502(a), 1552).
Balances are kept by the database from the movements. Nobody writes one.
"""
from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..access.models import Office, User
from ..kernel.clocks import fiscal_year
from ..kernel.constraints import append_only, trigger
from ..kernel.db import Base, Moment, Name, Prose, Record
from ..kernel.walled import Walled
from .moves import AS_THE_TABLE_SAYS, NATIONAL, Account

__all__ = ["NATIONAL", "NOWHERE", "ONE_YEAR", "Account", "Balance", "Fund", "FundKind", "Movement", "Term"]


class FundKind(StrEnum):
    """Whether the money of a fund is for one fiscal year, for several or for any."""

    ANNUAL = "annual"
    MULTI = "multi"
    NOYEAR = "noyear"
    REIMBURSABLE = "reimbursable"


NOWHERE = UUID(int=0)  # stands for "no office" in a balance
ONE_YEAR = (FundKind.ANNUAL, FundKind.REIMBURSABLE)


class Term(NamedTuple):
    """How long the money of a fund may be newly obligated."""

    spending: FundKind
    available_from_on: date
    available_until_on: date | None

    def open_for(self, year: int, day: date) -> bool:
        """May money of this fiscal year still be newly committed and obligated on this day (31 USC 1502(a))?"""
        in_time = self.available_from_on <= day and (self.available_until_on is None or day <= self.available_until_on)
        return in_time and (year == fiscal_year(day) if self.spending in ONE_YEAR else year <= fiscal_year(day))


class Fund(Record):
    """An appropriation or a part of one: what law gives it, and from when until when it may be obligated."""

    __tablename__ = "fund"
    __table_args__ = (
        CheckConstraint("available_until_on IS NULL OR available_from_on <= available_until_on",
                        name="ends_after_it_begins", info={"says": "The fund would end before it began."}),
    )

    name: Mapped[Name] = mapped_column(unique=True)
    treasury_symbol: Mapped[Name]
    authority: Mapped[Prose]
    spending: Mapped[FundKind]
    available_from_on: Mapped[date]
    available_until_on: Mapped[date | None]
    categories: Mapped[list[Any]] = mapped_column(default=list)

    def pays(self, category: str) -> bool:
        """May it pay this category at all (31 USC 1301(a))? A fund that names none pays every allowable one."""
        return not self.categories or category in self.categories

    def open_for(self, year: int, day: date) -> bool:
        return Term(self.spending, self.available_from_on, self.available_until_on).open_for(year, day)


class Movement(Record):
    """Money moved from one account of a fund's fiscal year to another. Never edited; a mistake is moved back by a
    movement that names the one it reverses."""

    __tablename__ = "movement"
    __walled__ = Walled(follows=("disbursement_id", "fund_id"), signed="by_id", deeds="verb", only=AS_THE_TABLE_SAYS)
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_is_positive", info={"says": "An amount is more than nothing."}),
        CheckConstraint("source <> target", name="money_moves"),
        CheckConstraint("office_id IS NOT NULL OR (source = 'appropriation' AND target = 'apportioned')",
                        name="an_office_holds_it"),
        Index("ix_movement_account", "fund_id", "fiscal_year", "office_id", "id"),
    )

    fund_id: Mapped[UUID] = mapped_column(ForeignKey("fund.id"))
    fiscal_year: Mapped[int]
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("office.id"), index=True)
    source: Mapped[Account]
    target: Mapped[Account]
    amount: Mapped[Decimal]
    disbursement_id: Mapped[UUID | None] = mapped_column(ForeignKey("disbursement.id"), index=True)
    verb: Mapped[Name]
    document: Mapped[Name | None]
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("movement.id"), unique=True)
    at: Mapped[Moment] = mapped_column(index=True)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))

    fund: Mapped[Fund] = relationship(lazy="raise", viewonly=True)
    office: Mapped[Office | None] = relationship(lazy="raise", viewonly=True)
    by: Mapped[User] = relationship(lazy="raise", viewonly=True)


class Balance(Base):
    """What an account holds. `office_id` is NOWHERE for the national accounts."""

    __tablename__ = "balance"
    __walled__ = Walled(follows="fund_id", kept=True)
    __table_args__ = (CheckConstraint("amount >= 0 OR account = 'appropriation'", name="not_below_zero",
                                      info={"says": "The fund does not hold that much."}),)

    fund_id: Mapped[UUID] = mapped_column(ForeignKey("fund.id"), primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[Account] = mapped_column(primary_key=True)
    amount: Mapped[Decimal] = mapped_column(server_default=text("0"))


def _holder(account: str) -> str:
    """Whose account it is, in SQL that both databases understand."""
    return f"CASE WHEN {account} IN ('appropriation', 'apportioned') THEN '{NOWHERE.hex}' ELSE NEW.office_id END"


def _change(account: str, sign: str) -> str:
    return (f"UPDATE balance SET amount = amount {sign} NEW.amount WHERE fund_id = NEW.fund_id "  # noqa: S608
            f"AND fiscal_year = NEW.fiscal_year AND office_id = {_holder(account)} AND account = {account};")


def _opened(account: str) -> str:
    return f"(NEW.fund_id, NEW.fiscal_year, {_holder(account)}, {account}, 0)"


KEEP = ("INSERT INTO balance (fund_id, fiscal_year, office_id, account, amount) "  # noqa: S608
        f"VALUES {_opened('NEW.source')}, {_opened('NEW.target')} ON CONFLICT DO NOTHING; "
        f"{_change('NEW.source', '-')} {_change('NEW.target', '+')}")

append_only(Movement)
trigger(Movement, "movement_kept",
        sqlite=f"CREATE TRIGGER movement_kept AFTER INSERT ON movement BEGIN {KEEP} END",
        postgresql=("CREATE FUNCTION movement_kept() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
                    f"SET search_path = public, pg_temp AS $$ BEGIN {KEEP} RETURN NULL; END $$;"
                    "CREATE TRIGGER movement_kept AFTER INSERT ON movement "
                    "FOR EACH ROW EXECUTE FUNCTION movement_kept()"))
trigger(Balance, "balance_kept_only", postgresql=(
    "CREATE FUNCTION balance_kept_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF pg_trigger_depth() < 2 THEN RAISE EXCEPTION 'nobody writes a balance'; END IF; RETURN NULL; END $$;"
    "CREATE TRIGGER balance_kept_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON balance "
    "FOR EACH STATEMENT EXECUTE FUNCTION balance_kept_only()"))
trigger(Balance, "balance_no_delete", sqlite=(
    "CREATE TRIGGER balance_no_delete BEFORE DELETE ON balance BEGIN SELECT RAISE(ABORT, 'nobody writes a balance'); "
    "END"))


@event.listens_for(Balance, "before_insert")
@event.listens_for(Balance, "before_update")
@event.listens_for(Balance, "before_delete")
def _nobody_writes(*_: object) -> None:
    raise RuntimeError("nobody writes a balance: post a movement")
