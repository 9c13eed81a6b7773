"""The main line, clicked through by everybody whose step it is: from the first page of a case to money that ties."""
from __future__ import annotations

import csv
import re
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from casework.continued_presence.items import TEN_THINGS
from casework.kernel.clocks import fiscal_year
from casework.kernel.rulebook import today
from tests.browser.conftest import sign_in
from tests.browser.hands import choose, day, follow, pick, press, told, write

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FUND, DOCUMENT = "Winter fund", "ORD-77"


@pytest.fixture
def at_work(window):
    """`with at_work("ada") as page`: signs in by the form and begins at the desk."""
    def begin(name):
        opened = window()

        class Person:
            def __enter__(self):
                page = opened.__enter__()
                sign_in(page, name)
                return page

            def __exit__(self, *problem):
                return opened.__exit__(*problem)
        return Person()
    return begin


def test_from_intake_to_a_paid_and_logged_disbursement(at_work):
    it = SimpleNamespace()
    with at_work("ada") as page:
        opens_a_case(page, it)
        records_identity_and_contact(page)
        screens(page)
        assesses(page)
    with at_work("olga") as page:
        drafts(page, it)
        answers_the_checklist(page)
        sends(page)
    continued_presence_is_granted(at_work, it)
    with at_work("bud") as page:
        records_a_fund(page)
    with at_work("ada") as page:
        asks_for_money(page, it)
    money_is_spent(at_work, it)
    with at_work("uma") as page:
        finds_it_in_the_log(page, it)


def opens_a_case(page, it):
    follow_section(page, "Cases")
    follow(page, "Open a case")
    choose(page, "referral_source", "investigator")
    choose(page, "investigation_id", "INV-2026-HARBOR")
    press(page, "Open the case")
    told(page, "is open")
    it.case = re.search(r"VA-\d{4}-DEN-\d{5}", page.content())[0]
    it.case_url = page.url


def records_identity_and_contact(page):
    case = page.url
    follow_part(page, "Identity")
    follow(page, re.compile("Change|Record|Edit"))
    write(page, legal_name="Marisol Placeholder", goes_by="Mari", country="Freedonia", a_number="A055512345")
    pick(page, "citizenship", "noncitizen")
    press(page, "Keep it")
    told(page, "Identity recorded")
    page.goto(case)
    follow_part(page, "Contact and safety")
    follow(page, re.compile("Change|Record|Edit"))
    write(page, phone="303-555-0142", safe_method="Text first", whereabouts="Room 9, Alder House")
    press(page, "Keep it, confirmed now")
    told(page, "confirmed")
    page.goto(case)


def screens(page):
    case = page.url
    follow_part(page, "Needs")
    press(page, "Begin a rapid")
    levels(page, SAF=2, SHE=4)
    press(page, "Sign")
    told(page, "Signed")
    page.goto(case)


def assesses(page):
    follow_part(page, "Needs")
    press(page, "Begin a full")
    levels(page, SHE=3, FOO=3)
    press(page, "Sign")
    told(page, "Signed")
    assert "Shelter" in page.get_by_role("main").inner_text()


def levels(page, **of):
    for code in [each.get_attribute("id") for each in page.locator("fieldset.cw-dom").all()]:
        page.locator(f"#{code}-{of.get(code, 0)}").check()
    page.wait_for_load_state("networkidle")


def drafts(page, it):
    page.goto(it.case_url)
    follow(page, "Draft a Continued Presence request")
    day(page, "identified_on", today())
    press(page, "Begin the request")
    told(page, "Begun")
    follow(page, "Write the package")
    pick(page, "trafficking", "labor")
    pick(page, "basis", "potential_witness")
    write(page, summary="Held by a debt that grew.", witness="Saw who collected the papers.",
          known_as="Marisol Placeholder", status_now="No proceedings are open.", a_number="A055512345")
    press(page, "Save")
    told(page, "Saved")
    it.request_url = page.url
    it.request = re.search(r"CP-\d{4}-\d+|[A-Z]+-\d{4}-[A-Z]+-\d{4,5}", page.locator("h1 + p").inner_text())[0]


def answers_the_checklist(page):
    seen = set()
    while items := [href for href in hrefs(page, "/checklist/") if href not in seen]:
        seen.add(items[0])
        page.goto(items[0])
        if page.locator("input[name='answer'][value='done']").count() == 0:
            continue
        pick(page, "answer", "done")
        day(page, "done_on", today())
        if page.locator("input[name='told']").count():
            write(page, language="Spanish")
            for thing in TEN_THINGS:
                pick(page, "told", thing)
        press(page, "Save the answer")
        told(page, "saved")


def hrefs(page, part):
    return [link.get_attribute("href") for link in page.locator(f"main a[href*='{part}']").all()]


def sends(page):
    press(page, "Send to field review")
    told(page, "Sent")


def continued_presence_is_granted(at_work, it):
    with at_work("fay") as page:
        from_the_desk(page, it.request_url)
        press(page, "Endorse")
        told(page, "Endorsed")
    with at_work("cora") as page:
        from_the_desk(page, it.request_url)
        follow(page, "Submit to the deciding centre")
        write(page, transmission_reference="T-77")
        press(page, "Submit to the deciding centre")
        told(page, "Submitted")
    with at_work("rex") as page:
        from_the_desk(page, it.request_url)
        press(page, "Take it up")
        told(page, "Taken up")
    with at_work("otto") as page:
        from_the_desk(page, it.request_url)
        follow(page, "Decide")
        pick(page, "mechanism", "deferred_action_107c3")
        press(page, "Approve")
        told(page, "Approved")
    with at_work("rue") as page:
        from_the_desk(page, it.request_url)
        follow(page, "Record the papers")
        write(page, i94_number="I94-77")
        day(page, "i94_issued_on", today())
        day(page, "ead_requested_on", today())
        press(page, "Record the papers")
        told(page, "in force")


def records_a_fund(page):
    follow_section(page, "Fund")
    follow(page, "Record a fund")
    write(page, name=FUND, treasury_symbol="70-0077", authority="A test act")
    choose(page, "spending", "annual")
    day(page, "available_from_on", today().replace(month=10, day=1, year=fiscal_year(today()) - 1))
    press(page, "Record the fund")
    page.get_by_role("heading", name=FUND).wait_for()
    follow(page, "Record an apportionment")
    write(page, fiscal_year=str(fiscal_year(today())), amount="5,000", document="APP-77")
    press(page, "Record an apportionment")
    told(page, "Apportionment recorded")
    follow(page, "Allot to an office")
    choose(page, "office_id", "Denver")
    write(page, fiscal_year=str(fiscal_year(today())), amount="2,000")
    press(page, "Allot to an office")
    told(page, "Allotted")


def asks_for_money(page, it):
    page.goto(it.case_url)
    follow(page, "Ask the fund for help")
    choose(page, "category", "E04")
    choose(page, "need_domain", "FOO")
    choose(page, "fund_id", FUND)
    write(page, purpose="A week of groceries", amount="120.00", payee="Corner Grocery")
    for number, resource in enumerate(("charity", "service_provider", "shelter_or_ngo")):
        if number:
            press(page, "Add another check")
            page.locator(f"[name='checks-{number}-name']").wait_for()
        checks(page, f"checks-{number}", resource)
    press(page, "Send for signatures")
    told(page, "Sent for signatures")
    it.disbursement_url = page.url
    it.number = re.search(r"D-\d{4}-\d{5}", page.content())[0]


def checks(page, row, resource):
    choose(page, f"{row}-resource", resource)
    write(page, **{f"{row}-name": "Harbor Pantry", f"{row}-contacted_at-time": "10:00"})
    day(page, f"{row}-contacted_at", today() - timedelta(days=1))
    choose(page, f"{row}-method", "phone")
    choose(page, f"{row}-outcome", "no_capacity")


def money_is_spent(at_work, it):
    with at_work("sam") as page:
        from_the_desk(page, it.disbursement_url)
        follow(page, "Decide on $120.00")
        pick(page, "concurs", "yes")
        press(page, "Approve at most $120.00")
        told(page, it.number)
    step(at_work, it, "bud", "Obligate", document=DOCUMENT)
    step(at_work, it, "ada", "Record as received")
    with at_work("cerys") as page:
        from_the_desk(page, it.disbursement_url)
        press(page, "Certify")
        told(page, "Certified")
    step(at_work, it, "pia", "Record a payment", on="paid_on", reference="PAY-77")
    step(at_work, it, "ada", "Add a receipt", on="issued_on", reference="RC-77")
    step(at_work, it, "bree", "Reconcile", statement="ST-77")


def from_the_desk(page, url):
    """It waits there for whoever signs in, with a way to it."""
    page.locator(f"main a[href^='{urlsplit(url).path}']").first.click()
    if page.url != url:
        page.goto(url)


def step(at_work, it, name, label, on=None, **words):
    """A step with a form of its own: from the request's page to the form and back."""
    with at_work(name) as page:
        from_the_desk(page, it.disbursement_url)
        follow(page, label)
        write(page, **words)
        if on:
            day(page, on, today())
        press(page, label)
        page.locator(".usa-alert--success").wait_for()
        assert page.url == it.disbursement_url


def finds_it_in_the_log(page, it):
    follow_section(page, "Log")
    follow(page, it.number)
    story = page.get_by_role("main").inner_text()
    assert it.case in story and DOCUMENT in story and "PAY-77" in story
    assert "Marisol" not in page.content() and "Corner Grocery" not in page.content()
    page.go_back()
    with page.expect_download() as begun:
        follow(page, re.compile("CSV"))
    rows = list(csv.DictReader(begun.value.path().read_text(encoding="utf-8-sig").splitlines()))
    [row] = [row for row in rows if it.number in row.values()]
    assert it.case in row.values() and "reconciled" in row.values()


def follow_section(page, words):
    page.get_by_role("navigation").get_by_role("link", name=words, exact=True).first.click()


def follow_part(page, words):
    page.get_by_role("main").get_by_role("link", name=words).first.click()
