"""The API's manners: unknown fields, pages, versions, one key one effect, its own description."""
from __future__ import annotations

import pytest
from sqlalchemy import select

from casework.kernel.db import db
from casework.web.models import Answer


def test_a_list_is_items_and_next(machine):
    answer = machine.get("/api/v1/things?limit=2").json
    assert len(answer["items"]) == 2
    assert answer["next"] is None
    assert answer["items"][0]["amount"] == "420.00"


@pytest.mark.parametrize(("query", "field"), [("limit=201", "limit"), ("limit=0", "limit"), ("colour=red", "colour"),
                                              ("state=asleep", "state"), ("limit=x", "limit")])
def test_what_a_list_does_not_take_is_refused(machine, query, field):
    answer = machine.get(f"/api/v1/things?{query}")
    assert answer.status_code == 422
    assert field in answer.json["errors"]


def test_an_unknown_field_in_the_body_is_refused_by_name(machine, world):
    answer = machine.patch(f"/api/v1/things/{world.thing.id}", json={"title": "x", "role": "administrator"},
                           headers={"If-Match": '"3"'})
    assert answer.status_code == 422
    assert answer.json["errors"] == {"role": ["This field is not known here."]}
    assert not world.did


def test_an_error_in_a_row_says_which(machine, world):
    body = {"checks": [{"kind": "yacht", "asked_on": "2026-11-20"}]}
    answer = machine.patch(f"/api/v1/things/{world.thing.id}", json=body, headers={"If-Match": '"3"'})
    assert answer.json["errors"] == {"checks.0.kind": ["Choose one of the answers given."]}


def test_a_thing_brings_its_version(machine, world):
    assert machine.get(f"/api/v1/things/{world.thing.id}").headers["ETag"] == '"3"'


def test_a_change_has_to_name_the_version_it_changes(machine, world):
    path = f"/api/v1/things/{world.thing.id}"
    assert machine.patch(path, json={"title": "x"}).status_code == 428
    assert machine.patch(path, json={"title": "x"}, headers={"If-Match": '"2"'}).status_code == 412
    assert machine.patch(path, json={"title": "x"}, headers={"If-Match": "*"}).status_code == 412
    assert machine.patch(path, json={"title": "x"}, headers={"If-Match": '"3"'}).status_code == 200
    assert world.did == [("change", {"title": "x"})]


def test_a_verb_accepts_a_version_and_refuses_a_stale_one(machine, world):
    path = f"/api/v1/things/{world.thing.id}/deobligate"
    assert machine.post(path, json={}, headers={"If-Match": '"2"'}).status_code == 412
    assert machine.post(path, json={}).status_code == 200
    assert machine.post(path).status_code == 200
    assert machine.post(path, json={"why": "x"}).status_code == 422


def test_one_key_has_one_effect_and_the_same_answer(app, machine, world):
    path, body, key = f"/api/v1/things/{world.thing.id}/cancel", {"amount": "5"}, {"Idempotency-Key": "k-1"}
    assert machine.post(path, json=body).status_code == 400, "a deed about money without a key"
    first, second = machine.post(path, json=body, headers=key), machine.post(path, json=body, headers=key)
    assert first.status_code == second.status_code == 200
    assert first.data == second.data
    assert second.headers["ETag"] == '"3"'
    assert len(world.did) == 1
    assert machine.post(path, json={"amount": "6"}, headers=key).status_code == 422
    with app.app_context():
        kept = db.session.scalars(select(Answer)).one()
    assert b"A thing" not in kept.sealed, "what was answered is not in the clear"


def test_a_refused_deed_may_be_put_right_under_the_same_key(machine, world):
    path, key = f"/api/v1/things/{world.thing.id}/cancel", {"Idempotency-Key": "k-2"}
    assert machine.post(path, json={"amount": "501"}, headers=key).status_code == 422
    assert machine.post(path, json={"amount": "5"}, headers=key).status_code == 200


def test_a_double_click_is_done_once(browser, world):
    path, form = f"/things/{world.thing.id}/cancel", {"amount": "5", "reason": "", "_once": "page-key"}
    first, second = browser.send(path, form), browser.send(path, form)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(world.did) == 1


def test_a_form_about_money_carries_its_key(browser, world):
    assert 'name="_once"' in browser.get(f"/things/{world.thing.id}/cancel").text


def test_the_key_of_one_person_is_nothing_to_another(app, machine, world):
    world.auditor.roles = ("budget_officer",)
    path, key = f"/api/v1/things/{world.thing.id}/cancel", {"Idempotency-Key": "shared"}
    machine.post(path, json={"amount": "5"}, headers=key)
    headers = {**key, "Authorization": f"Bearer {world.auditor.id}"}
    other = app.test_client().post(path, json={"amount": "6"}, headers=headers)
    assert other.status_code == 200
    assert len(world.did) == 2


def test_the_api_describes_itself(machine):
    spec = machine.get("/api/v1/openapi.json").json
    assert spec["openapi"] == "3.1.0"
    assert set(spec["paths"]) == {"/api/v1/things", "/api/v1/things/{id}", "/api/v1/things/{id}/cancel",
                                  "/api/v1/things/{id}/deobligate"}
    page = machine.get("/api/v1/").text
    assert "/api/v1/things/{id}/cancel" in page
    assert "One thing." in page
    assert "<script" in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_money_in_json_is_a_string(machine, world):
    path = f"/api/v1/things/{world.thing.id}/cancel"
    answer = machine.post(path, json={"amount": 5.1}, headers={"Idempotency-Key": "f"})
    assert answer.json["errors"] == {"amount": ['Send an amount as a string, such as "1240.50".']}


def test_the_body_has_to_be_json_that_can_be_read(machine, world):
    path = f"/api/v1/things/{world.thing.id}"
    answer = machine.patch(path, data="{", content_type="application/json", headers={"If-Match": '"3"'})
    assert answer.status_code in (400, 422)
    assert answer.content_type == "application/problem+json"
    assert machine.patch(path, json=[1], headers={"If-Match": '"3"'}).status_code == 422
