"""The pages of the fund: what each reader sees, who is masked from whom, and where each press leads."""
from __future__ import annotations

import re
from html import unescape
from uuid import uuid4

from sqlalchemy import select

from casework.audit.models import AuditEvent
from casework.funds.models import State
from casework.kernel.db import db
from tests.funds.story import approve, asked

HELD = "Held until 30 days after the stay"
SECRETS = ("Birch House Hotel", "17 Mar 2026", "20 Mar 2026")
IDENTITY = ("Rosalind", "Placeholder", "A012345678", "Birch House, Room")
READERS = ("ada", "sam", "fern", "carl", "hana", "bud", "cerys", "pia", "uma")
STATES = ("draft", "returned", "denied", "withdrawn", "stay", "received", "certified", "paid", "reconciled", "refunded",
          "failed", "cancelled")


def words(answer):
    return unescape(answer.get_data(as_text=True))


def title(page):
    return re.search(r"<title>(.*?)</title>", page)[1]


def acts(page):
    """The buttons and links of where it stands."""
    stands = re.search(r'<section class="cw-stands".*?</section>', page, re.S)[0]
    return [re.sub(r"<.*?>", "", found).strip() for found in re.findall(
        r'<(?:a|button)[^>]*class="usa-button.*?</(?:a|button)>', stands, re.S)]


def show(client, thing):
    return words(client.get(f"/disbursements/{thing.id}"))


def test_a_stay_is_masked_but_for_who_asked_and_who_signs(world, browser):
    for name in READERS:
        page = show(browser(name), world.stay)
        assert world.stay.payee_token in page, name
        shown = [secret for secret in SECRETS if secret in page]
        said = [HELD in page, "read only by who asked and by the supervisor who signs" in page]
        assert (shown, all(said)) == ((list(SECRETS), False) if name in ("ada", "sam") else ([], True)), name


def test_what_is_not_held_is_for_those_who_work_with_it_and_a_token_for_the_auditor(world, browser):
    assert "Corner Grocery" in show(browser("pia"), world.paid)
    audited = show(browser("uma"), world.paid)
    assert "Corner Grocery" not in audited
    assert "Not shown to you" in audited


def test_why_the_help_is_needed_and_who_was_asked_are_for_those_who_judge(world, browser):
    assert all(word in show(browser("fern"), world.stay) for word in ("A week of groceries", "Harbor Pantry"))
    for name in ("bud", "pia", "uma"):
        page = show(browser(name), world.stay)
        assert "A week of groceries" not in page
        assert "Harbor Pantry" not in page
        assert "Charity" in page


def test_every_state_has_its_page_without_a_name_in_title_or_address(world, browser):
    hana = browser("hana")
    for which in STATES:
        thing = getattr(world, which)
        page = show(hana, thing)
        links = " ".join(re.findall(r'(?:href|action)="([^"]*)"', page))
        assert title(page) == f"Request {thing.number} – Casework", which
        assert not any(word in page for word in IDENTITY), which
        assert not any(word in links + title(page) for word in ("Corner", "Hotel", "Rosa")), which


BUTTONS = [
    ("ada", "draft", ["Send for signatures", "Change the draft", "Add a check", "Withdraw"]),
    ("ada", "stay", ["Add a check", "Withdraw"]),
    ("sam", "stay", ["Decide on $120.00", "Add a check", "Withdraw"]),
    ("fern", "stay", []),
    ("fern", "half_signed", ["Decide on $700.00"]),
    ("bud", "approved", ["Obligate", "Cancel"]),
    ("cerys", "received", ["Certify"]),
    ("pia", "certified", ["Record a payment"]),
    ("ada", "paid", ["Add a receipt", "Add a check"]),
    ("bree", "receipted", ["Reconcile", "De-obligate"]),
    ("uma", "stay", []),
]


def test_the_buttons_are_what_this_reader_may_do_now_the_next_step_first(world, browser):
    for name, which, expected in BUTTONS:
        assert acts(show(browser(name), getattr(world, which))) == expected, (name, which)


def test_what_is_not_theirs_is_said_with_the_reason(world, browser):
    assert "You may ask, not sign:" in show(browser("ada"), world.stay)
    assert "it waits for program supervisor" in show(browser("fern"), world.stay)
    assert "you took another step of this request" in show(browser("cass"), world.received)


def test_a_draft_that_cannot_be_sent_says_what_is_missing(world, browser):
    bare = asked(world, world.ada, world.rosa, 5, sent=False, checks=[])
    page = show(browser("ada"), bare)
    assert 'aria-disabled="true"' in page
    assert "Other help must be looked for first: 3 checks within the last 72 hours; there are 0." in page


def test_where_it_stands_names_the_rule_of_its_clock(world, browser):
    page = show(browser("ada"), world.stay)
    assert "Overdue 1 day" in page
    assert "Approve or return the request" in page


def test_hidden_is_absent(world, browser):
    def bare(answer):
        return re.sub(r"[0-9a-f]{32}|[0-9a-f-]{36}|csrf_token\" value=\"[^\"]*", "", answer.get_data(as_text=True))
    for name, thing in (("bea", world.stay), ("ada", world.obligated), ("fern", world.at_headquarters)):
        client = browser(name)
        hidden, absent = (client.get(f"/disbursements/{id}") for id in (thing.id, uuid4()))
        assert (hidden.status_code, absent.status_code) == (404, 404)
        assert bare(hidden) == bare(absent)


def test_who_has_nothing_to_do_with_money_does_not_come_in(world, browser):
    for name in ("olga", "fay", "rex", "otto", "root", "zoe", "priya"):
        client = browser(name)
        for url in ("/funds", "/disbursements", f"/disbursements/{world.stay.id}", f"/funds/{world.fund.id}"):
            assert client.get(url).status_code == 403, (name, url)


def test_the_approver_sees_on_one_page_what_a_signature_rests_on(world, browser):
    page = words(browser("fern").get(f"/disbursements/{world.half_signed.id}/approve"))
    for word in ("Approve $700.00 for food/groceries?", "This person, 30 days", "$1,820.00", "tier 2, up to $2,000.00",
                 "before: $39,507.00", "$38,807.00", "3 within 72 hours", "Same category", "A week of groceries",
                 "Sam Example", "Return with a reason"):
        assert word in page, word


def test_what_was_looked_at_beside_the_decision_is_written_down(world, browser):
    browser("fern").get(f"/disbursements/{world.half_signed.id}/approve")
    reads = [event.shown for event in db.session.scalars(select(AuditEvent).where(
        AuditEvent.actor_id == world.fern.id, AuditEvent.verb == "disbursement.read"))]
    assert str(world.going_home.id) in {row[1] for shown in reads for row in shown}


def test_an_office_with_too_little_left_is_said_before_anybody_signs(world, browser):
    large = asked(world, world.abe, world.kit, 39_600)
    page = words(browser("hana").get(f"/disbursements/{large.id}/approve"))
    assert "has $39,507.00 left of this fund" in page


def test_after_a_decision_the_next_follows(world, browser):
    second = asked(world, world.abe, world.kit, 30)
    sam = browser("sam")
    page = words(sam.get(f"/disbursements/{world.stay.id}/approve"))
    assert "1 of 2 that wait for you" in page
    signed = sam.post(f"/disbursements/{world.stay.id}/approve",
                      data={"amount": "100.00", "concurs": "yes", "_once": str(uuid4())})
    assert signed.headers["Location"] == f"/disbursements/{second.id}/approve"
    returned = sam.post(f"/disbursements/{second.id}/return", data={"reason": "Which week?"})
    assert returned.headers["Location"] == f"/disbursements/{second.id}"
    db.session.expire_all()
    assert (world.stay.state, world.stay.approved, second.state) == (State.APPROVED, 100, State.RETURNED)
    assert "“Which week?”" in show(browser("abe"), second)


def test_returning_without_a_reason_says_so_and_changes_nothing(world, browser):
    page = browser("sam").post(f"/disbursements/{world.stay.id}/return", data={"reason": " "})
    assert page.status_code == 422
    assert 'id="reason-error"' in words(page)
    db.session.expire_all()
    assert world.stay.state is State.SUBMITTED


def test_whose_turn_it_is_not_is_led_to_the_request(world, browser):
    led = browser("fern").get(f"/disbursements/{world.stay.id}/approve")
    assert led.headers["Location"] == f"/disbursements/{world.stay.id}"
    late = browser("fern").post(f"/disbursements/{world.stay.id}/approve",
                                data={"amount": "1.00", "concurs": "yes", "_once": str(uuid4())})
    assert late.status_code == 409
    assert "This waits for the signature of: program supervisor." in words(late)


def test_the_list_filters_by_state_and_office_and_carries_no_name(world, browser):
    client = browser("uma")
    everything = words(client.get("/disbursements"))
    assert "21 requests" in everything
    assert not any(word in everything for word in (*IDENTITY, "Corner Grocery", "Hotel,"))
    few = words(client.get("/disbursements?state=submitted&office=MIA"))
    assert world.at_headquarters.number in few
    assert world.stay.number not in few
    assert "1 request<" in few
    assert client.get("/disbursements?state=blue&fund=nothing").status_code == 200


def test_a_specialist_sees_the_requests_of_their_own_files(world, browser):
    page = words(browser("bea").get("/disbursements"))
    assert world.obligated.number in page
    assert world.stay.number not in page


def test_the_case_page_tells_of_the_fund_and_leads_to_asking(world, browser):
    page = words(browser("ada").get(f"/cases/{world.rosa.id}"))
    assert "Returned to you." in page
    assert f'href="/cases/{world.rosa.id}/disbursements/new"' in page
    listed = words(browser("ada").get(f"/cases/{world.rosa.id}/disbursements"))
    assert world.draft.number in listed
    assert world.obligated.number not in listed


def test_asking_shows_every_condition_without_a_script_and_one_when_chosen(world, browser):
    client = browser("abe")
    page = words(client.get(f"/cases/{world.kit.id}/disbursements/new"))
    assert "Conditions of every category" in page
    assert "Licensed; session cap (28 CFR 94.119(c))" in page
    assert not re.search(r"\[[A-Z]\]", page)
    chosen = words(client.get(f"/cases/{world.kit.id}/disbursements/hints?category=X12&amount=420"))
    assert "never paid" in chosen
    assert "$420.00 now, $2,240.00 in 30 days: tier 3." in chosen
    assert "A program supervisor, then a fund approver, then program headquarters must sign." in chosen


def test_only_who_may_ask_sees_the_total_of_a_person(world, browser):
    for name, status in (("abe", 200), ("sam", 200), ("ada", 404), ("hana", 403), ("olga", 403), ("fern", 403)):
        assert browser(name).get(f"/cases/{world.kit.id}/disbursements/hints").status_code == status


def test_the_fund_page_shows_what_it_holds_and_its_parts_add_up(world, browser):
    page = words(browser("bud").get(f"/funds/{world.fund.id}"))
    figures = dict(re.findall(r'<span class="cw-key k-(\w+)"></span>[^<]*</dt><dd>\$([\d,.]+)</dd>', page))
    amounts = {key: float(amount.replace(",", "")) for key, amount in figures.items()}
    assert set(amounts) == {"paid", "obl", "com", "free"}
    assert sum(amounts.values()) == 50_000
    assert "$50,000.00 allotted" in page
    assert 'role="img"' in page
    assert "57 days" in page
    assert "40 movements" in page


def test_movements_are_turned_page_by_page(world, browser):
    client, at = browser("uma"), f"/funds/{world.fund.id}"
    first = words(client.get(at))
    further = words(client.get(re.search(r'href="([^"]*after=[^"]*)">Next movements', first)[1]))
    assert [page.count('data-label="From and to"') for page in (first, further)] == [25, 15]
    assert "Not allotted yet → available" in first + further
    assert "Every movement" not in words(browser("sam").get(at))


def test_a_fund_is_recorded_apportioned_and_allotted(world, browser):
    bud = browser("bud")
    made = bud.post("/funds/new", data={
        "name": "Second fund", "treasury_symbol": "70-0001", "authority": "A test act", "spending": "annual",
        "available_from_on-month": "10", "available_from_on-day": "1", "available_from_on-year": "2025",
        "_once": str(uuid4())})
    at = made.headers["Location"]
    assert "Nothing is allotted in this fiscal year" in words(bud.get(at))
    assert "nothing can be allotted" in words(bud.get(f"{at}/allot"))
    for verb, data in (("apportion", {"document": "APP-2"}), ("allot", {"office_id": str(world.den.id)})):
        done = bud.post(f"{at}/{verb}", data={"fiscal_year": "2026", "amount": "500.00", "_once": str(uuid4()), **data})
        assert done.status_code == 303, words(done)
    assert "$500.00 allotted" in words(bud.get(at))
    too_much = bud.post(f"{at}/allot", data={"fiscal_year": "2026", "amount": "1.00", "office_id": str(world.den.id),
                                            "_once": str(uuid4())})
    assert too_much.status_code == 409


def test_only_a_budget_officer_is_shown_the_way_to_record_a_fund(world, browser):
    for name in ("ada", "sam", "uma", "pia"):
        assert "Record a fund" not in words(browser(name).get("/funds")), name
    assert "Record a fund" in words(browser("bud").get("/funds"))


def test_the_header_leads_to_the_fund_for_those_whom_it_concerns(world, browser):
    assert '<a href="/funds"' in words(browser("ada").get("/cases"))
    assert '<a href="/funds"' not in words(browser("olga").get("/cases"))


def test_a_supervisor_who_signed_still_reads_the_payee_and_another_does_not(world, browser):
    approve(world, world.sam, world.stay)
    assert "Birch House Hotel" in show(browser("sam"), world.stay)
    assert "Birch House Hotel" not in show(browser("lou"), world.stay)
