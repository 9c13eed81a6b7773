"""Money through two doors: pages and API say the same, a key is one effect, and nothing typed is lost."""
from __future__ import annotations

import re
from html import unescape
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from casework.funds.actions import DEEDS, FUND_DEEDS
from casework.funds.models import Disbursement, Movement, Payment, Receipt, Signature

API = "/api/v1"
GOOD = {"category": "E04", "need_domain": "FOO", "amount": "64.00", "payee": "Corner Grocery",
        "purpose": "A week of groceries"}
WRONG = {
    "never paid": {"category": "X12"},
    "no such category": {"category": "Q99"},
    "a condition without a word of how it is met": {"category": "E13"},
    "a stay without its days": {"category": "E01"},
    "nothing": {"amount": "0.00"},
    "less than a cent": {"amount": "1.005"},
    "cannot wait, without why": {"exigent": "yes"},
    "cannot wait, and too much": {"exigent": "yes", "exigent_reason": "No bed", "amount": "1500.01"},
    "no purpose": {"purpose": ""},
    "no need": {"need_domain": ""},
}


def typed(world, **words):
    return {"fund_id": str(world.fund.id), **GOOD, **words}


def told(page):
    """What the error summary of a page says."""
    summary = re.search(r'id="errors".*?</ul>', page.get_data(as_text=True), re.S)
    found = re.findall(r"<li[^>]*>(?:<a[^>]*>)?(.*?)(?:</a>)?</li>", summary[0]) if summary else []
    return {unescape(words) for words in found}


def answered(answer):
    return {message for messages in answer.get_json()["errors"].values() for message in messages}


def asked_by_page(client, case, data):
    return client.post(f"/cases/{case.id}/disbursements/new", data={"_once": str(uuid4()), **data})


def count(truth, model):
    truth.rollback()
    return truth.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize("what", WRONG)
def test_both_doors_refuse_the_same_in_the_same_words(world, browser, machine, truth, what):
    before, data = count(truth, Disbursement), typed(world, **WRONG[what])
    page = asked_by_page(browser("abe"), world.kit, data)
    sent = {name: True if value == "yes" else value for name, value in data.items() if value != ""}
    api = machine("abe").post(f"{API}/cases/{world.kit.id}/disbursements", json=sent,
                              headers={"Idempotency-Key": str(uuid4())})
    assert (page.status_code, api.status_code) == (422, 422)
    assert told(page) == answered(api) != set()
    assert count(truth, Disbursement) == before


def test_what_is_never_paid_says_why_beside_the_category_and_keeps_every_word(world, browser):
    page = asked_by_page(browser("abe"), world.kit, typed(world, category="X12", purpose="For telling what he knows"))
    words = page.get_data(as_text=True)
    beside = re.search(r'id="category-error">(.*?)</span>\s*<select', words, re.S)[1]
    assert "never pays this" in beside
    assert "For telling what he knows" in words
    assert 'value="64.00"' in words
    assert 'value="Corner Grocery"' in words
    assert re.search(r'<option value="X12" selected>', words)


def test_sending_at_once_without_checks_keeps_nothing_but_what_was_typed(world, browser, truth):
    before = count(truth, Disbursement)
    page = asked_by_page(browser("abe"), world.kit, typed(world, _send="yes"))
    assert page.status_code == 422
    assert any("Other help must be looked for first" in message for message in told(page))
    assert "A week of groceries" in page.get_data(as_text=True)
    assert count(truth, Disbursement) == before


def checks(**first):
    kinds = ("charity", "state_compensation", "service_provider")
    rows = {f"checks-{at}-{name}": value for at, kind in enumerate(kinds) for name, value in {
        "resource": kind, "name": f"Partner {at}", "method": "phone", "outcome": "denied",
        "contacted_at-month": "3", "contacted_at-day": "18", "contacted_at-year": "2026",
        "contacted_at-time": "08:10"}.items()}
    return {**rows, **first}


def test_asked_and_sent_in_one_press(world, browser, truth):
    done = asked_by_page(browser("abe"), world.kit, typed(world, _send="yes", **checks()))
    assert done.status_code == 303, told(done)
    newest = truth.scalar(select(Disbursement).order_by(Disbursement.serial.desc()))
    assert (newest.state, newest.requested_by_id) == ("submitted", world.abe.id)
    assert done.headers["Location"].endswith(f"/disbursements/{newest.id}")


def test_a_wrong_row_says_so_in_its_own_box(world, browser):
    page = asked_by_page(browser("abe"), world.kit, typed(world, **checks(**{"checks-1-outcome": ""})))
    words = page.get_data(as_text=True)
    assert page.status_code == 422
    assert 'id="checks-1-outcome-error"' in words
    assert 'id="checks-0-outcome-error"' not in words
    assert 'value="Partner 2"' in words


def test_another_row_is_added_without_sending_anything(world, browser, truth):
    before = count(truth, Disbursement)
    page = asked_by_page(browser("abe"), world.kit, typed(world, _add="checks", **{"checks-0-name": ""}))
    assert page.status_code == 200
    assert 'id="checks-1-resource"' in page.get_data(as_text=True)
    assert count(truth, Disbursement) == before


PRESSED_TWICE = {
    "ask": ("abe", lambda w: f"/cases/{w.kit.id}/disbursements/new", typed, Disbursement),
    "approve": ("sam", lambda w: f"/disbursements/{w.stay.id}/approve",
                lambda w: {"amount": "120.00", "concurs": "yes"}, Signature),
    "obligate": ("bud", lambda w: f"/disbursements/{w.approved.id}/obligate",
                 lambda w: {"amount": "90.00", "document": "ORD-7"}, Signature),
    "pay": ("pia", lambda w: f"/disbursements/{w.certified.id}/pay",
            lambda w: {"amount": "20.00", "reference": "PAY-7", "paid_on-month": "3", "paid_on-day": "16",
                       "paid_on-year": "2026"}, Payment),
    "receipt": ("ada", lambda w: f"/disbursements/{w.paid.id}/receipt",
                lambda w: {"amount": "25.00", "reference": "RC-7", "issued_on-month": "3", "issued_on-day": "16",
                           "issued_on-year": "2026"}, Receipt),
    "allot": ("bud", lambda w: f"/funds/{w.fund.id}/allot",
              lambda w: {"amount": "10.00", "fiscal_year": "2026", "office_id": str(w.mia.id)}, Movement),
}


@pytest.mark.parametrize("what", PRESSED_TWICE)
def test_a_double_click_is_one_effect(world, browser, truth, what):
    name, url, data, model = PRESSED_TWICE[what]
    client, at, sent = browser(name), url(world), {**data(world), "_once": str(uuid4())}
    before = count(truth, model)
    first, second = client.post(at, data=sent), client.post(at, data=sent)
    assert (first.status_code, second.status_code) == (303, 303), told(first)
    assert first.headers["Location"] == second.headers["Location"]
    assert count(truth, model) == before + 1


def test_a_form_about_money_carries_its_key_and_is_refused_without(world, browser):
    for name, (who, url, data, _) in PRESSED_TWICE.items():
        client, at = browser(who), url(world)
        assert re.search(r'name="_once" value="[0-9a-f-]{36}"', client.get(at).get_data(as_text=True)), name
        assert client.post(at, data=data(world)).status_code == 400, name


def test_a_form_that_was_wrong_may_be_put_right_under_its_key(world, browser, truth):
    client, at, once = browser("bud"), f"/disbursements/{world.approved.id}/obligate", str(uuid4())
    wrong = client.post(at, data={"amount": "95.00", "document": "ORD-7", "_once": once})
    assert (wrong.status_code, told(wrong)) == (409, {"That is more than was approved."})
    assert 'value="ORD-7"' in wrong.get_data(as_text=True)
    assert once in wrong.get_data(as_text=True)
    right = client.post(at, data={"amount": "85.00", "document": "ORD-7", "_once": once})
    assert right.status_code == 303


def test_every_deed_has_its_door_on_the_pages(app):
    rules = {(rule.rule, method) for rule in app.url_map.iter_rules() for method in rule.methods}
    assert all((f"/disbursements/<uuid:id>/{verb}", "POST") in rules for verb in DEEDS)
    assert all((f"/funds/<uuid:id>/{verb}", "POST") in rules for verb in FUND_DEEDS)


BY_OTHERS = [("ada", "obligate", "approved"), ("bud", "pay", "certified"), ("pia", "certify", "received"),
             ("uma", "cancel", "approved"), ("cerys", "approve", "stay"), ("carl", "receive", "obligated")]


BODIES = {
    "obligate": {"amount": "1.00", "document": "O"}, "cancel": {"reason": "R"}, "receive": {"amount": "1.00"},
    "pay": {"amount": "1.00", "reference": "P", "paid_on": "2026-03-16"}, "certify": {},
    "approve": {"amount": "1.00", "concurs": True},
}


@pytest.mark.parametrize(("name", "verb", "which"), BY_OTHERS)
def test_both_doors_refuse_whoever_may_not_alike(world, browser, machine, name, verb, which):
    at, once = f"/disbursements/{getattr(world, which).id}/{verb}", {"Idempotency-Key": str(uuid4())}
    page, api = browser(name).post(at, headers=once), machine(name).post(API + at, json=BODIES[verb], headers=once)
    assert (page.status_code, api.status_code) == (403, 403)
    assert api.get_json()["detail"] in unescape(page.get_data(as_text=True))


def test_a_draft_changed_meanwhile_is_not_written_over(world, browser, machine):
    page = browser("ada").get(f"/disbursements/{world.draft.id}/edit").get_data(as_text=True)
    version = re.search(r'name="_version" value="(\d+)"', page)[1]
    at = f"{API}/disbursements/{world.draft.id}"
    assert machine("ada").patch(at, json={"amount": "90.00"}, headers={"If-Match": version}).status_code == 200
    late = browser("ada").post(f"/disbursements/{world.draft.id}/edit", data=typed(world, _version=version,
                                                                                     purpose="Two weeks of groceries"))
    assert late.status_code == 412
    assert "Somebody changed this" in late.get_data(as_text=True)
    assert "Two weeks of groceries" in late.get_data(as_text=True)
    assert machine("ada").get(at).get_json()["requested"] == "90.00"


def test_a_draft_is_changed_and_an_emptied_answer_is_taken_away(world, browser, machine):
    client, at = browser("ada"), f"/disbursements/{world.draft.id}/edit"

    def save(**words):
        version = re.search(r'name="_version" value="(\d+)"', client.get(at).get_data(as_text=True))[1]
        return client.post(at, data=typed(world, _version=version, **words))
    assert save(condition="It is met").status_code == 303
    assert save(condition="", amount="70.50").status_code == 303
    words = machine("ada").get(f"{API}/disbursements/{world.draft.id}/words").get_json()
    assert words["condition"] is None
    assert machine("ada").get(f"{API}/disbursements/{world.draft.id}").get_json()["requested"] == "70.50"
    assert told(save(purpose="")) == {"Please answer “What it is for”."}
