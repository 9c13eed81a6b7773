"""Who begins a request, for whom, and for whom nobody can."""
from __future__ import annotations

from datetime import timedelta

import pytest

from casework.audit.models import AuditEvent
from casework.cases import actions as cases
from casework.cases import recording
from casework.cases.closing import open_ends
from casework.cases.files import Identity
from casework.cases.models import Case, Source
from casework.continued_presence import queries
from casework.continued_presence.actions import draft, edit, send, withdraw
from casework.continued_presence.models import ContinuedPresenceRequest
from casework.continued_presence.package import CPItem
from casework.continued_presence.words import State, Type, Withdrawal
from casework.kernel.db import db
from casework.kernel.errors import Conflict, Forbidden, Invalid
from casework.kernel.rulebook import today
from casework.policy import why_not
from tests.continued_presence.story import fill
from tests.world import CAST, as_seen_by

MEMBERS = {"olga"}
OTHERS = sorted(set(CAST) - MEMBERS)


@pytest.fixture
def case(world):
    """Rosa's request is decided, so another may be begun."""
    return world.rosa


def begin(actor, case, **words):
    return draft(actor, case, **{"identified_on": today(), **words})


def citizen(world, case, citizenship):
    identity = db.session.query(Identity).filter_by(person_id=case.person_id).one()
    recording.record_identity(world.ada, identity, citizenship=citizenship)


def test_a_member_of_the_investigation_begins_a_request(world, case):
    request = begin(world.olga, case)
    assert request.state is State.DRAFT
    assert request.investigation_id == case.investigation_id
    assert request.number.startswith("CP-2026-")


def test_nobody_else_begins_one_by_the_action(world, case):
    for name in OTHERS:
        with pytest.raises(Forbidden, match="investigator"):
            begin(getattr(world, name), case)


def test_nobody_else_begins_one_by_the_api_or_the_page(world, case, browser, machine):
    """Another's case is hidden from an investigator; whoever is none hears why not."""
    before, path = db.session.query(ContinuedPresenceRequest).count(), f"/cases/{case.id}/continued-presence"
    day = {"identified_on-month": "1", "identified_on-day": "30", "identified_on-year": "2026"}
    for name in OTHERS:
        by_api = machine(name).post(f"/api/v1{path}", json={"identified_on": "2026-01-30"})
        by_page = browser(name).post(f"{path}/new", data=day)
        expected = 404 if name in ("ned", "mel") else 403
        assert (by_api.status_code, by_page.status_code) == (expected, expected), name
    assert db.session.query(ContinuedPresenceRequest).count() == before


def test_a_specialist_hears_why_not_at_both_doors(world, case, browser, machine):
    path, reason = f"/cases/{case.id}/continued-presence", why_not("cp_request.draft")
    assert reason in machine("ada").post(f"/api/v1{path}", json={}).get_json()["detail"]
    assert reason in browser("ada").get(f"{path}/new").get_data(as_text=True)


def test_a_case_without_an_investigation_has_nobody_who_could(world):
    with pytest.raises(Forbidden):
        begin(world.mel, world.nina)


def test_a_member_who_left_the_investigation_may_no_longer(world):
    with pytest.raises(Forbidden):
        begin(world.fay, world.returned_case)


@pytest.mark.parametrize("citizenship", ["us_citizen", "permanent_resident"])
def test_no_request_for_a_citizen_or_permanent_resident_and_services_do_not_depend_on_it(
        world, case, browser, machine, citizenship):
    citizen(world, case, citizenship)
    with pytest.raises(Conflict, match=r"Services, benefits and help from the fund do not depend on it"):
        begin(world.olga, case)
    path = f"/cases/{case.id}/continued-presence"
    page = browser("olga").get(f"{path}/new").get_data(as_text=True)
    assert "Services, benefits and help from the fund do not depend on it" in page
    assert "Begin the request" not in page
    said = machine("olga").post(f"/api/v1{path}", json={"identified_on": "2026-01-30"})
    assert said.status_code == 409
    assert "do not depend on it" in said.get_json()["detail"]


def test_unknown_citizenship_stops_the_sending_and_not_the_drafting(world, case, browser):
    citizen(world, case, "unknown")
    request = fill(world.olga, begin(world.olga, case))
    with pytest.raises(Conflict, match="not recorded whether the person is a US citizen"):
        send(world.olga, request)
    assert "stops the sending, not the drafting" in browser("olga").get(
        f"/continued-presence/{request.id}").get_data(as_text=True)
    citizen(world, case, "noncitizen")
    assert send(world.olga, request).state is State.FIELD_REVIEW


def test_citizenship_learnt_after_the_draft_stops_the_sending(world, case):
    request = fill(world.olga, begin(world.olga, case))
    citizen(world, case, "us_citizen")
    with pytest.raises(Conflict, match="cannot have a request"):
        send(world.olga, request)


def test_one_open_request_in_a_case(world, case):
    begin(world.olga, case)
    with pytest.raises(Conflict, match="open in this case already"):
        begin(world.olga, case)


def test_a_withdrawn_request_makes_room_for_another(world, case):
    withdraw(world.olga, begin(world.olga, case), reason=Withdrawal.DUPLICATE)
    assert begin(world.olga, case).state is State.DRAFT


def test_numbers_run_through_the_year(world, case):
    first = begin(world.olga, case)
    withdraw(world.olga, first, reason=Withdrawal.OTHER)
    assert begin(world.olga, case).serial == first.serial + 1


def test_days_and_moments_that_have_not_come_are_refused(world, case, then):
    with pytest.raises(Invalid) as day:
        begin(world.olga, case, identified_on=today() + timedelta(days=1))
    assert "identified_on" in day.value.fields
    with pytest.raises(Invalid) as moment:
        begin(world.olga, case, le_received_at=then + timedelta(hours=1))
    assert "le_received_at" in moment.value.fields


def codes(request):
    return {item.code for item in db.session.query(CPItem).filter_by(request_id=request.id)}


def test_the_checklist_fits_the_request(world, case):
    adult = codes(begin(world.olga, case, state_or_local=True))
    assert {"CP-13", "CP-17"}.isdisjoint(adult)
    assert "CP-16" in adult
    assert "CP-13" in codes(world.kit_request)
    assert "CP-16" not in codes(world.kit_request)


def test_an_extension_asks_for_its_reasons_and_begins_with_what_is_known(world, case):
    request = begin(world.olga, case, parent_grant_id=world.rosa_grant.id)
    assert request.type is Type.EXTENSION
    assert "CP-17" in codes(request)
    assert "CP-02" not in codes(request)
    assert queries.package_of(request).known_as == world.rosa_package.known_as


def test_an_extension_of_somebody_elses_grant_is_refused(world):
    with pytest.raises(Invalid) as refusal:
        begin(world.ines, world.draft_case, parent_grant_id=world.rosa_grant.id)
    assert "parent_grant_id" in refusal.value.fields


def test_an_undecided_request_keeps_its_case_open(world):
    as_seen_by(world.hana)
    assert any(world.draft_request.number in end for end in open_ends(world.draft_case))
    assert not any("Continued Presence" in end for end in open_ends(world.rosa))


def test_an_event_says_who_began_it_and_names_nobody(world, case, truth):
    request = edit(world.olga, begin(world.olga, case), known_as="Canary Oriole", summary="Canary facts")
    events = truth.query(AuditEvent).filter_by(subject_id=request.id).all()
    assert {event.verb for event in events} >= {"cp_request.draft", "cp_request.edit"}
    assert "Canary" not in str([(event.details, event.changes) for event in events])


def test_no_request_in_a_closed_case(world):
    case = cases.open_case(world.ada, world.den, referral_source=Source.INVESTIGATOR,
                           investigation_id=world.harbor.id)
    cases.close(world.ada, case, reason="moved", checklist=dict.fromkeys(
        ("safety_discussed", "referrals_handed_over", "notices_settled", "way_back_known"), True))
    with pytest.raises(Conflict, match="closed"):
        begin(world.olga, db.session.get(Case, case.id))
