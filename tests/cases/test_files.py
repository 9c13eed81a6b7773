"""Opening, reading, changing a case; who it is about stays behind its own doors."""
from datetime import timedelta

import pytest

from casework.audit.models import AuditEvent
from casework.cases.models import Case, Discovery, TeamMember
from casework.kernel.db import now
from tests.cases.conftest import moment, version_in, without_number

PRIVATE = ("Rosalind", "Placeholder", "012345678", "Freedonia", "555-0100", "Birch", "Heron")


def test_opening_a_case_gives_a_number_and_leads_to_it(ada, world, truth):
    answer = ada.send("/cases/new", referral_source="tip_line", language="Tigrinya", interpreter="yes")
    case = truth.query(Case).filter_by(language="Tigrinya").one()
    assert answer.location == f"/cases/{case.id}"
    assert (case.number, case.specialist_id, case.office_id) == ("VA-2026-DEN-00003", world.ada.id, world.den.id)
    page = ada.get(answer.location).text
    assert "VA-2026-DEN-00003 is open." in page
    assert "Interpreter: Tigrinya" in page


def test_the_same_by_api(machine, world):
    answer = machine("ada").post("/api/v1/cases", json={"referral_source": "self", "specialist_id": str(world.abe.id)})
    assert answer.status_code == 201
    assert answer.json["specialist"] == "abe"
    assert answer.headers["ETag"] == '"1"'
    assert machine("ada").get(f"/api/v1/cases/{answer.json['id']}").status_code == 200  # who opens is on the team


def test_a_person_under_18_brings_the_question_of_the_moment(ada, machine, truth, world):
    asked = ada.send("/cases/new", referral_source="tip_line", language="Wolof", under_18="yes")
    assert asked.status_code == 422
    assert "When was it discovered?" in asked.text
    assert 'value="Wolof"' in asked.text  # nothing typed is lost
    by_api = machine("ada").post("/api/v1/cases", json={"referral_source": "self", "under_18": True})
    assert list(by_api.json["errors"]) == ["discovered_at"]
    given = ada.send("/cases/new", referral_source="tip_line", under_18="yes",
                     **moment("discovered_at", month="1", day="5"))
    assert given.status_code == 303
    case = truth.query(Case).order_by(Case.opened_at.desc()).first()
    assert case.discovered_at.isoformat() == "2026-01-05T16:30:00+00:00"  # 09:30 in Denver
    assert truth.query(Discovery).filter_by(case_id=case.id).count() == 1


@pytest.mark.parametrize(("wrong", "field"), [
    ({"referral_source": "rumour"}, "referral_source"), ({"colour": "red"}, "colour"), ({"language": 7}, "language"),
    ({"discovered_at": "2026-01-05T10:00:00", "under_18": True}, "discovered_at"),
    ({"discovered_at": "2099-01-05T10:00:00Z", "under_18": True}, "discovered_at"),
    ({"specialist_id": "not a person"}, "specialist_id"), ({"earlier_case": "VA-1999-DEN-00001"}, "earlier_case"),
])
def test_what_is_wrong_is_said_of_its_field(machine, wrong, field):
    answer = machine("ada").post("/api/v1/cases", json={"referral_source": "self", **wrong})
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


def test_a_lead_of_another_office_or_a_hidden_investigation_is_refused(machine, world):
    client = machine("ada")
    other = client.post("/api/v1/cases", json={"referral_source": "self", "specialist_id": str(world.bea.id)})
    assert other.json["errors"] == {"specialist_id": ["Choose a specialist of this office."]}
    bea = machine("bea").post("/api/v1/cases", json={"referral_source": "self", "investigation_id": str(world.harbor.id)})
    absent = machine("bea").post("/api/v1/cases", json={"referral_source": "self", "investigation_id": str(world.rosa.id)})
    assert bea.status_code == absent.status_code == 422
    assert bea.json["errors"] == absent.json["errors"]


def test_one_person_has_one_open_case_per_office(ada, machine, world):
    again = ada.send("/cases/new", referral_source="self", earlier_case=world.rosa.number)
    assert again.status_code == 409
    assert "already has an open case in this office" in again.text


def test_with_two_offices_one_says_which(machine, world):
    asked = machine("lou").post("/api/v1/cases", json={"referral_source": "self"})
    assert asked.json["errors"] == {"office_id": ["Choose the office."]}
    given = machine("lou").post("/api/v1/cases", json={"referral_source": "self", "office_id": str(world.mia.id)})
    assert given.json["number"] == "VA-2026-MIA-00002"


def test_nobody_opens_a_case_in_an_office_that_is_not_theirs(machine, world):
    answer = machine("ada").post("/api/v1/cases", json={"referral_source": "self", "office_id": str(world.mia.id)})
    assert answer.status_code == 403


@pytest.mark.parametrize("name", ["olga", "fay", "bud", "root", "uma"])
def test_others_open_no_case(browser, machine, name):
    assert browser(name).get("/cases/new").status_code == 403
    assert machine(name).post("/api/v1/cases", json={"referral_source": "self"}).status_code == 403


def test_the_case_page_has_the_strip_the_facts_and_the_sections(ada, world):
    page = ada.get(f"/cases/{world.rosa.id}").text
    for words in ("Do not call", "Interpreter: Spanish", "Protected", "INV-2026-HARBOR", "An investigator",
                  "Where it stands", "Contact and safety", "Who looked", "Story", "Hidden until you show names"):
        assert words in page
    assert not [word for word in PRIVATE if word in page]


def test_show_names_shows_what_the_person_goes_by_this_once(ada, world):
    url = f"/cases/{world.rosa.id}"
    assert "Show names" in ada.get(url).text
    page = ada.get(ada.send(f"/names?back={url}").location).text
    assert "<dd>Rosa</dd>" in page
    assert "<title>VA-2026-DEN-00001" in page
    assert "<dd>Rosa</dd>" not in ada.get(url).text


def test_the_investigator_sees_the_case_but_not_where_the_person_is(at_work, world):
    page = at_work("olga").get(f"/cases/{world.rosa.id}").text
    assert f"/cases/{world.rosa.id}/identity" in page
    assert f"/cases/{world.rosa.id}/notes" in page
    assert f"/cases/{world.rosa.id}/contact" not in page
    assert "Safe contact" not in page
    assert "Change these facts" not in page


def test_a_specialist_is_told_who_may_ask_for_continued_presence(ada, world):
    page = ada.get(f"/cases/{world.rosa.id}").text
    assert "Not yours: draft a Continued Presence request." in page
    assert "Only an investigator who works on this case’s investigation" in page


@pytest.mark.parametrize("path", ["", "/identity", "/contact", "/notes", "/hhs-notices", "/team"])
def test_hidden_and_absent_look_the_same(machine, world, path):
    bea = machine("bea")
    hidden = bea.get(f"/api/v1/cases/{world.rosa.id}{path}")
    absent = bea.get(f"/api/v1/cases/{world.ada.id}{path}")
    assert hidden.status_code == absent.status_code == 404
    assert without_number(hidden) == without_number(absent)


@pytest.mark.parametrize("path", ["", "/identity", "/contact", "/notes", "/hhs-notices", "/people", "/who-looked", "/story",
                                  "/facts", "/close", "/join_team", "/contact/edit", "/identity/edit", "/notes/new"])
def test_hidden_and_absent_pages_look_the_same(browser, world, path):
    bea = browser("bea")
    hidden, absent = bea.get(f"/cases/{world.rosa.id}{path}"), bea.get(f"/cases/{world.ada.id}{path}")
    assert hidden.status_code == absent.status_code == 404
    assert without_number(hidden).replace(str(world.rosa.id), "") == without_number(absent).replace(str(world.ada.id), "")


def test_who_left_the_team_sees_nothing_any_more(machine, world):
    assert machine("max").get(f"/api/v1/cases/{world.rosa.id}").status_code == 404


def test_no_view_of_a_case_carries_who_it_is_about(machine, world):
    client = machine("ada")
    texts = [client.get(url).text for url in ("/api/v1/cases", f"/api/v1/cases/{world.rosa.id}",
                                              f"/api/v1/cases/{world.rosa.id}/team", "/api/v1/investigations")]
    assert not [word for word in PRIVATE for text in texts if word in text]


def test_facts_are_changed_on_the_version_that_was_seen(machine, world):
    client, url = machine("ada"), f"/api/v1/cases/{world.rosa.id}"
    seen = client.get(url).headers["ETag"]
    assert client.patch(url, json={"language": "Mam"}).status_code == 428
    changed = client.patch(url, json={"language": "Mam"}, headers={"If-Match": seen})
    assert (changed.status_code, changed.json["language"]) == (200, "Mam")
    assert changed.headers["ETag"] != seen
    late = client.patch(url, json={"language": "Nahuatl"}, headers={"If-Match": seen})
    assert late.status_code == 412
    assert client.get(url).json["language"] == "Mam"


@pytest.mark.parametrize("body", [{"number": "VA-1"}, {"state": "closed"}, {"specialist_id": None}, {"person_id": "x"}])
def test_what_is_not_a_fact_cannot_be_patched(machine, world, body):
    answer = machine("ada").patch(f"/api/v1/cases/{world.rosa.id}", json=body, headers={"If-Match": '"1"'})
    assert answer.status_code == 422


def test_facts_on_the_page(ada, world, truth):
    url = f"/cases/{world.rosa.id}/facts"
    version = version_in(ada.get(url))
    sent = {"language": "K’iche’", "interpreter": "yes", "referral_source": "investigator",
            "investigation_id": str(world.harbor.id)}
    assert ada.send(url, _version=version, **sent).location == f"/cases/{world.rosa.id}"
    stale = ada.send(url, _version=version, **{**sent, "language": "Mixtec"})
    assert stale.status_code == 412
    assert "Mixtec" in stale.text  # still typed
    assert ada.send(url, **sent).status_code == 428
    assert truth.get(Case, world.rosa.id).language == "K’iche’"


def test_the_investigator_changes_no_fact(machine, at_work, world):
    url = f"/cases/{world.rosa.id}/facts"
    assert at_work("olga").get(url).status_code == 403
    answer = machine("olga").patch(f"/api/v1/cases/{world.rosa.id}", json={"language": "x"}, headers={"If-Match": '"1"'})
    assert answer.status_code == 403


def test_discovery_is_recorded_once_and_corrected_beside_it(ada, machine, world, truth):
    url = f"/cases/{world.rosa.id}/record_discovery"
    assert ada.send(url, **moment("discovered_at", month="1", day="10")).status_code == 303
    again = ada.send(url, **moment("discovered_at", month="1", day="9"))
    assert again.status_code == 422
    assert "Say why the recorded moment was wrong" in again.text
    assert ada.send(url, reason="Misread the report.", **moment("discovered_at", month="1", day="9")).status_code == 303
    page = ada.get(f"/cases/{world.rosa.id}/hhs-notices").text
    assert "Superseded." in page
    assert "Misread the report." in page
    assert truth.query(Discovery).filter_by(case_id=world.rosa.id).count() == 2


def test_only_a_supervisor_assigns(ada, at_work, machine, world):
    assert ada.get(f"/cases/{world.rosa.id}/assign").status_code == 403
    sam = at_work("sam")
    assert "Abe Example" in sam.get(f"/cases/{world.rosa.id}/assign").text
    assert sam.send(f"/cases/{world.rosa.id}/assign", specialist_id=str(world.abe.id)).status_code == 303
    assert machine("abe").get(f"/api/v1/cases/{world.rosa.id}").json["specialist"] == "abe"
    assert machine("sam").post(f"/api/v1/cases/{world.rosa.id}/assign",
                               json={"specialist_id": str(world.bea.id)}).status_code == 422


def test_joining_and_leaving_the_team(ada, at_work, machine, world, calm, truth):
    assert ada.send(f"/cases/{calm.id}/join_team", specialist_id=str(world.abe.id)).status_code == 303
    assert machine("abe").get(f"/api/v1/cases/{calm.id}").status_code == 200
    team = machine("abe").get(f"/api/v1/cases/{calm.id}/team").json["items"]
    assert {member["username"]: member["current"] for member in team} == {"ada": True, "abe": True}
    assert "Abe Example" in ada.get(f"/cases/{calm.id}/people").text
    sam = at_work("sam")
    assert sam.send(f"/cases/{calm.id}/leave_team", user_id=str(world.abe.id)).status_code == 303
    assert machine("abe").get(f"/api/v1/cases/{calm.id}").status_code == 404
    lead = machine("sam").post(f"/api/v1/cases/{calm.id}/leave_team", json={"user_id": str(world.ada.id)})
    assert lead.status_code == 409
    assert truth.query(TeamMember).filter_by(case_id=calm.id, user_id=world.abe.id).one().until


CHECKS = {"safety_discussed": "yes", "referrals_handed_over": "yes", "notices_settled": "yes", "way_back_known": "yes"}


def test_closing_takes_a_reason_and_every_line_of_the_checklist(ada, calm, truth):
    url = f"/cases/{calm.id}/close"
    assert "Nothing is open in this case." in ada.get(url).text
    left = ada.send(url, reason="goals_met", **{**CHECKS, "way_back_known": ""})
    assert left.status_code == 422
    assert "Confirm this, or keep the case open." in left.text
    assert "checked" in left.text  # the other three stay ticked
    assert ada.send(url, reason="goals_met", **CHECKS).location == f"/cases/{calm.id}"
    page = ada.get(f"/cases/{calm.id}").text
    assert "Closed because" in page
    assert "Reopen the case" in page
    assert "Close the case" not in page
    assert truth.get(Case, calm.id).closed_reason == "goals_met"


def test_closing_and_reopening_by_api(machine, calm):
    client, url = machine("ada"), f"/api/v1/cases/{calm.id}"
    body = {"reason": "moved", **dict.fromkeys(CHECKS, True)}
    assert client.post(f"{url}/reopen", json={"reason": "Came back."}).status_code == 409
    assert client.post(f"{url}/close", json={**body, "way_back_known": False}).json["errors"].keys() == {"way_back_known"}
    closed = client.post(f"{url}/close", json=body, headers={"If-Match": client.get(url).headers["ETag"]})
    assert (closed.status_code, closed.json["state"], closed.json["closed_reason"]) == (200, "closed", "moved")
    assert client.post(f"{url}/close", json=body).status_code == 409
    assert client.post(f"{url}/reopen", json={"reason": "  "}).status_code == 422
    again = client.post(f"{url}/reopen", json={"reason": "Came back."})
    assert again.json["state"] == "reopened"
    assert client.post(f"{url}/close", json=body, headers={"If-Match": '"1"'}).status_code == 412


def test_who_looked_is_for_the_supervisor_of_the_office(ada, at_work, world):
    ada.get(f"/cases/{world.rosa.id}/identity")
    at_work("olga").get(f"/cases/{world.rosa.id}")
    theirs = at_work("sam").get(f"/cases/{world.rosa.id}/who-looked").text
    assert "Olga Example" in theirs
    assert "Identity" in theirs.split("<tbody>")[1]
    mine = ada.get(f"/cases/{world.rosa.id}/who-looked").text
    assert "supervisor of this office and the auditors can see who looked" in mine
    assert "Olga Example" not in mine


def test_names_shown_on_a_list_count_as_a_look(at_work, world):
    lou = at_work("lou")
    lou.send("/names?back=/cases")
    lou.get("/cases")
    assert "Lou Example" in at_work("sam").get(f"/cases/{world.rosa.id}/who-looked").text


def test_a_page_of_several_notes_is_a_look_at_the_case(ada, at_work, machine, world):
    ada.send(f"/cases/{world.rosa.id}/notes/new", about="logistics", body="Bus pass handed over.")
    machine("olga").get(f"/api/v1/cases/{world.rosa.id}/notes")
    page = at_work("sam").get(f"/cases/{world.rosa.id}/who-looked").text
    assert ">Olga Example</td>" in page
    assert "Note" in page.split("Olga Example</td>")[1].split("</tr>")[0]


def test_the_story_goes_on_page_by_page(ada, calm):
    for number in range(14):
        ada.send(f"/cases/{calm.id}/notes/new", about="logistics", body=f"Bus pass {number} handed over.")
    page = ada.get(f"/cases/{calm.id}").text
    assert "Case opened." not in page
    older = page.split(f"/cases/{calm.id}/story?before=")[1].split('"')[0]
    assert "Case opened." in ada.get(f"/cases/{calm.id}/story?before={older}").text


def test_a_reader_of_the_story_hears_only_of_what_they_may_read(ada, at_work, calm):
    ada.send(f"/cases/{calm.id}/notes/new", about="logistics", body="Bus pass handed over.")
    ada.send(f"/cases/{calm.id}/notes/new", about="safety", body="New lock fitted.")
    assert "Note added: safety." in ada.get(f"/cases/{calm.id}").text
    theirs = at_work("olga").get(f"/cases/{calm.id}").text
    assert "Note added: safety." not in theirs
    assert "Note added: logistics." in theirs


def test_opening_is_told_in_the_trail(ada, world, truth):
    ada.send("/cases/new", referral_source="tip_line")
    opened = truth.query(AuditEvent).filter_by(verb="case.open").order_by(AuditEvent.id.desc()).first()
    assert opened.actor_id == world.ada.id
    assert now() - opened.at < timedelta(minutes=1)
