"""Pages and API: the same verbs and words, tiers that stay apart, nothing that says who the person is."""
from __future__ import annotations

import re
from uuid import uuid4

import pytest

from casework.continued_presence import schemas
from casework.continued_presence.actions import DEEDS
from casework.continued_presence.items import TEN_THINGS
from casework.continued_presence.models import ContinuedPresenceRequest
from casework.continued_presence.package import CPPackage
from casework.kernel.db import Base, db
from tests.continued_presence.story import WORDS

API = "/api/v1"
IDENTITY = ("Perdita", "Placeholder", "A098765432")
NARRATIVE = ("Marigold Cannery", "Saw who collected")
STATUS_ONLY = ["ada", "uma"]


def path(request, *more):
    return "/".join(("/continued-presence", str(request.id), *more))


def test_the_list_shows_numbers_and_no_person(world, browser, machine):
    for name in ("ada", "sam", "olga", "fay", "cora", "rex", "otto", "esme", "hana", "uma"):
        page = browser(name).get("/continued-presence").get_data(as_text=True)
        assert world.rosa_request.number in page
        assert not any(word in page for word in (*IDENTITY, *NARRATIVE))
        listed = machine(name).get(f"{API}/continued-presence").get_json()
        assert world.rosa_request.number in {item["number"] for item in listed["items"]}
        assert not any(word in str(listed) for word in (*IDENTITY, *NARRATIVE))


def test_who_has_nothing_to_do_with_it_does_not_come_in(world, browser, machine):
    for name in ("root", "fern", "bud", "pia", "carl", "priya", "zoe"):
        assert browser(name).get("/continued-presence").status_code == 403
        assert machine(name).get(f"{API}{path(world.rosa_request)}").status_code == 403


HIDDEN = [("ned", "rosa_request"), ("bea", "rosa_request"), ("gus", "kit_request"), ("olga", "kit_request"),
          ("max", "rosa_request"), ("tom", "rosa_request")]


def test_hidden_and_absent_are_one_answer(world, browser, machine):
    def bare(answer):
        return re.sub(r"[0-9a-f]{32}|[0-9a-f-]{36}|csrf_token\" value=\"[^\"]*", "", answer.get_data(as_text=True))

    for name, what in HIDDEN:
        for client, at in ((browser(name), ""), (machine(name), API)):
            hidden, absent = (client.get(f"{at}/continued-presence/{id}")
                              for id in (getattr(world, what).id, uuid4()))
            assert (hidden.status_code, absent.status_code) == (404, 404)
            assert bare(hidden) == bare(absent)


@pytest.mark.parametrize("name", STATUS_ONLY)
def test_a_status_reader_sees_the_state_and_nothing_of_the_package(world, browser, machine, name):
    page = browser(name).get(path(world.rosa_request)).get_data(as_text=True)
    assert "Papers issued" in page
    assert "Record checks" not in page
    assert not any(word in page for word in (*IDENTITY, *NARRATIVE, "I94-TEST-1", "Show names"))
    client = machine(name)
    assert client.get(f"{API}{path(world.rosa_request)}").get_json()["state"] == "issued"
    for part in ("package", "checklist", "checklist/CP-09"):
        assert client.get(f"{API}{path(world.rosa_request, part)}").status_code == 403


def test_those_who_ask_and_decide_read_the_package(world, browser, machine):
    for name in ("olga", "fay", "cora", "rex", "otto", "esme"):
        page = browser(name).get(path(world.rosa_request)).get_data(as_text=True)
        assert all(word in page for word in NARRATIVE)
        assert not any(word in page for word in IDENTITY), "names are off until asked for"
        package = machine(name).get(f"{API}{path(world.rosa_request, 'package')}").get_json()
        assert (package["known_as"], package["a_number"]) == (WORDS["known_as"], WORDS["a_number"])


def test_names_come_on_one_page_once_when_asked_for(world, browser):
    client, page = browser("olga"), path(world.rosa_request)
    client.post(f"/names?back={page}")
    assert "Perdita Placeholder" in client.get(page).get_data(as_text=True)
    assert "Perdita Placeholder" not in client.get(page).get_data(as_text=True)


def test_no_title_and_no_address_says_who_it_is(world, browser):
    page = browser("olga").get(path(world.rosa_request)).get_data(as_text=True)
    title = re.search(r"<title>(.*?)</title>", page)[1]
    links = " ".join(re.findall(r'(?:href|action)="([^"]*)"', page))
    assert title == f"Continued Presence request {world.rosa_request.number} – Casework"
    assert not any(word in title + links for word in (*IDENTITY, "Rosa"))


def test_every_verb_has_one_route_at_each_door(app):
    rules = {(rule.rule, method) for rule in app.url_map.iter_rules() for method in rule.methods}
    for verb in DEEDS:
        assert (f"/continued-presence/<uuid:id>/{verb}", "POST") in rules
        assert (f"{API}/continued-presence/<uuid:id>/{verb}", "POST") in rules


def test_what_is_not_built_has_no_route(app):
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    for verb in ("ask", "answer", "deny", "propose_denial", "escalate", "uphold", "remand", "expire", "terminate"):
        assert f"{API}/continued-presence/<uuid:id>/{verb}" not in rules


def test_both_doors_say_the_same_when_something_is_missing(world, browser, machine):
    by_api = machine("ines").post(f"{API}{path(world.draft_request, 'send')}", json={})
    by_page = browser("ines").post(path(world.draft_request, "send"))
    assert (by_api.status_code, by_page.status_code) == (409, 409)
    assert by_api.get_json()["detail"].startswith("Not complete yet. Still missing: request memo;")
    assert by_api.get_json()["detail"] in by_page.get_data(as_text=True)


def test_both_doors_say_the_same_to_whoever_may_not(world, browser, machine):
    by_api = machine("cleo").post(f"{API}{path(world.agency_request, 'submit')}",
                                  json={"transmission_reference": "T"})
    by_page = browser("cleo").post(path(world.agency_request, "submit"), data={"transmission_reference": "T"})
    assert (by_api.status_code, by_page.status_code) == (403, 403)
    assert by_api.get_json()["detail"] in by_page.get_data(as_text=True)


def test_the_page_says_which_side_bars_the_reader(world, browser):
    assert "You reviewed this request, so somebody else must do it." in browser("otto").get(
        path(world.barred_request)).get_data(as_text=True)
    assert "you took no earlier step that would bar you" in browser("otto").get(
        path(world.reviewed_request)).get_data(as_text=True)


def test_the_main_line_by_the_api(world, machine):
    ada_case = f"{API}/cases/{world.rosa.id}/continued-presence"
    olga = machine("olga")
    made = olga.post(ada_case, json={"identified_on": "2026-01-30"})
    assert made.status_code == 201
    base = f"{API}/continued-presence/{made.get_json()['id']}"
    etag = olga.get(base).headers["ETag"]
    assert olga.patch(base, json=WORDS, headers={"If-Match": etag}).status_code == 200
    for item in olga.get(f"{base}/checklist").get_json()["items"]:
        if item["answer"] == "missing":
            told = {"language": "Spanish", "told": list(TEN_THINGS)} if item["code"] == "CP-15" else {}
            put = olga.put(f"{base}/checklist/{item['code']}", headers={"If-Match": f'"{item["version"]}"'},
                           json={"answer": "done", "done_on": "2026-01-30", **told})
            assert put.status_code == 200, put.get_json()
    assert olga.get(f"{base}/checklist").get_json()["blocks"] == []
    steps = [("olga", "send", {}), ("fay", "endorse", {}), ("cora", "submit", {"transmission_reference": "T-7"}),
             ("rex", "take_up", {}),
             ("otto", "approve", {"mechanism": "parole", "start_on": "2026-02-02", "end_on": "2028-02-01"}),
             ("rue", "issue", {"i94_number": "I94-9", "i94_issued_on": "2026-02-01"})]
    for who, verb, words in steps:
        answer = machine(who).post(f"{base}/{verb}", json=words)
        assert answer.status_code == 200, (verb, answer.get_json())
    assert answer.get_json()["state"] == "issued"
    assert olga.get(f"{base}/grant").get_json()["end_on"] == "2028-02-01"
    assert len(olga.get(f"{base}/moments").get_json()["items"]) == 5


def test_the_main_line_by_the_pages(world, browser):
    olga = browser("olga")
    day = {"identified_on-month": "1", "identified_on-day": "30", "identified_on-year": "2026"}
    made = olga.post(f"/cases/{world.rosa.id}/continued-presence/new", data=day)
    assert made.status_code == 303
    page = made.headers["Location"]
    version = re.search(r'name="_version" value="(\d+)"', olga.get(f"{page}/edit").get_data(as_text=True))[1]
    assert olga.post(f"{page}/edit", data={**WORDS, "_version": version}).status_code == 303
    for code in ("CP-01", "CP-06", "CP-07", "CP-08", "CP-09", "CP-10", "CP-14", "CP-15"):
        told = {"language": "Spanish", "told": list(TEN_THINGS)} if code == "CP-15" else {}
        version = re.search(r'name="_version" value="(\d+)"',
                            olga.get(f"{page}/checklist/{code}").get_data(as_text=True))[1]
        done = olga.post(f"{page}/checklist/{code}", data={
            "answer": "done", "done_on-month": "1", "done_on-day": "30", "done_on-year": "2026",
            "_version": version, **told})
        assert done.status_code == 303, done.get_data(as_text=True)
    assert "Nothing blocks sending it on." in olga.get(page).get_data(as_text=True)
    for who, verb, words in [
            ("olga", "send", {}), ("fay", "endorse", {}), ("cora", "submit", {"transmission_reference": "T-7"}),
            ("rex", "take_up", {}), ("otto", "approve", {
                "mechanism": "parole", "start_on-month": "2", "start_on-day": "2", "start_on-year": "2026",
                "end_on-month": "2", "end_on-day": "1", "end_on-year": "2028"}),
            ("rue", "issue", {"i94_number": "I9", "i94_issued_on-month": "2", "i94_issued_on-day": "1",
                              "i94_issued_on-year": "2026"})]:
        answer = browser(who).post(f"{page}/{verb}", data=words)
        assert answer.status_code == 303, (verb, answer.get_data(as_text=True))
    assert "In force" in browser("ada").get(page).get_data(as_text=True)


@pytest.mark.parametrize(("headers", "status"), [({}, 428), ({"If-Match": '"999"'}, 412)])
def test_a_change_says_which_version_it_changes(world, machine, headers, status):
    client = machine("ines")
    assert client.patch(f"{API}{path(world.draft_request)}", json={"expedited": True},
                        headers=headers).status_code == status
    assert client.put(f"{API}{path(world.draft_request, 'checklist', 'CP-07')}", headers=headers,
                      json={"answer": "missing"}).status_code == status


def test_an_unknown_field_is_refused(world, machine):
    for body in ({"cooperates": True}, {"state": "issued"}, {"number": "CP-1"}):
        answer = machine("ines").patch(f"{API}{path(world.draft_request)}", json=body, headers={"If-Match": '"1"'})
        assert answer.status_code == 422


def test_the_list_filters_by_state_and_office(world, machine):
    client = machine("uma")
    found = client.get(f"{API}/continued-presence?state=issued&office=DEN").get_json()["items"]
    assert [item["number"] for item in found] == [world.rosa_request.number]
    assert client.get(f"{API}/continued-presence?state=nonsense").status_code == 422


def test_the_list_goes_on_page_by_page(world, machine):
    client, seen, after = machine("uma"), [], ""
    while after is not None:
        page = client.get(f"{API}/continued-presence?limit=2&sort=number{after and '&after=' + after}").get_json()
        seen, after = [*seen, *(item["number"] for item in page["items"])], page["next"]
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) == db.session.query(ContinuedPresenceRequest).count()


def test_an_item_that_does_not_apply_is_not_there(world, browser, machine):
    assert browser("ines").get(path(world.draft_request, "checklist", "CP-17")).status_code == 404
    assert machine("ines").get(f"{API}{path(world.draft_request, 'checklist', 'CP-99')}").status_code == 404


def test_what_was_typed_is_kept_when_it_is_refused(world, browser):
    page = browser("fay").post(path(world.kit_request, "return"), data={"reason": "Too short"})
    assert page.status_code == 422
    assert "Write at least 20 characters" in page.get_data(as_text=True)
    assert ">\nToo short</textarea>" in page.get_data(as_text=True)


def test_why_it_was_returned_is_read_by_the_chain_and_nobody_else(world, browser):
    reason = "The facts on the debt need their dates."
    assert reason in browser("ines").get(path(world.returned_request)).get_data(as_text=True)
    assert reason not in browser("uma").get(path(world.returned_request)).get_data(as_text=True)
    assert reason not in browser("sky").get(path(world.returned_request)).get_data(as_text=True)


def test_the_checklist_page_counts_what_blocks_and_says_why_it_is_grey(world, browser):
    page = browser("ines").get(path(world.draft_request)).get_data(as_text=True)
    assert "Send to field review (12 block)" in page
    assert "Why grey:" in page
    assert 'aria-disabled="true"' in page


def test_the_case_page_has_its_section_and_offers_a_draft_to_members_only(world, browser):
    case = f"/cases/{world.rosa.id}"
    assert "Draft a Continued Presence request" in browser("olga").get(case).get_data(as_text=True)
    assert world.rosa_request.number in browser("ada").get(f"{case}/continued-presence").get_data(as_text=True)
    assert "Draft a request" not in browser("ada").get(f"{case}/continued-presence").get_data(as_text=True)


def test_no_column_and_no_field_asks_whether_the_person_helps():
    """22 USC 7105(c)(3): it is no condition, so there is nowhere to write it."""
    fields = {name for schema in vars(schemas).values() for name in getattr(schema, "_declared_fields", ())}
    columns = {column.name for table in Base.metadata.tables.values() if table.name.startswith("cp_")
               for column in table.columns}
    assert not [name for name in fields | columns if re.search(r"cooperat|willing|complian|assist|testif", name)]


CANARY = "Canary-Wagtail-7731"


def test_what_is_said_of_the_person_is_sealed_in_the_database(world, app, truth, machine):
    client, base = machine("ines"), f"{API}{path(world.draft_request)}"
    words = ("known_as", "a_number", "status_now", "summary", "witness", "justification")
    etag = client.get(base).headers["ETag"]
    body = dict.fromkeys(words, CANARY)
    assert client.patch(base, json=body, headers={"If-Match": etag}).status_code == 200
    client.put(f"{base}/checklist/CP-08", headers={"If-Match": '"1"'}, json={
        "answer": "not_possible_yet", "note": CANARY, "planned_on": "2026-03-01"})
    package = db.session.query(CPPackage).filter_by(request_id=world.draft_request.id).one()
    assert package.summary == CANARY
    for table in CPPackage.metadata.sorted_tables:
        for row in truth.execute(table.select()).mappings():
            assert CANARY.encode() not in b"".join(bytes(cell) for cell in row.values() if isinstance(cell, bytes))
            assert CANARY not in str([cell for cell in row.values() if not isinstance(cell, bytes)])
