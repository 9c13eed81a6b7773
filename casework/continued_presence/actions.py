"""Every deed of this room that has a door of its own: its schema, what it does, what the button says."""
from __future__ import annotations

from ..kernel.system import SYSTEM
from ..web.deeds import Deed
from .answering import check_item
from .asking import draft, edit, send, withdraw
from .deciding import approve, issue
from .expiry import expire_due
from .moments import correct
from .reviewing import endorse, send_back, submit, take_up
from .schemas import CPApprove, CPCorrectMoment, CPIssue, CPReturn, CPSubmit, CPWithdraw
from .words import UNAFFECTED

__all__ = ["DEEDS", "approve", "check_item", "draft", "edit", "endorse", "expire_due", "issue", "send", "send_back",
           "submit", "take_up", "tick", "withdraw"]

DEEDS = {
    "send": Deed(None, send, label="Send to field review", done="Sent to the investigator’s supervisor."),
    "endorse": Deed(None, endorse, label="Endorse", done="Endorsed. The agency’s headquarters has it now."),
    "submit": Deed(CPSubmit, submit, label="Submit to the deciding centre", done="Submitted. The centre has it now."),
    "take_up": Deed(None, take_up, label="Take it up", done="Taken up. The deciding official can decide it now."),
    "approve": Deed(CPApprove, approve, label="Decide", done="Approved. The papers are to be issued next."),
    "issue": Deed(CPIssue, issue, label="Record the papers", done="Issued. The grant is in force."),
    "return": Deed(CPReturn, send_back, label="Return to the investigator", done="Returned to the investigator."),
    "withdraw": Deed(CPWithdraw, withdraw, label="Withdraw", done=f"Withdrawn. {UNAFFECTED}"),
    "correct_moment": Deed(CPCorrectMoment, correct, label="Correct a moment",
                           done="Corrected. The earlier record stays, and reports use the new one."),
}


def tick() -> int:
    """What the clock does by itself; says how many grants it ended. For `casework worker`."""
    return expire_due(SYSTEM)
