"""Everything works without script; with it, it is only easier."""
from __future__ import annotations

import re

import pytest

from tests.browser.conftest import sign_in
from tests.browser.hands import choose, follow, press, told, write

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(window):
    with window(script=False) as page:
        sign_in(page, "ada")
        page.goto("/cases")
        page.get_by_role("main").get_by_role("link", name=re.compile("^VA-")).first.click()
        yield page


def test_needs_are_kept_and_signed(page):
    follow(page, "Needs")
    press(page, "Begin a rapid")
    for code in [each.get_attribute("id") for each in page.locator("fieldset.cw-dom").all()]:
        page.locator(f"#{code}-1").check()
    press(page, "Save and leave")
    told(page, "Saved")
    follow(page, "Go on with the rapid")
    assert page.locator("#SAF-1").is_checked()
    press(page, "Sign")
    told(page, "Signed")


def test_a_row_is_added_and_nothing_typed_is_lost(page):
    follow(page, "Ask the fund for help")
    choose(page, "category", "E04")
    write(page, purpose="A week of groceries", payee="Corner Grocery")
    press(page, "Add another check")
    page.locator("[name='checks-1-name']").wait_for()
    assert page.locator("[name='purpose']").input_value() == "A week of groceries"
    assert page.locator("select[name='category']").input_value() == "E04"


def test_names_are_shown_when_asked_for_and_only_once(page):
    def shown():
        return "Rosa" in page.get_by_role("main").inner_text()
    assert not shown()
    press(page, "Show names")
    page.get_by_role("main").get_by_text("Rosa").first.wait_for()
    page.reload()
    assert not shown()
