"""Finding a case by number, exact identifier or name, and never more than one may see."""
import pytest

from casework.audit.models import AuditEvent
from casework.cases.search import matches, words


def found(client, query):
    answer = client.post("/api/v1/search", json={"query": query})
    assert answer.status_code == 200
    return sorted(item["number"] for item in answer.json["items"])


@pytest.mark.parametrize("query", ["VA-2026-DEN-00001", "va-2026-den-00001", "Rosa", "rosalind placeholder",
                                   "PLACEHOLDER", "Rósalind", "place ros", "A012345678", "012-345-678", "A# 12345678",
                                   "(303) 555-0100", "+1 303 555 0100"])
def test_what_finds_rosa(machine, world, query):
    assert found(machine("ada"), query) == [world.rosa.number]


@pytest.mark.parametrize("query", ["osalind", "Rosa Nobody", "A012345679", "303-555-01", "%", "_", "Freedonia", "Birch", "Heron"])
def test_what_finds_nobody(machine, world, query):
    assert found(machine("ada"), query) == []


def test_others_find_only_what_they_may_see(machine, world):
    assert found(machine("bea"), "Rosa") == found(machine("bea"), world.rosa.number) == []
    assert found(machine("olga"), "Rosa") == [world.rosa.number]
    assert found(machine("ned"), "Rosa") == []
    assert found(machine("hana"), "Rosa") == [world.rosa.number]


def test_a_telephone_number_finds_nobody_for_those_who_may_not_know_where_the_person_is(machine, world):
    for name in ("olga", "hana"):
        assert found(machine(name), "303-555-0100") == []
        assert found(machine(name), "A012345678") == [world.rosa.number]


@pytest.mark.parametrize("name", ["bud", "uma", "root", "fay", "otto", "fern"])
def test_who_may_search_nothing(machine, browser, name):
    assert machine(name).post("/api/v1/search", json={"query": "Rosa"}).status_code == 403
    page = browser(name).get("/me")
    assert 'class="cw-find"' not in page.text


def test_that_somebody_searched_is_logged_and_what_for_is_not(machine, world, truth):
    found(machine("ada"), "Rosalind Placeholder")
    searched = truth.query(AuditEvent).filter_by(verb="case.search").one()
    assert (searched.actor_id, searched.details) == (world.ada.id, {"found": 1})
    assert not [row for row in truth.query(AuditEvent) if "Rosalind" in f"{row.details}{row.changes}{row.shown}"]


def test_an_answer_holds_no_name(machine, world):
    text = machine("ada").post("/api/v1/search", json={"query": "Rosalind"}).text
    assert "Rosa" not in text


@pytest.mark.parametrize("body", [{}, {"query": ""}, {"query": "x" * 201}, {"query": "x", "office": "DEN"}])
def test_a_search_looks_for_something(machine, body):
    assert machine("ada").post("/api/v1/search", json=body).status_code == 422


def test_no_search_in_an_address(machine, browser):
    assert machine("ada").get("/api/v1/search?query=Rosa").status_code == 405
    assert "<h2>Found</h2>" not in browser("ada").get("/search?find=Rosa").text


def test_the_box_of_the_header_leads_straight_to_a_number(ada, world):
    assert ada.send("/search", find=world.rosa.number.lower()).location == f"/cases/{world.rosa.id}"


def test_the_box_of_the_header_finds_a_name_and_shows_numbers(ada, world):
    page = ada.send("/search", find="placeholder")
    assert page.status_code == 200
    assert world.rosa.number in page.text
    assert "Rosa</td>" not in page.text
    named = ada.send("/search", query="placeholder", _names="yes").text
    assert "Rosa</td>" in named


def test_nothing_found_is_said(ada):
    assert "No case that you may see." in ada.send("/search", find="Nobody").text
    assert ada.send("/search", find="").status_code == 422


def test_words_of_names_compare_without_accents_and_capitals():
    assert words("  José-María O’Neill ") == ["jose", "maria", "o", "neill"]
    assert matches(words("jos mar"), words("María José"))
    assert not matches(words("ose"), words("José"))
