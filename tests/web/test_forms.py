"""A schema drawn as a form: every box, every error, nothing lost."""
from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

GOOD = {"title": "A bed", "story": "Two nights", "amount": "$1,240.50", "nights": "2", "first_on-month": "11",
        "first_on-day": "23", "first_on-year": "2026", "asked_at-month": "11", "asked_at-day": "23",
        "asked_at-year": "2026", "asked_at-time": "14:10",
        "category": "hotel", "state": "closed_early", "helped": "no", "exigent": "yes",
        "kinds": ["a", "b"], "code": " not trimmed ", "trail": "kept", "checks-0-kind": "food",
        "checks-0-asked_on-month": "11", "checks-0-asked_on-day": "20", "checks-0-asked_on-year": "2026",
        "checks-0-says": "Closed"}


def boxes(page, name):
    return re.findall(rf'<(?:input|select|textarea)[^>]*name="{name}"[^>]*>', page)


def error_of(page, name):
    found = re.search(rf'id="{name}-error"><span class="usa-sr-only">Error: </span>([^<]*)<', page)
    return found and found[1]


def test_every_widget_is_drawn(browser):
    page = browser.get("/things/new").text
    for name in [*GOOD]:
        assert boxes(page, name), f"{name} is not drawn"
    assert '<textarea class="usa-textarea" id="story"' in page
    assert '<optgroup label="A place">' in page
    assert 'type="password"' in boxes(page, "code")[0]
    assert 'inputmode="decimal"' in boxes(page, "amount")[0]
    assert "<legend" in page
    assert ">About it</legend>" in page
    assert "(optional)" in page


def test_a_good_form_is_read_as_data(browser, world):
    assert browser.send("/things/new", GOOD).status_code == 303
    read = world.loaded
    assert read["amount"] == Decimal("1240.50")
    assert read["first_on"] == date(2026, 11, 23)
    assert read["asked_at"] == datetime(2026, 11, 23, 21, 10, tzinfo=UTC), "14:10 in Denver"
    assert str(read["state"]) == "closed_early"
    assert type(read["state"]).__name__ == "State"
    assert read["helped"] is False
    assert read["exigent"] is True
    assert read["kinds"] == ["a", "b"]
    assert read["code"] == " not trimmed "
    assert read["checks"] == [{"kind": "food", "asked_on": date(2026, 11, 20), "says": "Closed"}]
    assert read["title"] == "A bed"


def test_everything_typed_is_still_there_after_an_error(browser):
    page = browser.send("/things/new", {**GOOD, "amount": "12,3", "first_on-day": "31"})
    assert page.status_code == 422
    assert 'value="12,3"' in page.text
    assert re.search(r'name="first_on-day"[^>]*value="31"', page.text)
    assert 'value="hotel" selected' in page.text
    assert re.search(r'value="closed_early" checked', page.text)
    assert re.search(r'id="kinds-1" name="kinds" value="b" checked', page.text)
    assert re.search(r'name="exigent" value="yes" checked', page.text)
    assert "Two nights</textarea>" in page.text
    assert re.search(r'name="checks-0-says"[^>]*value="Closed"', page.text)
    assert "not trimmed" not in page.text, "a password is never shown again"


def test_errors_stand_beside_the_field_and_in_a_summary_that_takes_focus(browser):
    page = browser.send("/things/new", {**GOOD, "amount": "nothing", "title": ""}).text
    assert error_of(page, "amount") == "Write dollars and cents, such as 1,240.50."
    assert error_of(page, "title") == "Please answer “Title”."
    assert re.search(r'tabindex="-1" id="errors" autofocus', page)
    assert "2 things to put right" in page
    assert '<a href="#amount">Write dollars and cents, such as 1,240.50.</a>' in page
    assert 'aria-invalid="true" aria-describedby="amount-error"' in boxes(page, "amount")[0]


@pytest.mark.parametrize(("month", "day", "year", "says", "wrong"), [
    ("11", "", "2026", "First night: this date still needs a day.", "first_on-day"),
    ("", "23", "", "First night: this date still needs a month and a year.", "first_on-month"),
    ("2", "30", "2026", "First night: february 2026 has no day 30.", "first_on-day"),
    ("11", "x", "2026", "First night: enter the day as a number.", "first_on-day"),
    ("11", "23", "26", "First night: enter the year with four digits.", "first_on-year"),
    ("13", "1", "2026", "First night: enter a month from 1 to 12.", "first_on-month"),
    ("2", "29", "2025", "First night: february 2025 has no day 29.", "first_on-day"),
    ("11", "٢٣", "2026", "First night: enter the day as a number.", "first_on-day"),
])
def test_a_date_says_what_is_missing_or_wrong(browser, month, day, year, says, wrong):
    typed = {**GOOD, "first_on-month": month, "first_on-day": day, "first_on-year": year}
    page = browser.send("/things/new", typed).text
    assert (error_of(page, "first_on") or "").casefold() == says.casefold()
    assert f'<a href="#{wrong}">' in page
    assert 'aria-invalid="true"' in boxes(page, wrong)[0]


def test_a_leap_day_is_a_day(browser, world):
    browser.send("/things/new", {**GOOD, "first_on-month": "2", "first_on-day": "29", "first_on-year": "2028"})
    assert world.loaded["first_on"] == date(2028, 2, 29)


def test_an_empty_date_is_asked_for_by_its_label(browser):
    page = browser.send("/things/new", {**GOOD, "first_on-month": "", "first_on-day": "", "first_on-year": ""}).text
    assert error_of(page, "first_on") == "Please answer “First night”."


@pytest.mark.parametrize(("typed", "amount"), [
    ("420", "420.00"), ("$1,240.50", "1240.50"), (" 0.01 ", "0.01"), ("12.5", "12.50")])
def test_money_is_read_to_the_cent(browser, world, typed, amount):
    browser.send("/things/new", {**GOOD, "amount": typed})
    assert world.loaded["amount"] == Decimal(amount)


@pytest.mark.parametrize("typed", [
    "0", "-5", "1.005", "1e3", "NaN", "Infinity", "1,24", "1.240,50", "twelve", "9" * 40])
def test_what_is_not_an_amount_is_refused(browser, world, typed):
    page = browser.send("/things/new", {**GOOD, "amount": typed})
    assert page.status_code == 422
    assert error_of(page.text, "amount")
    assert not world.did


@pytest.mark.parametrize("typed", ["a\x00b", "a\x07b", "one\ntwo"])
def test_control_characters_are_refused(browser, typed):
    page = browser.send("/things/new", {**GOOD, "title": typed})
    assert error_of(page.text, "title") == "This has a character that cannot be kept. Please type it again."


def test_a_long_text_keeps_its_lines_and_has_an_end(browser, world):
    browser.send("/things/new", {**GOOD, "story": " one\r\ntwo "})
    assert world.loaded["story"] == "one\ntwo"
    page = browser.send("/things/new", {**GOOD, "title": "x" * 41})
    assert error_of(page.text, "title") == "This is 41 characters long; at most 40 fit."


def test_a_choice_that_was_not_offered_is_refused(browser):
    page = browser.send("/things/new", {**GOOD, "category": "yacht"})
    assert error_of(page.text, "category") == "Choose one of the answers given."


def test_a_row_is_added_without_script_and_nothing_else_happens(browser, world):
    page = browser.send("/things/new", {**GOOD, "amount": "12,3", "_add": "checks"})
    assert page.status_code == 200
    assert boxes(page.text, "checks-1-kind"), "a second row is drawn"
    assert re.search(r'name="checks-0-says"[^>]*value="Closed"', page.text)
    assert 'value="12,3"' in page.text
    assert not error_of(page.text, "amount"), "adding a row is not sending"
    assert not world.did


def test_a_row_is_removed_without_script(browser):
    two = {**GOOD, "checks-1-says": "Second", "_remove": "checks-0"}
    page = browser.send("/things/new", two).text
    assert re.search(r'name="checks-0-says"[^>]*value="Second"', page)
    assert not boxes(page, "checks-1-says")


def test_an_error_in_a_row_stands_in_that_row(browser):
    page = browser.send("/things/new", {**GOOD, "checks-3-says": "No kind, no day"}).text
    assert error_of(page, "checks-1-kind") == "Please answer “Kind of help”."
    assert '<a href="#checks-1-kind">' in page
    assert not error_of(page, "checks-0-kind")


def test_empty_rows_are_left_out(browser, world):
    browser.send("/things/new", {**GOOD, "checks-1-kind": "", "checks-1-says": "  ", "checks-1-asked_on-day": ""})
    assert len(world.loaded["checks"]) == 1


def test_a_box_the_form_does_not_have_is_refused(browser, world):
    page = browser.send("/things/new", {**GOOD, "role": "administrator"})
    assert page.status_code == 422
    assert "This field is not known here." in page.text
    assert not world.did


def test_a_refusal_of_the_action_lands_beside_its_field(browser, world):
    page = browser.send(f"/things/{world.thing.id}/cancel", {"amount": "501", "reason": "", "_once": "k1"})
    assert page.status_code == 422
    assert error_of(page.text, "amount") == "At most $500.00 is left."
    assert 'value="501"' in page.text


def test_a_conflict_is_said_in_the_summary_and_keeps_what_was_typed(browser, world):
    page = browser.send(f"/things/{world.thing.id}/cancel", {"amount": "5", "reason": "late", "_once": "k1"})
    assert page.status_code == 409
    assert "It is closed." in page.text
    assert "late</textarea>" in page.text


def test_a_stale_page_shows_everything_typed_again_and_does_nothing(browser, world):
    page = browser.send("/things/new", {**GOOD, "csrf_token": "too old"})
    assert page.status_code == 400
    assert "This page had been open too long" in page.text
    assert 'value="$1,240.50"' in page.text
    assert re.search(r'name="checks-0-says"[^>]*value="Closed"', page.text)
    assert not world.did
    fresh = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert fresh
    assert browser.send("/things/new", {**GOOD, "csrf_token": fresh[1]}).status_code == 303


def test_what_was_typed_outlives_the_session(app, browser, world):
    """Signed out while typing: the answer gives everything back, and after signing in the form shows it again."""
    token, person = browser.token(), str(world.specialist.id)
    browser.delete_cookie("who")
    page = browser.post("/things/new", data={**GOOD, "csrf_token": token, "new_password": "secret"})
    assert page.status_code == 401
    kept = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    assert ("amount", "$1,240.50") in kept
    assert ("checks-0-says", "Closed") in kept
    assert "csrf_token" not in dict(kept)
    assert "secret" not in page.text
    browser.set_cookie("who", person)
    again = browser.post("/things/new", data=dict(kept))
    assert again.status_code == 400
    assert 'value="$1,240.50"' in again.text
    assert not world.did
