"""A deed whose event cannot be written is not done, and whoever asked for it is told so: on a page and by the API."""
from __future__ import annotations

import pytest
from sqlalchemy import text

from casework.audit.reads import UNDONE
from casework.cases.models import Case
from tests.cases.conftest import version_in


@pytest.fixture
def shut(truth):
    """From here on the trail cannot be written."""
    def shut():
        truth.connection().execute(text("ALTER TABLE audit_event RENAME TO gone"))
        truth.commit()
    return shut


def test_a_program_is_told_by_a_problem(machine, world, truth, shut):
    api, at = machine("sam"), f"/api/v1/cases/{world.rosa.id}"
    tag = api.get(at).headers["ETag"]
    shut()
    refused = api.patch(at, json={"language": "Farsi"}, headers={"If-Match": tag})
    assert (refused.status_code, refused.content_type) == (503, "application/problem+json")
    assert refused.json["detail"] == UNDONE
    assert truth.get(Case, world.rosa.id).language == "Spanish"


def test_a_person_is_told_by_a_page_that_shows_nothing_of_the_case(ada, world, truth, shut):
    url = f"/cases/{world.rosa.id}/facts"
    version = version_in(ada.get(url))
    shut()
    refused = ada.send(url, _version=version, language="Farsi", referral_source="investigator",
                       investigation_id=str(world.harbor.id))
    assert refused.status_code == 503 and UNDONE in refused.text
    assert world.rosa.number not in refused.text
    assert truth.get(Case, world.rosa.id).language == "Spanish"
