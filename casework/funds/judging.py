"""What an approver weighs: the 30 days of a person over all offices, likely duplicates, the office's balance."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from ..access.models import Office
from ..audit import record_read
from ..cases.models import Case
from ..kernel.clocks import local_day, start_of_day
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.money import dollars
from ..kernel.rulebook import Tier, current, tiers_of
from ..kernel.scope import rules
from .asking import rule
from .models import NOTHING, Disbursement, ResourceCheck, State
from .papers import checks_of
from .queries import available, granted
from .tiers import NOT_COUNTED, needed
from .waiting import to_sign
from .words import categories, category, signers
from .workflow import WORKING


@dataclass(frozen=True)
class Help:
    """One request of the same person within 30 days, without who, where and which file."""

    at: datetime
    words: str
    amount: Decimal
    state: State
    alike: str = ""
    this: bool = False


@dataclass(frozen=True)
class Weighed:
    """What stands beside the decision."""

    amount: Decimal
    total: Decimal
    tier: Tier
    before: Decimal
    helps: list[Help]

    @property
    def after(self) -> Decimal:
        return self.before - self.amount

    @property
    def short(self) -> bool:
        return self.after < NOTHING

    @property
    def alike(self) -> int:
        return sum(1 for each in self.helps if each.alike)


def weighed(actor: Actor, it: Disbursement) -> Weighed:
    """For whoever may sign it. That the other requests were looked at is written down."""
    amount = it.approved or it.requested
    total = granted(it.person_id, it.office, without=it.id) + it.requested
    tier = needed(tiers_of(current("tiers").body), total=total, category=it.category)
    now_at = tier if it.tier is None or tier.number > it.tier else _at(it.tier)
    return Weighed(amount, total, now_at, available(it), _helps(actor, it))


def _at(number: int) -> Tier:
    return next(tier for tier in tiers_of(current("tiers").body) if tier.number == number)


def _helps(actor: Actor, it: Disbursement) -> list[Help]:
    zone = it.office.zone
    first = start_of_day(local_day(now(), zone) - timedelta(days=rule("rolling_window").count), zone)
    with rules("duplicates"):
        rows = list(db.session.scalars(select(Disbursement).where(
            Disbursement.person_id == it.person_id, Disbursement.state.not_in(NOT_COUNTED), Disbursement.id != it.id,
            func.coalesce(Disbursement.approved_at, Disbursement.submitted_at) >= first,
        ).order_by(Disbursement.submitted_at)))
    record_read(actor, "disbursement.read", rows)
    known = categories()
    return [*(_help(row, it, known) for row in rows),
            Help(it.submitted_at or it.requested_at, category(it.category, known), it.requested, it.state, this=True)]


def _help(row: Disbursement, it: Disbursement, known: dict[str, Any]) -> Help:
    return Help(row.submitted_at or row.requested_at, category(row.category, known),
                row.approved if row.approved_at else row.requested, row.state, _alike(row, it))


def _alike(row: Disbursement, it: Disbursement) -> str:
    """Why two requests may be one asked twice, or one cut in two."""
    if row.category != it.category:
        return ""
    if row.requested == it.requested:
        return "Same category and amount"
    return "Same category"


@dataclass(frozen=True)
class Evidence:
    """The checks of other help, and whether they were fresh when it was sent."""

    checks: list[ResourceCheck]
    fresh: int
    hours: int
    needed: int


def evidence(it: Disbursement) -> Evidence:
    hours, checks = rule("check_fresh").count, checks_of(it)
    sent = None if it.state in WORKING else it.submitted_at
    since = (sent or now()) - timedelta(hours=hours)
    return Evidence(checks, sum(1 for check in checks if check.contacted_at >= since), hours,
                    rule("checks_required_exigent" if it.exigent else "checks_required").count)


def queue(actor: Actor, it: Disbursement) -> tuple[int, int, Disbursement | None]:
    """Its place among those that wait for this person's signature, how many there are, and the next."""
    waiting: Sequence[Disbursement] = to_sign(actor)
    others = [each for each in waiting if each.id != it.id]
    place = next((at for at, each in enumerate(waiting, 1) if each.id == it.id), 0)
    following = waiting[place] if 0 < place < len(waiting) else others[0] if others else None
    return place, len(waiting), following


def explained(case: Case, office: Office, amount: Decimal | None, code: str) -> tuple[str, str]:
    """The tier of a request before it is sent: what it comes to, and who signs."""
    before = granted(case.person_id, office)
    if amount is None:
        return (f"{dollars(before)} asked or granted for this person in the last 30 days.",
                "The amount and this total decide who signs.")
    total = before + amount
    tier = needed(tiers_of(current("tiers").body), total=total, category=code)
    return (f"{dollars(amount)} now, {dollars(total)} in 30 days: tier {tier.number}.",
            f"{signers(tier)[:1].upper()}{signers(tier)[1:]}.")


def tiers_in_words() -> str:
    """All the tiers in one sentence."""
    found = tiers_of(current("tiers").body)
    parts = [f"{'up to ' + dollars(tier.ceiling) if tier.ceiling is not None else 'above'}: {signers(tier)}"
             for tier in found]
    return "; ".join(parts) + "."
