"""Funds: the list, recording one, what one holds and how fast it goes, apportioning and allotting."""
from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from .. import policy
from ..access.people import offices
from ..access.queries import how_many, visible
from ..kernel.clocks import fiscal_year, fiscal_year_days, local_day
from ..kernel.db import db, now
from ..kernel.money import dollars
from ..kernel.rulebook import today
from ..web import deeds
from ..web.forms import Form
from ..web.gate import opens_to
from ..web.idempotency import once
from ..web.stands import acts
from ..web.who import actor
from . import actions, listing
from .actions import FUND_DEEDS
from .blueprint import fund_of, pages
from .burning import burn
from .holdings import FundYear, years
from .listing import open_orders, owed
from .models import NOTHING, Account, Disbursement, Fund, Movement
from .schemas import RecordFund
from .waiting import to_sign
from .words import categories, category

WIDTH = 1000
PIECES = (("paid", "Paid"), ("obl", "Obligated, not paid"), ("com", "Committed"), ("free", "Available"))


@pages.get("/funds")
@opens_to("fund.read")
def index() -> Any:
    """The funds, and the way to the requests."""
    rows = visible(actor(), "fund.read", Fund, order=Fund.name, limit=200)
    return render_template("funds/index.html", table=listing.funds(rows), waiting=_waiting())


def _waiting() -> list[Disbursement]:
    return to_sign(actor()) if policy.may_ever(actor(), "disbursement.approve") else []


@pages.route("/funds/new", methods=["GET", "POST"])
@opens_to("fund.record")
@once
def record() -> Any:
    """Record a fund that law gives."""
    form = Form(RecordFund())
    if form.submitted:
        with form.showing_errors():
            fund = actions.record(actor(), **form.load())
            flash("The fund is recorded. It holds nothing until it is apportioned.", "success")
            return redirect(url_for("funds.fund", id=fund.id), 303)
    return render_template("funds/record.html", form=form), form.status


@pages.get("/funds/<uuid:id>")
@opens_to("fund.read")
def fund(id: UUID) -> Any:
    """What a fund holds in one fiscal year, how fast it goes, what is open, and every movement."""
    found = fund_of(id)
    known = years(found)
    year = _chosen(known)
    return render_template(
        "funds/fund.html", fund=found, years=[each.fiscal_year for each in known], year=year,
        pieces=_pieces(year), allotted=_allotted(year), burn=burn(found, year),
        held_back=year.national[Account.APPORTIONED], ends_on=fiscal_year_days(year.fiscal_year)[1],
        offices=listing.offices(year, ""), orders=_orders(found, year), movements=_movements(found, year),
        acts=acts(found, FUND_DEEDS, FUND_DEEDS, "funds"), low=[held for held in year.offices if held.low])


def _chosen(known: list[FundYear]) -> FundYear:
    """The year asked for, else the present one, else the newest; an empty one for a fund that holds nothing."""
    by_year = {str(each.fiscal_year): each for each in known}
    present = fiscal_year(today())
    asked = by_year.get(request.args.get("year", "")) or by_year.get(str(present))
    return asked or (known[0] if known else FundYear(present, dict.fromkeys(Account, NOTHING), []))


def _allotted(year: FundYear) -> Decimal:
    return sum((office.allotted for office in year.offices), NOTHING)


def _pieces(year: FundYear) -> list[dict[str, Any]]:
    """The bar: what is paid, owed, committed and available, as wide as it is much. A thousandth is always seen."""
    total, all_of = year.total, _allotted(year)
    amounts = (total[Account.PAID], owed(total), total[Account.COMMITTED], total[Account.AVAILABLE])
    found, x = [], 0.0
    for (key, label), amount in zip(PIECES, amounts, strict=True):
        width = float(amount / all_of) * WIDTH if all_of else 0.0
        found.append({"key": key, "label": label, "amount": amount, "x": f"{x:.1f}",
                      "width": f"{max(width - 1.5, 1.0):.1f}" if amount else ""})
        x += width
    return found


def _orders(found: Fund, year: FundYear) -> dict[str, Any]:
    """Open orders with their age in days of their office."""
    if not policy.may_ever(actor(), "disbursement.read"):
        return {"rows": [], "count": 0}
    rows, known = open_orders(actor(), found, year.fiscal_year), categories()
    places = {office.id: office for office in offices()}
    told = [{"it": it, "office": places[it.office_id].name, "what": category(it.category, known),
             "days": _age(it, places[it.office_id].zone), "open": it.obligated - it.paid - it.deobligated}
            for it in rows]
    return {"rows": told, "more": bool(getattr(rows, "after", None))}


def _age(it: Disbursement, zone: Any) -> int:
    return (local_day(now(), zone) - local_day(it.obligated_at or now(), zone)).days


def _movements(found: Fund, year: FundYear) -> Any:
    """For those who keep or check the books."""
    if not policy.may_ever(actor(), "movement.read"):
        return None
    where = [Movement.fund_id == found.id, Movement.fiscal_year == year.fiscal_year]
    rows = visible(actor(), "movement.read", Movement, where=where, order=Movement.id.desc(), limit=25,
                   after=request.args.get("after"), options=(joinedload(Movement.office), joinedload(Movement.by)))
    ids = {row.disbursement_id for row in rows if row.disbursement_id}
    known = db.session.execute(select(Disbursement.id, Disbursement.number).where(Disbursement.id.in_(ids)))
    requests = {row.id: row.number for row in known}
    return replace(listing.movements(rows, requests), total=how_many(actor(), "movement.read", Movement, where=where))


def _this_year(_: Fund) -> dict[str, Any]:
    return {"fiscal_year": fiscal_year(today())}


def _offices(_: Fund) -> dict[str, Any]:
    return {"office_id": {str(office.id): office.name for office in offices()}}


FORMS = {"apportion": replace(FUND_DEEDS["apportion"], values=_this_year),
         "allot": replace(FUND_DEEDS["allot"], values=_this_year, choices=_offices)}
deeds.on_pages(pages, FORMS, kind="fund", at="/funds", find=fund_of, show="funds.fund",
               template="funds/fund_deed.html")


@pages.context_processor
def fund_words() -> dict[str, Any]:
    """For the form that allots: what is left to allot in each year."""
    return {"left_to_allot": lambda fund: [(each.fiscal_year, dollars(each.national[Account.APPORTIONED]))
                                           for each in years(fund)]}
