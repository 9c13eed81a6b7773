"""A page asks the database as often for sixty rows as for three."""
from __future__ import annotations

from contextlib import contextmanager

import pytest

from casework.cases import actions as cases
from casework.cases import recording
from casework.cases.models import Case
from casework.funds import actions as funds
from casework.kernel.clocks import fiscal_year
from casework.kernel.db import db
from casework.kernel.rulebook import today
from tests import world as story
from tests.funds.story import asked
from tests.heard import heard

pytestmark = pytest.mark.slow
FEW, MANY, AT_MOST = 3, 60, 60


@contextmanager
def counted():
    """The questions asked inside, without the words that begin and end a transaction."""
    asked = []
    with heard() as statements:
        yield asked
    asked += [text for text in statements if not text.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE"))]


def new_case(world):
    return cases.open_case(world.ada, world.den, referral_source="self")


def more_cases(world, case, count):
    for _ in range(count):
        new_case(world)


def more_of_a_case(world, case, count):
    for number in range(count):
        recording.add_note(world.ada, case, about="logistics", body=f"Note {number}")
        request(world, case)


def more_disbursements(world, case, count):
    for _ in range(count):
        request(world, case)


def request(world, case):
    asked(world, world.ada, case, 5, sent=False)


# What grows, whose page, and the pages.
PAGES = {
    "case list": (more_cases, "sam", "/cases?limit=100"),
    "case list of a program": (more_cases, "sam", "/api/v1/cases?limit=100"),
    "case page": (more_of_a_case, "ada", "/cases/{case}"),
    "notes of a case": (more_of_a_case, "ada", "/cases/{case}/notes?limit=100"),
    "disbursement log": (more_disbursements, "uma", "/log?limit=100"),
    "disbursement log of a program": (more_disbursements, "uma", "/api/v1/disbursement-log?limit=100"),
    "audit log": (more_disbursements, "uma", "/log/events?limit=100"),
    "audit log of a program": (more_disbursements, "uma", "/api/v1/audit-events?limit=100"),
    "desk": (more_cases, "ada", "/"),
    "desk of a supervisor": (more_cases, "sam", "/"),
}


@pytest.mark.parametrize("page", PAGES)
def test_sixty_rows_take_no_more_questions_than_three(world, copy, browser, machine, page):
    grow, name, path = PAGES[page]
    funds.apportion(world.bud, world.fund, fiscal_year=fiscal_year(today()), amount=1000, document="A")
    id = new_case(world).id
    client, path = (machine if path.startswith("/api/") else browser)(name), path.format(case=id)

    def with_more(count):
        world = story.World(copy[1], db.session())
        grow(world, db.session.get(Case, id), count)
        return questions(client, path)
    few, many = with_more(FEW), with_more(MANY - FEW)
    assert len(many) <= len(few), "\n\n".join(sorted(set(many) - set(few)) or [f"{len(few)} became {len(many)}"])
    assert len(many) <= AT_MOST


def questions(client, path):
    """Asked anew, by a session that knows nothing yet. What is asked once and kept is no matter of rows."""
    client.get(path)
    db.session.remove()
    with counted() as asked:
        answer = client.get(path)
    assert answer.status_code == 200, answer.text
    db.session.remove()
    return asked


ONLY_WHERE_THERE_IS_SOMETHING = ("FROM disbursement", "FROM cp_request", "FROM cp_grant", "FROM cp_item", "FROM receipt")


@pytest.mark.parametrize("name", ["ada", "sam"])
def test_a_case_without_money_or_continued_presence_asks_whether_there_is_any_and_no_more(world, browser, name):
    """One statement asks for all the small facts of a case; only what it finds is asked for further."""
    path, client = f"/cases/{new_case(world).id}", browser(name)
    asked = [" ".join(each.split()) for each in questions(client, path)]
    together = [each for each in asked if each.startswith("SELECT (SELECT")]
    assert len(together) == 1 and "FROM disbursement" in together[0] and "FROM cp_request" in together[0]
    assert [each for each in asked if each not in together and any(
        table in each for table in ONLY_WHERE_THERE_IS_SOMETHING)] == []


def test_a_case_with_money_is_asked_for_it(world, browser):
    case = new_case(world)
    request(world, case)
    asked = [" ".join(each.split()) for each in questions(browser("ada"), f"/cases/{case.id}")]
    assert [each for each in asked if not each.startswith("SELECT (SELECT") and "FROM disbursement" in each]
