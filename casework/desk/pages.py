"""The desk: the first page after signing in."""
from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, render_template, request

from ..cases.duties import duties
from ..kernel.conditions import Actor
from ..kernel.db import now
from ..policy import may_ever
from ..web import names, sections
from ..web.gate import ANYBODY, opens_to
from ..web.hooks import reader_zone
from ..web.who import actor
from . import fund, oversight, panels
from .empty import would_fill
from .panels import Panel
from .queries import desk, holidays_ahead, names_of, overdue_words
from .team import team

pages = Blueprint("desk", __name__)
sections.add("Desk", "desk.index", ANYBODY)

PANELS = (panels.caseload, oversight.changed, oversight.tied, oversight.looked, panels.requests, panels.presence,
          fund.low, panels.late_papers)


@pages.get("/")
@opens_to(ANYBODY)
def index() -> str:
    """What waits for this person, and what they steer by."""
    zone, found = reader_zone(), duties(actor())
    called = names_of(actor(), found) if names.shown() else {}
    groups = desk(actor(), zone=zone, called=called, whole="all" in request.args, found=found)
    return render_template(
        "desk/index.html", groups=groups, overdue=overdue_words(groups), holidays=holidays_ahead(zone),
        team=team(actor(), zone), panels=list(steering(actor())), fills=would_fill(actor()),
        late=oversight.late(actor()), watches=oversight.watches(actor()),
        without_role=oversight.without_role(actor()), ending=list(oversight.ending(actor())),
        today=now().astimezone(zone), may_see_names=may_ever(actor(), "identity.read"))


def steering(actor: Actor) -> Iterator[Panel]:
    """The panels that have something to say to this person."""
    for make in PANELS:
        panel = make(actor)
        if panel:
            yield panel
    yield from fund.fund(actor)
