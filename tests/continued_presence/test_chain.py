"""From draft to papers, and who may take which step: the policy says so, and the database again."""
from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from casework.audit import action
from casework.cases import recording
from casework.cases.files import Identity
from casework.continued_presence import queries
from casework.continued_presence.actions import (
    approve,
    check_item,
    draft,
    edit,
    endorse,
    issue,
    send,
    send_back,
    submit,
    take_up,
    tick,
    withdraw,
)
from casework.continued_presence.deciding import last_day
from casework.continued_presence.grants import CPGrant
from casework.continued_presence.models import ContinuedPresenceRequest, CPSide, CPSignature
from casework.continued_presence.words import Answer, GrantState, Mechanism, State, What, Withdrawal
from casework.kernel.constraints import conflict
from casework.kernel.db import at, db, now
from casework.kernel.errors import Conflict, Forbidden, Invalid
from casework.kernel.rulebook import clock, today
from casework.kernel.system import SYSTEM
from tests.continued_presence.story import fill

DAY = timedelta(days=1)
TERMS = {"mechanism": Mechanism.PAROLE}


def decided(actor, request, days=365):
    return approve(actor, request, **TERMS, start_on=today(), end_on=today() + days * DAY)


def papers(actor, request):
    return issue(actor, request, i94_number="I94-TEST", i94_issued_on=today(), ead_requested_on=today())


def test_the_whole_way_from_draft_to_papers(world):
    request = fill(world.olga, draft(world.olga, world.rosa, identified_on=today()))
    send(world.olga, request)
    endorse(world.fay, request)
    submit(world.cora, request, transmission_reference="T-9")
    take_up(world.rex, request)
    decided(world.otto, request)
    papers(world.rue, request)
    grant = db.session.query(CPGrant).filter_by(request_id=request.id).one()
    assert (request.state, grant.state) == (State.ISSUED, GrantState.ACTIVE)
    assert (grant.start_on, grant.end_on) == (request.start_on, request.end_on)
    assert set(queries.moments([request.id])[request.id]) == set(What)
    assert queries.package_of(request).i94_number == "I94-TEST"


def test_a_returned_request_is_sent_again_in_a_new_round(world):
    send_back(world.fay, world.kit_request, reason="The dates of the debt are missing.")
    assert world.kit_request.state is State.RETURNED
    edit(world.ned, world.kit_request, summary="With dates.")
    send(world.ned, world.kit_request)
    assert (world.kit_request.state, world.kit_request.round) == (State.FIELD_REVIEW, 2)


def test_each_returns_only_what_lies_with_them(world):
    with pytest.raises(Forbidden):
        send_back(world.cora, world.kit_request, reason="It does not lie with headquarters yet.")
    with pytest.raises(Forbidden):
        send_back(world.fritz, world.agency_request, reason="It lies with headquarters now, not here.")
    assert send_back(world.cora, world.agency_request, reason="A page of it is missing.").state is State.RETURNED


@pytest.mark.parametrize(("step", "who", "what"), [
    (endorse, "fay", "kit_request"), (endorse, "fritz", "draft_request"), (take_up, "rex", "draft_request")])
def test_a_step_that_does_not_follow_is_refused_in_words(world, step, who, what):
    request = getattr(world, what)
    if (step, what) == (endorse, "kit_request"):
        step(getattr(world, who), request)
    with pytest.raises(Conflict, match="You cannot"):
        step(getattr(world, who), request)


REFUSED = [
    (endorse, "gus", "kit_request"),      # a supervisor of another office
    (submit, "cleo", "agency_request"),   # sent it
    (take_up, "rue", "submitted_request"),  # sent it
    (approve, "otto", "barred_request"),  # reviewed it
    (approve, "oona", "barred_request"),  # sent it
    (approve, "rex", "reviewed_request"),  # is no official
    (issue, "otto", "approved_request"),  # is no reviewer
]


def test_whoever_stands_on_another_side_is_refused(world):
    for step, who, what in REFUSED:
        words = {submit: {"transmission_reference": "T"}, approve: {**TERMS, "start_on": today(), "end_on": today()},
                 issue: {"i94_number": "I", "i94_issued_on": today()}}.get(step, {})
        before = getattr(world, what).state
        with pytest.raises(Forbidden):
            step(getattr(world, who), getattr(world, what), **words)
        assert getattr(world, what).state is before, (step, who)


def test_the_official_who_took_no_earlier_step_decides(world):
    assert decided(world.otto, world.reviewed_request).state is State.APPROVED


def test_nobody_takes_two_sides_not_even_in_raw_sql(world, truth):
    """Cora submitted it: the database will not have her decide it as well."""
    request = world.reviewed_request
    with pytest.raises(IntegrityError) as refusal:
        truth.add(CPSide(request_id=request.id, user_id=world.cora.id, side="deciding"))
        truth.flush()
    assert "somebody else must take this one" in str(conflict(refusal.value)).lower()


def signed(world, request, user, verb, side):
    row = {"id": uuid4(), "version": 1, "request_id": request.id, "user_id": user.id, "verb": verb, "side": side,
           "round": 9, "signed_at": now(), "case_id": request.case_id, "person_id": request.person_id,
           "office_id": request.office_id, "case_number": request.case_number}
    return CPSignature.__table__.insert().values(**row)


SIGNED = [
    ("cora", "approve", "deciding"),   # submitted, and would decide
    ("rex", "approve", "deciding"),    # reviewed, and would decide
    ("ines", "take_up", "reviewing"),  # asked, and would review
    ("fritz", "submit", "submitting"),  # endorsed, and would submit
]


def test_a_signature_of_another_side_is_refused_by_the_database(world, truth):
    for who, verb, side in SIGNED:
        with pytest.raises(IntegrityError), truth.begin_nested():
            truth.execute(signed(world, world.reviewed_request, getattr(world, who), verb, side))
    truth.execute(signed(world, world.reviewed_request, world.rex, "issue", "reviewing"))  # their own side
    assert truth.query(CPSignature).filter_by(user_id=world.rex.id, verb="issue", round=9).count() == 1


def test_a_step_cannot_be_signed_as_if_it_were_of_another_side(world, truth):
    with pytest.raises(IntegrityError) as refusal:
        truth.execute(signed(world, world.reviewed_request, world.cora, "approve", "submitting"))
    assert "another side" in str(conflict(refusal.value))


def test_who_stood_where_is_never_rewritten(truth):
    for table in ("cp_side", "cp_signature", "cp_moment"):
        for statement in (f"UPDATE {table} SET version = 7", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match="append-only"), truth.begin_nested():
                truth.execute(text(statement))


def test_twenty_clicks_are_one_step(world):
    decided(world.otto, world.reviewed_request)
    for _ in range(3):
        with pytest.raises(Conflict):
            decided(world.otto, world.reviewed_request)
    steps = db.session.query(CPSignature).filter_by(request_id=world.reviewed_request.id, verb="approve").count()
    assert steps == 1


@pytest.mark.parametrize(("start", "end"), [
    (date(2026, 11, 23), date(2028, 11, 22)), (date(2028, 2, 29), date(2030, 2, 27)),
    (date(2026, 3, 1), date(2028, 2, 29))])
def test_two_years_by_the_calendar_both_days_counted(app, start, end):
    assert last_day(start, clock("cp_grant_longest")) == end


def test_days_outside_the_law_are_refused(world):
    for start, end, field in [(0, 730, "end_on"), (0, -1, "end_on"), (-1, 10, "start_on")]:
        with pytest.raises(Invalid) as refusal:
            approve(world.otto, world.reviewed_request, **TERMS, start_on=today() + start * DAY,
                    end_on=today() + end * DAY)
        assert field in refusal.value.fields


def test_the_longest_grant_is_allowed(world):
    assert decided(world.otto, world.reviewed_request, days=729).state is State.APPROVED


@pytest.mark.parametrize("table", ["cp_grant", "cp_request"])
def test_the_database_knows_two_years_as_well(truth, table):
    change = f"UPDATE {table} SET start_on = '{{}}', end_on = '{{}}' WHERE start_on IS NOT NULL"
    for start, end in [("2026-01-15", "2028-01-15"), ("2026-01-15", "2026-01-14"), ("2028-02-29", "2030-02-28")]:
        with pytest.raises(IntegrityError, match="at most two years"), truth.begin_nested():
            truth.execute(text(change.format(start, end)))
    for start, end in [("2026-01-15", "2028-01-14"), ("2028-02-29", "2030-02-27")]:
        assert truth.execute(text(change.format(start, end))).rowcount >= 1


def test_stale_record_checks_stop_the_decision_until_they_are_run_again(world):
    with at(now() + 100 * DAY):
        with pytest.raises(Conflict, match="run them again"):
            decided(world.otto, world.reviewed_request)
        check_item(world.ines, world.reviewed_request, "CP-09", answer=Answer.DONE, done_on=today())
        assert decided(world.otto, world.reviewed_request).state is State.APPROVED


def test_checks_that_were_not_possible_stop_the_decision(world):
    check_item(world.ines, world.reviewed_request, "CP-09", answer=Answer.NOT_POSSIBLE_YET, note="down.",
               planned_on=today() + DAY)
    with pytest.raises(Conflict, match="have not been run"):
        decided(world.otto, world.reviewed_request)


def test_citizenship_learnt_late_stops_the_decision(world):
    identity = db.session.query(Identity).filter_by(person_id=world.reviewed_case.person_id).one()
    recording.record_identity(world.sky, identity, citizenship="us_citizen")
    with pytest.raises(Conflict, match="do not depend on it"):
        decided(world.otto, world.reviewed_request)


def test_the_decision_keeps_the_version_of_the_rules_it_was_made_under(world):
    decided(world.otto, world.reviewed_request)
    assert world.reviewed_request.decided_under_id is not None
    assert world.reviewed_request.checklist_id is not None


def test_papers_of_tomorrow_are_not_recorded_today(world):
    with pytest.raises(Invalid) as refusal:
        issue(world.rex, world.approved_request, i94_number="I", i94_issued_on=today() + DAY)
    assert "i94_issued_on" in refusal.value.fields
    assert db.session.query(CPGrant).filter_by(request_id=world.approved_request.id).count() == 0


@pytest.mark.parametrize("who", ["rex", "rue"])
def test_either_reviewer_records_the_papers(world, who):
    assert papers(getattr(world, who), world.approved_request).state is State.ISSUED


# ── The clock ────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_grant_ends_the_day_after_its_last_in_its_own_office(world):
    grant = world.rosa_grant
    last = grant.end_on
    with at(now().replace(year=last.year, month=last.month, day=last.day, hour=20)):
        assert tick() == 0
    after = last + DAY
    with at(now().replace(year=after.year, month=after.month, day=after.day, hour=6)):  # 23:00 in Denver
        assert tick() == 0
    with at(now().replace(year=after.year, month=after.month, day=after.day, hour=8)):
        assert tick() == 1
        assert tick() == 0
    assert grant.state is GrantState.EXPIRED


def test_only_the_clock_ends_a_grant(world):
    with pytest.raises((Forbidden, LookupError)), action(world.otto, "cp_grant.expire", world.rosa_grant):
        raise AssertionError("opened")
    with action(SYSTEM, "cp_grant.expire", world.rosa_grant):
        pass


def extension(world):
    request = draft(world.olga, world.rosa, identified_on=today(), parent_grant_id=world.rosa_grant.id)
    edit(world.olga, request, justification="The prosecution goes on.")
    fill(world.olga, request)
    send(world.olga, request)
    endorse(world.fay, request)
    submit(world.cora, request, transmission_reference="T-9")
    take_up(world.rex, request)
    return request


def test_an_extension_gives_a_grant_of_its_own_and_ends_the_one_before(world):
    request = extension(world)
    decided(world.otto, request)
    papers(world.rex, request)
    child = db.session.query(CPGrant).filter_by(request_id=request.id).one()
    db.session.refresh(world.rosa_grant)
    assert child.parent_grant_id == world.rosa_grant.id
    assert (child.state, world.rosa_grant.state) == (GrantState.ACTIVE, GrantState.SUPERSEDED)


def test_a_waiting_extension_keeps_no_grant_in_force_and_the_gap_is_said(world, browser):
    request = extension(world)
    with at(now() + 900 * DAY):
        page = browser("ada").get(f"/continued-presence/{world.rosa_request.id}").get_data(as_text=True)
        assert "there is a gap" in page
        assert request.number in page
        assert "In force" not in page
        tick()
        assert db.session.get(CPGrant, world.rosa_grant.id).state is GrantState.EXPIRED


# ── Withdrawing ──────────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_request_is_withdrawn_before_the_decision(world):
    for who, request in ((world.ned, world.kit_request), (world.fritz, world.draft_request),
                         (world.cora, world.reviewed_request)):
        assert withdraw(who, request, reason=Withdrawal.DEPARTED).state is State.WITHDRAWN


def test_what_is_decided_is_not_withdrawn(world):
    with pytest.raises(Conflict):
        withdraw(world.ines, world.approved_request, reason=Withdrawal.OTHER)


def test_when_the_person_declines_services_go_on_and_the_page_says_so(world, browser):
    page = browser("ned").post(f"/continued-presence/{world.kit_request.id}/withdraw",
                               data={"reason": "victim_declined"}, follow_redirects=True).get_data(as_text=True)
    assert "Services, assessments and help from the fund go on unchanged." in page
    request = db.session.get(ContinuedPresenceRequest, world.kit_request.id)
    assert request.withdrawn_reason is Withdrawal.VICTIM_DECLINED
    assert world.kit.state == "open"
