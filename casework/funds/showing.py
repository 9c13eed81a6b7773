"""One request as its pages show it: the steps, who must act and by when, the buttons, what happened."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import select

from .. import policy
from ..access.people import named
from ..audit.models import AuditEvent
from ..kernel.clocks import Clock
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..kernel.errors import Refusal
from ..kernel.money import dollars
from ..kernel.rulebook import clocks
from ..kernel.scope import rules
from ..web.dates import moment_words
from ..web.stands import Act, Stands, Step, acts
from .actions import DEEDS
from .models import Disbursement, Signature, Signed, State
from .papers import require_checks
from .queries import Story, waiting_for
from .tiers import stands_in
from .waiting import NEXT
from .words import MUST_ACT, STATES, TOLD, role_words
from .workflow import ENDED, WORKFLOW, WORKING

AFTER = (("Obligated", "obligated_at"), ("Received", "received_at"), ("Certified", "certified_at"),
         ("Paid", "paid_at"), ("Receipt in", "receipted_at"), ("Reconciled", "reconciled_at"))
SIGNING = ("approve", "return", "deny")
LAST = ("check_resource", "deobligate", "refund", "fail", "withdraw", "cancel")


@dataclass(frozen=True)
class Happened:
    at: datetime
    says: str
    by: str = ""
    url: str = ""


def stands(actor: Actor, it: Disbursement, facts: Story) -> Stands:
    """Where it stands, and what this reader may do, may not, and why."""
    clock, since = clock_of(it)
    left = waiting_for(it)
    return Stands(
        STATES[it.state], steps(actor, it, facts), must_act=must_act(actor, it, left), since=since,
        due=clock.due(since, it.office.zone) if clock and since else None,
        rule=f"{clock.duty} ({clock.citation})" if clock else "", acts=buttons(actor, it, left),
        not_now=list(not_theirs(actor, it, left)))


def clock_of(it: Disbursement) -> tuple[Clock | None, datetime | None]:
    """The clock of the step that this state waits for, and since when it runs."""
    if it.state is State.PAID:
        return clocks()["receipt_due"], it.paid_at
    step = NEXT.get(it.state)
    if step is None or not step.since:
        return None, None if it.state in ENDED else it.updated_at
    book, urgent = clocks(), f"{step.clock}_exigent"
    return book.get(urgent if it.exigent and urgent in book else step.clock), getattr(it, step.since)


def must_act(actor: Actor, it: Disbursement, left: Sequence[str]) -> str:
    if it.state in WORKING:
        return it.requested_by.name
    if left:
        return role_words(left[0]) + (" (you)" if _their_turn(actor, it, left) else "")
    return MUST_ACT.get(it.state, "")


def _their_turn(actor: Actor, it: Disbursement, left: Sequence[Any]) -> bool:
    return bool(left) and stands_in(actor, left[0], it.office_id) and policy.may(actor, "disbursement.approve", it)


def steps(actor: Actor, it: Disbursement, facts: Story) -> list[Step]:
    """Asked, each signature the tier wants, then the money's way. An end on the way is the last step."""
    done = [*_asked(it), *_signatures(it, facts), *_after(it)]
    if it.state in ENDED and it.state is not State.RECONCILED:
        taken = [step for step in done if step.state == "done"]
        return [*taken, Step(STATES[it.state], "now", moment_words(it.closed_at))]
    here = next((at for at, step in enumerate(done) if step.state != "done"), len(done))
    return [*done[:here], *(replace(step, state="now") for step in done[here:here + 1]),
            *(replace(step, state="next", note="") for step in done[here + 1:])]


def _asked(it: Disbursement) -> Iterator[Step]:
    asked = it.submitted_at is not None and it.state not in WORKING
    yield Step("Asked", "done" if asked else "next",
               f"{moment_words(it.submitted_at)}, {it.requested_by.name}" if asked else it.requested_by.name)


def _signatures(it: Disbursement, facts: Story) -> Iterator[Step]:
    signed = [row for row in facts.signatures if row.verb is Signed.APPROVE and row.round == it.round]
    for row in signed:
        yield Step(role_words(row.role or "approve"), "done", f"{moment_words(row.at)}, {_name(facts, row)}")
    left = waiting_for(it)
    for role in left:
        yield Step(role_words(role), "next")
    if not signed and not left:
        yield Step("Signatures", "next")


def _name(facts: Story, row: Signature) -> str:
    return facts.people[row.user_id].name


def _after(it: Disbursement) -> Iterator[Step]:
    back = it.state is State.FAILED
    for label, column in AFTER:
        at = getattr(it, column)
        if back and column == "paid_at":
            yield Step("Pay again, or cancel", "next", "The payment came back")
        else:
            yield Step(label, "done" if at else "next", moment_words(at))


def buttons(actor: Actor, it: Disbursement, left: Sequence[Any]) -> list[Act]:
    """The next step first, what ends or undoes it last. Signing and returning share one page."""
    verbs = [verb for verb in WORKFLOW.open_to(it) if verb not in SIGNING]
    if _their_turn(actor, it, left):
        verbs.append("approve")
    first = NEXT[it.state].verb if it.state in NEXT else "receipt" if it.state is State.PAID else "submit"
    order = {verb: (verb != first, verb in LAST, at) for at, verb in enumerate(DEEDS)}
    table = {verb: DEEDS[verb] for verb in sorted(DEEDS, key=lambda verb: order[verb])}
    quiet = {DEEDS[verb].button(verb) for verb in LAST}
    found = [replace(_worded(act, it), quiet=act.label in quiet)
             for act in acts(it, verbs, table, "funds", _blocked(actor, it))]
    return [*found[:1], *_edit(actor, it), *found[1:]]


def _worded(act: Act, it: Disbursement) -> Act:
    return replace(act, label=f"Decide on {dollars(it.approved or it.requested)}") if act.label == "Approve" else act


def _edit(actor: Actor, it: Disbursement) -> Iterator[Act]:
    if it.state in WORKING and policy.may(actor, "disbursement.edit", it):
        yield Act("Change the draft", url_for("funds.edit", id=it.id))


def _blocked(actor: Actor, it: Disbursement) -> dict[str, str]:
    """Why a draft cannot be sent yet."""
    if it.state not in WORKING or not policy.may(actor, "disbursement.submit", it):
        return {}
    try:
        require_checks(it)
    except Refusal as reason:
        return {"submit": " ".join(said for few in reason.fields.values() for said in few) or str(reason)}
    return {}


def not_theirs(actor: Actor, it: Disbursement, left: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Why somebody of the right role may not take this step now."""
    if it.state is State.SUBMITTED and it.requested_by_id == actor.id:
        yield "You may ask, not sign:", "a request is signed by other people."
    verb = NEXT[it.state].verb if it.state in NEXT else ""
    if not verb or it.state in WORKING or not policy.may_ever(actor, f"disbursement.{verb}"):
        return
    if not policy.may(actor, f"disbursement.{verb}", it):
        if it.requested_by_id != actor.id:
            yield "Not yours here:", "you took another step of this request, so somebody else takes this one."
    elif left and not stands_in(actor, left[0], it.office_id):
        yield "Not your turn yet:", f"it waits for {role_words(left[0]).lower()}."


def happened(it: Disbursement) -> list[Happened]:
    """Every deed done to it, newest first, with the reason where one was given."""
    with rules("story"):
        events = list(db.session.scalars(select(AuditEvent).where(
            AuditEvent.subject_id == it.id, AuditEvent.verb.in_(TOLD)).order_by(AuditEvent.id.desc())))
    who = named([event.actor_id for event in events])
    return [Happened(event.at, _told(event), who.get(event.actor_id, "Casework itself") if event.actor_id else "")
            for event in events]


def _told(event: AuditEvent) -> str:
    reason = str(event.details.get("reason") or "")
    return f"{TOLD[event.verb]} “{reason}”" if reason else TOLD[event.verb]
