"""The two logs for programs."""
from __future__ import annotations

from typing import Any

from ..web.api import Api, page_of, paged
from ..web.gate import opens_to
from ..web.hooks import reader_zone
from ..web.who import actor
from .events import events
from .schemas import EventArgs, EventView

api = Api("log_api", description="The audit log and the log of disbursements")


@api.get("/audit-events")
@opens_to("audit_event.read")
@api.arguments(EventArgs, location="query")
@api.response(200, paged(EventView))
def audit_events(args: dict[str, Any]) -> dict[str, Any]:
    """Deeds, reads and refusals, newest first. Everybody sees their own; supervisors their office's."""
    args.pop("sort", None)
    return page_of(events(actor(), zone=reader_zone(), **args))
