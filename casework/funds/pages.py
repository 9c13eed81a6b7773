"""The emergency fund in the browser: requests, one request, and every deed of the table."""
from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import render_template, request

from ..access.people import offices
from ..access.queries import how_many, visible
from ..cases import sections as case_sections
from ..cases import story as case_story
from ..kernel.rulebook import today
from ..web import deeds, sections
from ..web.api import sorting
from ..web.gate import opens_to
from ..web.who import actor
from . import decide_pages, fund_pages, judging, listing, lists, request_pages, showing
from .actions import DEEDS
from .blueprint import one, pages, strip_for
from .models import Disbursement, Fund, State
from .queries import payee_for, story, tier_of, words_for
from .words import STATES, TOLD, categories, category

__all__ = ["pages"]
PARTS = (request_pages, decide_pages, fund_pages)
TODAY = {"pay": "paid_on", "fail": "paid_on", "refund": "paid_on", "receipt": "issued_on"}


@pages.get("/disbursements")
@opens_to("disbursement.read")
def index_of_requests() -> Any:
    """Every request this reader may see, by state and office."""
    args = _filters()
    where = lists.wanted(args)
    rows = visible(actor(), "disbursement.read", Disbursement, where=where, after=request.args.get("after"), limit=50,
                   order=sorting(request.args.get("sort"), lists.SORTS, "-number"), options=(), **lists.asked(args))
    total = how_many(actor(), "disbursement.read", Disbursement, where=where)
    return render_template("funds/requests.html", table=listing.requests(rows, total), fund_choices=_funds(),
                           office_choices=[(office.code, office.name) for office in offices()],
                           state_choices=[(str(state), words) for state, words in STATES.items()])


def _filters() -> dict[str, Any]:
    """What the address asks; what is no state and no fund asks nothing."""
    said, funds = request.args, dict(_funds())
    return {"state": State(said["state"]) if said.get("state") in list(State) else None,
            "office": said.get("office", "")[:40], "fund": UUID(said["fund"]) if said.get("fund") in funds else None}


def _funds() -> list[tuple[str, str]]:
    rows = visible(actor(), "fund.read", Fund, order=Fund.name, limit=200)
    return [(str(fund.id), fund.name) for fund in rows]


@pages.get("/disbursements/<uuid:id>")
@opens_to("disbursement.read")
def show(id: UUID) -> Any:
    """One request: facts, evidence, signatures, movements, what happened, and where it stands."""
    it = one(id)
    facts = story(it)
    return render_template(
        "funds/show.html", it=it, facts=facts, stands=showing.stands(actor(), it, facts), story=showing.happened(it),
        what=category(it.category, categories()), payee=payee_for(actor(), it), words=words_for(actor(), it),
        evidence=judging.evidence(it), tier=tier_of(it) if it.tiers_entry_id else None, strip=strip_for(it.case_id))


def _values(verb: str, given: Any) -> Any:
    """What a form begins with: the amount the step before allows, and today."""
    def values(it: Disbursement) -> dict[str, Any]:
        return {**(given(it) if given else {}), **({TODAY[verb]: today()} if verb in TODAY else {})}
    return values


FORMS = {verb: replace(deed, values=_values(verb, deed.values)) for verb, deed in DEEDS.items()
         if verb not in showing.SIGNING}
deeds.on_pages(pages, FORMS, kind="disbursement", at="/disbursements", find=one, show="funds.show",
               template="funds/deed.html")
sections.add("Fund", "funds.index", "fund.read")
case_sections.add("Fund", "funds.of_case", listing.summary, verb="disbursement.read")
case_sections.offer("Ask the fund for help", "funds.new", "disbursement.request")
case_story.tell(TOLD, disbursement="funds.show")
