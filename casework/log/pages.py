"""The pages of the log."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from marshmallow import Schema

from ..policy import in_their_office
from ..policy import ways as ways_of
from ..web import sections
from ..web.dates import moment_words
from ..web.gate import opens_to
from ..web.hooks import reader_zone
from ..web.tables import Column, Table
from ..web.who import actor
from .events import VERB, events, how_many_events
from .naming import Event
from .schemas import EventArgs

pages = Blueprint("log", __name__)
sections.add("Log", "log.index", "disbursement.export", "audit_event.read")


@pages.get("/log")
@opens_to("disbursement.export", "audit_event.read")
def index() -> Any:
    return redirect(url_for("log.audit_events"))


@pages.get("/log/events")
@opens_to("audit_event.read")
def audit_events() -> Any:
    """Deeds and reads, filters first."""
    wanted = asked(EventArgs())
    filters = {name: word for name, word in wanted.items() if name not in ("limit", "after")}
    total = how_many_events(actor(), zone=reader_zone(), **filters)
    table = Table(EVENTS, events(actor(), zone=reader_zone(), **wanted), noun="event", order="newest first",
                  total=total, empty="No event fits. Take away a filter, or choose other days.")
    return render_template("log/events.html", table=table, reach=_reach())


def asked(schema: Schema) -> dict[str, Any]:
    """The filters in the address; a box left empty asks nothing."""
    words: dict[str, Any] = schema.load({name: word for name, word in request.args.items() if word.strip()})
    words.pop("sort", None)
    return words


def _changed(event: Event) -> str:
    """Which fields; of a state also where from and where to."""
    return ", ".join(dict.fromkeys(_field(change) for change in event.row.changes))


def _field(change: dict[str, Any]) -> str:
    name = str(change["field"]).removesuffix("_sealed").removesuffix("_id").replace("_", " ")
    moved = change["field"] == "state" and change["from"]
    return f"{name}: {change['from']} → {change['to']}".replace("_", " ") if moved else name


def _details(event: Event) -> str:
    return "; ".join(f"{name.replace('_', ' ')}: {said}" for name, said in event.details.items())


def _reach() -> str:
    """Whose deeds this reader sees here, in words."""
    ways = ways_of(actor(), VERB)
    if any(not way.conditions for way in ways):
        return "Everything that anybody did, looked at or was refused, in every office."
    if any(in_their_office in way.conditions for way in ways):
        return "What you did yourself, and what was done with the records of your office."
    return "What you did and looked at yourself. Auditors see the same of everybody."


EVENTS = (
    Column("at", "When", show=lambda event: moment_words(event.at)),
    Column("who", "Who", show=lambda event: event.name),
    Column("says", "What"),
    Column("number", "Record", show=lambda event: event.number or event.case_number),
    Column("changed", "Fields changed", show=_changed),
    Column("details", "Said", show=_details),
)
