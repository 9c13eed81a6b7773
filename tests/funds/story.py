"""A fund for fiscal year 2026, and requests in every state.

Sol is a specialist who also holds money roles elsewhere in the chain; Cass is a specialist and a certifying officer;
Dora certified once and supervises Denver since. Their own hands must stop them, whatever they hold.
"""
from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from casework.access import actions as access
from casework.access.models import User
from casework.cases import actions as cases
from casework.funds import actions as funds
from casework.funds import queries
from casework.funds.models import FundKind, Method, Outcome, Resource
from casework.kernel import rulebook
from casework.kernel.db import at, db, now
from casework.kernel.system import SYSTEM
from casework.policy import Role

FIRST = datetime(2026, 1, 20, 16, tzinfo=UTC)
LATER = datetime(2026, 3, 16, 16, tzinfo=UTC)
NOW = datetime(2026, 3, 18, 16, tzinfo=UTC)
YEAR = 2026


def tell(w):
    with at(FIRST):
        people(w)
        money(w)
        finished(w)
    with at(LATER):
        promoted(w)
        underway(w)
        waiting(w)


def people(w):
    stored = access.passwords.hashed("a plain sentence for tests")
    for name, grants in {"sol": [("specialist", w.den), ("budget_officer", None), ("payment_recorder", None)],
                         "cass": [("specialist", w.den), ("certifying_officer", None)],
                         "dora": [("certifying_officer", None)]}.items():
        user = access.create_user(SYSTEM, username=name, name=f"{name.title()} Example", password="", stored=stored)
        setattr(w, name, user)
        for role, office in grants:
            until = LATER if name == "dora" else None
            access.give_role(SYSTEM, user, role=Role(role), office=office, document="Test designation", until=until)
    for name in ("sol", "cass"):
        cases.join_team(w.sam, w.rosa, specialist_id=getattr(w, name).id)


def promoted(w):
    w.dora_supervises = access.give_role(SYSTEM, w.dora, role=Role.PROGRAM_SUPERVISOR, office=w.den)


def money(w):
    w.fund = funds.record(w.bud, name="Victim emergency help", treasury_symbol="70-0000", authority="A test act",
                          spending=FundKind.ANNUAL, available_from_on=date(2020, 10, 1), categories=())
    funds.apportion(w.bud, w.fund, fiscal_year=YEAR, amount=Decimal(100_000), document="APP-1")
    funds.allot(w.bud, w.fund, office_id=w.den.id, fiscal_year=YEAR, amount=Decimal(40_000))
    funds.allot(w.bud, w.fund, office_id=w.mia.id, fiscal_year=YEAR, amount=Decimal(10_000))


def finished(w):
    """What was settled long ago, so that it no longer counts for the tier of anybody."""
    w.reconciled = upto(w, asked(w, w.ada, w.rosa, 118), "reconcile")
    w.certified_by_dora = upto(w, asked(w, w.ada, w.rosa, 20), "certify", certify=w.dora)
    w.refunded = upto(w, asked(w, w.ada, w.rosa, 60), "pay")
    funds.refund(w.pia, w.refunded, amount=Decimal(60), reference="R-1", paid_on=rulebook.today(), reason="Not needed")
    w.failed = upto(w, asked(w, w.ada, w.rosa, 30), "pay")
    funds.fail(w.pia, w.failed, amount=Decimal(30), reference="F-1", paid_on=rulebook.today(), reason="Account closed")
    w.cancelled = upto(w, asked(w, w.ada, w.rosa, 40), "approve")
    funds.cancel(w.sam, w.cancelled, reason="Help came from elsewhere")


def underway(w):
    w.approved = upto(w, asked(w, w.abe, w.kit, 90), "approve")
    w.obligated = upto(w, asked(w, w.bea, w.nina, 150), "obligate")
    w.received = upto(w, asked(w, w.ada, w.rosa, 35), "receive", receive=w.cass)
    w.certified = upto(w, asked(w, w.ada, w.rosa, 45), "certify", certify=w.cass)
    w.paid = upto(w, asked(w, w.sol, w.rosa, 25), "pay")
    w.receipted = upto(w, asked(w, w.bea, w.nina, 55), "receipt")


def waiting(w):
    w.draft = asked(w, w.ada, w.rosa, 100, sent=False)
    w.draft_of_sam = asked(w, w.sam, w.rosa, 15, sent=False)
    w.returned = asked(w, w.ada, w.rosa, 12)
    funds.return_(w.sam, w.returned, reason="Which days?")
    w.denied = asked(w, w.ada, w.rosa, 13)
    funds.deny(w.sam, w.denied, reason="Paid already")
    w.withdrawn = asked(w, w.ada, w.rosa, 14)
    funds.withdraw(w.ada, w.withdrawn, reason="Not needed")
    w.stay = asked(w, w.ada, w.rosa, 120, category="E01", payee="Birch House Hotel",
                   service_from_on=date(2026, 3, 17), service_until_on=date(2026, 3, 20))
    w.stay_payee = queries.payee_of(w.stay)
    w.hotel = asked(w, w.abe, w.kit, 130, category="E01", payee="Elm House Hotel",
                    service_from_on=date(2026, 3, 17), service_until_on=date(2026, 3, 19))
    upto(w, w.hotel, "approve")
    w.hotel_payee = queries.payee_of(w.hotel)
    w.draft_payee = queries.payee_of(w.draft)
    w.nina_payee = queries.payee_of(w.obligated)
    w.half_signed = asked(w, w.abe, w.kit, 700)
    approve(w, w.sam, w.half_signed)
    w.at_headquarters = asked(w, w.bea, w.nina, 3000)
    approve(w, w.tom, w.at_headquarters)
    approve(w, w.finn, w.at_headquarters)
    w.going_home = asked(w, w.abe, w.kit, 900, category="E20", condition="Voluntary and informed")
    approve(w, w.hana, w.going_home)
    w.movement = queries.story(w.reconciled).movements[0]


def check(**words):
    return {"resource": Resource.CHARITY, "name": "Harbor Pantry", "contacted_at": now() - timedelta(hours=3),
            "method": Method.PHONE, "outcome": Outcome.NO_CAPACITY, **words}


def three_checks():
    return [check(), check(resource=Resource.STATE_COMPENSATION, name="State program", outcome=Outcome.TOO_SLOW),
            check(resource=Resource.SERVICE_PROVIDER, name="Partner 3", outcome=Outcome.DENIED)]


def asked(w, who, case, amount, *, sent=True, **words):
    """A request for food, three checks made, sent for signatures."""
    said = {"fund_id": w.fund.id, "category": "E04", "need_domain": "FOO", "amount": Decimal(amount),
            "payee": "Corner Grocery", "purpose": "A week of groceries", "checks": three_checks(), **words}
    disbursement = funds.request(who, case, **said)
    return funds.submit(who, disbursement) if sent else disbursement


def approve(w, who, disbursement, amount=None):
    return funds.approve(who, disbursement, amount=Decimal(amount or disbursement.approved or disbursement.requested),
                         concurs=True, legal_note="LN-1")


def approved(w, disbursement):
    """Signed by everybody the tier asks for, in their order."""
    home = disbursement.office_id == w.den.id
    signers = {Role.PROGRAM_SUPERVISOR: [w.sam if home else w.tom], Role.FUND_APPROVER: [w.fern if home else w.finn],
               Role.PROGRAM_HQ: [w.hana, w.hugo]}
    while left := queries.waiting_for(disbursement):
        approve(w, signers[left[0]].pop(0), disbursement)
    return disbursement


def upto(w, disbursement, last, **by):
    """Take every step until and with `last`, each by whom `by` names or else by the usual hands."""
    d, today = disbursement, rulebook.today()
    steps = {
        "approve": lambda who: approved(w, d),
        "obligate": lambda who: funds.obligate(who or w.bud, d, amount=d.approved, document="ORD-1"),
        "receive": lambda who: funds.receive(who or requester(d), d, amount=d.obligated),
        "certify": lambda who: funds.certify(who or w.cerys, d),
        "pay": lambda who: funds.pay(who or w.pia, d, amount=d.received, reference="PAY-1", paid_on=today),
        "receipt": lambda who: funds.receipt(requester(d), d, reference="RC-1", issued_on=today, amount=d.paid),
        "reconcile": lambda who: funds.reconcile(who or w.bree, d, statement="ST-1"),
    }
    for verb, step in steps.items():
        step(by.get(verb))
        if verb == last:
            return d
    raise LookupError(last)


def requester(disbursement):
    return db.session.get(User, disbursement.requested_by_id)
