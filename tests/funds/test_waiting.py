"""What waits for whom, from the facts: steps, papers, and offices that run out of money."""
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from casework.access import actions as access
from casework.audit.models import AuditEvent
from casework.cases import actions as cases
from casework.funds import actions as funds
from casework.funds import queries, waiting
from casework.funds.journal import matching, totals
from casework.funds.models import Disbursement, State
from casework.kernel.db import at, db, now
from casework.policy import Role
from tests.funds.story import YEAR, approve, asked, check, upto
from tests.heard import heard
from tests.world import as_seen_by


def waits(world, name, case=None):
    """What is on this person's desk: the number of each request, and the button beside it."""
    actor = as_seen_by(getattr(world, name))
    found = [duty for find in (waiting.steps, waiting.papers) for duty in find(actor, case)]
    return {(duty.says.split(" ")[0].rstrip(","), duty.button) for duty in found}


def test_each_person_sees_the_step_that_is_theirs(world):
    w = world
    assert (w.stay.number, "Decide") in waits(w, "sam")
    assert (w.half_signed.number, "Decide") not in waits(w, "sam"), "he has signed"
    assert (w.half_signed.number, "Decide") in waits(w, "fern")
    assert (w.at_headquarters.number, "Decide") in waits(w, "hana")
    assert (w.going_home.number, "Decide") not in waits(w, "hana"), "she has signed"
    assert (w.going_home.number, "Decide") in waits(w, "hugo")
    assert waits(w, "finn") == set() == waits(w, "uma") == waits(w, "olga") == waits(w, "zoe")
    assert (w.approved.number, "Obligate") in waits(w, "bud")
    assert (w.receipted.number, "Reconcile") in waits(w, "bree")
    assert (w.receipted.number, "Reconcile") not in waits(w, "bud"), "he obligated it"
    assert (w.obligated.number, "Confirm") in waits(w, "bea")
    assert (w.received.number, "Certify") in waits(w, "cerys")
    assert (w.received.number, "Certify") not in waits(w, "cass"), "she received it"
    assert (w.certified.number, "Record") in waits(w, "pia")
    assert (w.returned.number, "Answer") in waits(w, "ada")
    assert w.paid.number in {number for number, _ in waits(w, "sol")}, "he owes a receipt"


def test_a_desk_may_be_asked_about_one_case(world):
    assert waits(world, "bea", world.nina) == waits(world, "bea") != set()
    assert waits(world, "ada", world.nina) == set()


def test_papers_date_the_case(world):
    as_seen_by(world.hana)
    due = waiting.papers_due([world.rosa, world.kit, world.nina])
    assert set(due) == {world.rosa.id}
    (paper,) = queries.owed(Disbursement.case_id == world.rosa.id)
    assert due[world.rosa.id] == paper.due_at
    assert (paper.due_at - world.paid.paid_at) > timedelta(days=7), "five working days pass a weekend"


def test_a_desk_asks_a_bounded_number_of_questions(world):
    def asked_of_the_database():
        with heard() as statements:
            waits(world, "sam")
        return len(statements)
    asked_of_the_database()
    few = asked_of_the_database()
    for _ in range(4):
        asked(world, world.ada, world.rosa, 1, exigent=True, exigent_reason="Now", checks=[check()])
    assert asked_of_the_database() <= few + 1


def test_an_office_runs_low_under_a_tenth_of_what_it_was_allotted(world):
    fund = funds.record(world.bud, name="Small", treasury_symbol="70-1", authority="A test act", spending="annual",
                        available_from_on=world.fund.available_from_on)
    funds.apportion(world.bud, fund, fiscal_year=YEAR, amount=Decimal(100), document="A")
    funds.allot(world.bud, fund, office_id=world.mia.id, fiscal_year=YEAR, amount=Decimal(100))
    with at(now() + timedelta(days=60)):
        upto(world, asked(world, world.bea, world.nina, 90, fund_id=fund.id), "approve")
        assert queries.running_low(YEAR) == []
        approve(world, world.tom, asked(world, world.bea, world.nina, "0.01", fund_id=fund.id))
    (low,) = queries.running_low(YEAR)
    assert (low.fund.id, low.office.code, low.available, low.allotted) == (fund.id, "MIA", Decimal("9.99"), 100)
    assert queries.running_low(YEAR, world.den.id) == []


def test_the_log_filters_and_its_totals_tie_to_the_ledger(world):
    as_seen_by(world.uma)
    def found(**asked_for):
        rows = db.session.query(Disbursement).filter(*matching(**asked_for))
        return {row.number for row in rows}
    everything = found()
    assert found(state=State.RECONCILED) == {world.reconciled.number}
    assert found(office=world.mia.id) | found(office=world.den.id) == everything
    assert found(category="E01") == {world.stay.number, world.hotel.number}
    assert found(least=Decimal(3000)) == {world.at_headquarters.number}
    assert found(number=f" {world.stay.number.lower()} ") == {world.stay.number}
    day = world.stay.requested_at.date()
    assert found(first=day, last=day) | found(last=day - timedelta(days=1)) == everything
    assert found(fund=world.den.id) == set()
    for where in ({}, {"office": world.den.id}, {"state": State.REFUNDED}):
        told = totals(world.uma, matching(**where))
        assert told.tie
    assert totals(world.uma, matching(number=world.reconciled.number)).ledger_paid == 118
    assert totals(world.uma, matching(number=world.refunded.number)).paid == 60


def test_papers_end_with_the_right_to_see_the_request_and_are_recorded_as_seen(world, truth):
    owes = [duty.says for duty in waiting.papers(as_seen_by(world.sol), None)]
    assert owes == [world.paid.number]
    assert truth.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one().subject_id == world.paid.id
    cases.leave_team(world.sam, world.rosa, user_id=world.sol.id)
    for grant in [grant for grant in world.sol.current_grants if grant.role != Role.SPECIALIST]:
        access.end_role(world.root, grant)
    db.session.refresh(world.sol, ["grants"])
    assert list(waiting.papers(as_seen_by(world.sol), None)) == []
