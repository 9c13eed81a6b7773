"""Many hands at once: an office commits exactly what it holds, one click is one approval, no number is given twice."""
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace

import pytest

from casework.access.models import User
from casework.cases import actions as cases
from casework.cases.models import Case
from casework.funds import actions as funds
from casework.funds import ledger, queries
from casework.funds.models import Account, Disbursement, Fund, Signature, Signed
from casework.kernel.db import db
from casework.kernel.errors import Conflict, Refusal
from tests.funds.story import YEAR, asked

HANDS = 10


def at_once(app, jobs):
    """Each job in a thread with a session of its own; what it answered, or how it was refused."""
    def run(job):
        with app.app_context():
            try:
                return job()
            except Refusal as refusal:
                return refusal
            finally:
                db.session.remove()
    db.session.rollback()
    with ThreadPoolExecutor(HANDS) as pool:
        return [each.result() for each in [pool.submit(copy_context().run, run, job) for job in jobs]]


def approval(person_id, disbursement_id, amount):
    def job():
        funds.approve(db.session.get(User, person_id), db.session.get(Disbursement, disbursement_id),
                      amount=Decimal(amount), concurs=True)
        return "approved"
    return job


@pytest.mark.slow
def test_fifty_approvals_commit_exactly_what_the_office_held(app, world):
    fund = funds.record(world.bud, name="Small", treasury_symbol="70-1", authority="A test act", spending="annual",
                        available_from_on=world.fund.available_from_on)
    funds.apportion(world.bud, fund, fiscal_year=YEAR, amount=Decimal(2000), document="A")
    funds.allot(world.bud, fund, office_id=world.den.id, fiscal_year=YEAR, amount=Decimal(2000))
    sent = [asked(world, world.ada, cases.open_case(world.ada, world.den, referral_source="self"), 100,
                  fund_id=fund.id).id for _ in range(50)]
    answers = at_once(app, [approval((world.sam, world.lou)[number % 2].id, id, 100) for number, id in enumerate(sent)])
    refused = [each for each in answers if isinstance(each, Conflict)]
    assert (answers.count("approved"), len(refused)) == (20, 30)
    assert {str(each) for each in refused} == {"The fund does not hold that much."}
    line = ledger.Line(fund.id, YEAR, world.den.id, Account.AVAILABLE)
    assert (ledger.kept()[line], ledger.kept()[line._replace(account=Account.COMMITTED)]) == (0, 2000)
    assert ledger.reconcile() == []


def test_twenty_clicks_on_approve_are_one_approval(app, world):
    answers = at_once(app, [approval(world.sam.id, world.stay.id, 120) for _ in range(20)])
    assert answers.count("approved") == 1
    signed = db.session.query(Signature).filter_by(disbursement_id=world.stay.id, verb=Signed.APPROVE)
    assert signed.count() == 1
    assert ledger.held(world.stay)[Account.COMMITTED] == 120


def test_requests_made_at_once_have_numbers_of_their_own_and_count_for_the_tier(app, world):
    """Ten requests of $100 for one person: whoever comes last is judged on all of them."""
    ids = world.fund.id, world.rosa.id, world.ada.id
    drafts = at_once(app, [lambda: _draft(*ids) for _ in range(10)])
    assert len({number for number, _ in drafts}) == 10
    at_once(app, [lambda id=id: _send(ids[-1], id) for _, id in drafts])
    totals = sorted(db.session.get(Disbursement, id).rolling_total for _, id in drafts)
    assert [after - before for before, after in pairwise(totals)] == [100] * 9


def _draft(fund_id, case_id, person_id):
    there = SimpleNamespace(fund=db.session.get(Fund, fund_id))
    it = asked(there, db.session.get(User, person_id), db.session.get(Case, case_id), 100, sent=False)
    return it.number, it.id


def _send(person_id, id):
    return funds.submit(db.session.get(User, person_id), db.session.get(Disbursement, id)).id


def test_spending_and_giving_back_at_once_never_lock_each_other_out(app, world):
    """Approvals, obligations and cancellations of one office account, crossing."""
    ready = [asked(world, world.ada, cases.open_case(world.ada, world.den, referral_source="self"), 10)
             for _ in range(12)]
    for each in ready[:6]:
        funds.approve(world.sam, each, amount=Decimal(10), concurs=True)
    jobs = [approval(world.sam.id, each.id, 10) for each in ready[6:]]
    jobs += [lambda id=each.id, who=world.bud.id: _order(who, id) for each in ready[:3]]
    jobs += [lambda id=each.id, who=world.sam.id: _cancel(who, id) for each in ready[3:6]]
    assert [each for each in at_once(app, jobs) if isinstance(each, Exception)] == []
    assert ledger.reconcile() == []
    assert queries.totals(world.uma).tie


def _order(person_id, id):
    it = db.session.get(Disbursement, id)
    return funds.obligate(db.session.get(User, person_id), it, amount=Decimal(4), document="ORD").id


def _cancel(person_id, id):
    return funds.cancel(db.session.get(User, person_id), db.session.get(Disbursement, id), reason="Over").id
