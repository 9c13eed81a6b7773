"""The pages of the log."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, render_template, request
from marshmallow import Schema
from sqlalchemy import select

from ..access.models import Office
from ..access.queries import find, how_many
from ..funds.models import Disbursement, Fund, State
from ..kernel.db import db
from ..kernel.rulebook import current
from ..policy import in_their_office, may_ever
from ..policy import ways as ways_of
from ..web import sections
from ..web.gate import opens_to
from ..web.hooks import reader_zone
from ..web.tables import Table
from ..web.who import actor
from .bundle import TAKE as EVIDENCE
from .downloads import answer, evidence
from .events import VERB, events, how_many_events
from .evidence import of_disbursements, of_events
from .queries import READ, TAKE, as_row, chosen, log_page, names
from .schemas import EventArgs, EventEvidenceArgs, Format, LogArgs, LogEvidenceArgs
from .seal_view import sealed
from .story import whole
from .sums import by_office, ties
from .tables import EVENTS, Rows, log_table
from .taken import taken

PAGING = ("limit", "after")
pages = Blueprint("log", __name__)
sections.add("Log", "log.index", READ, TAKE, VERB)


@pages.get("/log")
@opens_to(READ, TAKE, VERB)
def index() -> Any:
    """The log of disbursements, for whom it is anything; else what was done and looked at."""
    return disbursements() if may_ever(actor(), READ) else audit_events()


def disbursements() -> str:
    wanted = asked(LogArgs(exclude=("format",)))
    filters = without(wanted, *PAGING)
    page, known, offered = log_page(actor(), **wanted), names(), choices()
    rows = Rows([{**as_row(row, known), "category_words": offered["categories"].get(row.category, row.category)}
                 for row in page], page.next)
    takes = may_ever(actor(), TAKE)
    return render_template(
        "log/disbursements.html", table=log_table(rows, how_many(actor(), READ, Disbursement, where=chosen(**filters))),
        ties=ties(actor(), **filters) if may_ever(actor(), "movement.read") else [],
        offices=by_office(actor(), **filters), choices=offered, takes=takes, taken=taken(actor()) if takes else [],
        sealed=_sealed(), wanted=_wanted())


@pages.get("/log/download")
@opens_to(TAKE)
def download() -> Response:
    """The log as filtered, as a file."""
    wanted = asked(LogArgs(exclude=PAGING))
    form = Format.CSV if wanted["format"] is Format.JSON else wanted["format"]
    return answer(actor(), form, without(wanted, "format"))


@pages.get("/log/disbursements/<uuid:id>")
@opens_to(READ)
def disbursement(id: UUID) -> str:
    """One disbursement's whole story, to be printed."""
    return render_template("log/story.html", it=whole(actor(), find(actor(), Disbursement, id)))


@pages.get("/log/events")
@opens_to(VERB)
def audit_events() -> str:
    """Deeds and reads, filters first."""
    wanted = asked(EventArgs())
    filters = without(wanted, *PAGING)
    total = how_many_events(actor(), zone=reader_zone(), **filters)
    table = Table(EVENTS, events(actor(), zone=reader_zone(), **wanted), noun="event", order="newest first",
                  total=total, empty="No event fits. Take away a filter, or choose other days.")
    return render_template("log/events.html", table=table, reach=_reach(), sealed=_sealed(), wanted=_wanted())


@pages.get("/log/events/evidence")
@opens_to(EVIDENCE)
def event_evidence() -> Response:
    """The audit log as filtered, with its proofs, as a zip."""
    wanted = asked(EventEvidenceArgs(exclude=PAGING))
    return evidence(actor(), of_events(actor(), zone=reader_zone(), **wanted))


@pages.get("/log/evidence")
@opens_to(EVIDENCE)
def log_evidence() -> Response:
    """The events of the disbursements as filtered, with their proofs, as a zip."""
    return evidence(actor(), of_disbursements(actor(), **asked(LogEvidenceArgs())))


def asked(schema: Schema) -> dict[str, Any]:
    """The filters in the address; a box left empty asks nothing."""
    return dict(schema.load({name: word for name, word in request.args.items() if word.strip()}))


def without(wanted: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if name not in names}


def _wanted() -> dict[str, str]:
    """The filter as it stands in the address."""
    return {name: word for name, word in request.args.items() if name not in PAGING and word.strip()}


def _sealed() -> Any:
    """How the seal stands, for whom may take the proofs away."""
    return sealed(current_app.config) if may_ever(actor(), EVIDENCE) else None


def choices() -> dict[str, dict[str, str]]:
    """What the boxes of the filter offer."""
    offices = db.session.execute(select(Office.code, Office.name).order_by(Office.name))
    funds = db.session.execute(select(Fund.id, Fund.name).order_by(Fund.name))
    return {"offices": {row.code: row.name for row in offices}, "funds": {str(row.id): row.name for row in funds},
            "categories": {row["code"]: row["category"] for row in current("expense_categories").body},
            "states": {str(state): state.replace("_", " ").capitalize() for state in State}}


def _reach() -> str:
    """Whose deeds this reader sees here, in words."""
    ways = ways_of(actor(), VERB)
    if any(not way.conditions for way in ways):
        return "Everything that anybody did, looked at or was refused, in every office."
    if any(in_their_office in way.conditions for way in ways):
        return "What you did yourself, and what was done with the records of your office."
    return "What you did and looked at yourself. Auditors see the same of everybody."
