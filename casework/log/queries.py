"""The log of disbursements: which rows, in which order, in which words.

No question here reads a payee, a service date or anything of a person: the case number is the only handle.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import raiseload

from ..access.models import Office, User
from ..access.queries import Page, opened, visible
from ..funds.models import HELD, NOWHERE, Disbursement, Fund, State
from ..funds.queries import matching
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..kernel.rulebook import RulebookEntry
from ..kernel.system import SYSTEM
from ..policy import SYSTEM_MAY
from .events import filter_words

READ, TAKE = "disbursement.read", "disbursement.export"


class OfficeName(NamedTuple):
    code: str
    zone: tzinfo


@dataclass(frozen=True)
class Names:
    """What the ids of a row stand for; read once for a whole export."""

    offices: dict[UUID, OfficeName]
    funds: dict[UUID, str]
    people: dict[UUID, str]
    versions: dict[UUID, int]


def names() -> Names:
    """Four small tables. People are the staff's sign-in names."""
    offices = {office.id: OfficeName(office.code, office.zone) for office in db.session.scalars(select(Office))}
    return Names(offices, _pairs(Fund.id, Fund.name), _pairs(User.id, User.username),
                 _pairs(RulebookEntry.id, RulebookEntry.version))


def _pairs(key: Any, value: Any) -> dict[Any, Any]:
    return {row[0]: row[1] for row in db.session.execute(select(key, value))}


def chosen(*, from_on: date | None = None, to_on: date | None = None, fund_id: UUID | None = None, office: str = "",
           category: str = "", state: State | None = None, amount_from: Decimal | None = None,
           amount_to: Decimal | None = None) -> list[ColumnElement[bool]]:
    """The filter as conditions. Days are headquarters' days of the asking, both included; the amount is what was
    asked for; an office goes by its code."""
    return matching(first=from_on, last=to_on, fund=fund_id, office=_office(office), category=category.upper() or None,
                    state=state, least=amount_from, most=amount_to)


def _office(code: str) -> UUID | None:
    """The office of this code; a code that no office has finds nothing."""
    return db.session.scalar(select(Office.id).where(Office.code == code.upper())) or NOWHERE if code else None


def log_page(actor: Actor, *, limit: int = 50, after: str | None = None, **asked: Any) -> Page[Disbursement]:
    """One page of the log, newest first; the trail names each row it showed."""
    return visible(actor, READ, Disbursement, where=chosen(**asked), after=after, limit=limit,
                   order=Disbursement.requested_at.desc(), options=(raiseload(Disbursement.person),),
                   filter=filter_words(asked))


def as_row(row: Any, known: Names) -> dict[str, Any]:
    """One disbursement in the words of the log. `row` has the columns of `Disbursement`; days are of its office."""
    office = known.offices[row.office_id]
    return {
        "number": row.number, "case_number": row.case_number, "office": office.code,
        "fund": known.funds[row.fund_id], "fiscal_year": row.fiscal_year, "category": row.category,
        "state": str(row.state), "tier": row.tier, "tiers_version": known.versions.get(row.tiers_entry_id),
        "exigent": row.exigent, **{name: getattr(row, name) for name in AMOUNTS}, "payee_token": row.payee_token,
        "requested_on": _day(row.requested_at, office.zone), "approved_on": _day(row.approved_at, office.zone),
        "obligated_on": _day(row.obligated_at, office.zone), "paid_on": paid_on(row, office.zone),
        **{f"{step}_by": known.people.get(getattr(row, f"{step}_by_id")) for step in STEPS}, "id": row.id,
    }


AMOUNTS = ("requested", "approved", "obligated", "received", "paid", "refunded", "deobligated")
STEPS = ("requested", "obligated", "received", "certified", "paid", "reconciled")
COLUMNS = ("number", "case_number", "office_id", "fund_id", "fiscal_year", "category", "state", "tier",
           "tiers_entry_id", "exigent", *AMOUNTS, "payee_token", "requested_at", "approved_at", "obligated_at",
           "paid_at", *(f"{step}_by_id" for step in STEPS), "id")


def paid_on(row: Any, zone: tzinfo) -> str | None:
    """The day of the last payment; of lodging and medical help only the month, for a day could tell where a person
    slept."""
    day = _day(row.paid_at, zone)
    return day[:7] if day and row.category in HELD else day


def _day(moment: datetime | None, zone: tzinfo) -> str | None:
    return f"{moment.astimezone(zone):%Y-%m-%d}" if moment else None


def seen(actor: Actor, verb: str) -> ColumnElement[bool]:
    """The rows that this verb opens to this actor. Raises Forbidden, with the reason, when it opens none."""
    if actor is SYSTEM and verb in SYSTEM_MAY:
        return true()
    return opened(actor, verb, Disbursement)
