"""From order to reconciliation: each step has its own amount, its own money and its own hands."""
from datetime import timedelta
from decimal import Decimal

import pytest

from casework.access import actions as access
from casework.funds import actions as funds
from casework.funds import ledger, queries
from casework.funds.models import Account
from casework.kernel.db import at, now
from casework.kernel.errors import Conflict, Forbidden, Invalid
from casework.kernel.system import SYSTEM
from casework.policy import Role
from tests.funds.story import approved, asked, upto

A = Account


def holds(disbursement):
    """What the request holds, the account it came from left out."""
    return {account: amount for account, amount in ledger.held(disbursement).items()
            if amount and account is not A.AVAILABLE}


def pay(who, disbursement, amount, reference):
    return funds.pay(who, disbursement, amount=Decimal(amount), reference=reference, paid_on=now().date())


def comes_back(verb, who, disbursement, amount, reference):
    return verb(who, disbursement, amount=Decimal(amount), reference=reference, paid_on=now().date(), reason="Test")


def test_each_step_moves_its_money(world):
    one = asked(world, world.ada, world.rosa, 100)
    assert holds(one) == {}
    approved(world, one)
    assert holds(one) == {A.COMMITTED: 100}
    before = queries.available(one)
    funds.obligate(world.bud, one, amount=Decimal(90), document="ORD-7")
    assert (holds(one), queries.available(one)) == ({A.OBLIGATED: 90}, before + 10)
    funds.receive(world.ada, one, amount=Decimal(80))
    assert holds(one) == {A.OBLIGATED: 10, A.DELIVERED: 80}
    funds.certify(world.cerys, one)
    pay(world.pia, one, 70, "P-1")
    assert holds(one) == {A.OBLIGATED: 10, A.DELIVERED: 10, A.PAID: 70}
    funds.receipt(world.ada, one, reference="RC", issued_on=now().date(), amount=Decimal(70))
    with pytest.raises(Conflict, match="neither paid nor given back"):
        funds.reconcile(world.bree, one, statement="ST")
    funds.deobligate(world.bud, one, amount=Decimal(20), reason="Not used")
    assert (holds(one), queries.available(one)) == ({A.PAID: 70}, before + 30)
    funds.reconcile(world.bree, one, statement="ST")
    assert (one.state, one.deobligated, ledger.reconcile()) == ("reconciled", 20, [])
    assert sorted(move.verb for move in queries.story(one).movements) == [
        "approve", "deobligate", "deobligate", "obligate", "obligate", "pay", "receive"]


def test_no_step_takes_more_than_the_step_before_left(world):
    one = approved(world, asked(world, world.ada, world.rosa, 100))
    with pytest.raises(Conflict, match="more than was approved"):
        funds.obligate(world.bud, one, amount=Decimal("100.01"), document="ORD")
    with pytest.raises(Invalid):
        funds.obligate(world.bud, one, amount=Decimal(90), document="  ")
    funds.obligate(world.bud, one, amount=Decimal(90), document="ORD")
    with pytest.raises(Conflict, match="more than was obligated"):
        funds.receive(world.ada, one, amount=Decimal("90.01"))
    funds.receive(world.ada, one, amount=Decimal(80))
    funds.certify(world.cerys, one)
    with pytest.raises(Conflict, match="more than was received"):
        pay(world.pia, one, "80.01", "P")
    funds.deobligate(world.bud, one, amount=Decimal(30), reason="Less was needed")
    with pytest.raises(Conflict, match="more than is still owed"):
        pay(world.pia, one, 61, "P")
    pay(world.pia, one, 60, "P")
    with pytest.raises(Conflict, match="more than is still owed"):
        funds.deobligate(world.bud, one, amount=Decimal("0.01"), reason="Nothing is left")
    with pytest.raises(Conflict, match="more than was paid"):
        comes_back(funds.refund, world.pia, one, "60.01", "R")
    assert ledger.reconcile() == []


def test_instalments_are_recorded_by_the_same_payer_or_by_one_who_signed_nothing(world):
    one = upto(world, asked(world, world.ada, world.rosa, 90), "certify")
    pay(world.pia, one, 30, "P-1")
    pay(world.pia, one, 30, "P-2")
    with pytest.raises(Conflict, match="already recorded"):
        pay(world.pia, one, 10, "P-2")
    pay(world.pol, one, 30, "P-3")
    assert [(each.number, each.amount) for each in queries.story(one).payments] == [(1, 30), (2, 30), (3, 30)]
    assert sorted(each.verb for each in queries.story(one).signatures) == [
        "approve", "certify", "obligate", "pay", "pay", "request"]
    with pytest.raises(Conflict):
        pay(world.pia, one, 1, "P-4")


def test_a_payment_that_comes_back_is_paid_again_or_cancelled(world):
    one = upto(world, asked(world, world.ada, world.rosa, 90), "certify")
    pay(world.pia, one, 50, "P-1")
    pay(world.pia, one, 40, "P-2")
    comes_back(funds.fail, world.pol, one, 40, "F-1")
    assert (one.state, one.paid, holds(one)) == ("paid", 50, {A.DELIVERED: 40, A.PAID: 50})
    with pytest.raises(Conflict):
        funds.cancel(world.sam, one, reason="Part of it is paid")
    comes_back(funds.fail, world.pol, one, 50, "F-2")
    assert (one.state, one.paid, holds(one)) == ("failed", 0, {A.DELIVERED: 90})
    pay(world.pia, one, 90, "P-3")
    comes_back(funds.fail, world.pia, one, 90, "F-3")
    funds.cancel(world.sam, one, reason="The vendor is gone")
    assert (one.state, one.deobligated, holds(one), ledger.reconcile()) == ("cancelled", 90, {}, [])


def test_refunds_in_part_and_in_whole(world):
    one = upto(world, asked(world, world.ada, world.rosa, 90), "receipt")
    before = queries.available(one)
    comes_back(funds.refund, world.pia, one, 30, "R-1")
    assert (one.state, queries.available(one)) == ("receipted", before + 30)
    comes_back(funds.refund, world.pia, one, 60, "R-2")
    assert (one.state, one.refunded, holds(one), queries.available(one)) == ("refunded", 90, {}, before + 90)
    with pytest.raises(Conflict):
        comes_back(funds.refund, world.pia, one, 1, "R-3")


def test_a_failed_payment_cannot_take_back_what_was_refunded(world):
    one = upto(world, asked(world, world.ada, world.rosa, 90), "pay")
    comes_back(funds.refund, world.pia, one, 50, "R-1")
    with pytest.raises(Conflict, match="more than was paid"):
        comes_back(funds.fail, world.pia, one, 50, "F-1")
    comes_back(funds.fail, world.pia, one, 40, "F-1")
    assert (one.state, holds(one), ledger.reconcile()) == ("paid", {A.DELIVERED: 40}, [])


def test_cancelling_gives_back_whatever_is_held(world):
    for last, held in (("approve", A.COMMITTED), ("obligate", A.OBLIGATED), ("receive", A.DELIVERED),
                       ("certify", A.DELIVERED)):
        one = asked(world, world.ada, world.rosa, 7)
        before = queries.available(one)
        assert holds(upto(world, one, last)) == {held: 7}
        funds.cancel(world.bud, one, reason="No longer needed")
        assert (holds(one), queries.available(one)) == ({}, before)


def test_only_a_designation_in_force_certifies(world):
    one = upto(world, asked(world, world.ada, world.rosa, 9), "receive")
    undesignated = access.create_user(SYSTEM, username="cole", name="Cole Example", password="", stored="x")
    access.give_role(SYSTEM, undesignated, role=Role.CERTIFYING_OFFICER)
    with pytest.raises(Conflict, match="designat"):
        funds.certify(undesignated, one)
    access.give_role(SYSTEM, undesignated, role=Role.CERTIFYING_OFFICER, document="Memo 4",
                     until=now() + timedelta(days=1))
    with at(now() + timedelta(days=2)), pytest.raises(Conflict, match="designat"):
        funds.certify(undesignated, one)
    funds.certify(undesignated, one)
    assert one.designation == "Memo 4"
    ended = next(grant for grant in world.cerys.grants)
    access.end_role(world.root, ended)
    with pytest.raises(Forbidden):
        funds.certify(world.cerys, upto(world, asked(world, world.ada, world.rosa, 9), "receive"))


def test_who_obligated_does_not_reconcile_and_receipts_must_cover(world):
    one = upto(world, asked(world, world.ada, world.rosa, 9), "pay")
    day = now().date()
    funds.receipt(world.ada, one, reference="RC-1", issued_on=day, amount=Decimal(4))
    with pytest.raises(Forbidden):
        funds.reconcile(world.bud, one, statement="ST")
    with pytest.raises(Conflict, match=r"\$9.00 were spent, and the receipts show \$4.00"):
        funds.reconcile(world.bree, one, statement="ST")
    with pytest.raises(Conflict, match="already recorded"):
        funds.receipt(world.ada, one, reference="RC-1", issued_on=day, amount=Decimal(5))
    with pytest.raises(Invalid):
        funds.receipt(world.ada, one, reference="RC-2", issued_on=day + timedelta(days=1), amount=Decimal(5))
    funds.receipt(world.ada, one, reference="RC-2", issued_on=day, amount=Decimal(5))
    assert funds.reconcile(world.bree, one, statement="ST").state == "reconciled"


def test_nothing_is_paid_in_the_future(world):
    tomorrow = now().date() + timedelta(days=1)
    with pytest.raises(Invalid):
        funds.pay(world.pia, world.certified, amount=Decimal(1), reference="P", paid_on=tomorrow)
