"""The list of cases."""
import pytest

from casework.audit.models import AuditEvent
from casework.cases import actions, recording
from tests.heard import heard


def numbers(page):
    return [item["number"] for item in page.json["items"]]


def test_each_sees_their_own(machine, world):
    seen = {name: sorted(numbers(machine(name).get("/api/v1/cases"))) for name in ("ada", "abe", "bea", "sam", "lou", "olga")}
    rosa, nina, kit = world.rosa.number, world.nina.number, world.kit.number
    assert seen == {"ada": [rosa], "abe": [kit], "bea": [nina], "sam": sorted([rosa, kit]),
                    "lou": sorted([rosa, nina, kit]), "olga": [rosa]}


def test_headquarters_sees_every_office(machine, world):
    assert {world.rosa.number, world.nina.number} < set(numbers(machine("hana").get("/api/v1/cases?limit=200")))


@pytest.mark.parametrize("name", ["bud", "uma", "fern", "root", "otto", "fay"])
def test_who_has_no_business_with_cases_is_refused_with_the_reason(browser, machine, name):
    page, answer = browser(name).get("/cases"), machine(name).get("/api/v1/cases")
    assert (page.status_code, answer.status_code) == (403, 403)
    assert "Who may:" in page.text
    assert "specialist (on their team)" in answer.json["detail"]


@pytest.mark.parametrize(("query", "found"), [
    ("state=open", 3), ("state=closed", 0), ("office=DEN", 2), ("office=mia", 1), ("office=XXX", 0),
    ("specialist=abe", 1), ("specialist=nobody", 0), ("q=VA-2026-DEN", 2), ("q=va-2026-mia-00001", 1), ("q=1", 2),
    ("q=2", 1), ("q=%25", 0), ("q=_", 0), ("sort=number&limit=1", 1),
])
def test_filters(machine, world, query, found):
    assert len(machine("lou").get(f"/api/v1/cases?{query}").json["items"]) == found


def test_ids_filter_too(machine, world):
    client = machine("hana")
    assert numbers(client.get(f"/api/v1/cases?office={world.mia.id}")) == [world.nina.number]
    assert numbers(client.get(f"/api/v1/cases?specialist={world.abe.id}")) == [world.kit.number]


@pytest.mark.parametrize("query", ["state=lost", "sort=person_id", "limit=0", "limit=201", "after=x", "name=Rosa"])
def test_what_cannot_be_asked_is_refused_and_named(machine, query):
    answer = machine("hana").get(f"/api/v1/cases?{query}")
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert list(answer.json["errors"]) == [query.split("=")[0]]


def test_pages_follow_each_other_in_order_without_gaps(machine, world):
    client, seen, after = machine("lou"), [], None
    while True:
        page = client.get("/api/v1/cases", query_string={"sort": "-number", "limit": 1, **({"after": after} if after else {})})
        seen += numbers(page)
        after = page.json["next"]
        if after is None:
            break
    assert seen == sorted([world.rosa.number, world.nina.number, world.kit.number], reverse=True)


def test_the_page_shows_numbers_flags_and_what_is_due_and_no_name(browser, world, child):
    page = browser("sam").get("/cases").text
    assert world.rosa.number in page
    assert "Do not call, Interpreter: Spanish" in page
    assert "Under 18" in page
    assert "Overdue" in page  # the notice to HHS about the child
    assert "<b>3 cases</b>" in page
    assert "Placeholder" not in page
    assert ">Rosa<" not in page


def test_names_are_shown_once_when_asked_for_and_that_is_logged(at_work, world, truth):
    ada = at_work("ada")
    asked = ada.send("/names?back=/cases")
    page = ada.get(asked.location).text
    assert "Rosa</td>" in page
    assert "Rosa</td>" not in ada.get("/cases").text
    truth.commit()
    shown = truth.query(AuditEvent).filter_by(verb="identity.read").one()
    assert shown.shown == [["identity", str(world.rosa_identity.id), str(world.rosa.person_id)]]
    assert shown.actor_id == world.ada.id


def test_who_may_not_know_names_sees_none_when_asking(at_work, world):
    lou = at_work("tom")  # supervisor in Miami
    lou.send("/names?back=/cases")
    page = lou.get("/cases").text
    assert "Not recorded" in page
    assert "Rosa" not in page


def test_reading_the_list_is_logged_with_what_it_showed_and_what_was_asked(machine, world, truth):
    machine("sam").get("/api/v1/cases?state=open&sort=number")
    read = truth.query(AuditEvent).filter_by(verb="case.read").order_by(AuditEvent.id.desc()).first()
    assert [shown[1] for shown in read.shown] == [str(world.rosa.id), str(world.kit.id)]
    assert read.details == {"state": "open"}


def test_the_page_of_a_case_asks_neither_for_the_offices_nor_for_the_readers_place_on_its_team(app, browser, calm):
    """Its office comes with it, and that it was found says that they are on the team."""
    ada = browser("ada")
    ada.get(f"/cases/{calm.id}")
    with heard() as asked:
        assert ada.get(f"/cases/{calm.id}").status_code == 200
    assert not [text for text in asked if "FROM office ORDER BY" in text or text.startswith("SELECT team_member.")]


@pytest.fixture
def counted(app):
    """`counted(ask)`: how many statements asking takes."""
    def statements(ask):
        with heard() as asked:
            ask()
        return len(asked)
    return statements


@pytest.mark.parametrize("url", ["/cases", "/api/v1/cases"])
def test_more_cases_take_no_more_queries(browser, world, child, counted, url):
    sam = browser("sam")
    sam.get(url)
    few = counted(lambda: sam.get(url))
    for _ in range(6):
        actions.open_case(world.sam, world.den, referral_source="tip_line", under_18=True, discovered_at=child.opened_at)
    assert counted(lambda: sam.get(url)) == few


def test_the_case_page_takes_no_more_queries_for_a_longer_story(browser, world, calm, counted):
    ada, url = browser("ada"), f"/cases/{calm.id}"
    recording.add_note(world.ada, calm, about="logistics", body="Bus pass handed over.")
    ada.get(url)
    few = counted(lambda: ada.get(url))
    for number in range(8):
        recording.add_note(world.ada, calm, about="logistics", body=f"Bus pass {number} handed over.")
    assert counted(lambda: ada.get(url)) == few
