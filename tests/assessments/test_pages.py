"""The pages of needs, as people use them."""
from __future__ import annotations


def test_the_list_says_what_is_begun_and_what_was_signed(browser, world):
    page = browser("ada").get(f"/cases/{world.rosa.id}/assessments")
    assert page.status_code == 200, page.text
    assert "Rapid screen" in page.text
    assert "Acuity: high" in page.text
    for n in (f"/assessments/{world.rosa_full.id}", f"/assessments/{world.rosa_full.id}/change"):
        page = browser("ada").get(n)
        assert page.status_code == 200, page.text
    page = browser("abe").get(f"/assessments/{world.kit_draft.id}/fill")
    assert page.status_code == 200, page.text
