"""Every page, wide and narrow: no barrier that axe knows, nothing to scroll to sideways, nothing in the console."""
from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest

from casework.kernel.db import db
from tests import world as story
from tests.browser.conftest import NARROW, WIDE, scrolls_sideways, violations
from tests.conftest import as_browser
from tests.matrix import ROUTES
from tests.test_matrix import PEOPLE, address, expected, verbs_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOMS = ("access", "assessments", "cases", "continued_presence", "desk", "funds", "help", "log", "web")
NO_PAGE = {"web.livez", "web.readyz", "web.api_json", "web.blank", "log.download", "log.event_evidence",
           "log.log_evidence", "funds.hints"}
PUBLIC = {"access.sign_in"}


def pages_of(live, room):
    """{person: [address]}: each page of a room once, as somebody who may open it and finds it there."""
    found, missing = defaultdict(list), []
    rules = [rule for rule in live.app.url_map.iter_rules() if "GET" in rule.methods and
             rule.endpoint.partition(".")[0] == room and rule.endpoint not in NO_PAGE | PUBLIC]
    with live.app.app_context():
        visitors = Visitors(live)
        for rule in rules:
            who, where = next(visitors.may_open(rule), (None, None))
            if who is None:
                missing.append(rule.endpoint)
            else:
                found[who].append(where)
        db.session.remove()
    assert not missing, f"nobody in the story can open these pages: {missing}"
    return found


class Visitors:
    """Everybody of the matrix and everything of the story."""

    def __init__(self, live):
        self.app, self.world = live.app, story.World(live.ids, db.session())
        self.urls, self.clients = live.app.url_map.bind("localhost"), {}
        self.things = defaultdict(list)
        for thing in self.world.everything().values():
            self.things[thing.kind].append(thing)
        self.people = [*PEOPLE.values(), *(user.username for user in self.things["user"])]

    def may_open(self, rule):
        """(name, address) of whoever may and gets the page itself, not a way elsewhere."""
        row, verbs = replace(ROUTES[rule.endpoint], part="", alone=False), verbs_of(self.app, rule.endpoint)
        for thing in self.things[row.on] if row.on else [None]:
            where = address(self.urls, rule, "GET", row, thing and thing.id)
            for name in self.people:
                person = getattr(self.world, name)
                if expected(person, row, verbs, "GET", thing, None) is None and self.opens(name, person, where):
                    yield name, where

    def opens(self, name, person, where):
        if name not in self.clients:
            self.clients[name] = as_browser(self.app, person)
        return self.clients[name].get(where).status_code == 200


def barriers(page, where):
    """At both widths."""
    wrong = []
    answer = page.goto(where)
    if answer.status != 200:
        return [f"{where}: {answer.status}"]
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        wrong += [f"{where} at {size['width']}: {found}" for found in violations(page)]
    if scrolls_sideways(page):
        wrong.append(f"{where} scrolls sideways at {NARROW['width']}")
    page.set_viewport_size(WIDE)
    return wrong


@pytest.mark.parametrize("room", ROOMS)
def test_every_page_of_a_room(live, window, room):
    wrong = []
    for name, addresses in pages_of(live, room).items():
        with window(name) as page:
            wrong += [found for where in addresses for found in barriers(page, where)]
    assert not wrong, "\n".join(wrong)


def test_the_rooms_are_all_here(live):
    assert {rule.endpoint.partition(".")[0] for rule in live.app.url_map.iter_rules()
            if "_api" not in rule.endpoint} == set(ROOMS)


def test_the_page_that_lets_people_in(window):
    with window() as page:
        assert barriers(page, "/sign-in") == []


REFUSALS = {"not found": ("ada", "/cases/0199aaaa-0000-7000-8000-00000000abcd", 404),
            "not allowed": ("uma", "/cases", 403), "no such page": ("ada", "/nowhere", 404)}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal(window, refusal):
    name, where, status = REFUSALS[refusal]
    with window(name, refused=True) as page:
        assert page.goto(where).status == status
        assert violations(page) == []


def test_a_form_with_something_to_put_right(window):
    """The summary takes the focus, and leads to the box."""
    with window("ada", refused=True) as page:
        page.goto("/cases/new")
        page.get_by_role("button", name="Open the case").click()
        page.locator("#errors").wait_for()
        assert page.evaluate("document.activeElement.id") == "errors"
        assert violations(page) == []
        page.set_viewport_size(NARROW)
        assert violations(page) == [] and not scrolls_sideways(page)
        page.locator("#errors a").first.click()
        assert page.evaluate("document.activeElement.name") == "referral_source"


def test_the_hidden_screen(window):
    with window("ada") as page:
        page.goto("/")
        page.get_by_role("button", name="Hide").first.click()
        page.wait_for_url(lambda url: "/blank" in url)
        assert "Rosa" not in page.content() and violations(page) == []
        page.locator("summary").click()
        page.get_by_label("Password").fill(story.PASSWORD)
        page.get_by_role("button", name="Come back").click()
        page.wait_for_url(lambda url: "/blank" not in url)


def test_a_barrier_would_be_found(window):
    with window("ada") as page:
        page.goto("/help")
        page.evaluate("document.querySelector('main').append(document.createElement('input'))")
        assert any(found.startswith("label") for found in violations(page))
