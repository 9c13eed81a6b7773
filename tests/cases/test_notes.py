"""Notes, and the notices to HHS."""
import pytest

from casework.audit.models import AuditEvent
from casework.cases.files import Note
from casework.cases.models import Case, HHSNotice
from tests.cases.conftest import moment


def add(client, case, **words):
    return client.post(f"/api/v1/cases/{case.id}/notes", json=words)


def test_a_note_is_added_and_read(machine, ada, world):
    added = add(machine("ada"), world.rosa, about="needs", body="Winter coat handed over.\nFits.")
    assert added.status_code == 201
    assert added.json["author_id"] == str(world.ada.id)
    page = ada.get(f"/cases/{world.rosa.id}/notes").text
    assert "Winter coat handed over.</p>" in page
    assert "Interpreter booked for Thursday." in page
    only = ada.get(f"/cases/{world.rosa.id}/notes?about=needs").text
    assert "Interpreter booked" not in only


def test_the_investigation_reads_logistics_and_disclosures_only(machine, at_work, world):
    ada = machine("ada")
    add(ada, world.rosa, about="safety", body="New lock.")
    add(ada, world.rosa, about="crime_disclosure", body="Told of a second address.", advised_at="2026-01-12T15:00:00Z",
        advised_language="Spanish")
    seen = machine("olga").get(f"/api/v1/cases/{world.rosa.id}/notes").json["items"]
    assert sorted(note["about"] for note in seen) == ["crime_disclosure", "logistics"]
    page = at_work("olga").get(f"/cases/{world.rosa.id}/notes").text
    assert "New lock." not in page
    assert "Add a note" not in page


@pytest.mark.parametrize(("given", "fields"), [
    ({}, {"advised_at", "advised_language"}), ({"advised_at": "2026-01-12T15:00:00Z"}, {"advised_language"}),
    ({"advised_language": "Spanish"}, {"advised_at"}),
    ({"advised_at": "2099-01-12T15:00:00Z", "advised_language": "Spanish"}, {"advised_at"}),
])
def test_a_disclosure_needs_the_advisory(machine, world, given, fields):
    answer = add(machine("ada"), world.rosa, about="crime_disclosure", body="Told of a place.", **given)
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == fields


def test_the_form_reminds_asks_and_loses_nothing(ada, world, truth):
    url = f"/cases/{world.rosa.id}/notes/new"
    form = ada.get(url).text
    assert "Facts of service only" in form
    wrong = ada.send(url, about="crime_disclosure", body="Told of a place.")
    assert wrong.status_code == 422
    assert "Told of a place." in wrong.text
    assert wrong.text.count("Say when, and in which language") == 4  # twice in the summary, once beside each field
    right = ada.send(url, about="crime_disclosure", body="Told of a place.", advised_language="Spanish",
                     **moment("advised_at", month="1", day="12"))
    assert right.location == f"/cases/{world.rosa.id}/notes"
    assert truth.query(Note).filter_by(about="crime_disclosure").one().investigation_id == world.harbor.id


@pytest.mark.parametrize("body", ["", "   ", "x" * 8001, "a\x00b"])
def test_a_note_has_words_that_fit(machine, world, body):
    assert list(add(machine("ada"), world.rosa, about="needs", body=body).json["errors"]) == ["body"]


@pytest.mark.parametrize(("name", "status"), [("olga", 403), ("hana", 403), ("bea", 404), ("bud", 403)])
def test_who_adds_no_note(machine, browser, world, name, status):
    assert add(machine(name), world.rosa, about="needs", body="x").status_code == status
    assert browser(name).get(f"/cases/{world.rosa.id}/notes/new").status_code == status


def test_notes_come_by_pages(machine, world):
    client = machine("ada")
    for number in range(3):
        add(client, world.rosa, about="logistics", body=f"Bus pass {number}.")
    url, seen, after = f"/api/v1/cases/{world.rosa.id}/notes", [], None
    while True:
        page = client.get(url, query_string={"limit": 2, **({"after": after} if after else {})}).json
        seen += [note["body"] for note in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == ["Bus pass 2.", "Bus pass 1.", "Bus pass 0.", "Interpreter booked for Thursday."]


def test_no_words_of_a_note_stand_in_the_trail(machine, world, truth):
    add(machine("ada"), world.rosa, about="needs", body="Unmistakable heron.")
    assert not [row for row in truth.query(AuditEvent) if "Unmistakable" in f"{row.details}{row.changes}"]


# ── HHS ──────────────────────────────────────────────────────────────────────────────────────────────────────────

NOTICE = {"about": "under_18", "sent_at": "2026-01-12T20:00:00Z", "method": "phone", "reference": "HHS-1"}


def test_a_person_under_18_shows_the_clock_until_the_notice_is_recorded(at_work, machine, child, truth):
    abe = at_work("abe")
    assert "Record the notice to HHS" in abe.get(f"/cases/{child.id}").text
    page = abe.get(f"/cases/{child.id}/hhs-notices").text
    assert "Overdue" in page
    assert "22 USC 7105(b)(1)(H)" in page
    assert machine("abe").post(f"/api/v1/cases/{child.id}/hhs-notices", json=NOTICE).status_code == 201
    assert "Record the notice to HHS" not in abe.get(f"/cases/{child.id}").text
    assert "HHS-1" in abe.get(f"/cases/{child.id}/hhs-notices").text
    assert truth.get(Case, child.id).hhs_notified_at


def test_the_due_moment_is_24_hours_after_discovery(machine, child):
    case = machine("abe").get(f"/api/v1/cases/{child.id}").json
    assert case["discovered_at"] == "2026-01-12T13:00:00+00:00"
    assert case["hhs_due_at"] == "2026-01-13T13:00:00+00:00"


def test_a_correction_supersedes_with_a_reason_and_both_are_shown(at_work, machine, child, truth):
    abe, url = at_work("abe"), f"/cases/{child.id}/hhs-notices"
    sent = {"about": "under_18", "method": "phone", **moment("sent_at", month="1", day="12")}
    assert abe.send(url, **sent).status_code == 303
    again = abe.send(url, **sent)
    assert again.status_code == 422
    assert "Say what was wrong with it" in again.text
    assert abe.send(url, **{**sent, "method": "email", "reason": "It was an e-mail."}).status_code == 303
    page = abe.get(url).text
    assert "Superseded." in page
    assert "It was an e-mail." in page
    items = machine("abe").get(f"/api/v1/cases/{child.id}/hhs-notices").json["items"]
    assert items[0]["supersedes_id"] == items[1]["id"]
    assert truth.query(HHSNotice).filter_by(case_id=child.id).count() == 2


@pytest.mark.parametrize(("wrong", "field"), [({"sent_at": "2099-01-01T00:00:00Z"}, "sent_at"), ({"about": "pets"}, "about"),
                                              ({"method": "owl"}, "method"), ({"sent_at": "2026-01-12T20:00:00"}, "sent_at")])
def test_what_is_wrong_in_a_notice_is_said_of_its_field(machine, child, wrong, field):
    answer = machine("abe").post(f"/api/v1/cases/{child.id}/hhs-notices", json={**NOTICE, **wrong})
    assert list(answer.json["errors"]) == [field]


@pytest.mark.parametrize(("name", "read", "write"), [("hana", 200, 403), ("ned", 403, 403), ("bea", 404, 404), ("uma", 403, 403)])
def test_who_may_read_and_who_may_record_notices(machine, browser, child, name, read, write):
    url = f"/cases/{child.id}/hhs-notices"
    assert machine(name).get(f"/api/v1{url}").status_code == browser(name).get(url).status_code == read
    assert machine(name).post(f"/api/v1{url}", json=NOTICE).status_code == write


def test_headquarters_reads_notices_and_finds_no_form(browser, child):
    client, url = browser("hana"), f"/cases/{child.id}/hhs-notices"
    assert "Record a notice" not in client.get(url).text
    sent = {"csrf_token": client.token, "about": "under_18", "method": "phone", **moment("sent_at", month="1", day="12")}
    assert client.post(url, data=sent).status_code == 403
