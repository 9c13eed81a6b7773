"""Tiers: whatever is asked of the fund for one person in thirty days decides how many sign."""
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.funds import actions as funds
from casework.funds import queries
from casework.funds.tiers import needed
from casework.kernel.db import at, now
from casework.kernel.errors import Conflict, Forbidden, Invalid
from casework.kernel.rulebook import packaged
from casework.kernel.rules import tiers_of
from tests.funds.story import approve, approved, asked, upto

TIERS = tiers_of(next(entry.body for entry in packaged() if entry.topic == "tiers"))
EDGES = {0: "250.00", 1: "500.00", 2: "2000.00", 3: "8000.00"}
money = st.decimals(min_value="0.01", max_value=20_000, places=2)
codes = st.sampled_from(["E01", "E02", "E03", "E04", "E08", "E20", "E21"])


@pytest.mark.parametrize(("tier", "edge"), EDGES.items())
def test_a_cent_more_is_the_next_tier(tier, edge):
    assert needed(TIERS, total=Decimal(edge), category="E04").number == tier
    assert needed(TIERS, total=Decimal(edge) + Decimal("0.01"), category="E04").number == tier + 1


@given(money, money, codes, st.integers(0, 90))
def test_more_money_or_longer_help_never_needs_fewer_signatures(some, more, category, days):
    one = needed(TIERS, total=some, category=category, days=days)
    other = needed(TIERS, total=some + more, category=category, days=days + 10)
    assert other.number >= one.number
    assert len(other.approvers) >= 1


@given(money, codes, st.integers(0, 90))
def test_what_forces_a_tier_forces_it_whatever_the_amount(total, category, days):
    tier = needed(TIERS, total=total, category=category, days=days).number
    assert tier >= {"E02": 3, "E21": 3, "E03": 4, "E20": 4}.get(category, 0)
    assert tier >= (3 if days > 30 else 0)
    assert tier == 4 or total <= Decimal(EDGES[tier])


def test_small_requests_of_one_person_add_up_over_offices_and_thirty_days(world):
    """Kit, of Denver: 90 and 130 and 700 and 900 are on record. The day that leaves the window is Denver's."""
    first = asked(world, world.abe, world.kit, "1.00")
    assert (first.rolling_total, first.tier) == (Decimal("1821.00"), 2)
    second = asked(world, world.abe, world.kit, "200.00")
    assert (second.rolling_total, second.tier) == (Decimal("2021.00"), 3)
    last_moment = datetime(2026, 4, 16, 5, 59, tzinfo=UTC)  # 15 April, 23:59, in Denver; the story was on 16 March
    with at(last_moment):
        assert asked(world, world.abe, world.kit, 1).rolling_total == Decimal("2022.00")
    with at(last_moment + timedelta(minutes=1)):
        assert asked(world, world.abe, world.kit, 1).rolling_total == Decimal("203.00")


def test_what_was_denied_withdrawn_or_cancelled_does_not_count(world):
    before = asked(world, world.bea, world.nina, 1).rolling_total
    funds.withdraw(world.bea, asked(world, world.bea, world.nina, 40))
    funds.deny(world.tom, asked(world, world.bea, world.nina, 50), reason="No")
    funds.cancel(world.tom, upto(world, asked(world, world.bea, world.nina, 60), "approve"), reason="No")
    assert asked(world, world.bea, world.nina, 1).rolling_total == before + 1


def test_an_approval_for_less_counts_for_less(world):
    before = asked(world, world.bea, world.nina, 1).rolling_total
    large = asked(world, world.bea, world.nina, 100)
    while left := queries.waiting_for(large):
        signer = {"program_supervisor": world.tom, "fund_approver": world.finn, "program_hq": world.hana}[left[0]]
        approve(world, signer, large, 10)
    assert asked(world, world.bea, world.nina, 1).rolling_total == before + 11


def test_the_tier_rises_while_it_waits_and_never_falls(world):
    """Two requests below the edge become, together, one above it: whoever signs later signs under the higher tier."""
    with at(now() + timedelta(days=60)):
        early = asked(world, world.ada, world.rosa, 400)
        late = asked(world, world.ada, world.rosa, 300)
        assert (early.tier, late.tier) == (1, 2)
        approve(world, world.sam, early)
        assert (early.tier, early.state) == (2, "submitted")
        assert early.rolling_total == 700
        funds.deny(world.sam, late, reason="No")
        approve(world, world.fern, early)
        assert (early.tier, early.state) == (2, "approved")


def test_who_signs_next_follows_from_the_tier(world):
    with at(now() + timedelta(days=60)):
        large = asked(world, world.ada, world.rosa, 8000)
        assert queries.waiting_for(large) == ["program_supervisor", "fund_approver", "program_hq"]
        with pytest.raises(Conflict, match="program supervisor"):
            approve(world, world.fern, large)
        with pytest.raises(Forbidden):
            approve(world, world.tom, large)
        approve(world, world.sam, large)
        with pytest.raises(Conflict, match="fund approver"):
            approve(world, world.lou, large)
        with pytest.raises(Conflict, match="fund approver"):
            funds.deny(world.hana, large, reason="Not yet mine")
        approve(world, world.fern, large)
        approve(world, world.hana, large)
        assert (large.state, queries.waiting_for(large)) == ("approved", [])


def test_the_highest_tier_takes_two_people_and_a_legal_note(world):
    with at(now() + timedelta(days=60)):
        large = asked(world, world.ada, world.rosa, "8000.01")
        assert queries.waiting_for(large) == ["program_hq", "program_hq"]
        with pytest.raises(Invalid) as refused:
            funds.approve(world.hana, large, amount=large.requested, concurs=True)
        assert "legal_note" in refused.value.fields
        approve(world, world.hana, large)
        with pytest.raises(Forbidden):
            approve(world, world.hana, large)
        approve(world, world.hugo, large)
        assert (large.state, large.legal_note) == ("approved", "LN-1")


def test_nobody_approves_more_than_was_asked_or_approved_before(world):
    with at(now() + timedelta(days=60)):
        asking = asked(world, world.ada, world.rosa, 900)
        with pytest.raises(Invalid) as refused:
            approve(world, world.sam, asking, "900.01")
        assert "amount" in refused.value.fields
        approve(world, world.sam, asking, 600)
        with pytest.raises(Invalid):
            approve(world, world.fern, asking, "600.01")
        with pytest.raises(Invalid) as refused:
            funds.approve(world.fern, asking, amount=Decimal(500), concurs=False)
        assert "concurs" in refused.value.fields
        approve(world, world.fern, asking, 500)
        assert (asking.approved, asking.requested) == (500, 900)
        assert sorted(each.amount for each in queries.story(asking).signatures) == [500, 600, 900]


def test_a_new_round_is_judged_anew_and_signed_anew(world):
    with at(now() + timedelta(days=60)):
        asking = asked(world, world.ada, world.rosa, 900)
        approve(world, world.sam, asking)
        funds.return_(world.fern, asking, reason="Less will do")
        funds.edit(world.ada, asking, amount=Decimal(200))
        funds.submit(world.ada, asking)
        assert (asking.round, asking.tier, asking.approved) == (2, 0, 0)
        approved(world, asking)
        assert sorted(each.round for each in queries.story(asking).signatures) == [1, 1, 2, 2]
