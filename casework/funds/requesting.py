"""Asking: a draft, the checks of other help, sending it for signatures, taking it back."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from ..access.queries import beside
from ..audit import action
from ..cases.models import Case, sealed_in
from ..cases.models import State as CaseState
from ..kernel.clocks import fiscal_year
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.errors import Conflict, Invalid
from ..kernel.rulebook import today
from .asking import Wish, held_until, judged
from .models import (
    HELD,
    NOTHING,
    WITH_CONSENT,
    Disbursement,
    Method,
    Outcome,
    Payee,
    Resource,
    ResourceCheck,
    Series,
    Signed,
)
from .papers import require_checks, require_few_exceptions
from .signing import sign
from .tiers import judge, payee_of
from .workflow import WORKFLOW

OF_THE_PAYEE = {"payee": "name", "service_from_on": "service_from_on", "service_until_on": "service_until_on"}
OF_THE_REQUEST = {"amount": "requested", **{name: name for name in (
    "fund_id", "category", "need_domain", "purpose", "condition", "exigent", "exigent_reason")}}


def request(actor: Actor, case: Case, *, checks: Iterable[dict[str, Any]] = (), **words: Any) -> Disbursement:
    """A draft in a case, with the checks that were already made. `words` are those of a Wish. Nothing is sent yet."""
    wish = Wish(**words)
    with action(actor, "disbursement.request", case) as deed:
        if case.state is CaseState.CLOSED:
            raise Conflict("This case is closed. Reopen it before asking for money.")
        entry = judged(wish)
        deed.subject = disbursement = Disbursement(
            **sealed_in(case), **_number(), requested_by_id=actor.id, requested_at=now(), updated_at=now(),
            categories_entry_id=entry.id, payee_token=f"P-{token_hex(5).upper()}", **_of(wish, OF_THE_REQUEST))
        db.session.add(disbursement)
        db.session.flush()
        db.session.add(_payee(case, disbursement, wish))
        for check in checks:
            _add_check(actor, disbursement, **check)
        case.updated_at = now()
    return disbursement


def _of(wish: Wish, names: dict[str, str]) -> dict[str, Any]:
    said = asdict(wish)
    return {column: said[name] for name, column in names.items()}


def _number() -> dict[str, Any]:
    """The next number of the fiscal year. Whoever asks first holds the series until the end of the action."""
    year, session = fiscal_year(today()), db.session()
    upsert: Any = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(Series)
    session.execute(upsert.values(fiscal_year=year, last=1).on_conflict_do_update(
        index_elements=["fiscal_year"], set_={"last": Series.last + 1}))
    serial = session.scalars(select(Series.last).where(Series.fiscal_year == year)).one()
    return {"fiscal_year": year, "serial": serial, "number": f"D-{year}-{serial:05}"}


def _payee(case: Case, disbursement: Disbursement, wish: Wish) -> Payee:
    return Payee(**sealed_in(case), disbursement_id=disbursement.id, requested_by_id=disbursement.requested_by_id,
                 token=disbursement.payee_token, held=wish.category in HELD, held_until_on=held_until(wish),
                 **_of(wish, OF_THE_PAYEE))


def edit(actor: Actor, disbursement: Disbursement, *, expecting: int | None = None, **words: Any) -> Disbursement:
    """Change a draft or a returned request. What is not said stays as it is."""
    with action(actor, "disbursement.edit", disbursement, expecting=expecting):
        WORKFLOW.require(disbursement, "edit")
        payee = payee_of(disbursement)
        wish = Wish(**{**asdict(wish_of(disbursement, payee)), **words})
        disbursement.categories_entry_id = judged(wish).id
        _write(disbursement, _of(wish, OF_THE_REQUEST))
        _write(payee, _of(wish, OF_THE_PAYEE))
        payee.held, payee.held_until_on = wish.category in HELD, held_until(wish)
        disbursement.updated_at = now()
    return disbursement


def wish_of(disbursement: Disbursement, payee: Payee) -> Wish:
    """The request as it stands, in clear. For whoever may edit it."""
    return Wish(**{name: getattr(disbursement, column) for name, column in OF_THE_REQUEST.items()},
                **{name: getattr(payee, column) for name, column in OF_THE_PAYEE.items()})


def _write(row: Disbursement | Payee, values: dict[str, Any]) -> None:
    for column, value in values.items():
        setattr(row, column, value)


def check_resource(actor: Actor, disbursement: Disbursement, **words: Any) -> Disbursement:
    """One more resource that was asked, or that it was not safe to ask."""
    with action(actor, "disbursement.check_resource", disbursement, resource=words.get("resource")):
        WORKFLOW.require(disbursement, "check_resource")
        _add_check(actor, disbursement, **words)
        disbursement.updated_at = now()
    return disbursement


def _add_check(actor: Actor, disbursement: Disbursement, *, resource: Resource, name: str, contacted_at: datetime,
               method: Method, outcome: Outcome, available_on: date | None = None, consent: bool = False,
               evidence: str | None = None) -> None:
    if contacted_at > now():
        raise Invalid(contacted_at="This moment has not come yet.")
    if resource in WITH_CONSENT and not consent and outcome is not Outcome.UNSAFE_NOT_CONTACTED:
        raise Invalid(consent="Family, consulate and employer are asked only with the person's consent.")
    if outcome is Outcome.AVAILABLE_LATER and available_on is None:
        raise Invalid(available_on="Say from which day this help is there.")
    case = beside(Case, disbursement.case_id)
    db.session.add(ResourceCheck(
        **sealed_in(case), disbursement_id=disbursement.id, resource=resource, name=name, contacted_at=contacted_at,
        method=method, outcome=outcome, available_on=available_on, consent=consent, evidence=evidence,
        checked_by_id=actor.id, checked_at=now()))
    db.session.flush()


def submit(actor: Actor, disbursement: Disbursement) -> Disbursement:
    """Send it for signatures. After a return this is a new round: everyone may sign again, once."""
    with action(actor, "disbursement.submit", disbursement):
        again = disbursement.submitted_at is not None
        WORKFLOW.advance(disbursement, "submit")
        disbursement.round += again
        payee = payee_of(disbursement)
        judged(wish_of(disbursement, payee))
        require_checks(disbursement)
        require_few_exceptions(disbursement, actor.id)
        disbursement.submitted_at = disbursement.updated_at = now()
        judge(disbursement, anew=True)
        payee.waits_in_office_id, payee.supervisor_id = disbursement.office_id, None
        sign(actor, disbursement, Signed.REQUEST, disbursement.requested)
    return disbursement


def withdraw(actor: Actor, disbursement: Disbursement, *, reason: str = "") -> Disbursement:
    """Take it back before it is approved."""
    with action(actor, "disbursement.withdraw", disbursement, reason=reason):
        WORKFLOW.advance(disbursement, "withdraw")
        payee_of(disbursement).waits_in_office_id = None
        disbursement.approved = NOTHING
        disbursement.closed_at = disbursement.updated_at = now()
    return disbursement
