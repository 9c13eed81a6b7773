"""Balances are what the movements add up to; nobody writes one; no account but the appropriation goes below zero."""
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from casework.audit import action
from casework.funds import actions as funds
from casework.funds import ledger, queries
from casework.funds.models import NOWHERE, Account, Balance, Movement
from casework.kernel.db import db, now
from casework.kernel.errors import Conflict, Invalid
from tests.funds.story import YEAR, approved, asked
from tests.world import as_seen_by


def test_the_story_adds_up(world):
    assert ledger.reconcile() == []
    assert sum(ledger.kept().values()) == 0
    as_seen_by(world.bud)
    year = queries.year_of(world.fund, YEAR)
    assert year.apportioned == 100_000
    assert {each.office.code: each.allotted for each in year.offices} == {"DEN": 40_000, "MIA": 10_000}


def test_more_than_was_apportioned_cannot_be_allotted(world):
    with pytest.raises(Conflict, match="The fund does not hold that much"):
        funds.allot(world.bud, world.fund, office_id=world.den.id, fiscal_year=YEAR, amount=Decimal("50000.01"))
    funds.allot(world.bud, world.fund, office_id=world.den.id, fiscal_year=YEAR, amount=Decimal(50_000))
    assert ledger.reconcile() == []


def test_an_office_commits_what_it_holds_and_not_a_cent_more(world):
    fund = funds.record(world.bud, name="Small", treasury_symbol="70-1", authority="A test act", spending="annual",
                        available_from_on=world.fund.available_from_on)
    funds.apportion(world.bud, fund, fiscal_year=YEAR, amount=Decimal(100), document="A")
    funds.allot(world.bud, fund, office_id=world.den.id, fiscal_year=YEAR, amount=Decimal(100))
    whole = asked(world, world.ada, world.rosa, 100, fund_id=fund.id)
    more = asked(world, world.ada, world.rosa, "0.01", fund_id=fund.id)
    approved(world, whole)
    assert queries.available(whole) == 0
    with pytest.raises(Conflict, match="The fund does not hold that much"):
        approved(world, more)
    db.session.refresh(more)
    assert (more.state, more.approved, ledger.reconcile()) == ("submitted", 0, [])


def test_an_office_without_an_allotment_has_nothing(world):
    fund = funds.record(world.bud, name="Empty", treasury_symbol="70-2", authority="A test act", spending="annual",
                        available_from_on=world.fund.available_from_on)
    with pytest.raises(Conflict, match="The fund does not hold that much"):
        approved(world, asked(world, world.ada, world.rosa, 1, fund_id=fund.id))


def row(world, **words):
    return {"id": uuid4(), "version": 1, "fund_id": world.fund.id, "fiscal_year": YEAR, "office_id": world.den.id,
            "source": Account.AVAILABLE, "target": Account.COMMITTED, "amount": Decimal(1), "verb": "test", "at": now(),
            "by_id": world.bud.id, **words}


def test_the_database_refuses_a_movement_that_is_none(world, truth):
    truth.execute(insert(Movement.__table__).values(row(world)))
    for words in ({"amount": Decimal(0)}, {"amount": Decimal(-5)}, {"target": Account.AVAILABLE}, {"office_id": None},
                  {"amount": Decimal(10_000_000)}):
        with pytest.raises(IntegrityError), truth.begin_nested():
            truth.execute(insert(Movement.__table__).values(row(world, **words)))


def test_raw_movements_keep_the_balances_too(world, truth):
    before = ledger.kept()[ledger.Line(world.fund.id, YEAR, world.den.id, Account.AVAILABLE)]
    truth.execute(insert(Movement.__table__).values([row(world), row(world, amount=Decimal("2.50"))]))
    truth.commit()
    db.session.rollback()
    assert ledger.kept()[ledger.Line(world.fund.id, YEAR, world.den.id, Account.AVAILABLE)] == before - Decimal("3.50")
    assert ledger.reconcile() == []


def test_nobody_writes_a_balance(world):
    balance = db.session.query(Balance).first()
    with pytest.raises(RuntimeError, match="nobody writes a balance"), \
            action(world.bud, "fund.allot", world.fund):
        balance.amount += 1
    with pytest.raises(RuntimeError, match="nobody writes a balance"), \
            action(world.bud, "fund.allot", world.fund):
        db.session.add(Balance(fund_id=world.fund.id, fiscal_year=2031, office_id=NOWHERE,
                               account=Account.PAID, amount=Decimal(5)))
    with pytest.raises(RuntimeError, match="around the audit trail"):
        db.session.execute(insert(Balance).values(fund_id=world.fund.id, fiscal_year=2031, office_id=NOWHERE,
                                                  account=Account.PAID, amount=Decimal(5)))


def test_a_balance_is_not_removed(world, truth):
    with pytest.raises(DatabaseError, match="nobody writes a balance"):
        truth.execute(text("DELETE FROM balance"))


def test_postgresql_refuses_a_balance_by_hand(world, truth):
    if truth.bind.dialect.name == "sqlite":
        pytest.skip("SQLite cannot tell a trigger's write from a hand's; reconcile finds it")
    with pytest.raises(DatabaseError, match="nobody writes a balance"):
        truth.execute(text("UPDATE balance SET amount = amount + 1"))


def test_a_balance_changed_by_force_is_found(world, truth):
    if truth.bind.dialect.name == "postgresql":
        truth.execute(text("ALTER TABLE balance DISABLE TRIGGER balance_kept_only"))
    truth.execute(text("UPDATE balance SET amount = amount + 100 WHERE account = 'paid'"))
    truth.commit()
    db.session.rollback()
    differences = ledger.reconcile()
    assert {each.line.account for each in differences} == {Account.PAID}
    assert {each.kept - each.recomputed for each in differences} == {Decimal(1)}


def test_a_fund_says_what_it_may_pay(world):
    fund = funds.record(world.bud, name="Lodging only", treasury_symbol="70-3", authority="A test act",
                        spending="noyear", available_from_on=world.fund.available_from_on, categories=["E01"])
    with pytest.raises(Invalid) as refused:
        asked(world, world.ada, world.rosa, 5, fund_id=fund.id)
    assert "category" in refused.value.fields
    with pytest.raises(Invalid) as refused:
        funds.record(world.bud, name="Wrong", treasury_symbol="70-4", authority="A test act", spending="noyear",
                     available_from_on=world.fund.available_from_on, categories=["X12"])
    assert "categories" in refused.value.fields
