"""Requests as rows of a table, and as one line of a case's page."""
from __future__ import annotations

from collections.abc import Sequence

from flask import url_for

from ..access.queries import visible
from ..cases import numbers
from ..cases.models import Case
from ..cases.numbers import CASE_ID
from ..cases.sections import Line
from ..kernel.conditions import Actor
from ..web.dates import day_words, moment_words
from ..web.tables import Column, Table
from .grants import CPGrant
from .models import ContinuedPresenceRequest
from .words import DESKS, GRANT_STATES, STATES, TYPES

numbers.ask_whether("cp_request", ContinuedPresenceRequest.case_id == CASE_ID)
COLUMNS = (
    Column("number", "Request", link=lambda row: url_for("continued_presence.show", id=row.id), sort=True),
    Column("case_number", "Case"),
    Column("type", "Kind", show=lambda row: TYPES[row.type]),
    Column("state", "Where it stands", show=lambda row: STATES[row.state]),
    Column("desk", "Must act", show=lambda row: DESKS.get(row.desk, "")),
    Column("since", "Since", show=lambda row: moment_words(row.state_since), sort=True),
)


def table(rows: Sequence[ContinuedPresenceRequest], total: int) -> Table:
    return Table(COLUMNS, rows, noun="request", total=total, order="newest first", sorted_by="-number",
                 empty="No request that you may see. An investigator begins one from the page of a case.")


def summary(actor: Actor, case: Case) -> Line:
    """The latest request in one line; the grant, once there is one."""
    if not numbers.of(case)["cp_request"]:
        return Line("No request.")
    found = visible(actor, "cp_request.read", ContinuedPresenceRequest, limit=1,
                    where=(ContinuedPresenceRequest.case_id == case.id,), order=ContinuedPresenceRequest.number.desc())
    if not found:
        return Line("No request.")
    request = found[0]
    url = url_for("continued_presence.show", id=request.id)
    grants = visible(actor, "cp_grant.read", CPGrant, where=(CPGrant.request_id == request.id,), limit=1)
    says = f"{request.number}: {STATES[request.state].lower()}."
    if grants:
        says = f"{request.number}: {GRANT_STATES[grants[0].state].lower()}, until {day_words(grants[0].end_on)}."
    return Line(says, next="Open it", next_url=url)
