"""Payee and dates of a stay together say where somebody is: two people read them until thirty days after the stay."""
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select

from casework.audit.models import AuditEvent
from casework.funds import actions as funds
from casework.funds.models import HELD, Payee
from casework.funds.queries import payee_for
from casework.kernel.db import at, db
from casework.kernel.rulebook import packaged
from tests.funds.story import approve, asked, upto
from tests.world import as_seen_by

LAST_HELD = datetime(2026, 4, 20, 5, 59, tzinfo=UTC)  # 19 April in Denver: thirty days after the last night, 20 March
FREE = LAST_HELD + timedelta(minutes=1)
WORKING = {"ada", "cass", "sam", "lou", "fern", "carl", "hana", "bud", "cerys", "pia"}


def readers(world, disbursement):
    """Who of these reads the name; everybody else got the token, which says nothing."""
    asking = ("ada", "cass", "sam", "lou", "tom", "fern", "carl", "hana", "bud", "cerys", "pia", "uma", "priya", "root")
    seen = {name: payee_for(as_seen_by(getattr(world, name)), disbursement) for name in asking}
    assert {paid.token for paid in seen.values()} == {disbursement.payee_token}
    assert all(paid.service_until_on is None for paid in seen.values() if paid.name is None)
    return {name for name, paid in seen.items() if paid.name}


def test_a_stay_is_read_by_the_requester_and_the_approving_supervisor_only(world):
    assert readers(world, world.stay) == {"ada", "sam", "lou"}, "a supervisor of the office has still to decide"
    approve(world, world.sam, world.stay)
    assert readers(world, world.stay) == {"ada", "sam"}
    with at(LAST_HELD):
        assert readers(world, world.stay) == {"ada", "sam"}
    with at(FREE):
        assert readers(world, world.stay) == WORKING


def test_groceries_are_read_by_all_who_work_with_the_request_but_never_by_the_auditor(world):
    assert readers(world, world.draft) == WORKING


def test_a_draft_a_returned_and_a_refused_stay_are_the_requesters_alone(world):
    stay = {"category": "E01", "payee": "Birch House Hotel", "service_from_on": date(2026, 3, 18),
            "service_until_on": date(2026, 3, 19)}
    draft = asked(world, world.ada, world.rosa, 5, sent=False, **stay)
    assert readers(world, draft) == {"ada"}
    funds.submit(world.ada, draft)
    funds.return_(world.lou, draft, reason="Which days?")
    assert readers(world, draft) == {"ada"}
    funds.withdraw(world.ada, draft)
    assert readers(world, draft) == {"ada"}


def test_a_supervisor_who_asks_reads_what_they_wrote(world):
    draft = asked(world, world.sam, world.rosa, 5, sent=False, category="E01", payee="Birch House Hotel",
                  service_from_on=date(2026, 3, 18), service_until_on=date(2026, 3, 19))
    assert readers(world, draft) == {"sam"}


def test_a_stay_that_grows_longer_is_hidden_longer(world):
    stay = asked(world, world.ada, world.rosa, 5, sent=False, category="E01", service_from_on=date(2026, 3, 18),
                 service_until_on=date(2026, 3, 20))
    funds.edit(world.ada, stay, service_until_on=date(2026, 3, 21))
    with at(FREE):
        assert "fern" not in readers(world, stay)
    with at(FREE + timedelta(days=1)):
        assert "fern" in readers(world, stay)


def test_reading_a_payee_is_written_down_and_the_token_is_not_a_reading(world):
    def reads():
        return db.session.scalar(select(func.count()).where(AuditEvent.verb.in_(["payee.read", "payee.read_held"])))
    before = reads()
    payee_for(as_seen_by(world.uma), world.stay)
    payee_for(as_seen_by(world.fern), world.stay)
    assert reads() == before
    payee_for(as_seen_by(world.ada), world.stay)
    payee_for(as_seen_by(world.fern), world.draft)
    assert reads() == before + 2


def test_names_are_sealed_and_nowhere_in_the_trail(world, truth):
    upto(world, world.stay, "reconcile")
    for event in truth.scalars(select(AuditEvent)):
        said = f"{event.details}{event.changes}"
        assert "Birch House" not in said
        assert "2026-03-20" not in said
    assert all(b"House" not in payee.name_sealed for payee in truth.scalars(select(Payee)))


def test_every_held_category_is_a_category():
    codes = {row["code"]: row for entry in packaged() if entry.topic == "expense_categories" for row in entry.body}
    assert set(codes) >= HELD
    for word in ("shelter", "housing", "medical", "counselling", "care"):
        named = {code for code, row in codes.items() if word in row["category"].lower() and row["allow"] != "no"}
        assert named - {"E13", "E06"} <= HELD, word
