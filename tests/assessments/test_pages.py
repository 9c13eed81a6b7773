"""The pages of needs, as people use them."""
from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from casework.access.queries import find
from casework.assessments import queries
from casework.assessments.models import NeedsAssessment, Purpose, State
from casework.kernel.db import at, db
from tests.assessments.story import assessed
from tests.heard import heard
from tests.world import START


def said(page):
    """The words of a page, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def fill_url(world):
    return f"/assessments/{world.kit_draft.id}/fill"


def boxes(world, do="", version=None, **typed):
    """What the sheet of Kit's screen sends: the row of each domain, answered where `typed` says so."""
    sent = {"_version": str(version or world.kit_draft.version), "_do": do}
    for at_, domain in enumerate(queries.domains(world.kit_draft)):
        sent[f"ratings-{at_}-domain"] = domain.code
        sent[f"ratings-{at_}-note"] = typed.get(f"{domain.code}_note", "")
        if domain.code in typed:
            sent[f"ratings-{at_}-answer"] = typed[domain.code]
    return sent


def press(client, url, data, **more):
    return client.post(url, data={"csrf_token": client.token, **data}, **more)


def all_of(world, answer="1"):
    return {domain.code: answer for domain in queries.domains(world.kit_draft)}


def kept(world, name="abe"):
    db.session.expire_all()
    found = find(getattr(world, name), NeedsAssessment, world.kit_draft.id)
    return {rating.domain: rating.said for rating in found.ratings}


def test_the_list_says_how_much_is_needed_and_what_was_signed(browser, world):
    page = browser("ada").get(f"/cases/{world.rosa.id}/assessments")
    assert "Acuity: high" in said(page)
    assert "2 assessments" in said(page)


def test_an_assessment_is_begun_by_one_press(browser, world):
    ada = browser("ada")
    begun = press(ada, f"/cases/{world.rosa.id}/assessments", {"purpose": "full"})
    assert begun.status_code == 303
    assert "Full assessment" in said(ada.get(begun.location))
    assert "Go on with the full assessment" in said(ada.get(f"/cases/{world.rosa.id}/assessments"))


def test_beginning_what_is_begun_is_refused_in_words(browser, world):
    again = press(browser("abe"), f"/cases/{world.kit.id}/assessments", {"purpose": "rapid"})
    assert again.status_code == 409
    assert "An assessment of this kind is already begun in this case." in said(again)


def test_the_sheet_shows_what_is_kept(browser, world):
    page = browser("abe").get(fill_url(world)).text
    assert re.findall(r'value="(\w+)" id="(\w+)-\w"[^>]* checked', page) == [
        ("2", "SAF"), ("not_assessed", "FME"), ("4", "GUA")]
    assert "Placement was asked for at once." in page


def test_the_sheet_says_how_far_it_is(browser, world):
    words = said(browser("abe").get(fill_url(world)))
    assert "3 answered, 8 left" in words
    assert "1 urgent" in words
    assert "act within 24 hours of signing" in words


def test_what_was_said_last_time_stands_beside_each_question(browser, world):
    ada = browser("ada")
    begun = press(ada, f"/cases/{world.rosa.id}/assessments", {"purpose": "rapid"})
    words = said(ada.get(begun.location))
    assert "Mental health and crisis was 3 high" in words
    assert "was declined" in words


def test_the_levels_of_each_domain_have_their_meanings(browser, world):
    words = said(browser("abe").get(fill_url(world)))
    for domain in queries.domains(world.kit_draft):
        assert all(meaning in words for meaning in domain.meanings)


def test_saving_without_script_keeps_everything_and_stays(browser, world):
    saved = press(browser("abe"), fill_url(world), boxes(world, SAF="1", SHE="declined", SHE_note="Will say tomorrow."))
    assert (saved.status_code, saved.location) == (303, fill_url(world))
    assert kept(world) == {"SAF": "1", "SHE": "declined", "FME": "not_assessed", "GUA": "4"}


def test_saving_and_leaving_leads_to_the_list(browser, world):
    saved = press(browser("abe"), fill_url(world), boxes(world, "leave", SAF="1"))
    assert saved.location == f"/cases/{world.kit.id}/assessments"


def test_signing_leads_to_what_changed(browser, world):
    abe = browser("abe")
    signed = press(abe, fill_url(world), boxes(world, "sign", **all_of(world)))
    assert signed.location == f"/assessments/{world.kit_draft.id}/change"
    assert "Signed. It stays as it is" in said(abe.get(signed.location))


def test_signing_too_early_names_each_missing_answer_and_keeps_the_rest(browser, world):
    page = press(browser("abe"), fill_url(world), boxes(world, "sign", SAF="0", SHE="1"))
    assert page.status_code == 422
    assert "7 things to put right" in said(page)
    assert page.text.count("Food and water has no answer yet.") == 2
    assert '<a href="#FOO-0">' in page.text
    assert kept(world)["SHE"] == "1"


def test_after_that_the_sheet_goes_on_from_what_was_kept(browser, world):
    abe = browser("abe")
    page = press(abe, fill_url(world), boxes(world, "sign", SAF="0", SHE="1"))
    version = re.search(r'name="_version" id="version" value="(\d+)"', page.text)[1]
    assert press(abe, fill_url(world), boxes(world, "sign", version=version, **all_of(world))).status_code == 303


def test_of_two_savers_the_second_is_told_and_loses_nothing(browser, world):
    version = world.kit_draft.version
    press(browser("lou"), fill_url(world), boxes(world, SAF="0"))
    page = press(browser("abe"), fill_url(world), boxes(world, version=version, SAF="3", TRN="2", TRN_note="By foot."))
    assert page.status_code == 412
    assert "Somebody changed this since you opened it." in said(page)
    assert 'value="2" id="TRN-2" aria-describedby="TRN-m2" checked' in page.text
    assert "By foot." in page.text
    assert kept(world)["SAF"] == "0"


def test_a_note_without_an_answer_is_not_lost(browser, world):
    page = press(browser("abe"), fill_url(world), boxes(world, FOO_note="Ate at noon."))
    assert page.status_code == 422
    assert "Answer “Food and water” first" in said(page)
    assert "Ate at noon." in page.text


def test_with_script_an_answer_is_kept_and_the_sheet_hears_of_it(browser, world):
    version = world.kit_draft.version
    few = {name: value for name, value in boxes(world, TRN="1").items() if "-8-" in name or name == "_version"}
    answer = press(browser("abe"), fill_url(world), few, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "4 answered, 7 left" in said(answer)
    assert re.search(r"4 of 11 · saved today, \d\d:\d\d", said(answer))
    assert f'value="{version + 1}"' in answer.text
    assert kept(world)["TRN"] == "1"


def test_a_sheet_open_too_long_is_shown_again_with_what_was_typed(browser, world):
    typed = boxes(world, SAF="3", TRN_note="By foot.")
    page = browser("abe").post(fill_url(world), data={"csrf_token": "old", **typed})
    assert page.status_code == 400
    assert 'value="3" id="SAF-3" aria-describedby="SAF-m3" checked' in page.text
    assert "By foot." in page.text
    assert kept(world)["SAF"] == "2"


def test_what_is_signed_is_shown_and_no_sheet_offered(browser, world):
    ada = browser("ada")
    page = ada.get(f"/assessments/{world.rosa_full.id}")
    assert "Forensic medical exam Declined" in said(page)
    assert "2 Moderate: A known danger, held by a plan" in said(page)
    assert ada.get(f"/assessments/{world.rosa_full.id}/fill").location == f"/assessments/{world.rosa_full.id}"


def test_saving_what_is_signed_leads_to_it(browser, world):
    url = f"/assessments/{world.rosa_full.id}"
    answer = press(browser("ada"), f"{url}/fill", {"_version": str(world.rosa_full.version)})
    assert (answer.status_code, answer.location) == (303, url)


def test_headquarters_reads_a_draft_and_is_offered_no_sheet(browser, world):
    hana = browser("hana")
    assert "A draft: nothing is final yet." in said(hana.get(f"/assessments/{world.kit_draft.id}"))
    assert hana.get(fill_url(world)).status_code == 403


def test_whose_draft_it_is_goes_on_filling_it(browser, world):
    url = f"/assessments/{world.kit_draft.id}"
    assert browser("abe").get(url).location == fill_url(world)
    assert browser("abe").get(f"{url}/change").location == url


def test_the_change_is_told_by_domain(browser, world):
    words = said(browser("ada").get(f"/assessments/{world.rosa_full.id}/change"))
    assert "Shelter and housing 4 emergency 2 moderate 2 better" in words
    assert "Mental health and crisis 0 none 3 high 3 worse Needs a plan" in words
    assert "Immigration · not asked 3 high new Needs a plan" in words
    assert "Legal and rights · not asked 2 moderate new Needs a plan" in words
    assert "Needs a plan 5 Mental health and crisis" in words


def test_a_first_assessment_says_that_it_is_the_first(browser, world):
    words = said(browser("bea").get(f"/assessments/{world.nina_rapid.id}/change"))
    assert "What was found The first assessment" in words
    assert "Language 3 high Needs a plan" in words


def test_a_later_one_does_not_rewrite_an_earlier_comparison(browser, world):
    with at(START + timedelta(days=20)):
        assessed(world.ada, world.rosa, Purpose.FULL, SHE="4")
    words = said(browser("ada").get(f"/assessments/{world.rosa_full.id}/change"))
    assert "Shelter and housing 4 emergency 2 moderate 2 better" in words


def test_page_and_program_hear_the_same_words(browser, machine, world):
    page = press(browser("abe"), fill_url(world), boxes(world, "sign"))
    told = machine("abe").post(f"/api/v1/assessments/{world.kit_draft.id}/sign", json={}).json["errors"]
    assert all(message in unescape(page.text) for messages in told.values() for message in messages)


def test_the_sign_button_alone_signs_what_is_complete(browser, world):
    abe = browser("abe")
    press(abe, fill_url(world), boxes(world, **all_of(world)))
    assert press(abe, f"/assessments/{world.kit_draft.id}/sign", {}).status_code == 303
    db.session.expire_all()
    assert find(world.abe, NeedsAssessment, world.kit_draft.id).state is State.SIGNED


def test_the_case_page_tells_of_needs(browser, world):
    words = said(browser("abe").get(f"/cases/{world.kit.id}"))
    assert "Nothing is assessed yet." in words
    assert "Go on with the rapid screen" in words
    assert "Acuity high; last signed: full assessment." in said(browser("ada").get(f"/cases/{world.rosa.id}"))


@pytest.mark.parametrize(("name", "status"), [("bea", 404), ("tom", 404), ("olga", 403), ("uma", 403), ("root", 403)])
def test_who_has_no_business_here_sees_nothing(browser, world, name, status):
    client = browser(name)
    pages = [f"/cases/{world.kit.id}/assessments", f"/assessments/{world.kit_draft.id}", fill_url(world),
             f"/assessments/{world.kit_draft.id}/change"]
    assert {client.get(page).status_code for page in pages} == {status}
    assert press(client, fill_url(world), boxes(world, SAF="0")).status_code == status
    assert press(client, f"/assessments/{world.kit_draft.id}/sign", {}).status_code == status


def test_no_name_of_a_person_is_on_any_page(browser, world):
    ada = browser("ada")
    for page in (f"/cases/{world.rosa.id}/assessments", f"/assessments/{world.rosa_full.id}",
                 f"/assessments/{world.rosa_full.id}/change"):
        assert "Rosa" not in ada.get(page).text


def test_pages_cost_the_same_however_much_was_assessed(browser, world):
    ada, page = browser("ada"), f"/cases/{world.rosa.id}/assessments"
    ada.get(page)
    few = cost(ada, page)
    with at(START + timedelta(days=20)):
        for _ in range(5):
            last = assessed(world.ada, world.rosa, Purpose.FULL)
    assert cost(ada, page) <= few
    assert cost(ada, f"/assessments/{last.id}/change") <= few


def cost(client, page):
    with heard() as asked:
        assert client.get(page).status_code == 200
    return len(asked)
