"""Money keeps its fiscal year: after 30 September it is only paid out or given back, and what comes back has lapsed."""
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from casework.funds import actions as funds
from casework.funds import ledger, queries
from casework.funds.models import Account
from casework.kernel.db import at
from casework.kernel.errors import Conflict, Invalid
from tests.funds.story import YEAR, approved, asked, upto

LAST_MOMENT = datetime(2026, 10, 1, 3, 59, tzinfo=UTC)  # 30 September, 23:59, at headquarters
NEXT_YEAR = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)


def balance(world, account, year=YEAR):
    return ledger.kept().get(ledger.Line(world.fund.id, year, world.den.id, account), Decimal(0))


def test_nothing_is_newly_committed_or_obligated_after_the_year(world):
    with at(LAST_MOMENT):
        waiting = asked(world, world.ada, world.rosa, 20)
        in_time = approved(world, asked(world, world.ada, world.rosa, 20))
        late = approved(world, asked(world, world.ada, world.rosa, 20))
        funds.obligate(world.bud, in_time, amount=Decimal(20), document="ORD")
    with at(NEXT_YEAR):
        with pytest.raises(Conflict, match="time of this money is over"):
            approved(world, waiting)
        with pytest.raises(Conflict, match="time of this money is over"):
            funds.obligate(world.bud, late, amount=Decimal(20), document="ORD")
        with pytest.raises(Conflict, match="year is over"):
            funds.allot(world.bud, world.fund, office_id=world.den.id, fiscal_year=YEAR, amount=Decimal(5))
        funds.receive(world.ada, in_time, amount=Decimal(20))
        funds.certify(world.cerys, in_time)
        funds.pay(world.pia, in_time, amount=Decimal(20), reference="P", paid_on=date(2026, 9, 30))
        assert in_time.state == "paid", "a valid order of the old year is still paid"


def test_what_comes_back_after_the_year_has_lapsed(world):
    with at(LAST_MOMENT):
        committed = upto(world, asked(world, world.ada, world.rosa, 10), "approve")
        ordered = upto(world, asked(world, world.ada, world.rosa, 20), "obligate")
        paid = upto(world, asked(world, world.ada, world.rosa, 40), "pay")
        available = balance(world, Account.AVAILABLE)
    with at(NEXT_YEAR):
        funds.cancel(world.sam, committed, reason="Over")
        funds.deobligate(world.bud, ordered, amount=Decimal(15), reason="Over")
        funds.refund(world.pia, paid, amount=Decimal(40), reference="R", paid_on=date(2026, 9, 30), reason="Back")
        assert balance(world, Account.LAPSED) == 10 + 15 + 40
        assert balance(world, Account.AVAILABLE) == available
        assert ledger.reconcile() == []


def test_a_new_year_begins_with_its_own_apportionment(world):
    with at(NEXT_YEAR):
        asking = asked(world, world.ada, world.rosa, 20)
        assert (asking.fiscal_year, asking.number) == (2027, "D-2027-00001")
        with pytest.raises(Conflict, match="does not hold that much"):
            approved(world, asking)
        funds.apportion(world.bud, world.fund, fiscal_year=2027, amount=Decimal(500), document="APP-2")
        funds.allot(world.bud, world.fund, office_id=world.den.id, fiscal_year=2027, amount=Decimal(500))
        approved(world, asking)
        assert balance(world, Account.COMMITTED, 2027) == 20
        assert [each.fiscal_year for each in queries.years(world.fund)] == [2027, 2026]
        with pytest.raises(Invalid):
            funds.apportion(world.bud, world.fund, fiscal_year=2029, amount=Decimal(1), document="APP-3")


def test_money_without_a_year_is_obligated_in_the_next_one_and_lapses_when_given_back(world):
    fund = funds.record(world.bud, name="Crime victims", treasury_symbol="15-5041", authority="A test act",
                        spending="noyear", available_from_on=date(2020, 10, 1))
    funds.apportion(world.bud, fund, fiscal_year=YEAR, amount=Decimal(100), document="APP")
    funds.allot(world.bud, fund, office_id=world.den.id, fiscal_year=YEAR, amount=Decimal(100))
    asking = approved(world, asked(world, world.ada, world.rosa, 20, fund_id=fund.id))
    with at(NEXT_YEAR):
        funds.obligate(world.bud, asking, amount=Decimal(15), document="ORD")
        assert ledger.held(asking)[Account.OBLIGATED] == 15
        assert ledger.held(asking)[Account.LAPSED] == 5
