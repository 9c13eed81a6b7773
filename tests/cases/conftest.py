"""People at work in the case files."""
from datetime import timedelta

import pytest

from casework.cases import actions
from casework.cases.models import Source
from casework.kernel.db import at
from tests.world import START

WHEN = {"month": "11", "day": "20", "year": "2026", "time": "09:30"}


def moment(name, **parts):
    """The four boxes of a moment, as a browser sends them."""
    return {f"{name}-{part}": value for part, value in {**WHEN, **parts}.items()}


@pytest.fixture
def at_work(browser):
    """`at_work("ada")`: a browser that sends the form token along, and the version it saw."""
    def begin(name):
        client = browser(name)

        def send(url, **data):
            return client.post(url, data={"csrf_token": client.token, **data})
        client.send = send
        return client
    return begin


@pytest.fixture
def ada(at_work):
    return at_work("ada")


@pytest.fixture
def calm(world):
    """A case of Ada's in which nothing is open yet, on Harbor."""
    with at(START):
        return actions.open_case(world.ada, world.den, referral_source=Source.SELF, investigation_id=world.harbor.id)


@pytest.fixture
def child(world):
    """A case of Abe's about a person under 18, of whom HHS has not been told."""
    with at(START):
        return actions.open_case(world.abe, world.den, referral_source=Source.SELF, under_18=True,
                                 discovered_at=START - timedelta(hours=2))


def version_in(page):
    return page.text.split('name="_version" value="')[1].split('"')[0]


def without_number(answer):
    """The body but for the number of the request, which differs each time."""
    return answer.text.replace(answer.headers["X-Request-ID"], "")
