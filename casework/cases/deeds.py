"""What may be done to a case: one route per verb, on the pages and in the API, from this table."""
from __future__ import annotations

from typing import Any

from ..kernel.conditions import Actor
from ..web.deeds import Deed
from . import actions
from .models import Case, Reason
from .queries import helpers, team_of
from .schemas import Assign, Close, Discover, JoinTeam, LeaveTeam, Reopen


def _close(actor: Actor, case: Case, *, reason: Reason, **checklist: bool) -> Case:
    return actions.close(actor, case, reason=reason, checklist=checklist)


def _discover(actor: Actor, case: Case, **words: Any) -> Case:
    actions.record_discovery(actor, case, **words)
    return case


def _helpers(case: Case) -> dict[str, Any]:
    """Who may be chosen, and who is there already."""
    there = {member.user_id for member in team_of(case) if member.current}
    return {"specialist_id": {str(user.id): f"{user.name}{' (on the team)' if user.id in there else ''}"
                              for user in helpers(case.office_id)}}


def _leavers(case: Case) -> dict[str, Any]:
    return {"user_id": {str(member.user_id): member.user.name for member in team_of(case)
                        if member.current and member.user_id != case.specialist_id}}


CLOSING = {
    "close": Deed(Close, _close, label="Close the case", done="The case is closed. It can be opened again."),
}
DISCOVERY = {
    "record_discovery": Deed(Discover, _discover, label="Record the moment of discovery",
                             done="The moment is recorded. The notice to HHS is due 24 hours after it.",
                             values=lambda case: {"discovered_at": case.discovered_at}),
}
OTHERS = {
    "assign": Deed(Assign, actions.assign, label="Assign a lead", done="Another specialist leads the case now.",
                   choices=_helpers),
    "join_team": Deed(JoinTeam, actions.join_team, label="Add to the team", done="They see the case from now on.",
                      choices=_helpers),
    "leave_team": Deed(LeaveTeam, actions.leave_team, label="Take off the team",
                       done="They no longer see the case.", choices=_leavers),
    "reopen": Deed(Reopen, actions.reopen, label="Reopen the case", done="The case is open again."),
}
DEEDS = {**CLOSING, **DISCOVERY, **OTHERS}
