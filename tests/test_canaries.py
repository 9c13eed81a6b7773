"""What is sealed is nowhere in clear: not in the database, not in its journal, not in what the server says.

Every sealed column of the product is written through the API with words found nowhere else; a column that nobody
writes here fails the test.
"""
from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, inspect, select, text

from casework.cases import actions as cases
from casework.funds import actions as funds
from casework.kernel.clocks import fiscal_year
from casework.kernel.db import db
from casework.kernel.rulebook import today
from tests.test_tampering import sealed_columns

pytestmark = pytest.mark.slow

BIRD = "Canarybird"  # in all words below, so that what is found can be told from what was not looked for
IDENTITY = {"legal_name": f"{BIRD} Legal", "goes_by": f"{BIRD} Goesby", "country": f"{BIRD} Country",
            "birth_on": "1911-01-03", "a_number": "A911733551", "passport": "CNB771234"}
CONTACT = {name: f"{BIRD} {name}" for name in ("whereabouts", "mailing", "safe_method", "safe_times", "code_word",
                                               "never_tell")}
CONTACT |= {"phone": "303-555-0177", "email": "canarybird@example.org"}
PACKAGE = {name: f"{BIRD} {name}" for name in ("known_as", "status_now", "summary", "witness", "justification")}
PACKAGE |= {"birth_on": "1912-02-05", "a_number": "A922844662"}
ISSUED = {"i94_number": f"{BIRD} I-94", "ead_reference": f"{BIRD} EAD"}
STAY = {"service_from_on": "2033-03-07", "service_until_on": "2033-04-09"}
MONEY = {"purpose": f"{BIRD} purpose", "condition": f"{BIRD} condition", "exigent_reason": f"{BIRD} exigency",
         "payee": f"{BIRD} House Hotel", **STAY}
CHECKED, NOTED, RATED, ITEM, SIGNED = (f"{BIRD} {what}" for what in ("pantry", "note", "rating", "item", "signature"))
WORDS = {BIRD, *IDENTITY.values(), *CONTACT.values(), *PACKAGE.values(), *STAY.values(), "3035550177", "911733551",
         "922844662"}


@pytest.fixture(scope="module")
def written(server):
    """Everything said, through the API, by those who may."""
    with server.story() as world:
        year = fiscal_year(today())
        funds.apportion(world.bud, world.fund, fiscal_year=year, amount=1000, document="A")
        funds.allot(world.bud, world.fund, office_id=world.den.id, fiscal_year=year, amount=1000)
        case = cases.open_case(world.ada, world.den, referral_source="self")
        draft, approved, sent = world.draft_request.id, world.approved_request.id, world.kit_request.id
        about_the_person(server, case.id)
        about_continued_presence(server, draft, approved, sent)
        about_money(server, case.id, world.fund.id)
    return server


def about_the_person(server, case_id):
    at = f"/cases/{case_id}"
    changed(server, "ada", f"{at}/identity", IDENTITY, method="PUT")
    changed(server, "ada", f"{at}/contact", CONTACT, method="PUT")
    done(server.post("ada", f"{at}/notes", {"about": "needs", "body": NOTED}))
    begun = done(server.post("ada", f"{at}/assessments", {"purpose": "rapid"})).json()["id"]
    changed(server, "ada", f"/assessments/{begun}", {"ratings": [{"domain": "SAF", "answer": "2", "note": RATED}]})
    for query in (IDENTITY["legal_name"], IDENTITY["a_number"], CONTACT["phone"], CONTACT["email"]):
        found = done(server.post("ada", "/search", {"query": query})).json()["items"]
        assert [item["id"] for item in found] == [str(case_id)], query


def about_continued_presence(server, draft, approved, sent):
    at = "/continued-presence"
    changed(server, "ines", f"{at}/{draft}", PACKAGE)
    changed(server, "ines", f"{at}/{draft}/checklist/CP-01", method="PUT", body={
        "answer": "not_possible_yet", "planned_on": str(today() + timedelta(days=9)), "note": ITEM})
    done(server.post("rue", f"{at}/{approved}/issue", {**ISSUED, "i94_issued_on": str(today())}))
    done(server.post("fay", f"{at}/{sent}/return", {"reason": f"{SIGNED}, with words enough"}))


def about_money(server, case_id, fund_id):
    check = {"resource": "charity", "name": CHECKED, "contacted_at": "2026-01-02T15:00:00+00:00", "method": "phone",
             "outcome": "no_capacity"}
    done(server.post("ada", f"/cases/{case_id}/disbursements", {
        "fund_id": str(fund_id), "category": "E01", "need_domain": "SHE", "amount": "20.00", "exigent": True,
        "checks": [check], **MONEY}))


def changed(server, name, path, body, method="PATCH"):
    client = server.client(name)
    seen = done(client.get(path))
    return done(client.request(method, path, json=body, headers={"If-Match": seen.headers["ETag"]}))


def done(answer: httpx.Response) -> httpx.Response:
    assert answer.status_code < 300, f"{answer.request.method} {answer.request.url}: {answer.text}"
    return answer


def test_every_sealed_column_was_written_here(written):
    """A new sealed column belongs into this file."""
    said = {*WORDS, *MONEY.values(), *ISSUED.values(), CHECKED, NOTED, RATED, ITEM}
    with written.story():
        silent = [f"{model.__tablename__}.{column}" for model, name, column in sealed_columns()
                  if not any(str(getattr(row, name)) in said or BIRD in str(getattr(row, name))
                             for row in db.session.scalars(select(model).where(getattr(model, column).is_not(None))))]
    assert silent == []


def test_no_word_of_it_is_in_the_database(written):
    found = found_in_file(written.database) if written.database.startswith("sqlite") else \
        found_in_tables(written.database)
    assert found == []


def test_no_word_of_it_is_in_what_the_server_said(written):
    said = written.log.read_text()
    assert said.count('"PUT /api/v1/cases/') >= 2, "the server wrote no log"
    assert [word for word in WORDS if word in said] == []


def test_a_canary_would_be_found(written, tmp_path):
    """The same search finds what is there in clear: the code of an office, in the file as in the tables."""
    look = found_in_file if written.database.startswith("sqlite") else found_in_tables
    assert look(written.database, {"America/Denver"})


def found_in_file(database, words=WORDS):
    """In the file of the database and in its journal, byte by byte."""
    path = Path(database.removeprefix("sqlite:///"))
    files = [path, *path.parent.glob(f"{path.name}-*")]
    return [(file.name, word) for file in files for word in words if word.encode() in file.read_bytes()]


def found_in_tables(database, words=WORDS):
    """In any column of any table, read as text; of bytes, as the bytes they are."""
    engine = create_engine(database)
    with engine.connect() as connection:
        found = [(table, word) for table in inspect(engine).get_table_names()
                 for row in connection.execute(text(f'SELECT t::text FROM "{table}" AS t')).scalars()
                 for word in words if word in row or word.encode().hex() in row]
    engine.dispose()
    return found
