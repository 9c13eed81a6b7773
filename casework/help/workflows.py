"""Every workflow of the program: its address and its title."""
from __future__ import annotations

from ..assessments.workflow import WORKFLOW as ASSESSMENT
from ..cases.workflow import WORKFLOW as CASE
from ..continued_presence.workflow import GRANT_WORKFLOW
from ..continued_presence.workflow import WORKFLOW as REQUEST
from ..funds.workflow import WORKFLOW as DISBURSEMENT
from ..kernel.workflow import Workflow

WORKFLOWS: dict[str, tuple[str, Workflow]] = {
    "case": ("A case", CASE),
    "assessment": ("A needs assessment", ASSESSMENT),
    "continued-presence": ("A Continued Presence request", REQUEST),
    "grant": ("A grant of Continued Presence", GRANT_WORKFLOW),
    "disbursement": ("A disbursement", DISBURSEMENT),
}
