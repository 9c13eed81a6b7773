"""The two logs for programs."""
from __future__ import annotations

from typing import Any

from ..web.api import Api, page_of, paged
from ..web.gate import opens_to, require
from ..web.hooks import reader_zone
from ..web.who import actor
from .downloads import answer
from .events import events
from .queries import TAKE, as_row, log_page, names
from .schemas import EventArgs, EventView, Format, LogArgs, LogRow

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
