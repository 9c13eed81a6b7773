"""Investigations and who works on them."""
import pytest

from casework.cases.investigations import Investigation, InvestigationMember


def test_each_sees_their_own(machine, world):
    seen = {name: [item["number"] for item in machine(name).get("/api/v1/investigations").json["items"]]
            for name in ("olga", "ned", "mel", "fay", "gus", "ada", "sam", "bea")}
    both = ["INV-2026-HARBOR", "INV-2026-MILL"]
    assert seen == {"olga": both[:1], "ned": both[1:], "mel": [], "fay": both, "gus": [], "ada": both, "sam": both, "bea": []}


@pytest.mark.parametrize("name", ["bud", "uma", "root", "cora", "hana"])
def test_who_sees_none(machine, browser, name):
    assert machine(name).get("/api/v1/investigations").status_code == 403
    assert browser(name).get("/investigations").status_code == 403


def test_hidden_and_absent_look_the_same(machine, world):
    hidden = machine("mel").get(f"/api/v1/investigations/{world.harbor.id}")
    absent = machine("mel").get(f"/api/v1/investigations/{world.ada.id}")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.json["detail"] == absent.json["detail"]


def test_an_investigator_opens_one_and_is_its_first_member(at_work, machine, world, truth):
    olga = at_work("olga")
    opened = olga.send("/investigations/new", number="INV-2026-QUAY", nature="sex")
    matter = truth.query(Investigation).filter_by(number="INV-2026-QUAY").one()
    assert opened.location == f"/investigations/{matter.id}"
    assert "Olga Example" in olga.get(opened.location).text
    by_api = machine("mel").post("/api/v1/investigations", json={"number": "INV-2026-PIER", "nature": "labor"})
    assert (by_api.status_code, by_api.json["office_id"]) == (201, str(world.mia.id))


def test_a_number_is_used_once(at_work, machine):
    page = at_work("olga").send("/investigations/new", number="INV-2026-MILL", nature="sex")
    assert page.status_code == 422
    assert "An investigation with this number is on record." in page.text
    by_api = machine("olga").post("/api/v1/investigations", json={"number": "INV-2026-MILL", "nature": "sex"})
    assert list(by_api.json["errors"]) == ["number"]


@pytest.mark.parametrize("name", ["ada", "sam", "fay", "bud"])
def test_only_investigators_open_one(machine, browser, name):
    answer = machine(name).post("/api/v1/investigations", json={"number": "X", "nature": "sex"})
    assert answer.status_code == 403
    assert "investigator" in answer.json["detail"]
    assert browser(name).get("/investigations/new").status_code == 403


def test_a_member_or_the_field_supervisor_adds_a_member(at_work, machine, world, truth):
    olga = at_work("olga")
    added = olga.send(f"/investigations/{world.harbor.id}", user_id=str(world.ned.id))
    assert added.status_code == 303
    assert machine("ned").get(f"/api/v1/cases/{world.rosa.id}").status_code == 200
    again = machine("fay").post(f"/api/v1/investigations/{world.harbor.id}/members", json={"user_id": str(world.ned.id)})
    assert again.json["errors"] == {"user_id": ["They work on it already."]}
    wrong = machine("fay").post(f"/api/v1/investigations/{world.harbor.id}/members", json={"user_id": str(world.ada.id)})
    assert wrong.json["errors"] == {"user_id": ["Choose an investigator."]}
    assert truth.query(InvestigationMember).filter_by(investigation_id=world.harbor.id).count() == 2


def test_a_specialist_adds_nobody(at_work, machine, world):
    ada = at_work("ada")
    assert "Add a member" not in ada.get(f"/investigations/{world.harbor.id}").text
    assert ada.send(f"/investigations/{world.harbor.id}", user_id=str(world.ned.id)).status_code == 403
    answer = machine("ada").post(f"/api/v1/investigations/{world.harbor.id}/members", json={"user_id": str(world.ned.id)})
    assert answer.status_code == 403


def test_the_page_lists_the_cases_the_reader_may_see(at_work, world):
    assert world.rosa.number in at_work("olga").get(f"/investigations/{world.harbor.id}").text
    assert world.rosa.number not in at_work("fay").get(f"/investigations/{world.harbor.id}").text
    assert "Overdue" in at_work("ned").get(f"/investigations/{world.mill.id}").text
