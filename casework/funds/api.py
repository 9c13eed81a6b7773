"""The emergency fund for machines: the same schemas and the same deeds as the pages.

Every route that moves money, or leads to moving it, asks for an Idempotency-Key. Who is paid, for which days and why
are records of their own, under `/payee` and `/words`, because fewer people may read them.
"""
from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import lazyload

from .. import policy
from ..access.queries import find, visible
from ..cases.models import Case
from ..web import deeds
from ..web.api import Api, PageArgs, page_of, paged, sorting
from ..web.fields import Choice, Reference, Text
from ..web.gate import opens_to
from ..web.idempotency import once
from ..web.versions import expected_version
from ..web.who import actor
from . import actions, lists, queries
from .actions import DEEDS, FUND_DEEDS
from .models import Disbursement, Fund, Movement, State
from .schemas import AddReceipt, CheckResource, EditDisbursement, RecordFund, RequestDisbursement
from .views import (
    BalancesView,
    CheckView,
    DisbursementView,
    FundView,
    MovementView,
    PayeeView,
    PaymentView,
    ReceiptView,
    SignatureView,
    WordsView,
    listed,
)

api = Api("funds_api", description="The emergency fund: requests, signatures, payments, balances")


class OfCaseArgs(PageArgs):
    state = Choice("State", State)


class DisbursementArgs(OfCaseArgs):
    office = Text("Office", most=40, metadata={"description": "An office's code, such as DEN, or its id."})
    fund = Reference("Fund")
    case = Reference("Case")


# No answer tells a sealed word, and few deeds do: the key to them is asked for by whoever needs it.
CLOSED = (lazyload(Disbursement.person),)


def one(id: UUID) -> Disbursement:
    return find(actor(), Disbursement, id, options=CLOSED)


def fund(id: UUID) -> Fund:
    return find(actor(), Fund, id)


def _listed(args: dict[str, Any]) -> dict[str, Any]:
    order = sorting(args.get("sort"), lists.SORTS, "-number")
    return page_of(visible(actor(), "disbursement.read", Disbursement, where=lists.wanted(args), order=order,
                           after=args.get("after"), limit=args["limit"], options=CLOSED, **lists.asked(args)))


@api.get("/disbursements")
@opens_to("disbursement.read")
@api.arguments(DisbursementArgs, location="query")
@api.response(200, paged(DisbursementView))
def index(args: dict[str, Any]) -> Any:
    """Disbursements, newest first."""
    return _listed(args)


@api.get("/cases/<uuid:case_id>/disbursements")
@opens_to("disbursement.read")
@api.arguments(OfCaseArgs, location="query")
@api.response(200, paged(DisbursementView))
def of_case(args: dict[str, Any], case_id: UUID) -> Any:
    """What was asked for in one case."""
    return _listed({**args, "case": find(actor(), Case, case_id).id})


@api.post("/cases/<uuid:case_id>/disbursements")
@opens_to("disbursement.request")
@once
@api.arguments(RequestDisbursement)
@api.response(201, DisbursementView)
def ask(data: dict[str, Any], case_id: UUID) -> Any:
    """Ask for help in a case: a draft, to be submitted. A category that is never paid is refused with its reason."""
    return actions.request(actor(), find(actor(), Case, case_id), **data)


@api.get("/disbursements/<uuid:id>")
@opens_to("disbursement.read")
@api.response(200, DisbursementView)
def show(id: UUID) -> Any:
    """Where a disbursement stands."""
    return one(id)


@api.patch("/disbursements/<uuid:id>")
@opens_to("disbursement.edit")
@api.arguments(EditDisbursement)
@api.response(200, DisbursementView)
def change(data: dict[str, Any], id: UUID) -> Any:
    """Change a draft or a returned request; what is not sent stays, null takes an optional answer away."""
    thing = one(id)
    policy.check(actor(), "disbursement.edit", thing)
    return actions.edit(actor(), thing, expecting=expected_version(), **data)


@api.get("/disbursements/<uuid:id>/payee")
@opens_to("disbursement.read")
@api.response(200, PayeeView)
def payee(id: UUID) -> Any:
    """Who is paid: always the token; the name and the days only where they are this reader's to know."""
    return queries.payee_for(actor(), one(id))


@api.get("/disbursements/<uuid:id>/words")
@opens_to("disbursement.read_words")
@api.response(200, WordsView)
def words(id: UUID) -> Any:
    """Why the help is needed, how a condition is met, why it could not wait."""
    thing = one(id)
    policy.check(actor(), "disbursement.read_words", thing)
    return queries.words_for(actor(), thing)


@api.get("/disbursements/<uuid:id>/resource-checks")
@opens_to("disbursement.read")
@api.response(200, listed(CheckView))
def checks(id: UUID) -> Any:
    """Other help that was looked for, without the names of who was asked."""
    return {"items": queries.story(one(id)).checks}


@api.post("/disbursements/<uuid:id>/resource-checks")
@opens_to("disbursement.check_resource")
@once
@api.arguments(CheckResource)
@api.response(201, CheckView)
def check_add(data: dict[str, Any], id: UUID) -> Any:
    """One more check of other help."""
    return queries.story(actions.check_resource(actor(), one(id), **data)).checks[-1]


@api.get("/disbursements/<uuid:id>/receipts")
@opens_to("disbursement.read")
@api.response(200, listed(ReceiptView))
def receipts(id: UUID) -> Any:
    """The receipts, without the days they were issued on."""
    return {"items": queries.story(one(id)).receipts}


@api.post("/disbursements/<uuid:id>/receipts")
@opens_to("disbursement.receipt")
@once
@api.arguments(AddReceipt)
@api.response(201, ReceiptView)
def receipt_add(data: dict[str, Any], id: UUID) -> Any:
    """A receipt for what was paid."""
    return queries.story(actions.receipt(actor(), one(id), **data)).receipts[-1]


@api.get("/disbursements/<uuid:id>/signatures")
@opens_to("disbursement.read")
@api.response(200, listed(SignatureView))
def signatures(id: UUID) -> Any:
    """Who signed which step, in which round, for how much."""
    return {"items": queries.story(one(id)).signatures}


@api.get("/disbursements/<uuid:id>/payments")
@opens_to("disbursement.read")
@api.response(200, listed(PaymentView))
def payments(id: UUID) -> Any:
    """Money that went out, and money that came back."""
    return {"items": queries.story(one(id)).payments}


@api.get("/funds")
@opens_to("fund.read")
@api.arguments(PageArgs, location="query")
@api.response(200, paged(FundView))
def funds(args: dict[str, Any]) -> Any:
    """The funds, by name."""
    order = sorting(args.get("sort"), {"name": Fund.name}, "name")
    return page_of(visible(actor(), "fund.read", Fund, order=order, after=args.get("after"), limit=args["limit"]))


@api.post("/funds")
@opens_to("fund.record")
@once
@api.arguments(RecordFund)
@api.response(201, FundView)
def fund_record(data: dict[str, Any]) -> Any:
    """Record a fund that law gives. It holds nothing until it is apportioned."""
    return actions.record(actor(), **data)


@api.get("/funds/<uuid:id>")
@opens_to("fund.read")
@api.response(200, BalancesView)
def fund_show(id: UUID) -> Any:
    """A fund with what it holds, by fiscal year, office and account."""
    return fund(id)


@api.get("/funds/<uuid:id>/movements")
@opens_to("movement.read")
@api.arguments(PageArgs, location="query")
@api.response(200, paged(MovementView))
def movements(args: dict[str, Any], id: UUID) -> Any:
    """Every movement of a fund's money, newest first."""
    order = sorting(args.get("sort"), {"id": Movement.id}, "-id")
    return page_of(visible(actor(), "movement.read", Movement, where=[Movement.fund_id == fund(id).id], order=order,
                           after=args.get("after"), limit=args["limit"]))


deeds.on_api(api, DEEDS, kind="disbursement", at="/disbursements", find=one, view=DisbursementView)
deeds.on_api(api, FUND_DEEDS, kind="fund", at="/funds", find=fund, view=FundView)
