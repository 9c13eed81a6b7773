"""Who the person is and how to reach them."""
import pytest

from casework.audit.models import AuditEvent
from casework.cases.files import Identity
from tests.cases.conftest import version_in

FULL = {"legal_name": "Rosalind Q. Placeholder", "goes_by": "Rosa", "citizenship": "noncitizen", "country": "Freedonia",
        "a_number": "A012345678", "passport": "P1234567", "birth_on": "2001-02-03"}


def test_identity_is_read_by_those_who_may_and_each_reading_is_logged(machine, world, truth):
    answer = machine("ada").get(f"/api/v1/cases/{world.rosa.id}/identity")
    assert answer.json["legal_name"] == "Rosalind Placeholder"
    assert answer.json["citizenship"] == "noncitizen"
    read = truth.query(AuditEvent).filter_by(verb="identity.read").one()
    assert (read.actor_id, read.subject_id) == (world.ada.id, world.rosa_identity.id)


@pytest.mark.parametrize(("name", "status"), [("ada", 200), ("sam", 200), ("olga", 200), ("hana", 200), ("bea", 404),
                                              ("ned", 404), ("tom", 404), ("fay", 403), ("bud", 403), ("uma", 403),
                                              ("root", 403), ("otto", 403)])
def test_who_may_know_who_the_person_is(machine, browser, world, name, status):
    assert machine(name).get(f"/api/v1/cases/{world.rosa.id}/identity").status_code == status
    assert browser(name).get(f"/cases/{world.rosa.id}/identity").status_code == status


@pytest.mark.parametrize(("name", "status"), [("ada", 200), ("sam", 200), ("bea", 404), ("tom", 404), ("olga", 403),
                                              ("hana", 403), ("fay", 403), ("uma", 403)])
def test_who_may_know_where_the_person_is(machine, browser, world, name, status):
    assert machine(name).get(f"/api/v1/cases/{world.rosa.id}/contact").status_code == status
    assert browser(name).get(f"/cases/{world.rosa.id}/contact").status_code == status


def test_the_identity_page_shows_it_and_keeps_names_out_of_the_title(ada, world):
    page = ada.get(f"/cases/{world.rosa.id}/identity").text
    assert "Rosalind Placeholder" in page
    assert "A012345678" in page
    assert "Rosa" not in page.split("</title>")[0]


def test_identity_is_put_whole_on_the_version_seen(machine, world):
    client, url = machine("ada"), f"/api/v1/cases/{world.rosa.id}/identity"
    seen = client.get(url).headers["ETag"]
    assert client.put(url, json=FULL).status_code == 428
    put = client.put(url, json=FULL, headers={"If-Match": seen})
    assert {name: put.json[name] for name in FULL} == FULL
    assert client.put(url, json=FULL, headers={"If-Match": seen}).status_code == 412
    less = client.put(url, json={"goes_by": "Rosa"}, headers={"If-Match": put.headers["ETag"]})
    assert less.json["legal_name"] is None
    assert less.json["citizenship"] == "unknown"


@pytest.mark.parametrize(("wrong", "field"), [
    ({"a_number": "12"}, "a_number"), ({"passport": "?"}, "passport"), ({"birth_on": "2999-01-01"}, "birth_on"),
    ({"birth_on": "yesterday"}, "birth_on"), ({"citizenship": "martian"}, "citizenship"), ({"cooperates": True}, "cooperates"),
])
def test_what_is_wrong_in_an_identity_is_said_of_its_field(machine, world, truth, wrong, field):
    client, url = machine("ada"), f"/api/v1/cases/{world.rosa.id}/identity"
    answer = client.put(url, json={**FULL, **wrong}, headers={"If-Match": client.get(url).headers["ETag"]})
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]
    assert client.get(url).json["legal_name"] == "Rosalind Placeholder"


def test_identity_on_the_page(ada, world):
    url = f"/cases/{world.rosa.id}/identity/edit"
    page = ada.get(url)
    assert 'value="Rosalind Placeholder"' in page.text
    sent = {"_version": version_in(page), "legal_name": "Rosalind Placeholder", "goes_by": "Rosa", "a_number": "x1",
            "citizenship": "noncitizen", "birth_on-month": "2", "birth_on-day": "31", "birth_on-year": "2001"}
    wrong = ada.send(url, **sent)
    assert wrong.status_code == 422
    assert "February 2001 has no day 31." in wrong.text
    assert 'value="x1"' in wrong.text
    numbered = ada.send(url, **{**sent, "birth_on-day": "3"})
    assert "An A-number is the letter A and seven to nine digits." in numbered.text
    right = ada.send(url, **{**sent, "birth_on-day": "3", "a_number": "A012345678"})
    assert right.location == f"/cases/{world.rosa.id}/identity"
    assert "3 Feb 2001" in ada.get(right.location).text


def test_the_investigator_reads_and_does_not_write(at_work, machine, world):
    olga = at_work("olga")
    assert "Change</a>" not in olga.get(f"/cases/{world.rosa.id}/identity").text
    assert olga.get(f"/cases/{world.rosa.id}/identity/edit").status_code == 403
    assert machine("olga").put(f"/api/v1/cases/{world.rosa.id}/identity", json=FULL, headers={"If-Match": '"1"'}).status_code == 403


def test_nothing_of_an_identity_stands_in_the_trail(machine, world, truth):
    client, url = machine("ada"), f"/api/v1/cases/{world.rosa.id}/identity"
    client.put(url, json=FULL, headers={"If-Match": client.get(url).headers["ETag"]})
    for row in truth.query(AuditEvent):
        assert "Rosalind" not in f"{row.details}{row.changes}{row.shown}"
    assert b"Rosalind" not in truth.get(Identity, world.rosa_identity.id).legal_name_sealed


def test_contact_is_put_and_confirmed_and_the_strip_follows(machine, ada, world):
    client, url = machine("ada"), f"/api/v1/cases/{world.rosa.id}/contact"
    read = client.get(url)
    assert read.json["whereabouts"] == "Room 4, Birch House"
    put = client.put(url, json={"phone": "303 555 0101", "do_not_call": False}, headers={"If-Match": read.headers["ETag"]})
    assert put.status_code == 200
    assert put.json["whereabouts"] is None
    assert put.json["confirmed_at"] > read.json["confirmed_at"]
    assert "Do not call" not in ada.get(f"/cases/{world.rosa.id}").text
    assert client.put(url, json={"phone": "1"}, headers={"If-Match": put.headers["ETag"]}).json["errors"].keys() == {"phone"}


def test_contact_on_the_page(ada, world):
    page = ada.get(f"/cases/{world.rosa.id}/contact").text
    for words in ("Do not call", "Leave no message", "Heron", "After 16:00", "Room 4, Birch House"):
        assert words in page
    url = f"/cases/{world.rosa.id}/contact/edit"
    form = ada.get(url)
    wrong = ada.send(url, _version=version_in(form), phone="12", whereabouts="Room 5")
    assert wrong.status_code == 422
    assert "Room 5" in wrong.text
    right = ada.send(url, _version=version_in(form), phone="303 555 0102", whereabouts="Room 5", do_not_call="yes")
    assert right.location == f"/cases/{world.rosa.id}/contact"
    assert "Room 5" in ada.get(right.location).text


def test_confirming_changes_the_moment_and_nothing_else(ada, machine, world):
    client, url = machine("ada"), f"/api/v1/cases/{world.rosa.id}/contact"
    before = client.get(url).json
    assert ada.send(f"/cases/{world.rosa.id}/contact/confirm").status_code == 303
    after = client.get(url).json
    assert after["confirmed_at"] > before["confirmed_at"]
    assert {**after, "confirmed_at": 0} == {**before, "confirmed_at": 0}
    assert "Confirmed with the person, now." in ada.get(f"/cases/{world.rosa.id}/contact").text
