"""Questions about money: what a fund holds, what one request is made of, who is paid and for whom that is to know."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, select

from .. import policy
from ..access.models import Office, User
from ..access.queries import Page, visible
from ..audit import record_read
from ..cases.models import Case
from ..kernel.clocks import local_day
from ..kernel.conditions import Actor
from ..kernel.db import Record, db, now
from .holdings import FundYear, available, running_low, year_of, years
from .journal import Totals, matching, totals
from .models import Disbursement, Movement, Payment, Receipt, ResourceCheck, Signature
from .papers import checks_of, exceptions, owed
from .tiers import granted, payee_of, tier_of, waiting_for

__all__ = [
    "FundYear", "Paid", "Story", "Totals", "Words", "available", "exceptions", "granted", "in_case", "matching", "owed",
    "payee_for", "running_low", "story", "tier_of", "totals", "waiting_for", "words_for", "year_of", "years",
]

Row = TypeVar("Row", bound=Record)


@dataclass(frozen=True)
class Paid:
    """Who is paid, as far as this reader may know: always the token, the rest only where it is theirs to know."""

    token: str
    held: bool
    name: str | None = None
    service_from_on: date | None = None
    service_until_on: date | None = None


def payee_for(actor: Actor, disbursement: Disbursement) -> Paid:
    """The payee and the days, or only the token. Lodging and treatment stay hidden from all but the requester and the
    approving supervisor until thirty days after the stay; an auditor only ever sees the token."""
    payee, office = payee_of(disbursement), db.session.get_one(Office, disbursement.office_id)
    held = payee.held_on(local_day(now(), office.zone))
    verb = "payee.read_held" if held else "payee.read"
    if not policy.may(actor, verb, payee):
        return Paid(payee.token, held)
    record_read(actor, verb, [payee])
    return Paid(payee.token, held, payee.name, payee.service_from_on, payee.service_until_on)


class Words(NamedTuple):
    """What was written in clear: why, how a condition is met, why it could not wait."""

    purpose: str
    condition: str | None
    exigent_reason: str | None


def words_for(actor: Actor, disbursement: Disbursement) -> Words | None:
    """The sealed words of a request, or None for whoever works with numbers only."""
    if not policy.may(actor, "disbursement.read_words", disbursement):
        return None
    record_read(actor, "disbursement.read_words", [disbursement])
    return Words(disbursement.purpose, disbursement.condition, disbursement.exigent_reason)


@dataclass(frozen=True)
class Story:
    """Everything that stands beside one disbursement, oldest first."""

    signatures: list[Signature]
    checks: list[ResourceCheck]
    payments: list[Payment]
    receipts: list[Receipt]
    movements: list[Movement]
    people: dict[UUID, User]


def story(disbursement: Disbursement) -> Story:
    """For somebody who may read the disbursement (`find` has said so and logged it)."""
    checks = checks_of(disbursement)
    signatures = _beside(Signature, Signature.disbursement_id == disbursement.id)
    payments = sorted(_beside(Payment, Payment.disbursement_id == disbursement.id), key=lambda row: row.number)
    receipts = _beside(Receipt, Receipt.disbursement_id == disbursement.id)
    movements = _beside(Movement, Movement.disbursement_id == disbursement.id)
    who = {disbursement.requested_by_id, disbursement.received_by_id, disbursement.reconciled_by_id,
           *(row.user_id for row in signatures), *(row.by_id for row in payments), *(row.by_id for row in movements),
           *(row.recorded_by_id for row in receipts), *(row.checked_by_id for row in checks)}
    people = db.session.scalars(select(User).where(User.id.in_(who - {None})))
    return Story(signatures, checks, payments, receipts, movements, {user.id: user for user in people})


def _beside(model: type[Row], condition: ColumnElement[bool]) -> list[Row]:
    return list(db.session.scalars(select(model).where(condition).order_by(model.id)))


def in_case(actor: Actor, case: Case, *, after: Any = None, limit: int = 50) -> Page[Disbursement]:
    """The requests of one case, newest first."""
    return visible(actor, "disbursement.read", Disbursement, where=[Disbursement.case_id == case.id],
                   order=Disbursement.requested_at.desc(), after=after, limit=limit)
