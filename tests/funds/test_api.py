"""The fund's API: what is asked, who is answered, what never leaves, and what a key is for."""
from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from casework.funds.actions import DEEDS, FUND_DEEDS
from casework.funds.models import Disbursement, Movement, Receipt, ResourceCheck
from casework.kernel.db import now

API = "/api/v1"
SECRETS = ("Birch House Hotel", "Elm House Hotel", "Corner Grocery", "A week of groceries", "Harbor Pantry")


def key():
    return {"Idempotency-Key": str(uuid4())}


def check(**words):
    return {"resource": "charity", "name": "Harbor Pantry", "contacted_at": (now() - timedelta(hours=3)).isoformat(),
            "method": "phone", "outcome": "no_capacity", **words}


def wish(world, **words):
    return {"fund_id": str(world.fund.id), "category": "E04", "need_domain": "FOO", "amount": "64.00",
            "payee": "Corner Grocery", "purpose": "A week of groceries", **words}


THREE = [{}, {"resource": "state_compensation", "outcome": "too_slow"},
         {"resource": "service_provider", "outcome": "denied"}]


def test_a_request_goes_from_draft_to_reconciled_by_token(world, machine):
    ada, day = machine("ada"), now().date().isoformat()
    asked = ada.post(f"{API}/cases/{world.kit.id}/disbursements", json=wish(world), headers=key())
    assert asked.status_code == 404, "Kit is not Ada's"
    abe = machine("abe")
    asked = abe.post(f"{API}/cases/{world.kit.id}/disbursements", headers=key(),
                     json=wish(world, amount="20.00", checks=[check(**words) for words in THREE]))
    assert asked.status_code == 201, asked.get_json()
    at = f"{API}/disbursements/{asked.get_json()['id']}"
    steps = [("abe", "submit", {}), ("sam", "approve", {"amount": "20.00", "concurs": True}),
             ("fern", "approve", {"amount": "20.00", "concurs": True}),
             ("bud", "obligate", {"amount": "18.00", "document": "ORD-9"}), ("abe", "receive", {"amount": "18.00"}),
             ("cerys", "certify", {}), ("pia", "pay", {"amount": "18.00", "reference": "PAY-9", "paid_on": day}),
             ("abe", "receipt", {"amount": "18.00", "reference": "RC-9", "issued_on": day}),
             ("bree", "reconcile", {"statement": "ST-9"})]
    for who, verb, body in steps:
        done = machine(who).post(f"{at}/{verb}", json=body, headers=key())
        assert done.status_code == 200, (verb, done.get_json())
    assert (done.get_json()["state"], done.get_json()["paid"]) == ("reconciled", "18.00")


def test_every_verb_has_its_route(app):
    rules = {(rule.rule, method) for rule in app.url_map.iter_rules() for method in rule.methods}
    assert all((f"{API}/disbursements/<uuid:id>/{verb}", "POST") in rules for verb in DEEDS)
    assert all((f"{API}/funds/<uuid:id>/{verb}", "POST") in rules for verb in FUND_DEEDS)


def test_lists_filter_and_turn_pages(world, machine):
    uma = machine("uma")
    seen = [each["number"] for each in pages(uma, f"{API}/disbursements?limit=5")]
    assert len(seen) == len(set(seen)) > 15
    assert seen == sorted(seen, reverse=True)
    for filters, expected in (("state=returned", {world.returned.number}),
                              (f"case={world.nina.id}&state=obligated", {world.obligated.number}),
                              (f"fund={uuid4()}", set())):
        found = {each["number"] for each in pages(uma, f"{API}/disbursements?{filters}")}
        assert found == expected, filters
    by_code, by_id = (list(pages(uma, f"{API}/disbursements?office={said}")) for said in ("mia", world.mia.id))
    assert by_code == by_id
    assert {each["case_id"] for each in by_code} == {str(world.nina.id)}
    assert uma.get(f"{API}/disbursements?colour=blue").status_code == 422
    assert uma.get(f"{API}/disbursements?limit=500").status_code == 422


def pages(client, url):
    after = None
    while True:
        found = client.get(url + (f"&after={after}" if after else "")).get_json()
        yield from found["items"]
        after = found["next"]
        if after is None:
            return


def test_a_specialist_lists_their_own_files_only(world, machine):
    found = list(pages(machine("bea"), f"{API}/disbursements?limit=50"))
    assert {each["case_id"] for each in found} == {str(world.nina.id)}
    assert machine("bea").get(f"{API}/cases/{world.rosa.id}/disbursements").status_code == 404
    mine = machine("bea").get(f"{API}/cases/{world.nina.id}/disbursements").get_json()["items"]
    assert {each["id"] for each in mine} == {each["id"] for each in found}


def test_no_answer_about_a_disbursement_says_who_is_paid_or_why(world, machine):
    for name in ("ada", "sam", "fern", "hana", "bud", "cerys", "pia", "uma"):
        client = machine(name)
        for thing in (world.stay, world.paid):
            at = f"{API}/disbursements/{thing.id}"
            answers = [client.get(url).get_data(as_text=True) for url in (
                at, f"{at}/signatures", f"{at}/payments", f"{at}/receipts", f"{at}/resource-checks",
                f"{API}/disbursements")]
            assert thing.payee_token in answers[0]
            assert not any(secret in answer for secret in SECRETS for answer in answers)
            assert not any(word in answer for word in ("service_from", "issued_on", "paid_on") for answer in answers)


def test_the_payee_of_a_stay_is_told_to_two_people_and_a_token_to_the_rest(world, machine):
    for name in ("ada", "sam", "fern", "carl", "hana", "bud", "cerys", "pia", "uma"):
        told = machine(name).get(f"{API}/disbursements/{world.stay.id}/payee").get_json()
        assert (told["token"], told["held"]) == (world.stay.payee_token, True)
        knows = name in ("ada", "sam")
        assert told["name"] == ("Birch House Hotel" if knows else None)
        assert told["service_until_on"] == ("2026-03-20" if knows else None)
    assert machine("uma").get(f"{API}/disbursements/{world.paid.id}/payee").get_json()["name"] is None
    assert machine("pia").get(f"{API}/disbursements/{world.paid.id}/payee").get_json()["name"] == "Corner Grocery"


def test_the_words_are_for_those_who_judge_the_need(world, machine):
    at = f"{API}/disbursements/{world.stay.id}/words"
    assert machine("fern").get(at).get_json()["purpose"] == "A week of groceries"
    assert [machine(name).get(at).status_code for name in ("bud", "pia", "uma", "finn", "bea")] == [
        403, 403, 403, 404, 404]


def test_hidden_is_absent(world, machine):
    for name, thing in (("bea", world.stay), ("ada", world.obligated), ("fern", world.at_headquarters)):
        client = machine(name)
        for path in ("", "/payee", "/receipts", "/resource-checks"):
            hidden, absent = (client.get(f"{API}/disbursements/{id}{path}") for id in (thing.id, uuid4()))
            assert (hidden.status_code, absent.status_code) == (404, 404)
            assert hidden.get_json()["detail"] == absent.get_json()["detail"]


@pytest.mark.parametrize(("name", "verb", "body"), [
    ("ada", "approve", {"amount": "1.00", "concurs": True}), ("fern", "obligate", {"amount": "1.00", "document": "O"}),
    ("sam", "certify", {}), ("bud", "pay", {"amount": "1.00", "reference": "P", "paid_on": "2026-03-16"}),
    ("uma", "cancel", {"reason": "No"}), ("cerys", "reconcile", {"statement": "S"})])
def test_a_verb_of_another_role_is_refused(world, machine, name, verb, body):
    refused = machine(name).post(f"{API}/disbursements/{world.stay.id}/{verb}", json=body, headers=key())
    assert refused.status_code == 403
    assert "Who may" in refused.get_json()["detail"]


MONEY_ROUTES = {
    "request": ("abe", lambda w: f"/cases/{w.kit.id}/disbursements", wish),
    "approve": ("sam", lambda w: f"/disbursements/{w.stay.id}/approve",
                lambda w: {"amount": "120.00", "concurs": True}),
    "obligate": ("bud", lambda w: f"/disbursements/{w.approved.id}/obligate",
                 lambda w: {"amount": "80.00", "document": "ORD-7"}),
    "receive": ("bea", lambda w: f"/disbursements/{w.obligated.id}/receive", lambda w: {"amount": "150.00"}),
    "pay": ("pia", lambda w: f"/disbursements/{w.certified.id}/pay",
            lambda w: {"amount": "45.00", "reference": "PAY-7", "paid_on": "2026-03-16"}),
    "resource-checks": ("ada", lambda w: f"/disbursements/{w.draft.id}/resource-checks", lambda w: check()),
    "receipts": ("ada", lambda w: f"/disbursements/{w.paid.id}/receipts",
                 lambda w: {"amount": "25.00", "reference": "RC-7", "issued_on": "2026-03-16"}),
    "apportion": ("bud", lambda w: f"/funds/{w.fund.id}/apportion",
                  lambda w: {"amount": "1000.00", "fiscal_year": 2026, "document": "APP-7"}),
    "allot": ("bud", lambda w: f"/funds/{w.fund.id}/allot",
              lambda w: {"amount": "10.00", "fiscal_year": 2026, "office_id": str(w.mia.id)}),
}


def rows(truth):
    truth.rollback()
    return [truth.scalar(select(func.count()).select_from(model))
            for model in (Disbursement, Movement, ResourceCheck, Receipt)]


@pytest.mark.parametrize("what", MONEY_ROUTES)
def test_money_takes_a_key_and_one_key_is_one_effect(world, machine, truth, what):
    name, url, body = MONEY_ROUTES[what]
    client, url, body, one = machine(name), API + url(world), body(world), key()
    assert client.post(url, json=body).status_code == 400
    before = rows(truth)
    first, again = client.post(url, json=body, headers=one), client.post(url, json=body, headers=one)
    assert first.status_code in (200, 201), first.get_json()
    assert (again.status_code, again.get_data()) == (first.status_code, first.get_data())
    after = rows(truth)
    assert after != before
    other = client.post(url, json={**body, "amount": "1.00"} if "amount" in body else check(name="Other"), headers=one)
    assert other.status_code == 422
    assert rows(truth) == after


def test_patch_asks_for_the_version_and_refuses_an_old_one(world, machine):
    client, at = machine("ada"), f"{API}/disbursements/{world.draft.id}"
    tag = client.get(at).headers["ETag"]
    assert client.patch(at, json={"amount": "70.00"}).status_code == 428
    changed = client.patch(at, json={"amount": "70.00"}, headers={"If-Match": tag})
    assert (changed.status_code, changed.get_json()["requested"]) == (200, "70.00")
    assert changed.headers["ETag"] != tag
    assert client.patch(at, json={"amount": "71.00"}, headers={"If-Match": tag}).status_code == 412
    assert client.patch(at, json={"state": "paid"}, headers={"If-Match": tag}).status_code == 422
    assert machine("sam").patch(at, json={"amount": "1.00"}, headers={"If-Match": "1"}).status_code == 403


def test_a_changed_mind_can_be_taken_away_with_null(world, machine):
    client, at = machine("ada"), f"{API}/disbursements/{world.draft.id}"

    def send(**words):
        return client.patch(at, json=words, headers={"If-Match": client.get(at).headers["ETag"]})
    assert send(condition="Met", service_from_on="2026-03-18").status_code == 200
    assert client.get(f"{at}/payee").get_json()["service_from_on"] == "2026-03-18"
    assert send(condition=None, service_from_on=None).status_code == 200
    assert client.get(f"{at}/payee").get_json()["service_from_on"] is None
    assert client.get(f"{at}/words").get_json()["condition"] is None
    assert send(purpose=None).status_code == 422


def test_a_category_that_is_never_paid_is_refused_with_its_reason(world, machine):
    refused = machine("abe").post(f"{API}/cases/{world.kit.id}/disbursements", json=wish(world, category="X12"),
                                  headers=key())
    assert refused.status_code == 422
    assert "never pays this" in str(refused.get_json()["errors"]["category"])


def test_a_fund_says_what_it_holds_and_its_offices_add_up(world, machine):
    found = machine("bud").get(f"{API}/funds/{world.fund.id}")
    year = found.get_json()["years"][0]
    assert found.headers["ETag"]
    assert (year["fiscal_year"], year["apportioned"], year["not_allotted"]) == (2026, "100000.00", "50000.00")
    held = {each["office"]: each for each in year["offices"]}
    assert (held["DEN"]["allotted"], held["MIA"]["allotted"]) == ("40000.00", "10000.00")
    for office in held.values():
        assert sum(float(amount) for amount in office["balances"].values()) == float(office["allotted"])


def test_a_fund_is_recorded_by_a_budget_officer_and_by_nobody_else(world, machine):
    fund = {"name": "Second fund", "treasury_symbol": "70-0001", "authority": "A test act", "spending": "annual",
            "available_from_on": "2025-10-01"}
    made = machine("bud").post(f"{API}/funds", json=fund, headers=key())
    assert (made.status_code, made.get_json()["name"]) == (201, "Second fund")
    assert machine("hana").post(f"{API}/funds", json=fund, headers=key()).status_code == 403
    twice = machine("bree").post(f"{API}/funds", json=fund, headers=key())
    assert "already a fund" in str(twice.get_json()["errors"]["name"])


def test_movements_are_for_those_who_keep_or_check_the_books(world, machine):
    at = f"{API}/funds/{world.fund.id}/movements?limit=7"
    told = list(pages(machine("uma"), at))
    assert len(told) == len({each["id"] for each in told}) > 14
    assert machine("sam").get(at).status_code == 403
