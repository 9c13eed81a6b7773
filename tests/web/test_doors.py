"""The gate, the headers, the errors."""
from __future__ import annotations

import json
import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from casework.audit.models import RefusalCount
from casework.kernel.db import db
from casework.web import setup
from casework.web.gate import opens_to

from .conftest import make


def test_a_route_that_does_not_say_what_it_opens_to_stops_the_start(world, tmp_path):
    app = make(world, tmp_path)
    app.add_url_rule("/open", "open", lambda: "open")
    with pytest.raises(RuntimeError, match="the route open does not say what it opens to"):
        setup.close(app)


def test_a_route_for_a_verb_no_row_speaks_of_stops_the_start(world, tmp_path):
    app = make(world, tmp_path)
    app.add_url_rule("/open", "open", opens_to("thing.dance")(lambda: "open"))
    with pytest.raises(RuntimeError, match=r"no policy row speaks of thing\.dance"):
        setup.close(app)


@pytest.mark.parametrize("path", ["/", "/things/new", "/api/v1/things", "/api/v1/openapi.json", "/nothing/here"])
def test_a_stranger_is_told_to_sign_in_wherever_they_go(stranger, path):
    assert stranger.get(path).status_code == 401


def test_alive_and_ready_are_open_to_all(stranger):
    assert stranger.get("/livez").status_code == 200
    assert stranger.get("/readyz").json == {"ready": True, "checks": {}}


def test_not_ready_names_the_check_and_no_more(app, stranger):
    def broken():
        raise OSError("secret path")
    setup.health.register(app, "disk", broken)
    answer = stranger.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"ready": False, "checks": {"disk": "failed"}}


def test_a_role_that_opens_nothing_is_told_who_may(auditor):
    answer = auditor.get("/things/new")
    assert answer.status_code == 403
    assert "Who may: " in answer.text


def test_a_form_from_another_site_is_refused_even_with_the_token(browser, world):
    answer = browser.send("/things/new", {"title": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert not world.did


def test_a_button_without_a_token_does_nothing(browser, world):
    answer = browser.post(f"/things/{world.thing.id}/deobligate")
    assert answer.status_code == 403
    assert "Nothing was done" in answer.text
    assert not world.did


def test_a_button_with_its_token_does_it(browser, world):
    assert browser.send(f"/things/{world.thing.id}/deobligate").status_code == 303
    assert world.did == [("press", {})]


def test_a_button_of_an_older_page_is_refused_with_412(browser, world):
    assert browser.send(f"/things/{world.thing.id}/deobligate", {"_version": "2"}).status_code == 412
    assert not world.did


def test_a_token_in_the_header_needs_no_csrf_token_and_wins_over_the_cookie(app, world, auditor):
    answer = auditor.post(f"/api/v1/things/{world.thing.id}/deobligate", json={},
                          headers={"Authorization": f"Bearer {world.specialist.id}"})
    assert answer.status_code == 200
    wrong = auditor.get("/api/v1/things", headers={"Authorization": "Bearer nobody"})
    assert wrong.status_code == 401, "a wrong token is not saved by a good cookie"


def test_whoever_comes_with_a_token_is_given_no_session(app, world):
    """Also not by a page with forms: their requests are judged by the token alone."""
    client = app.test_client()
    page = client.get("/things/new", headers={"Authorization": f"Bearer {world.specialist.id}"})
    assert page.status_code == 200 and "Set-Cookie" not in page.headers
    assert 'name="csrf_token" value=""' in page.text


def test_the_api_by_cookie_needs_the_csrf_token(browser, world):
    assert browser.post(f"/api/v1/things/{world.thing.id}/deobligate", json={}).status_code == 403
    token = browser.token()
    answer = browser.post(f"/api/v1/things/{world.thing.id}/deobligate", json={}, headers={"X-CSRF-Token": token})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/", "/things/new", "/livez", "/nothing", "/api/v1/things", "/api/v1/"])
def test_every_answer_carries_the_headers(browser, path):
    headers = browser.get(path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "require-trusted-types-for 'script'" in headers["Content-Security-Policy"]
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert len(headers["X-Request-ID"]) == 32
    assert len(headers.getlist("Content-Security-Policy")) == len(headers.getlist("X-Frame-Options")) == 1
    assert "Strict-Transport-Security" not in headers
    assert "Strict-Transport-Security" in browser.get(path, base_url="https://localhost").headers


def test_every_script_of_a_page_carries_the_nonce_of_its_answer(browser):
    answer = browser.get("/things/new")
    nonce = re.search(r"'nonce-([0-9a-f]{32})'", answer.headers["Content-Security-Policy"])
    scripts = re.findall(r"<script[^>]*>", answer.text)
    assert nonce
    assert scripts
    assert all(f'nonce="{nonce[1]}"' in script for script in scripts)
    assert not re.search(r"\son\w+=|style=|javascript:", answer.text)
    assert browser.get("/things/new").headers["X-Request-ID"] != answer.headers["X-Request-ID"]


def test_a_style_sheet_is_kept_for_a_year_under_an_address_that_changes_with_it(browser):
    address = re.search(r'href="(/static/[0-9a-f]{12}/casework\.css)"', browser.get("/").text)
    assert address
    answer = browser.get(address[1], buffered=True)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("prefix", ["/things", "/api/v1/things"])
def test_hidden_and_absent_are_alike_but_for_the_request_id(browser, prefix):
    browser.get("/")
    one, other = browser.get(f"{prefix}/{uuid4()}"), browser.get(f"{prefix}/{uuid4()}")
    assert one.status_code == other.status_code == 404
    assert "row" not in one.text, "the reason of the look-up is not told"
    same = [re.sub(answer.headers["X-Request-ID"], "ID", re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "KEY", answer.text))
            for answer in (one, other)]
    assert same[0] == same[1]


def test_an_error_of_the_api_is_a_problem_in_the_words_of_the_page(browser, machine, world):
    page = browser.send(f"/things/{world.thing.id}/cancel", {"amount": "501", "reason": "", "_once": "a"}).text
    answer = machine.post(f"/api/v1/things/{world.thing.id}/cancel", json={"amount": "501"},
                          headers={"Idempotency-Key": "b"})
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    problem = json.loads(answer.text)
    assert problem["status"] == 422
    assert problem["instance"] == f"urn:request:{answer.headers['X-Request-ID']}"
    assert set(problem) == {"type", "title", "status", "detail", "instance", "errors"}
    assert problem["errors"]["amount"] == ["At most $500.00 is left."]
    assert problem["errors"]["amount"][0] in page


@pytest.mark.parametrize(("method", "path", "status"), [
    ("get", "/api/v1/nothing", 404), ("delete", "/api/v1/things", 405), ("get", "/api/v1/things/not-a-key", 404)])
def test_errors_of_the_router_are_problems_too(machine, method, path, status):
    answer = getattr(machine, method)(path)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


def test_what_breaks_inside_is_not_shown_and_not_logged(world, tmp_path, caplog):
    app = make(world, tmp_path, TESTING=False)
    setup.close(app)
    with app.app_context():
        db.create_all()
    client = app.test_client()
    client.set_cookie("who", str(world.specialist.id))
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert "Placeholder" not in answer.text
    assert "ZeroDivisionError" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert "ZeroDivisionError" in caplog.text
    assert "Placeholder" not in caplog.text
    assert "Example Street" not in caplog.text
    with app.app_context():
        db.engine.dispose()


def test_refusals_are_counted(app, browser, world):
    for _ in range(3):
        browser.get(f"/things/{uuid4()}")
    with app.app_context():
        counts = db.session.execute(select(RefusalCount.route, RefusalCount.count)).all()
    assert counts == [("things.show", 3)]


def test_names_are_shown_on_one_page_once(browser, world):
    page = f"/things/{world.thing.id}"
    assert "Show names" in browser.get(page).text
    assert browser.send(f"/names?back={page}").headers["Location"] == page
    assert "Names are shown on this page, this once." not in browser.get("/").text, "another page is not the one"
    assert "Names are shown on this page, this once." in browser.get(page).text
    assert "Names are shown on this page, this once." not in browser.get(page).text


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example",
                                  "javascript:1"])
def test_nobody_is_led_to_another_site(browser, back):
    assert browser.send("/names", {"back": back}).headers["Location"] == "/"


def test_hide_blanks_every_page_until_the_password_is_given(browser):
    token = browser.token()
    answer = browser.post("/hide", data={"csrf_token": token, "back": "/things/new"})
    assert answer.headers["Location"] == "/blank?back=/things/new"
    assert browser.get("/").status_code == 303
    blank = browser.get("/blank?back=/things/new").text
    assert "Alex" not in blank
    wrong = browser.post("/blank", data={"csrf_token": token, "password": "wrong", "back": "/things/new"})
    assert wrong.status_code == 422
    assert browser.get("/").status_code == 303
    right = browser.post("/blank", data={"csrf_token": token, "password": "right", "back": "/things/new"})
    assert right.headers["Location"] == "/things/new"
    assert browser.get("/").status_code == 200


def test_sections_are_those_the_reader_may_open(browser, auditor):
    page, theirs = browser.get("/").text, auditor.get("/").text
    assert re.search(r'<a href="/" aria-current="page">Cases</a>', page)
    assert ">Log</a>" not in page
    assert ">Log</a>" in theirs
    assert ">Cases</a>" not in theirs


def test_two_clients_in_one_context_stay_two_people(app, browser, stranger):
    with app.app_context():
        assert browser.get("/").status_code == 200
        assert stranger.get("/").status_code == 401
