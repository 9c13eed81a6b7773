"""The two logs for programs."""
from __future__ import annotations

from typing import Any

from ..web.api import Api, page_of, paged
from ..web.gate import opens_to, require
from ..web.hooks import reader_zone
from ..web.who import actor
from .bundle import TAKE as EVIDENCE
from .downloads import answer, evidence
from .events import events
from .evidence import of_disbursements, of_events
from .queries import TAKE, as_row, log_page, names
from .schemas import EventArgs, EventEvidenceArgs, EventView, Format, LogArgs, LogEvidenceArgs, LogRow

api = Api("log_api", description="The audit log and the log of disbursements")


@api.get("/audit-events")
@opens_to("audit_event.read")
@api.arguments(EventArgs, location="query")
@api.response(200, paged(EventView))
def audit_events(args: dict[str, Any]) -> dict[str, Any]:
    """Deeds, reads and refusals, newest first. Everybody sees their own; supervisors their office's."""
    return page_of(events(actor(), zone=reader_zone(), **args))


@api.get("/disbursement-log")
@opens_to("disbursement.read", "disbursement.export")
@api.arguments(LogArgs, location="query")
@api.response(200, paged(LogRow))
def disbursement_log(args: dict[str, Any]) -> Any:
    """Disbursements without payee, days of service or person. `json` comes in pages, newest first; `jsonl` and `csv`
    come whole, oldest first."""
    form = args.pop("format")
    if form is Format.JSON:
        page, known = log_page(actor(), **args), names()
        return {"items": [as_row(row, known) for row in page], "next": page.next}
    require(TAKE)
    return answer(actor(), form, {name: value for name, value in args.items() if name not in ("limit", "after")})


@api.get("/audit-events/evidence")
@opens_to(EVIDENCE)
@api.arguments(EventEvidenceArgs(exclude=("limit", "after")), location="query")
@api.response(200, content_type="application/zip")
def event_evidence(args: dict[str, Any]) -> Any:
    """A zip of the events that fit, and of what they made, with their proofs, the verifier and a page that explains.
    Without a filter the whole log."""
    return evidence(actor(), of_events(actor(), zone=reader_zone(), **args))


@api.get("/disbursement-log/evidence")
@opens_to(EVIDENCE)
@api.arguments(LogEvidenceArgs, location="query")
@api.response(200, content_type="application/zip")
def log_evidence(args: dict[str, Any]) -> Any:
    """The same of the disbursements that fit: their events, with the movements and signatures that they made."""
    return evidence(actor(), of_disbursements(actor(), **args))
