"""The log of disbursements: filters, who sees which rows, sums that tie to the ledger, and what is never in it."""
from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event, select

from casework.audit.models import AuditEvent
from casework.funds.models import Disbursement, State
from casework.funds.queries import story as told
from casework.kernel.db import db
from casework.kernel.errors import Forbidden
from casework.log import sums
from casework.log.queries import as_row, log_page, names, paid_on
from casework.log.steps import findings
from tests.funds import story
from tests.world import as_seen_by

pytestmark = pytest.mark.usefixtures("in_time")

CANARIES = ("Corner Grocery", "Birch House", "Elm House", "Rosalind", "A week of", "Harbor Pantry")


@pytest.fixture
def rows(world):
    """The log as an actor sees it, in words."""
    def ask(name, **asked):
        reader = as_seen_by(getattr(world, name))
        known = names()
        return [as_row(row, known) for row in log_page(reader, limit=200, **asked)]
    return ask


@pytest.fixture
def hotel_paid(world):
    """A stay that was paid while it is still withheld."""
    stay = story.asked(world, world.ada, world.rosa, 120, category="E01", payee="Birch House Hotel",
                       service_from_on=date(2026, 3, 17), service_until_on=date(2026, 3, 20))
    return story.upto(world, stay, "pay")


def test_the_auditor_sees_the_whole_country(rows, truth):
    there = set(truth.scalars(select(Disbursement.number)))
    assert {row["number"] for row in rows("uma")} == there
    assert {row["office"] for row in rows("uma")} == {"DEN", "MIA"}


def test_a_supervisor_sees_his_office_and_a_specialist_her_cases(rows, world):
    assert {row["office"] for row in rows("tom")} == {"MIA"}
    assert {row["case_number"] for row in rows("bea")} == {world.nina.number}


def test_who_has_no_business_with_money_is_refused(world):
    with pytest.raises(Forbidden):
        log_page(world.olga)


def test_newest_comes_first_page_by_page(world, rows):
    whole = [row["number"] for row in rows("uma")]
    found, after = [], None
    while True:
        page = log_page(world.uma, limit=4, after=after)
        found += [row.number for row in page]
        after = page.next
        if after is None:
            break
    assert found == whole


FILTERS = [
    ({"office": "mia"}, lambda row: row["office"] == "MIA"),
    ({"category": "e01"}, lambda row: row["category"] == "E01"),
    ({"state": State.PAID}, lambda row: row["state"] == "paid"),
    ({"amount_from": Decimal(100)}, lambda row: row["requested"] >= 100),
    ({"amount_to": Decimal(100)}, lambda row: row["requested"] <= 100),
    ({"from_on": date(2026, 3, 1)}, lambda row: row["requested_on"] >= "2026-03-01"),
    ({"to_on": date(2026, 3, 1)}, lambda row: row["requested_on"] <= "2026-03-01"),
    ({"office": "DEN", "state": State.DENIED}, lambda row: (row["office"], row["state"]) == ("DEN", "denied")),
]


def test_a_filter_keeps_exactly_what_fits(rows):
    every = rows("uma")
    for asked, holds in FILTERS:
        kept = rows("uma", **asked)
        assert kept == [row for row in every if holds(row)], asked
        assert 0 < len(kept) < len(every), asked


def test_a_fund_is_a_filter_and_an_unknown_office_finds_nothing(rows, world):
    assert rows("uma", fund_id=world.fund.id) == rows("uma")
    assert rows("uma", fund_id=world.rosa.id) == []
    assert rows("uma", office="NOW") == []


def test_the_page_is_written_into_the_trail_with_each_row_and_the_filter(rows, world):
    shown = rows("uma", office="MIA")
    last = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert [each[1] for each in last.shown] == [str(row["id"]) for row in shown]
    assert last.details["filter"] == "office MIA"


# ── Sums ──────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_the_log_ties_to_the_ledger(world):
    for asked in ({}, {"office": "DEN"}, {"state": State.PAID}, {"category": "E01"}, {"from_on": date(2026, 3, 1)}):
        assert all(tie.agrees for tie in sums.ties(world.uma, **asked)), asked


def test_each_sum_is_about_something(world):
    assert all(tie.log > 0 for tie in sums.ties(world.uma))


def test_a_row_that_lies_about_what_was_paid_breaks_the_tie(world, truth):
    truth.execute(Disbursement.__table__.update().where(Disbursement.id == world.paid.id).values(paid=Decimal(24)))
    truth.commit()
    db.session.commit()
    assert {tie.account for tie in sums.ties(world.uma) if not tie.agrees} == {
        "Paid, less refunds", "Obligated, not yet paid"}


def test_the_offices_add_up_to_the_log(world, rows):
    offices = sums.by_office(world.uma)
    assert sum(each.rows for each in offices) == len(rows("uma"))
    assert sum(each.paid for each in offices) == sums.ties(world.uma)[-1].log


def test_sums_of_the_ledger_are_for_those_who_may_read_it(world):
    with pytest.raises(Forbidden):
        sums.ties(world.ada)


# ── What is never there ───────────────────────────────────────────────────────────────────────────────────────────

def test_of_lodging_only_the_month_of_the_payment_is_said(hotel_paid, world, rows):
    held = next(row for row in rows("uma") if row["number"] == hotel_paid.number)
    assert held["paid_on"] == "2026-03"
    food = next(row for row in rows("uma") if row["number"] == world.paid.number)
    assert food["paid_on"] == "2026-03-16"


def test_what_is_not_paid_has_no_day_of_payment(world):
    assert paid_on(world.draft, world.den.zone) is None


def test_no_door_of_the_log_tells_a_payee_a_purpose_or_a_day_of_a_stay(hotel_paid, machine, browser):
    for path in ("/log", *(f"/api/v1/disbursement-log?{how}" for how in ("limit=200", "format=csv", "format=jsonl"))):
        answer = (browser if path == "/log" else machine)("uma").get(path).text
        assert hotel_paid.number in answer, path
        said = [word for word in (*CANARIES, "2026-03-17", "2026-03-20", "17 Mar", "20 Mar") if word in answer]
        assert not said, path


def test_the_story_tells_no_payee_purpose_or_stay_whoever_reads_it(hotel_paid, browser):
    for name in ("uma", "hana", "bud", "cerys", "sam", "ada"):
        page = browser(name).get(f"/log/disbursements/{hotel_paid.id}").text
        assert hotel_paid.number in page, name
        assert not [word for word in (*CANARIES, "17 Mar", "20 Mar") if word in page], name


# ── At the doors ──────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_program_reads_the_log_page_by_page(machine, rows):
    client = machine("uma")
    first = client.get("/api/v1/disbursement-log?limit=3").json
    second = client.get(f"/api/v1/disbursement-log?limit=3&after={first['next']}").json
    assert [row["number"] for row in first["items"] + second["items"]] == [row["number"] for row in rows("uma")[:6]]
    assert first["items"][0]["requested"].count(".") == 1


def test_what_is_not_a_filter_is_refused(machine):
    uma = machine("uma")
    for query in ("format=xml", "state=lost", "amount_from=lots", "fund=mine", "payee=x",
                  "from=2026-03-02&to=2026-03-01", "amount_from=5&amount_to=4", "after=nonsense"):
        assert uma.get(f"/api/v1/disbursement-log?{query}").status_code == 422, query


def test_no_other_role_comes_in(machine):
    for name in ("olga", "rex", "priya", "root", "zoe"):
        assert machine(name).get("/api/v1/disbursement-log").status_code == 403, name


def test_a_privacy_officer_finds_the_audit_log_where_others_find_disbursements(browser):
    assert "Audit log" in browser("priya").get("/log").text
    assert "Disbursement log" in browser("uma").get("/log").text


def test_the_page_says_that_log_and_ledger_agree(browser):
    page = browser("uma").get("/log").text
    assert "Log and ledger agree, to the cent" in page
    assert "Download as CSV" in page


def test_who_may_not_take_it_away_sees_no_button_and_no_ledger(browser):
    page = browser("ada").get("/log").text
    assert "Download as CSV" not in page
    assert "Ledger" not in page


def test_the_page_asks_a_bounded_number_of_questions(browser, world):
    client, asked = browser("uma"), []
    event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    for limit in (2, 50):
        asked.clear()
        assert client.get(f"/log?limit={limit}").status_code == 200
        assert len(asked) < 30, "\n".join(asked)


# ── One story ─────────────────────────────────────────────────────────────────────────────────────────────────────

def test_the_story_names_everybody_who_took_a_step(browser, world):
    page = browser("uma").get(f"/log/disbursements/{world.reconciled.id}").text
    for name in ("Ada Example", "Sam Example", "Bud Example", "Cerys Example", "Pia Example", "Bree Example"):
        assert name in page
    for word in ("Each step by another person", "tier 0", "ORD-1", "PAY-1", "RC-1", "ST-1", "Reconciled"):
        assert word in page


def test_every_finding_of_a_clean_story_is_passed(world):
    as_seen_by(world.uma)
    found = findings(world.reconciled, told(world.reconciled), world.den.zone)
    assert len(found) == 4
    assert {finding.state for finding in found} == {"done"}


def test_a_payment_without_receipt_is_found(world):
    as_seen_by(world.uma)
    found = {finding.title: finding for finding in findings(world.paid, told(world.paid), world.den.zone)}
    assert found["Receipt within five working days"].state == "miss"


def test_movements_and_the_trail_are_shown_to_those_who_may_read_them(browser, world):
    auditor = browser("uma").get(f"/log/disbursements/{world.reconciled.id}").text
    specialist = browser("ada").get(f"/log/disbursements/{world.reconciled.id}").text
    assert "Movements" in auditor
    assert "Movements" not in specialist
    assert "In the audit log" in auditor


def test_no_story_for_who_has_no_business_with_money(browser, world):
    for name in ("olga", "root", "priya"):
        assert browser(name).get(f"/log/disbursements/{world.paid.id}").status_code == 403, name


def test_a_story_of_another_office_is_not_there(browser, world):
    assert browser("tom").get(f"/log/disbursements/{world.paid.id}").status_code == 404


def test_stories_of_every_state_can_be_read(browser, world):
    client = browser("uma")
    for row in log_page(world.uma, limit=200):
        assert client.get(f"/log/disbursements/{row.id}").status_code == 200
