"""What the database itself could not do is said in our own words, on a page and by the API, and nothing is shown."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from sqlalchemy import text

from casework.web.errors import GIVE_WAY, WORDS

on_postgresql = pytest.mark.parametrize("copy", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)


@pytest.fixture
def in_earnest(app):
    """As it is served: nothing is raised into the test."""
    app.testing = False
    yield app
    app.testing = True


@pytest.fixture
def nobody_is_known(truth):
    """From here on it cannot be asked who anybody is."""
    def gone():
        truth.connection().execute(text("ALTER TABLE role_grant RENAME TO gone"))
        truth.commit()
    return gone


def test_where_it_cannot_be_asked_who_somebody_is_the_page_is_our_own_all_the_same(
        in_earnest, browser, machine, world, nobody_is_known):
    ada, sam = browser("ada"), machine("sam")
    nobody_is_known()
    page, answer = ada.get(f"/cases/{world.rosa.id}"), sam.get("/api/v1/cases")
    assert (page.status_code, answer.status_code) == (500, 500)
    assert WORDS[500] in page.text and "<title>" in page.text and answer.json["detail"] == WORDS[500]
    assert world.rosa.number not in page.text


@on_postgresql
@pytest.mark.parametrize(("kind", "path", "held"), [("browser", "/cases/{}", "audit_event"),
                                                    ("machine", "/api/v1/cases/{}/assessments", "assessment")])
def test_whoever_has_to_give_way_to_another_is_told_to_do_it_again(in_earnest, request, world, truth, kind, path, held):
    """Each waits for what the other holds. The other is patient, so that it is the page that gives way."""
    client, url = request.getfixturevalue(kind)("ada"), path.format(world.rosa.id)
    assert client.get(url).status_code == 200
    truth.execute(text("SET LOCAL deadlock_timeout = '60s'"))
    truth.execute(text(f"LOCK TABLE {held} IN ACCESS EXCLUSIVE MODE"))
    with ThreadPoolExecutor(1) as other:
        asked = other.submit(client.get, url)
        sleep(0.5)
        truth.execute(text('LOCK TABLE "case" IN ACCESS EXCLUSIVE MODE'))
        truth.rollback()
        answer = asked.result()
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "1"), answer.text
    assert GIVE_WAY in (answer.text if kind == "browser" else answer.json["detail"])
    assert world.rosa.number not in answer.text and client.get(url).status_code == 200
