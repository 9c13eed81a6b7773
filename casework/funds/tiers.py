"""How many must sign, and who is next. The tier follows what one person was granted in the last thirty days, over all
offices, so that a large request does not become several small ones."""
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import case, func, select

from ..access.models import Office
from ..cases.models import Person
from ..kernel.clocks import local_day, start_of_day
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.rulebook import Tier, current, edition, tiers_of
from ..kernel.scope import rules
from ..policy import OFFICE_BOUND, Role
from .asking import rule
from .models import NOTHING, Disbursement, Payee, Signature, Signed, State

NOT_COUNTED = (State.DRAFT, State.DENIED, State.WITHDRAWN, State.CANCELLED)
LONG_HELP = 3  # help for longer than the rule `assistance_longest` is of this tier at least


def hold_person(person_id: UUID) -> None:
    """Two requests of one person are judged one after the other."""
    with rules("tier"):
        db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def granted(person_id: UUID, office: Office, *, without: UUID | None = None) -> Decimal:
    """What was asked or approved for this person in the last thirty days of the office's zone."""
    first = local_day(now(), office.zone) - timedelta(days=rule("rolling_window").count)
    counted = case((Disbursement.approved_at.is_not(None), Disbursement.approved), else_=Disbursement.requested)
    with rules("tier"):
        return db.session.scalar(select(func.sum(counted)).where(
            Disbursement.person_id == person_id, Disbursement.id != without, Disbursement.state.not_in(NOT_COUNTED),
            func.coalesce(Disbursement.approved_at, Disbursement.submitted_at) >= start_of_day(first, office.zone),
        )) or NOTHING


def needed(tiers: Sequence[Tier], *, total: Decimal, category: str, days: int = 0, longest: int = 30) -> Tier:
    """The lowest tier that the total fits in, the category allows and the length of the help allows."""
    by_total = next(tier.number for tier in tiers if tier.ceiling is None or total <= tier.ceiling)
    forced = [tier.number for tier in tiers if category in tier.forced_by]
    at_least = max([by_total, *forced, LONG_HELP if days > longest else 0])
    return next(tier for tier in tiers if tier.number >= at_least)


def judge(disbursement: Disbursement, *, anew: bool = False) -> Tier:
    """Set the tier of this round under the rules of now; within a round it only rises."""
    hold_person(disbursement.person_id)
    office, entry = db.session.get_one(Office, disbursement.office_id), current("tiers")
    total = granted(disbursement.person_id, office, without=disbursement.id) + disbursement.requested
    found = needed(tiers_of(entry.body), total=total, category=disbursement.category, days=_days(disbursement),
                   longest=rule("assistance_longest").count)
    if anew or disbursement.tier is None or found.number > disbursement.tier:
        disbursement.tier, disbursement.tiers_entry_id, disbursement.rolling_total = found.number, entry.id, total
    return tier_of(disbursement)


def _days(disbursement: Disbursement) -> int:
    payee = payee_of(disbursement)
    first, last = payee.service_from_on, payee.service_until_on
    return (last - first).days + 1 if first and last else 0


def payee_of(disbursement: Disbursement) -> Payee:
    """For the rules of a step, and to judge whether it may be shown (`queries.payee_for`)."""
    with rules("payee"):
        return db.session.scalars(select(Payee).where(Payee.disbursement_id == disbursement.id)).one()


def tier_of(disbursement: Disbursement) -> Tier:
    """The tier as it was judged, under the version it was judged under."""
    if disbursement.tiers_entry_id is None:
        raise LookupError("not judged yet")
    tiers = tiers_of(edition(disbursement.tiers_entry_id).body)
    return next(tier for tier in tiers if tier.number == disbursement.tier)


def waiting_for(disbursement: Disbursement) -> list[Role]:
    """The roles that have still to sign, in order; a role named twice is two people. Empty unless submitted."""
    return waiting([disbursement])[disbursement.id]


def waiting(disbursements: Sequence[Disbursement]) -> dict[UUID, list[Role]]:
    """The same for many at once, in one query."""
    signed: dict[tuple[UUID, int], Counter[Role | None]] = defaultdict(Counter)
    for of, round_, role in db.session.execute(select(
            Signature.disbursement_id, Signature.round, Signature.role).where(
            Signature.verb == Signed.APPROVE, Signature.disbursement_id.in_([each.id for each in disbursements]))):
        signed[of, round_][role] += 1
    return {each.id: _left(tier_of(each), signed[each.id, each.round])
            if each.state is State.SUBMITTED and each.tiers_entry_id else [] for each in disbursements}


def _left(tier: Tier, signed: Counter[Role | None]) -> list[Role]:
    left: list[Role] = []
    for role in map(Role, tier.approvers):
        if signed[role]:
            signed[role] -= 1
        else:
            left.append(role)
    return left


def stands_in(actor: Actor, role: Role, office_id: UUID) -> bool:
    """Does this person hold the role that signs next, for this office?"""
    return any(grant.role == role and (role not in OFFICE_BOUND or grant.office_id == office_id)
               for grant in actor.current_grants)
