"""Requests and funds as rows of tables, and requests as one line of a case's page."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from flask import url_for

from ..access.queries import visible
from ..cases import numbers
from ..cases.models import Case
from ..cases.numbers import CASE_ID
from ..cases.sections import Line
from ..kernel.clocks import fiscal_year_days
from ..kernel.conditions import Actor
from ..kernel.money import dollars
from ..web.dates import day_words, moment_words
from ..web.tables import Column, Table
from .burning import lasts
from .holdings import FundYear, OfficeAccounts
from .models import NOTHING, Account, Disbursement, Fund, Movement, State
from .queries import in_case
from .words import ACCOUNTS, KINDS, STATES, categories, category
from .workflow import ENDED


def _latest(it: Disbursement) -> Decimal:
    """The amount that counts now: as much as was settled last."""
    return next(amount for amount in (it.paid, it.obligated, it.approved, it.requested) if amount)


def requests(rows: Sequence[Disbursement], total: int, *, of_case: bool = False) -> Table:
    known = categories()
    columns = (
        Column("number", "Request", link=lambda it: url_for("funds.show", id=it.id), sort=not of_case),
        *(() if of_case else (Column("case_number", "Case"),)),
        Column("category", "For", show=lambda it: category(it.category, known)),
        Column("state", "Where it stands", show=lambda it: STATES[it.state]),
        Column("exigent", "Cannot wait", show=lambda it: "Cannot wait" if it.exigent else ""),
        Column("requested_at", "Asked", show=lambda it: moment_words(it.requested_at),
               sort=not of_case),
        Column("amount", "Amount", show=_latest, right=True),
    )
    return Table(columns, rows, noun="request", total=total, order="newest first",
                 sorted_by="" if of_case else "-number",
                 empty="No request fits. A specialist asks for help from the page of a case.")


def funds(rows: Sequence[Fund]) -> Table:
    columns = (
        Column("name", "Fund", link=lambda fund: url_for("funds.fund", id=fund.id)),
        Column("treasury_symbol", "Treasury symbol"),
        Column("spending", "Kind", show=lambda fund: KINDS[fund.spending]),
        Column("available_from_on", "Available from", show=lambda fund: day_words(fund.available_from_on)),
        Column("available_until_on", "Until", show=lambda fund: day_words(fund.available_until_on) or "No last day"),
    )
    return Table(columns, rows, noun="fund", total=len(rows), order="by name",
                 empty="No fund is recorded. A budget officer records the first.")


def offices(year: FundYear, untold: str) -> Table:
    total = year.total
    allotted = sum((office.allotted for office in year.offices), NOTHING)
    columns = (
        Column("office", "Office", show=lambda held: held.office.name),
        Column("allotted", "Allotted", right=True, total=dollars(allotted)),
        _account("Committed", Account.COMMITTED, total), _owed(total), _account("Paid", Account.PAID, total),
        _account("Available", Account.AVAILABLE, total),
        Column("lasts", "Lasts until", show=lambda held: _lasts(held, year.fiscal_year)),
    )
    return Table(columns, year.offices, noun="office", total=len(year.offices), order=untold,
                 empty="Nothing is allotted to an office yet.")


def _account(label: str, account: Account, total: dict[Account, Decimal]) -> Column:
    show: Callable[[OfficeAccounts], Decimal] = lambda held: held.amounts[account]  # noqa: E731
    return Column(account.value, label, show=show, right=True, total=dollars(total[account]))


def _owed(total: dict[Account, Decimal]) -> Column:
    return Column("obligated", "Obligated", show=lambda held: owed(held.amounts), right=True,
                  total=dollars(owed(total)))


def owed(amounts: dict[Account, Decimal]) -> Decimal:
    """Obligated and not paid: ordered, or delivered."""
    return amounts[Account.OBLIGATED] + amounts[Account.DELIVERED]


def _lasts(held: OfficeAccounts, year: int) -> str:
    until = lasts(held, year)
    words = day_words(until) if until and until <= fiscal_year_days(year)[1] else "Beyond the year" if until else ""
    return ", ".join(filter(None, (words, "running low" if held.low else "")))


def movements(rows: Sequence[Movement], requests: dict[Any, str]) -> Table:
    columns = (
        Column("at", "When", show=lambda row: moment_words(row.at)),
        Column("disbursement_id", "Request", show=lambda row: requests.get(row.disbursement_id, ""),
               link=lambda row: url_for("funds.show", id=row.disbursement_id) if row.disbursement_id else None),
        Column("verb", "Step", show=lambda row: row.verb.capitalize()),
        Column("source", "From and to", show=lambda row: f"{ACCOUNTS[row.source]} → {ACCOUNTS[row.target].lower()}"),
        Column("office", "Office", show=lambda row: row.office.name if row.office else ""),
        Column("by", "By", show=lambda row: row.by.name),
        Column("amount", "Amount", right=True),
    )
    return Table(columns, rows, noun="movement", order="newest first", empty="No money has moved yet.")


numbers.ask_whether("fund_request", Disbursement.case_id == CASE_ID)


def summary(actor: Actor, case: Case) -> Line:
    """How many requests, and the newest in one line."""
    found = in_case(actor, case, limit=50) if numbers.of(case)["fund_request"] else ()
    if not found:
        return Line("Nothing was asked of the fund.")
    open_ones = [it for it in found if it.state not in ENDED]
    newest = open_ones[0] if open_ones else found[0]
    count = f"{len(open_ones)} open of {len(found)}{'+' if found.after else ''}"
    back = [it for it in found if it.state is State.RETURNED]
    return Line(f"{count}. {newest.number}, {dollars(_latest(newest))}: {STATES[newest.state].lower()}.",
                late="Returned to you." if back and back[0].requested_by_id == actor.id else "",
                next="Open it", next_url=url_for("funds.show", id=newest.id))


def open_orders(actor: Actor, fund: Fund, year: int) -> Sequence[Disbursement]:
    """Obligated and not settled, oldest first, as far as this reader may see them."""
    return visible(actor, "disbursement.read", Disbursement, order=Disbursement.obligated_at, limit=10, where=[
        Disbursement.fund_id == fund.id, Disbursement.fiscal_year == year,
        Disbursement.state.in_((State.OBLIGATED, State.RECEIVED, State.CERTIFIED, State.FAILED))])
