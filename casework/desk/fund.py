"""What is left of the fund where somebody works, and how long it lasts at the pace of this fiscal year."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from ..access.models import Office
from ..funds.models import NOTHING, NOWHERE, Account, Balance
from ..funds.queries import running_low
from ..kernel.clocks import fiscal_year, fiscal_year_days
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..kernel.money import dollars
from ..kernel.rulebook import today
from ..policy import may_ever
from ..web.dates import day_words
from .panels import Panel

USED = (Account.COMMITTED, Account.OBLIGATED, Account.DELIVERED, Account.PAID)


def fund(actor: Actor) -> Iterator[Panel]:
    """One panel for each office of theirs; for who works nationwide, one of all offices together."""
    if not may_ever(actor, "fund.read"):
        return
    offices = {grant.office_id for grant in actor.current_grants if grant.office_id}
    held, names = _held(offices), _names(offices)
    for office_id in offices or {NOWHERE}:
        amounts = held.get(office_id)
        if amounts:
            yield Panel(f"Fund, {names.get(office_id, 'all offices')}", says=list(_says(amounts, today())),
                        link=("The fund", "/funds"))


def _held(offices: set[UUID]) -> dict[UUID, dict[Account, Decimal]]:
    """What each office holds of the present fiscal year, over all funds; under NOWHERE what all hold together."""
    whose = [Balance.office_id.in_(offices)] if offices else [Balance.office_id != NOWHERE]
    rows = db.session.execute(select(Balance.office_id, Balance.account, func.sum(Balance.amount)).where(
        Balance.fiscal_year == fiscal_year(today()), *whose).group_by(Balance.office_id, Balance.account))
    found: dict[UUID, dict[Account, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for office_id, account, amount in rows:
        found[office_id if offices else NOWHERE][account] += amount
    return found


def _names(offices: set[UUID]) -> dict[UUID, str]:
    rows = db.session.execute(select(Office.id, Office.name).where(Office.id.in_(offices)))
    return {row.id: row.name for row in rows}


def _says(amounts: dict[Account, Decimal], day: date) -> Iterator[str]:
    available = amounts[Account.AVAILABLE]
    yield f"{dollars(available)} available this fiscal year."
    used = sum((amounts[account] for account in USED), NOTHING)
    yield lasts(available, used, day)


def lasts(available: Decimal, used: Decimal, day: date) -> str:
    """How long it lasts if the rest of the year goes like its beginning, in words."""
    first, last = fiscal_year_days(fiscal_year(day))
    gone, left = (day - first).days + 1, (last - day).days
    if used <= 0:
        return "Nothing of it has been used yet this year."
    days = int(available * gone / used)
    if days >= left:
        return "At this pace it lasts beyond the end of the year."
    ends = day + timedelta(days=days)
    return f"At this pace it lasts until about {day_words(ends)}, {left - days} days before the year ends."


def low(actor: Actor) -> Panel | None:
    """Offices of which less than a tenth is left, for those who share it out."""
    if not may_ever(actor, "fund.allot"):
        return None
    sums = [(f"{each.office.name}, {each.fund.name}", dollars(each.available))
            for each in running_low(fiscal_year(today()))]
    return Panel("Running low", sums, bold=frozenset(words for words, _ in sums)) if sums else None
