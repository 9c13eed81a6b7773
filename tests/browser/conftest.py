"""A real Chromium before the served product. A page that has anything to complain about fails its test."""
from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from casework.kernel.db import db
from tests import world as story
from tests.browser.chromium import chromium_or_skip
from tests.conftest import app_on, as_browser
from tests.serving.server import serving

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SECONDS = 20
REFUSED = "Failed to load resource: the server responded with a status of 4"


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(chromium_or_skip()), args=QUIET)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def live(sqlite_copies, tmp_path_factory):
    """The product, served on a copy of the story: its address, and the same product in this process."""
    database, ids = sqlite_copies()
    app = app_on(database)
    with serving(database, tmp_path_factory.mktemp("live") / "log") as address:
        yield SimpleNamespace(address=address, app=app, ids=ids)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def window(chromium, live):
    """`with window("ada") as page`: a browser of their own, signed in. What it complains of fails the test; with
    `refused` not that an answer was a refusal, which Chromium says of every one."""
    complaints = []

    @contextmanager
    def open_for(name=None, *, refused=False, script=True):
        context = chromium.new_context(base_url=live.address, viewport=WIDE, reduced_motion="reduce",
                                       accept_downloads=True, java_script_enabled=script)
        context.set_default_timeout(SECONDS * 1000)
        if name:
            context.add_cookies([cookie_of(live, name)])
        page = context.new_page()
        page.on("console", lambda said: said.type == "error" and not (refused and said.text.startswith(REFUSED)) and
                complaints.append(f"{page.url}: {said.text}"))
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        try:
            yield page
        finally:
            context.close()

    yield open_for
    assert not complaints, "\n".join(complaints)


def cookie_of(live, name):
    """The cookie of a session begun for this person in the database of the served product."""
    with live.app.app_context():
        client = as_browser(live.app, getattr(story.World(live.ids, db.session()), name))
        db.session.remove()
    return {"name": "casework", "value": client.get_cookie("casework").value, "url": live.address}


def sign_in(page, name):
    """By the form, as a person does."""
    page.goto("/sign-in")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(story.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def violations(page):
    """What axe finds, as one line each."""
    found = Axe().run(page, options={"runOnly": TAGS}).response["violations"]
    return [f"{each['id']}: {node['html'][:160]} ({each['help']})" for each in found for node in each["nodes"][:3]]


def scrolls_sideways(page):
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
