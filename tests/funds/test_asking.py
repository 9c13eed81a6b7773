"""What a request must be: allowable, needed, in time, with other help looked for first."""
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from casework.cases import actions as cases
from casework.cases.closing import CHECKLIST
from casework.cases.models import Reason
from casework.funds import actions as funds
from casework.funds import queries
from casework.funds.models import Disbursement, Method, Outcome, Resource, ResourceCheck
from casework.kernel.db import at, db, now
from casework.kernel.errors import Conflict, Forbidden, Invalid, Stale
from tests.funds.story import asked, check, three_checks, upto


def wrong(world, *, case=None, **words):
    """The fields that a request with these words is refused for."""
    with pytest.raises(Invalid) as refused:
        asked(world, world.ada, case or world.rosa, words.pop("amount", 5), **words)
    return refused.value.fields


def test_what_the_fund_never_pays_is_refused_with_its_reason(world):
    for code in (f"X{number:02}" for number in range(1, 13)):
        said = wrong(world, category=code)["category"][0]
        assert said.startswith("The fund never pays this: ")
    assert "exchange for cooperation" in wrong(world, category="X12")["category"][0]


def test_what_is_asked_must_be_sound(world):
    assert "category" in wrong(world, category="E99")
    assert "need_domain" in wrong(world, need_domain="ZZZ")
    assert "fund_id" in wrong(world, fund_id=world.den.id)
    assert "condition" in wrong(world, category="E08")
    assert set(wrong(world, category="E01")) == {"service_from_on", "service_until_on"}
    assert "service_until_on" in wrong(world, service_from_on=date(2026, 3, 4), service_until_on=date(2026, 3, 3))
    assert "exigent_reason" in wrong(world, exigent=True)
    assert "amount" in wrong(world, exigent=True, exigent_reason="No bed tonight", amount="1500.01")
    with at(now() + timedelta(days=365)):
        fund = funds.record(world.bud, name="Ended", treasury_symbol="70-9", authority="A test act", spending="multi",
                            available_from_on=date(2020, 10, 1), available_until_on=date(2026, 9, 30))
        assert "fund_id" in wrong(world, fund_id=fund.id)


def test_only_the_team_asks(world):
    with pytest.raises(Forbidden):
        asked(world, world.bea, world.rosa, 5)
    with pytest.raises(Forbidden):
        asked(world, world.hana, world.rosa, 5)


def test_numbers_follow_each_other(world):
    one, other = (asked(world, world.ada, world.rosa, 5, sent=False) for _ in range(2))
    assert other.serial == one.serial + 1
    assert one.number == f"D-2026-{one.serial:05}"


def test_three_checks_of_different_resources_and_fresh_ones(world):
    a, b, _ = three_checks()
    old = check(resource=Resource.CHARITY, name="Elsewhere", contacted_at=now() - timedelta(hours=72, minutes=1))
    for checks in ([], [a, b], [a, b, {**a, "contacted_at": now()}], [a, b, old],
                   [a, b, {**a, "name": " HARBOR pantry "}]):
        assert "checks" in wrong(world, checks=checks)
    asked(world, world.ada, world.rosa, 5, checks=[a, b, {**old, "contacted_at": now() - timedelta(hours=72)}])
    waiting = asked(world, world.ada, world.rosa, 5, sent=False)
    with at(now() + timedelta(hours=72)):
        with pytest.raises(Invalid, match="check the form"):
            funds.submit(world.ada, waiting)
        for more in three_checks():
            funds.check_resource(world.ada, waiting, **more)
        assert funds.submit(world.ada, waiting).state == "submitted"


def test_freshness_is_judged_at_submission_only(world):
    waiting = asked(world, world.ada, world.rosa, 5)
    with at(now() + timedelta(days=20)):
        assert upto(world, waiting, "approve").state == "approved"


def test_family_consulate_and_employer_only_with_consent(world, truth):
    draft = asked(world, world.ada, world.rosa, 5, sent=False)
    for resource in (Resource.FAMILY, Resource.CONSULATE, Resource.EMPLOYER):
        with pytest.raises(Invalid) as refused:
            funds.check_resource(world.ada, draft, **check(resource=resource))
        assert "consent" in refused.value.fields
    funds.check_resource(world.ada, draft, **check(resource=Resource.FAMILY, consent=True))
    funds.check_resource(world.ada, draft, **check(resource=Resource.EMPLOYER, method=Method.NONE,
                                                   outcome=Outcome.UNSAFE_NOT_CONTACTED))
    asked_first = next(each for each in queries.story(draft).checks if each.resource is Resource.FAMILY)
    row = truth.get(ResourceCheck, asked_first.id)
    values = {column.key: getattr(row, column.key) for column in ResourceCheck.__table__.columns}
    with pytest.raises(IntegrityError):
        truth.execute(insert(ResourceCheck.__table__).values(
            **{**values, "id": world.den.id, "resource": "family", "consent": False}))


def test_unsafe_to_ask_counts_as_a_check(world):
    a, b, _ = three_checks()
    unsafe = check(resource=Resource.CONSULATE, name="Not asked", method=Method.NONE,
                   outcome=Outcome.UNSAFE_NOT_CONTACTED)
    assert asked(world, world.ada, world.rosa, 5, checks=[a, b, unsafe]).state == "submitted"


def test_help_that_comes_later_is_bridged_and_no_longer(world):
    a, b, _ = three_checks()
    later = check(resource=Resource.SHELTER_OR_NGO, name="Partner 14", outcome=Outcome.AVAILABLE_LATER)
    with pytest.raises(Invalid) as refused:
        asked(world, world.ada, world.rosa, 5, checks=[a, b, later])
    assert "available_on" in refused.value.fields
    checks = [a, b, {**later, "available_on": date(2026, 3, 20)}]
    stay = {"category": "E01", "checks": checks, "service_from_on": date(2026, 3, 18)}
    assert "service_until_on" in wrong(world, **stay, service_until_on=date(2026, 3, 20))
    asked(world, world.ada, world.rosa, 5, **stay, service_until_on=date(2026, 3, 19))


def test_what_cannot_wait_needs_one_check_and_the_rest_in_two_working_days(world):
    urgent = {"exigent": True, "exigent_reason": "No bed tonight"}
    assert "checks" in wrong(world, **urgent, checks=[])
    asking = asked(world, world.ada, world.rosa, 5, **urgent, checks=[check()])
    mine = Disbursement.id == asking.id
    (paper,) = queries.owed(mine)
    assert paper.due_at.astimezone(world.den.zone).strftime("%a %d %H:%M") == "Fri 20 23:59"
    assert not paper.late
    with at(paper.due_at + timedelta(seconds=1)):
        assert [late.what for late in queries.exceptions(mine)] == ["Complete the checks of other help"]
        for more in three_checks()[1:]:
            funds.check_resource(world.ada, asking, **more)
        assert list(queries.owed(mine)) == []


def test_late_papers_stop_new_requests_but_never_urgent_ones(world):
    for _ in range(3):
        upto(world, asked(world, world.ada, world.rosa, 1), "pay")
    with at(now() + timedelta(days=6)):
        assert asked(world, world.ada, world.rosa, 1).state == "submitted", "five working days have not passed"
    with at(now() + timedelta(days=8)):
        with pytest.raises(Conflict, match="3 late papers"):
            asked(world, world.ada, world.rosa, 1)
        assert asked(world, world.cass, world.rosa, 1).state == "submitted", "they are not hers"
        urgent = asked(world, world.ada, world.rosa, 1, exigent=True, exigent_reason="Hungry", checks=[check()])
        assert urgent.state == "submitted"
        late = queries.exceptions(Disbursement.requested_by_id == world.ada.id, actor=world.ada)[0].disbursement
        funds.receipt(world.ada, late, reference="R", issued_on=now().date(), amount=late.paid)
        assert asked(world, world.ada, world.rosa, 1).state == "submitted", "two are forgiven"


def test_only_a_draft_or_a_returned_request_is_edited_and_only_by_who_asked(world):
    draft, version = world.draft, world.draft.version
    funds.edit(world.ada, draft, expecting=version, amount=Decimal(80), payee="Other Grocery")
    assert (draft.requested, queries.payee_for(world.ada, draft).name) == (80, "Other Grocery")
    with pytest.raises(Stale):
        funds.edit(world.ada, draft, expecting=version, amount=Decimal(70))
    with pytest.raises(Forbidden):
        funds.edit(world.cass, draft, amount=Decimal(70))
    with pytest.raises(Conflict):
        funds.edit(world.ada, world.stay, amount=Decimal(70))
    with pytest.raises(Invalid):
        funds.edit(world.ada, draft, category="X01")
    funds.edit(world.ada, world.returned, purpose="Groceries for six days")
    assert queries.words_for(world.sam, world.returned).purpose == "Groceries for six days"


def test_a_case_with_open_money_does_not_close_and_a_closed_one_asks_for_none(world):
    checklist = dict.fromkeys(CHECKLIST, True)
    with pytest.raises(Conflict, match=world.approved.number):
        cases.close(world.abe, world.kit, reason=Reason.GOALS_MET, checklist=checklist)
    fresh = cases.open_case(world.ada, world.den, referral_source="self")
    cases.close(world.ada, fresh, reason=Reason.GOALS_MET, checklist=checklist)
    with pytest.raises(Conflict, match="closed"):
        asked(world, world.ada, fresh, 5)


def test_words_are_sealed_in_the_database(world, truth):
    row = truth.get(Disbursement, world.stay.id)
    assert b"groceries" not in row.purpose_sealed
    assert all(b"Harbor" not in check.name_sealed for check in truth.query(ResourceCheck))
    assert queries.words_for(world.uma, world.stay) is None
    assert queries.words_for(world.bud, world.stay) is None
    assert queries.words_for(world.fern, world.stay).purpose == "A week of groceries"
    assert db.session.get(Disbursement, world.stay.id).purpose == "A week of groceries"
