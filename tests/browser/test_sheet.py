"""The sheet of needs keeps each answer at once; a button pressed meanwhile is neither lost nor refused."""
from __future__ import annotations

import re
import time

import pytest

from tests.browser.hands import follow, press, told

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SLOW = 0.4  # seconds that the first keeping takes: longer than it takes to answer another and to press the button


@pytest.fixture
def page(window):
    with window("ada") as page:
        page.goto("/cases")
        page.get_by_role("main").get_by_role("link", name=re.compile("^VA-")).first.click()
        follow(page, "Needs")
        press(page, "Begin a rapid")
        yield page


def answer_all(page):
    for code in [each.get_attribute("id") for each in page.locator("fieldset.cw-dom").all()]:
        page.locator(f"#{code}-1").check()


def sent_of(page, statuses):
    """Every sending of the sheet by its status; the first is held back for a while."""
    def hold(route):
        if route.request.method == "POST" and not statuses:
            statuses.append(None)
            time.sleep(SLOW)
        route.continue_()
    page.route("**/fill", hold)
    page.on("response", lambda answer: statuses.append(answer.status) if answer.request.method == "POST" else None)


def test_signed_while_one_answer_is_being_kept_and_the_next_one_waits(page):
    statuses = []
    sent_of(page, statuses)
    page.locator("#SAF-1").check()
    page.wait_for_timeout(250)  # the first is on its way
    answer_all(page)
    page.wait_for_timeout(250)  # the next one waits for it
    press(page, "Sign")
    told(page, "Signed")
    assert [status for status in statuses if status not in (None, 200, 303)] == []


def test_signed_before_the_last_answer_was_kept(page):
    answer_all(page)
    press(page, "Sign")
    told(page, "Signed")
