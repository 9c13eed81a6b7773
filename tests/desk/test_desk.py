"""The desk: what waits for each role, in the order of its clocks, and what each steers by."""
from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select

from casework.access import actions as access
from casework.audit.models import AuditEvent
from casework.cases import actions as cases
from casework.cases.duties import Duty, duties
from casework.cases.models import Source
from casework.desk import fund, oversight, panels
from casework.desk.empty import FILLS, would_fill
from casework.desk.pages import steering
from casework.desk.queries import desk, holidays_ahead, overdue_words
from casework.desk.team import team
from casework.funds import actions as funds
from casework.kernel.db import at, db, now, uuid7
from casework.kernel.system import SYSTEM
from casework.policy import VERBS
from tests.funds import story
from tests.world import CAST, as_seen_by

ZONE = ZoneInfo("America/Denver")
WEDNESDAY = datetime(2026, 3, 18, 16, tzinfo=UTC)


def duty(due_at, **words):
    return Duty(uuid7(), "VA-2026-DEN-00001", "Do it", due_at, "/", **words)


def titles(actor):
    return [row.title for group in desk(as_seen_by(actor), zone=ZONE, whole=True) for row in group.rows]


def panel(actor, title):
    return next((each for each in steering(as_seen_by(actor)) if each.title.startswith(title)), None)


# ── Groups ────────────────────────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize(("due_at", "group"), [
    (WEDNESDAY - timedelta(minutes=1), "Overdue"),
    (WEDNESDAY + timedelta(hours=2), "Today"),
    (WEDNESDAY + timedelta(hours=13), "Today"),       # 23:00 in Denver
    (WEDNESDAY + timedelta(hours=15), "This week"),   # 01:00 the next day
    (WEDNESDAY + timedelta(days=6), "This week"),
    (WEDNESDAY + timedelta(days=7), "Later"),
    (None, "This week"),
])
def test_a_duty_stands_where_its_clock_puts_it(world, due_at, group):
    assert [each.title for each in desk(world.ada, zone=ZONE, found=[duty(due_at)])] == [group]


def test_what_cannot_wait_and_has_no_clock_stands_today(world):
    assert desk(world.ada, zone=ZONE, found=[duty(None, urgent=True)])[0].title == "Today"


def test_of_what_is_due_later_only_a_few_are_shown_until_asked(world):
    later = [duty(WEDNESDAY + timedelta(days=20 + at)) for at in range(9)]
    short = desk(world.ada, zone=ZONE, found=later)[0]
    assert (short.count, len(short.rows), short.hidden) == (9, 5, 4)
    assert desk(world.ada, zone=ZONE, found=later, whole=True)[0].hidden == 0


def test_how_much_is_overdue_is_said_in_words(world):
    def said(count):
        return overdue_words(desk(world.ada, zone=ZONE, found=[duty(WEDNESDAY - timedelta(days=1))] * count))
    assert said(0) == "Nothing is overdue."
    assert said(1) == "One thing is overdue."
    assert said(2) == "Two things are overdue."
    assert said(17) == "17 things are overdue."


def test_a_federal_holiday_ahead_is_named():
    with at(datetime(2026, 11, 23, 18, tzinfo=UTC)):
        assert holidays_ahead(ZONE) == {date(2026, 11, 26): "Thanksgiving Day"}
    assert holidays_ahead(ZONE) == {}


# ── Every role ────────────────────────────────────────────────────────────────────────────────────────────────────

def test_everybody_has_a_desk_that_says_something(browser):
    for name in set(CAST) - {"zoe", "ivy"}:
        page = browser(name).get("/")
        assert (page.status_code, "Your desk" in page.text) == (200, True), name
        assert [word for word in ("cw-deed", "Nothing waits for you", "Late papers") if word in page.text], name


def test_who_holds_no_role_has_no_desk(browser):
    assert browser("zoe").get("/").status_code == 403


WAITING = [
    ("sam", "Approve $120.00", "Decide"), ("fern", "Approve $700.00", "Decide"),
    ("hana", "Approve $3,000.00", "Decide"), ("bud", "Obligate $90.00", "Obligate"),
    ("cerys", "Certify $35.00", "Certify"), ("pia", "Record the payment of $45.00", "Record"),
    ("bree", "Reconcile $55.00", "Reconcile"), ("ada", "Answer what was asked back about $12.00", "Answer"),
    ("bea", "Confirm what was received of $150.00", "Confirm"),
]


def test_money_waits_at_the_desk_of_whoever_takes_the_next_step(world):
    for name, verb, button in WAITING:
        rows = [row for group in desk(getattr(world, name), zone=ZONE, whole=True) for row in group.rows]
        assert [row for row in rows if row.title == verb and row.button == button], (name, verb)


def test_nobody_finds_a_step_that_is_not_theirs(world):
    assert not [title for title in titles(world.fern) if "$120.00" in title]
    assert not [title for title in titles(world.ada) if title.startswith(("Approve", "Obligate", "Certify"))]
    for name in ("uma", "priya", "root", "esme", "carl"):
        assert titles(getattr(world, name)) == []


def test_a_step_leaves_the_desk_when_it_is_taken(world):
    assert "Obligate $90.00" in titles(world.bud)
    funds.obligate(world.bud, world.approved, amount=Decimal(90), document="ORD-9")
    assert "Obligate $90.00" not in titles(world.bud)


def test_a_receipt_that_is_owed_has_its_clock_and_its_rule(world):
    owed = next(each for each in duties(world.sol) if each.what == "Add the receipt")
    assert owed.due_at is not None
    assert "DOJ OIG" in owed.rule


def test_a_notice_for_a_person_under_18_is_overdue_at_the_specialist(world):
    cases.open_case(world.abe, world.den, referral_source=Source.TIP_LINE, under_18=True,
                    discovered_at=now() - timedelta(days=2))
    groups = {group.title: [row.title for row in group.rows] for group in desk(world.abe, zone=ZONE)}
    assert "Record the notice to HHS" in groups["Overdue"]


def test_each_row_leads_to_a_page_that_its_reader_may_open(browser, world):
    for name in ("ada", "sam", "olga"):
        client = browser(name)
        for each in duties(getattr(world, name)):
            if not each.url.startswith("/disbursements"):
                assert client.get(each.url).status_code == 200, (name, each.url)


def test_an_empty_desk_says_what_would_fill_it(world, browser):
    assert {verb for verb, _ in FILLS} <= VERBS
    watching = ("uma", "priya", "esme", "carl")
    for name in CAST:
        if name not in ("zoe", "ivy", *watching):
            assert would_fill(getattr(world, name)), name
    assert "No step is yours to take" in browser("carl").get("/").text
    assert "Vouchers to certify" in browser("cyril").get("/").text or duties(world.cyril)


# ── What they steer by ────────────────────────────────────────────────────────────────────────────────────────────

def test_a_specialist_sees_her_cases_by_acuity_and_the_bar_adds_up(world):
    mine = panel(world.ada, "My ")
    assert sum(count for _, count in mine.sums) == sum(part.count for part in mine.bar)
    assert mine.bar[-1].x + mine.bar[-1].width <= 300


def test_a_specialist_sees_her_own_requests_and_a_supervisor_those_of_the_office(world):
    ours, hers = dict(panel(world.sam, "Requests").sums), dict(panel(world.ada, "My requests").sums)
    assert hers["Waiting for approval"] < ours["Waiting for approval"]


def test_the_fund_of_ones_office_and_how_long_it_lasts(world):
    mine = panel(world.sam, "Fund, Denver")
    assert mine.says[0].startswith("$")
    assert panel(world.sam, "Fund, Miami") is None
    assert {each.title for each in steering(world.lou) if each.title.startswith("Fund")} == {
        "Fund, Denver", "Fund, Miami"}
    assert panel(world.hana, "Fund, all offices")


@pytest.mark.parametrize(("available", "used", "words"), [
    (Decimal(1000), Decimal(0), "Nothing of it has been used yet this year."),
    (Decimal(100_000), Decimal(10), "At this pace it lasts beyond the end of the year."),
    (Decimal(169), Decimal(1690), "until about 3 Apr 2026, 180 days before the year ends"),
])
def test_how_long_it_lasts_is_reckoned_from_the_pace_of_the_year(available, used, words):
    assert words in fund.lasts(available, used, date(2026, 3, 18))


def test_late_papers_are_exceptions(world):
    assert panel(world.sol, "Exceptions").says == ["No paper is late."]
    with at(now() + timedelta(days=20)):
        assert dict(panel(world.sol, "Exceptions").sums) == {"Receipt late": 1}


def test_who_shares_money_out_sees_where_it_runs_low(world):
    assert panel(world.bud, "Running low") is None
    large = story.asked(world, world.bea, world.nina, 9_000, category="E04")
    story.upto(world, large, "approve")
    assert [words for words, _ in panel(world.bud, "Running low").sums] == ["Miami, Victim emergency help"]
    assert panel(world.ada, "Running low") is None


def test_an_investigator_sees_requests_for_presence_by_where_they_stand(world):
    assert panel(world.ned, "Continued Presence").sums
    assert panel(world.olga, "Continued Presence") is None
    assert panel(world.pia, "Continued Presence") is None


def test_an_auditor_sees_what_changed_since_the_last_look(world, browser):
    browser("uma").get("/log/events")
    with at(now() + timedelta(hours=1)):
        assert panel(world.uma, "What changed").says[0].endswith("Nothing.")
    with at(now() + timedelta(hours=2)):
        funds.obligate(world.bud, world.approved, amount=Decimal(90), document="ORD-9")
        assert dict(panel(world.uma, "What changed").sums)["Deeds with money"] == 1
    assert panel(world.ada, "What changed") is None


def test_an_auditor_sees_that_log_and_ledger_agree(world):
    tied = panel(world.uma, "Paid, less refunds")
    assert tied.sums[0][1] == tied.sums[1][1]
    assert tied.says == ["Log and ledger agree, to the cent."]


def test_an_auditor_finds_late_papers_with_the_way_to_their_story(world, browser):
    assert oversight.late(as_seen_by(world.uma)) == []
    with at(now() + timedelta(days=20)):
        (late,) = oversight.late(as_seen_by(world.uma))
        assert (late.title, late.url) == ("Receipt late", f"/log/disbursements/{world.paid.id}")
        assert late.number in browser("uma").get("/").text
        assert oversight.late(as_seen_by(world.ada)) == []


def test_a_privacy_officer_is_led_to_who_looked(world):
    assert panel(world.priya, "The last seven days").link[1] == "/log/events"
    assert panel(world.uma, "The last seven days") is None


def test_an_administrator_sees_accounts_without_a_role_and_roles_about_to_end(world, browser):
    assert world.zoe.id in {user.id for user in oversight.without_role(as_seen_by(world.root))}
    access.give_role(SYSTEM, world.zoe, role="cp_reviewer", until=now() + timedelta(days=9), document="Test")
    assert [(each.user.id, each.role) for each in oversight.ending(as_seen_by(world.root))] == [(world.zoe.id, "Cp reviewer")]
    assert world.zoe.id not in {user.id for user in oversight.without_role(as_seen_by(world.root))}
    assert "Roles about to end" in browser("root").get("/").text
    assert oversight.without_role(as_seen_by(world.ada)) == list(oversight.ending(as_seen_by(world.ada))) == []


# ── The team ──────────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_supervisor_sees_the_team_by_person(world):
    *people, total = team(as_seen_by(world.sam), ZONE)
    assert {row.name for row in people} >= {"Ada Example", "Abe Example"}
    assert (total.open, total.overdue) == (sum(row.open for row in people), sum(row.overdue for row in people))
    abe = next(row for row in people if row.name == "Abe Example")
    assert abe.overdue >= 1
    assert abe.oldest.id == world.kit.id


def test_nobody_else_sees_a_team_and_no_supervisor_another_office(world):
    assert team(as_seen_by(world.ada), ZONE) == team(as_seen_by(world.uma), ZONE) == []
    assert {row.name for row in team(as_seen_by(world.tom), ZONE)} == {"Bea Example", "Team"}


def test_the_cases_that_the_team_shows_are_written_into_the_trail(world):
    people = team(as_seen_by(world.sam), ZONE)
    last = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert {each[1] for each in last.shown} == {str(row.oldest.id) for row in people if row.oldest}


# ── Names, and questions ──────────────────────────────────────────────────────────────────────────────────────────

def test_names_are_off_until_asked_for_and_off_again_afterwards(browser):
    client = browser("ada")
    assert "Rosa" not in client.get("/").text
    client.post("/names?back=/", data={"csrf_token": client.token})
    assert "Rosa" in client.get("/").text
    assert "Rosa" not in client.get("/").text


@pytest.mark.parametrize("name", ["ada", "sam", "hana", "bud", "uma", "olga", "root"])
def test_a_desk_asks_a_bounded_number_of_questions(browser, world, name):
    client, asked = browser(name), []
    event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    client.get("/")
    few = len(asked)
    for at_ in range(6):
        story.asked(world, world.ada, world.rosa, 21 + at_)
        story.asked(world, world.abe, world.kit, 31 + at_, sent=False)
    asked.clear()
    client.get("/")
    assert len(asked) <= few + 2, "\n".join(asked)
    assert few < 100


def test_a_bar_without_words_is_no_bar():
    assert panels.Panel("Nothing").told == ""
