"""Asking for help: the section of a case, a new request, changing a draft, and what a choice means."""
from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from .. import policy
from ..access.queries import how_many, visible
from ..cases.models import Case
from ..cases.queries import case as case_of
from ..kernel import money
from ..kernel.clocks import fiscal_year
from ..kernel.rulebook import today
from ..web.forms import Form
from ..web.gate import opens_to
from ..web.idempotency import once
from ..web.versions import expected_version
from ..web.who import actor
from . import actions, judging, listing
from .asking import rule
from .blueprint import one, pages, strip_for
from .models import Disbursement, Fund
from .queries import Words, in_case, payee_for, words_for
from .requesting import OF_THE_REQUEST
from .schemas import ALLOW, EditDisbursement, RequestDisbursement
from .words import categories, conditions

SEND = "_send"  # the name of the button that also sends it for signatures


@pages.get("/cases/<uuid:case_id>/disbursements")
@opens_to("disbursement.read")
def of_case(case_id: UUID) -> Any:
    """What was asked of the fund in one case."""
    case = case_of(actor(), case_id)
    rows = in_case(actor(), case, after=request.args.get("after"))
    total = how_many(actor(), "disbursement.read", Disbursement, where=[Disbursement.case_id == case.id])
    return render_template("funds/of_case.html", case=case, table=listing.requests(rows, total, of_case=True))


@pages.route("/cases/<uuid:case_id>/disbursements/new", methods=["GET", "POST"])
@opens_to("disbursement.request")
@once
def new(case_id: UUID) -> Any:
    """Ask for help: kept as a draft, or sent for signatures at once. When sending is refused nothing is kept."""
    case = _asking(case_id)
    funds = _open_funds()
    form = Form(RequestDisbursement(), {"fund_id": next(iter(funds), "")}, choices={"fund_id": funds})
    if form.submitted:
        with form.showing_errors():
            asked = actions.request(actor(), case, **form.load())
            if SEND in request.form:
                actions.submit(actor(), asked)
            flash("Sent for signatures." if SEND in request.form else "Kept as a draft. It is not sent yet.", "success")
            return redirect(url_for("funds.show", id=asked.id), 303)
    case = _asking(case_id) if form.errors else case
    return render_template("funds/new.html", case=case, form=form, needed=rule("checks_required").count,
                           hours=rule("check_fresh").count, **_hints(case, form.raw)), form.status


def _asking(case_id: UUID) -> Case:
    case = case_of(actor(), case_id)
    policy.check(actor(), "disbursement.request", case)
    return case


def _open_funds() -> dict[str, str]:
    """Funds whose money may be newly spent today."""
    funds = visible(actor(), "fund.read", Fund, order=Fund.name, limit=200)
    return {str(fund.id): fund.name for fund in funds if fund.open_for(fiscal_year(today()), today())}


@pages.get("/cases/<uuid:case_id>/disbursements/hints")
@opens_to("disbursement.request")
def hints(case_id: UUID) -> Any:
    """What the category chosen asks, and who will sign for the amount typed: parts of the form's page."""
    case = _asking(case_id)
    return render_template("funds/hints_page.html", case=case, **_hints(case, request.args))


def _hints(case: Case, typed: Any) -> dict[str, Any]:
    known, code = categories(), str(typed.get("category") or "")
    rows = {allow: [(row["category"], conditions(row)) for row in known.values() if row["allow"] == allow]
            for allow in ALLOW}
    picked = known.get(code)
    return {"picked": picked, "picked_words": conditions(picked) if picked else "", "allow": ALLOW, "all_rows": rows,
            "tier": judging.explained(case, case.office, _amount(typed.get("amount")), code),
            "tiers": judging.tiers_in_words()}


def _amount(typed: Any) -> Decimal | None:
    try:
        return money.parse(str(typed or ""))
    except money.NotMoney:
        return None


@pages.route("/disbursements/<uuid:id>/edit", methods=["GET", "POST"])
@opens_to("disbursement.edit")
def edit(id: UUID) -> Any:
    """Change a draft or a returned request."""
    it = one(id)
    policy.check(actor(), "disbursement.edit", it)
    known = _known(it)
    form = Form(EditDisbursement(partial=False if "payee" in known else ("payee",)), known, version=it.version,
                choices={"fund_id": {**_open_funds(), str(it.fund_id): it.fund.name}})
    if form.submitted:
        with form.showing_errors():
            actions.edit(actor(), it, expecting=expected_version(), **form.load())
            flash("The draft is changed.", "success")
            return redirect(url_for("funds.show", id=id), 303)
    it = one(id) if form.errors else it
    return render_template("funds/edit.html", it=it, form=form, strip=strip_for(it.case_id),
                           **_hints(case_of(actor(), it.case_id), form.raw)), form.status


def _known(it: Disbursement) -> dict[str, Any]:
    """What the form begins with: only what this reader may know."""
    paid, words = payee_for(actor(), it), words_for(actor(), it)
    said = {name: getattr(it, column) for name, column in OF_THE_REQUEST.items() if column not in Words._fields}
    days = {"service_from_on": paid.service_from_on, "service_until_on": paid.service_until_on}
    return {**said, **(words._asdict() if words else {}),
            **({"payee": paid.name, **days} if paid.name is not None else {})}
