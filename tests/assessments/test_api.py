"""Assessments for programs."""
from __future__ import annotations

from uuid import uuid4

import pytest

from casework.assessments.schemas import ANSWERS
from tests.assessments.story import answers

API = "/api/v1"


def row(code, answer, **more):
    return {"domain": code, "answer": answer, **more}


def draft_of(world):
    return f"{API}/assessments/{world.kit_draft.id}"


def save(client, url, *ratings, version):
    return client.patch(url, json={"ratings": list(ratings)}, headers={"If-Match": f'"{version}"'})


def test_the_whole_way_of_an_assessment(machine, world):
    ada = machine("ada")
    begun = ada.post(f"{API}/cases/{world.rosa.id}/assessments", json={"purpose": "rapid"})
    assert (begun.status_code, begun.json["state"], begun.json["ratings"]) == (201, "draft", [])
    url = f"{API}/assessments/{begun.json['id']}"
    saved = save(ada, url, *answers("rapid", SHE="4"), version=begun.json["version"])
    assert saved.status_code == 200
    assert saved.headers["ETag"] == f'"{begun.json["version"] + 1}"'
    signed = ada.post(f"{url}/sign", json={})
    assert (signed.status_code, signed.json["state"], signed.json["signed_by_id"]) == (200, "signed", str(world.ada.id))
    shown = ada.get(url).json
    assert {each["domain"]: each["level"] for each in shown["ratings"]}["SHE"] == 4
    assert ada.post(f"{url}/sign", json={}).status_code == 409


def test_answers_come_back_as_they_were_sent(machine, world):
    abe, url = machine("abe"), draft_of(world)
    codes = ["SAF", "SHE", "FOO", "CLO", "MED", "FME", "MHC", "LAN"]
    sent = dict(zip(codes, ANSWERS, strict=True))
    save(abe, url, *(row(code, answer) for code, answer in sent.items()), version=world.kit_draft.version)
    shown = {each["domain"]: each for each in abe.get(url).json["ratings"]}
    assert {code: shown[code]["answer"] for code in sent} == sent
    assert [shown[code]["level"] for code in codes] == [0, 1, 2, 3, 4, None, None, None]


def test_a_number_is_as_good_as_its_word(machine, world):
    saved = save(machine("abe"), draft_of(world), row("SHE", 2), version=world.kit_draft.version)
    assert {each["domain"]: each["level"] for each in saved.json["ratings"]}["SHE"] == 2


def test_a_few_domains_may_be_saved_and_the_others_stay(machine, world):
    saved = save(machine("abe"), draft_of(world), row("TRN", "1", note="By bus."), version=world.kit_draft.version)
    assert {each["domain"]: each["answer"] for each in saved.json["ratings"]} == {
        "FME": "not_assessed", "GUA": "4", "SAF": "2", "TRN": "1"}


def test_of_two_savers_the_second_gets_412_and_the_first_is_kept(machine, world):
    version = world.kit_draft.version
    assert save(machine("abe"), draft_of(world), row("SAF", "1"), version=version).status_code == 200
    second = save(machine("lou"), draft_of(world), row("SAF", "3"), version=version)
    assert (second.status_code, second.json["title"]) == (412, "It has changed since you opened it")
    assert {each["domain"]: each["level"] for each in machine("abe").get(draft_of(world)).json["ratings"]}["SAF"] == 1


def test_a_save_says_which_version_it_changes(machine, world):
    assert machine("abe").patch(draft_of(world), json={"ratings": []}).status_code == 428


def test_a_signature_may_say_which_version_it_signs(machine, world):
    stale = machine("abe").post(f"{draft_of(world)}/sign", json={}, headers={"If-Match": '"99"'})
    assert stale.status_code == 412


def test_what_is_missing_is_said_by_domain(machine, world):
    refused = machine("abe").post(f"{draft_of(world)}/sign", json={})
    assert refused.status_code == 422
    assert set(refused.json["errors"]) == {"SHE", "FOO", "CLO", "MED", "MHC", "LAN", "TRN", "COM"}
    assert refused.json["errors"]["COM"] == ["Phone and device safety has no answer yet."]


@pytest.mark.parametrize("rating", [
    {"domain": "SAF", "answer": "5"}, {"domain": "SAF", "answer": "maybe"}, {"domain": "SAF", "answer": None},
    {"answer": "1"}, {"domain": "SAF", "answer": "1", "level": 1}, {"domain": "EMP", "answer": "1"},
    {"domain": "FOO", "note": "Only a note."}])
def test_what_is_no_answer_is_refused(machine, world, rating):
    assert save(machine("abe"), draft_of(world), rating, version=world.kit_draft.version).status_code == 422


@pytest.mark.parametrize("body", [{}, {"purpose": "exit"}, {"purpose": "rapid", "state": "signed"}])
def test_nothing_else_is_begun(machine, world, body):
    assert machine("ada").post(f"{API}/cases/{world.rosa.id}/assessments", json=body).status_code == 422


def test_a_second_draft_is_a_conflict(machine, world):
    refused = machine("abe").post(f"{API}/cases/{world.kit.id}/assessments", json={"purpose": "rapid"})
    assert (refused.status_code, "already begun" in refused.json["detail"]) == (409, True)


def test_the_list_of_a_case_tells_no_answers(machine, world):
    found = machine("ada").get(f"{API}/cases/{world.rosa.id}/assessments").json
    assert [item["id"] for item in found["items"]] == [str(world.rosa_full.id), str(world.rosa_rapid.id)]
    assert not any("ratings" in item for item in found["items"])


@pytest.mark.parametrize(("asked", "count"), [
    ("", 2), ("?purpose=rapid", 1), ("?state=draft", 0), ("?state=signed&purpose=full", 1)])
def test_it_can_be_filtered(machine, world, asked, count):
    assert len(machine("ada").get(f"{API}/cases/{world.rosa.id}/assessments{asked}").json["items"]) == count


def test_it_can_be_read_page_by_page(machine, world):
    ada, url = machine("ada"), f"{API}/cases/{world.rosa.id}/assessments?limit=1"
    first = ada.get(url).json
    second = ada.get(f"{url}&after={first['next']}").json
    assert [page["items"][0]["purpose"] for page in (first, second)] == ["full", "rapid"]
    assert second["next"] is None


def test_an_unknown_filter_is_refused(machine, world):
    assert machine("ada").get(f"{API}/cases/{world.rosa.id}/assessments?level=4").status_code == 422


def routes(world, case, assessment):
    several, one = f"{API}/cases/{case}/assessments", f"{API}/assessments/{assessment}"
    return [("get", several, None), ("post", several, {"purpose": "full"}), ("get", one, None),
            ("patch", one, {"ratings": []}), ("post", f"{one}/sign", {})]


@pytest.mark.parametrize(("name", "expected"), [
    ("bea", {404}), ("tom", {404}), ("olga", {403}), ("fay", {403}), ("uma", {403}), ("root", {403}), ("zoe", {403})])
def test_who_has_no_business_here_gets_no_further(machine, world, name, expected):
    client = machine(name)
    asked = [getattr(client, verb)(url, json=body, headers={"If-Match": '"1"'}) if body is not None else client.get(url)
             for verb, url, body in routes(world, world.kit.id, world.kit_draft.id)]
    assert {answer.status_code for answer in asked} == expected


def test_hidden_and_absent_are_the_same(machine, world):
    bea = machine("bea")
    hidden, absent = bea.get(draft_of(world)).json, bea.get(f"{API}/assessments/{uuid4()}").json
    assert {**hidden, "instance": ""} == {**absent, "instance": ""}


def test_headquarters_reads_and_does_not_write(machine, world):
    hana = machine("hana")
    assert hana.get(draft_of(world)).status_code == 200
    assert save(hana, draft_of(world), row("SAF", "1"), version=world.kit_draft.version).status_code == 403


def test_a_stranger_is_asked_who_they_are(app, world):
    assert app.test_client().get(draft_of(world)).status_code == 401
