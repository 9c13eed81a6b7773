"""One disbursement's whole story: every step with its moment, its person and its proof."""
from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from .. import policy
from ..access.models import Office
from ..access.queries import scoped
from ..audit.models import AuditEvent
from ..funds.models import HELD, Disbursement, Fund
from ..funds.queries import Story
from ..funds.queries import story as told
from ..funds.workflow import MOVES
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..kernel.rulebook import RulebookEntry
from .events import VERB
from .naming import Event, named
from .steps import Finding, Step, findings, steps

VERBS = list(dict.fromkeys(verb for verb, *_ in MOVES))


@dataclass(frozen=True)
class Whole:
    """The story as this reader may know it. `events` and `movements` are empty for whom the policy opens none."""

    disbursement: Disbursement
    office: Office
    fund: Fund
    category: str
    tiers_version: int | None
    held: bool
    steps: list[Step]
    facts: Story
    findings: list[Finding]
    events: list[Event]

    def name(self, user_id: UUID | None) -> str:
        person = self.facts.people.get(user_id) if user_id else None
        return person.name if person else ""


def whole(actor: Actor, disbursement: Disbursement) -> Whole:
    """For somebody who may read the disbursement (`find` has said so and logged it)."""
    facts = told(disbursement)
    office = db.session.get_one(Office, disbursement.office_id)
    if not policy.may_ever(actor, "movement.read"):
        facts.movements.clear()
    facts.movements.sort(key=lambda move: (move.at, VERBS.index(move.verb)))
    return Whole(
        disbursement, office, db.session.get_one(Fund, disbursement.fund_id), category_words(disbursement),
        _version(disbursement.tiers_entry_id), disbursement.category in HELD, steps(disbursement, facts),
        facts, findings(disbursement, facts, office.zone), _events(actor, disbursement))


def category_words(disbursement: Disbursement) -> str:
    """The category as the rulebook of its day called it."""
    entry = db.session.get(RulebookEntry, disbursement.categories_entry_id)
    return next((str(row["category"]) for row in (entry.body if entry else ())
                 if row["code"] == disbursement.category), disbursement.category)


def _version(entry_id: UUID | None) -> int | None:
    entry = db.session.get(RulebookEntry, entry_id) if entry_id else None
    return entry.version if entry else None


def _events(actor: Actor, disbursement: Disbursement) -> list[Event]:
    """The deeds in the trail, as far as this reader may see it."""
    rows = db.session.scalars(scoped(actor, VERB, AuditEvent).where(
        AuditEvent.subject_id == disbursement.id, AuditEvent.verb.not_like("%.read%")).order_by(AuditEvent.id))
    return named(list(rows))
