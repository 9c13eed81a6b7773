"""What the pages of a request show, put together from its records: steps, buttons, story, checklist."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import url_for
from sqlalchemy import select

from .. import policy
from ..access.people import FieldOffice
from ..access.queries import visible
from ..cases.files import Citizenship, Identity
from ..cases.models import Case
from ..cases.queries import WITH
from ..cases.strip import strip
from ..kernel import rulebook
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..web.dates import day_words, local
from ..web.stands import Act, Stands, Step, acts, line
from . import gates, queries
from .actions import DEEDS
from .duties import rule_words
from .grants import CPGrant
from .items import ITEMS, WRITTEN
from .models import SIDES, ContinuedPresenceRequest, CPMoment, CPSide, CPSignature
from .package import CPPackage
from .signing import SAID
from .words import DESKS, EDITABLE, ENDED, STATES, Side, State, What
from .workflow import WORKFLOW

STEPS = {"draft": "Draft", "field": "Field review", "agency": "Agency headquarters", "centre": "Deciding centre",
         "decision": "Decision", "papers": "Papers issued"}
AT = {
    State.DRAFT: "draft", State.RETURNED: "draft", State.FIELD_REVIEW: "field", State.AGENCY_REVIEW: "agency",
    State.SUBMITTED: "centre", State.UNDER_REVIEW: "decision", State.RFI_OPEN: "decision",
    State.CONDITIONS_PROPOSED: "decision", State.DENIAL_PENDING: "decision", State.ESCALATED: "decision",
    State.APPROVED: "papers",
}
NOTES = {"draft": "the investigator", "field": "the supervisor", "agency": "completeness, then transmission",
         "centre": "a reviewer takes it up", "decision": "by another than the reviewer",
         "papers": "then HHS is told, for an adult"}
LEAVES = {"send": "draft", "endorse": "field", "submit": "agency", "take_up": "centre", "approve": "decision",
          "issue": "papers"}

def package_for(actor: Actor, request: ContinuedPresenceRequest) -> CPPackage | None:
    """The package, for those who may read it; None for all others."""
    if not policy.may_ever(actor, "cp_package.read"):
        return None
    found = visible(actor, "cp_package.read", CPPackage, where=(CPPackage.request_id == request.id,), limit=1)
    return found[0] if found else None


def grant_for(actor: Actor, request: ContinuedPresenceRequest) -> CPGrant | None:
    if not policy.may_ever(actor, "cp_grant.read"):
        return None
    found = visible(actor, "cp_grant.read", CPGrant, where=(CPGrant.request_id == request.id,), limit=1)
    return found[0] if found else None


def strip_for(actor: Actor, case_id: Any) -> dict[str, Any] | None:
    """The case's strip, for those who may see the case at all."""
    if not policy.may_ever(actor, "case.read"):
        return None
    found = visible(actor, "case.read", Case, where=(Case.id == case_id,), options=WITH, limit=1)
    return strip(found[0]) if found else None


def citizenship_for(actor: Actor, person_id: Any) -> Citizenship:
    """As the case records it, and as the trail remembers that it was read."""
    found = visible(actor, "identity.read", Identity, where=(Identity.person_id == person_id,), limit=1)
    return found[0].citizenship if found else Citizenship.UNKNOWN


def checklist(actor: Actor, request: ContinuedPresenceRequest) -> dict[str, list[dict[str, str]]]:
    """The gates as the template draws them, by block: what blocks, what is open, what is done."""
    sender = actor.id if request.state in EDITABLE and policy.may(actor, "cp_request.send", request) else None
    sight = queries.sight_of(request, sender)
    found = gates.gates(sight)
    mine = policy.may(actor, "cp_request.check_item", request)
    rows = [(gate, _row(request, gate, mine)) for gate in found]
    groups = {"block": [row for gate, row in rows if gate.state == "block"],
              "open": [row for gate, row in rows if gate.state in ("later", "miss")],
              "done": [row for gate, row in rows if gate.state == "done"]}
    if sender:
        groups["block"] = [*_citizenship(actor, request), *groups["block"]]
    return {**groups, "not_here": [{"title": ask.title} for code, ask in ITEMS.items()
                                   if code not in {gate.code for gate in found}]}


def _row(request: ContinuedPresenceRequest, gate: gates.Gate, mine: bool) -> dict[str, str]:
    url = ""
    if mine and request.state not in ENDED:
        written = gate.code in WRITTEN and gate.state == "block" and request.state in EDITABLE
        url = (url_for("continued_presence.edit", id=request.id) if written
               else url_for("continued_presence.item", id=request.id, code=gate.code))
    return {"state": gate.state, "title": gate.title, "says": gate.says, "url": url, "button": gate.button}


def _citizenship(actor: Actor, request: ContinuedPresenceRequest) -> list[dict[str, str]]:
    known = citizenship_for(actor, request.person_id)
    says = gates.bar(known) or (gates.UNKNOWN if known is Citizenship.UNKNOWN else "")
    return [{"state": "block", "title": "Citizenship", "says": says}] if says else []


def package_parts(request: ContinuedPresenceRequest) -> list[Mapping[str, str]]:
    return gates.parts(queries.sight_of(request))


def stands(actor: Actor, request: ContinuedPresenceRequest, office: FieldOffice, blocks: Sequence[str],
           known: Mapping[What, CPMoment]) -> Stands:
    """Where it stands, and what this reader may do, may not, and why."""
    due = queries.due_of(request, rulebook.clocks(), office, known)
    done = queries.signatures(request)
    buttons = [_counted(act, blocks) for act in acts(
        request, WORKFLOW.open_to(request), DEEDS, "continued_presence",
        {"send": f"Why grey: {_listed(blocks)}."} if blocks else None)]
    return Stands(
        STATES[request.state], _line(request, done), must_act=DESKS.get(request.desk or "", ""),
        since=request.state_since, due=due and due[0], rule=rule_words(due[1]) if due else "", acts=buttons,
        not_now=list(_not_theirs(actor, request)))


def _line(request: ContinuedPresenceRequest, signed: Sequence[CPSignature]) -> list[Step]:
    """The steps: when each was taken, or who takes it."""
    if request.state in (State.DENIED, State.WITHDRAWN):
        return []
    taken = {LEAVES[each.verb]: day_words(local(each.signed_at).date(), year=False) for each in signed
             if each.verb in LEAVES}
    steps = line(STEPS, AT.get(request.state), NOTES)
    return [replace(step, note=taken.get(key, "") if step.state == "done" else step.note)
            for key, step in zip(STEPS, steps, strict=True)]


def _counted(act: Act, blocks: Sequence[str]) -> Act:
    return replace(act, label=f"{act.label} ({len(blocks)} block{'s' * (len(blocks) == 1)})") if act.blocked else act


def _listed(titles: Sequence[str]) -> str:
    return "; ".join(title.lower() for title in titles)


def _not_theirs(actor: Actor, request: ContinuedPresenceRequest) -> Any:
    """Why somebody of the right role may not take this step; or that they may."""
    held = db.session.scalar(select(CPSide.side).where(
        CPSide.request_id == request.id, CPSide.user_id == actor.id))
    if request.state in EDITABLE and policy.may(actor, "cp_request.send", request):
        yield "Removal looks near?", "Ask for deferred action locally today; this request goes on beside it."
    for verb in WORKFLOW.open_to(request):
        if verb not in SIDES or not policy.may_ever(actor, f"cp_request.{verb}"):
            continue
        mine = policy.may(actor, f"cp_request.{verb}", request)
        if mine and verb in ("take_up", "approve"):
            yield "This one is yours to take:", "you took no earlier step that would bar you."
        elif not mine and held and held != SIDES[verb]:
            yield f"{DEEDS[verb].button(verb)} is not yours here:", f"{SAID[Side(held)]}, so somebody else must do it."


def facts_to_decide(request: ContinuedPresenceRequest) -> dict[str, list[gates.Gate]]:
    """What the official looks at first: what is missing or was not possible yet, apart from what is done."""
    found = gates.gates(queries.sight_of(request))
    order = {"block": 0, "later": 1, "miss": 2}
    return {"open": sorted((gate for gate in found if gate.state != "done"), key=lambda gate: order[gate.state]),
            "done": [gate for gate in found if gate.state == "done"]}
