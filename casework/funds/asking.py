"""What a request must be before anybody signs it: an allowable category, a real need, a fund in time, a reason."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from ..kernel.clocks import fiscal_year
from ..kernel.db import db
from ..kernel.errors import Invalid
from ..kernel.money import dollars
from ..kernel.rulebook import Edition, current, today
from ..kernel.rules import Rule, rules_of
from .models import HELD, Fund


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked, in clear, as it would be written down."""

    fund_id: UUID
    category: str
    need_domain: str
    amount: Decimal
    payee: str
    purpose: str
    condition: str | None = None
    service_from_on: date | None = None
    service_until_on: date | None = None
    exigent: bool = False
    exigent_reason: str | None = None

    @property
    def days(self) -> int:
        """How many days the help lasts; nothing where no days are given."""
        if self.service_from_on is None or self.service_until_on is None:
            return 0
        return (self.service_until_on - self.service_from_on).days + 1


def rule(name: str) -> Rule:
    """A rule of the fund as it is in force today."""
    return rules_of(current("fund_rules").body)[name]


def judged(wish: Wish) -> Edition:
    """The version of the categories it was judged under. Raises Invalid, beside the field, for whatever is wrong."""
    entry = current("expense_categories")
    _category(wish, {row["code"]: row for row in entry.body})
    if wish.need_domain not in {row["code"] for row in current("need_domains").body}:
        raise Invalid(need_domain="Choose one of the needs that are assessed.")
    _fund(wish)
    _days(wish)
    _exigency(wish)
    return entry


def _category(wish: Wish, rows: dict[str, dict[str, str]]) -> None:
    row = rows.get(wish.category)
    if row is None:
        raise Invalid(category="Choose one of the categories in force.")
    because = "; ".join(filter(None, (row["conditions"], f"rule {row['source']}")))
    if row["allow"] == "no":
        raise Invalid(category=f"The fund never pays this: {row['category']} ({because}).")
    if row["allow"] == "conditional" and not (wish.condition or "").strip():
        raise Invalid(condition=f"Say how the condition of this category is met ({because}).")


def _fund(wish: Wish) -> None:
    fund = db.session.get(Fund, wish.fund_id)
    if fund is None:
        raise Invalid(fund_id="There is no such fund.")
    if not fund.pays(wish.category):
        raise Invalid(category="This fund does not pay this category (31 USC 1301(a)).")
    if not fund.open_for(fiscal_year(today()), today()):
        raise Invalid(fund_id="This fund's money cannot be newly spent today (31 USC 1502(a)).")


def _days(wish: Wish) -> None:
    """A stay, care or treatment needs its days: they decide how long the payee stays hidden."""
    first, last = wish.service_from_on, wish.service_until_on
    if first and last and last < first:
        raise Invalid(service_until_on="The last day is before the first.")
    if wish.category in HELD:
        missing = {"service_from_on": first, "service_until_on": last}
        if wrong := {name: "This category needs its days." for name, day in missing.items() if day is None}:
            raise Invalid(**wrong)


def _exigency(wish: Wish) -> None:
    if not wish.exigent:
        return
    if not (wish.exigent_reason or "").strip():
        raise Invalid(exigent_reason="Say why it cannot wait.")
    cap = rule("exigent_cap").value
    if wish.amount > cap:
        raise Invalid(amount=f"One event that cannot wait may cost at most {dollars(cap)}.")


def held_until(wish: Wish) -> date | None:
    """The last day on which the payee is hidden from all but two."""
    if wish.category not in HELD or wish.service_until_on is None:
        return None
    return wish.service_until_on + timedelta(days=rule("mask_after_stay").count)
