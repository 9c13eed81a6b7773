"""The audit log as a list: filters, pages, and who sees whose deeds."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import insert, select

from casework import audit
from casework.access.queries import find, visible
from casework.audit.models import AuditEvent, Look
from casework.cases.models import Case
from casework.kernel.db import db
from casework.kernel.system import SYSTEM
from casework.log.events import events
from casework.log.unfolding import unfold

JANUARY = datetime(2026, 1, 12, 15, tzinfo=UTC)


@pytest.fixture
def seen(world):
    """What an actor sees of the log."""
    def ask(name, **asked):
        return events(getattr(world, name), zone=UTC, **{"limit": 200, **asked})
    return ask


def test_an_auditor_sees_what_everybody_did(seen, world):
    opened = {event.row.actor_id for event in seen("uma", verb="case.open")}
    assert {world.ada.id, world.bea.id} <= opened
    assert world.olga.id in {event.row.actor_id for event in seen("uma", verb="investigation.open")}


def test_a_privacy_officer_sees_as_much(seen, world):
    assert {world.ada.id, world.bea.id} <= {event.row.actor_id for event in seen("priya", verb="case.open")}


def test_a_specialist_sees_only_what_she_did_herself(seen, world):
    assert {event.row.actor_id for event in seen("ada")} == {world.ada.id}


def test_a_supervisor_sees_his_office_and_no_other(seen, world):
    offices = {event.office_id for event in seen("sam") if event.row.actor_id != world.sam.id}
    assert offices == {world.den.id}


def test_newest_comes_first(seen):
    ids = [event.id for event in seen("uma")]
    assert ids == sorted(ids, reverse=True)


def test_pages_follow_one_another_without_gap_or_repeat(seen, app):
    whole = [event.id for event in seen("uma", to_on=JANUARY.date())]
    found, after = [], None
    while True:
        page = seen("uma", to_on=JANUARY.date(), limit=7, after=after)
        found += [event.id for event in page]
        after = page.next
        if after is None:
            break
    assert found == whole
    assert len(whole) > 14


def test_days_are_counted_in_the_zone_given(seen):
    assert not list(seen("uma", to_on=JANUARY.date() - timedelta(days=1)))
    assert not list(seen("uma", from_on=JANUARY.date() + timedelta(days=400), verb="case.open"))
    assert list(seen("uma", from_on=JANUARY.date(), to_on=JANUARY.date()))


def test_one_person_is_found_by_sign_in_name_or_id(seen, world):
    by_name = {event.id for event in seen("uma", who="Bea")}
    assert by_name == {event.id for event in seen("uma", who=str(world.bea.id))}
    assert {event.row.actor_id for event in seen("uma", who="bea")} == {world.bea.id}
    assert not list(seen("uma", who="nobody-of-this-name"))


def test_the_system_is_found_by_its_name_and_called_by_it(seen):
    found = seen("uma", who="casework")
    assert {event.row.actor_id for event in found} == {SYSTEM.id}
    assert {event.name for event in found} == {"Casework"}


def test_a_stranger_is_called_one(seen, world):
    audit.remember(None, "session.refuse", address="192.0.2.7")
    assert seen("uma", verb="session.refuse")[0].name == "Someone not signed in"


def test_one_verb_or_a_whole_kind(seen, app):
    assert {event.verb for event in seen("uma", verb="case.open")} == {"case.open"}
    kinds = {event.verb.split(".")[0] for event in seen("uma", verb="case.*")}
    assert kinds == {"case"}


def test_one_case_by_number_or_id_with_the_lists_that_showed_it(seen, world):
    find(world.ada, Case, world.rosa.id)
    visible(world.sam, "case.read", Case)
    visible(world.tom, "case.read", Case)
    by_number = seen("uma", case=world.rosa.number.lower(), verb="case.read")
    assert {event.row.actor_id for event in by_number} == {world.ada.id, world.sam.id}
    by_id = seen("uma", case=str(world.rosa.id), verb="case.read")
    assert [event.id for event in by_number] == [event.id for event in by_id]


def test_a_list_that_showed_a_case_is_found_by_what_was_unfolded(seen, world, truth):
    """Behind the wall, too, where the looks themselves are for nobody to read: an event that only they tie to the case
    is among those of the case."""
    unfold()
    apart = next(row.id for row in seen("uma", verb="office.create"))
    assert apart not in {row.id for row in seen("uma", case=world.rosa.number)}
    truth.execute(insert(Look).values(event_id=apart, place=99, kind="case", record_id=world.rosa.id,
                                      about_id=world.rosa.id))
    truth.commit()
    db.session.rollback()
    assert apart in {row.id for row in seen("uma", case=world.rosa.number)}


def test_a_case_that_does_not_exist_shows_nothing(seen):
    assert not list(seen("uma", case="VA-1999-XXX-00001"))


def test_an_event_names_the_record_and_the_fields_not_what_stood_in_them(seen, world):
    changed = seen("uma", verb="identity.record", to_on=JANUARY.date())[0]
    assert "identity.legal_name_sealed" in changed.changed
    opened = seen("uma", verb="case.open", case=world.rosa.number)[0]
    assert opened.number == opened.case_number == world.rosa.number
    assert opened.says == "Opened a case"


def test_looking_is_written_down_with_its_filter_and_not_with_what_it_showed(seen, world, app):
    seen("uma", verb="case.open")
    last = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (last.verb, last.actor_id) == ("audit_event.read", world.uma.id)
    assert last.details["filter"] == "verb case.open"
    assert last.shown == []


def test_the_question_count_does_not_grow_with_the_page(seen, world, app):
    def count(limit):
        asked = []
        sqlalchemy_event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        seen("uma", limit=limit)
        return len([words for words in asked if words.lstrip().upper().startswith("SELECT")])
    few = count(3)
    assert count(200) <= 10
    assert few <= 10


# ── At the doors ──────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_program_reads_the_log_page_by_page(machine, world):
    client = machine("uma")
    first = client.get("/api/v1/audit-events?limit=5").json
    second = client.get(f"/api/v1/audit-events?limit=5&after={first['next']}").json
    assert len(first["items"]) == len(second["items"]) == 5
    assert first["items"][-1]["id"] > second["items"][0]["id"]
    assert {"id", "at", "who", "verb", "says", "subject", "case_number", "changed", "shown"} <= set(first["items"][0])


def test_filters_work_at_the_door(machine, world):
    client = machine("uma")
    found = client.get(f"/api/v1/audit-events?verb=case.*&case={world.rosa.number}&from=2026-01-01&to=2026-01-31").json
    assert {item["case_number"] for item in found["items"]} == {world.rosa.number}


@pytest.mark.parametrize("query", ["who=ada", "from=yesterday", "from=2026-02-01&to=2026-01-01", "verb=everything",
                                   "limit=201", "after=nonsense"])
def test_what_is_not_a_filter_is_refused(machine, query):
    assert machine("uma").get(f"/api/v1/audit-events?{query}").status_code == 422


def test_the_page_says_who_did_what(browser, world):
    page = browser("uma").get("/log/events?verb=case.open").text
    assert "Ada Example" in page
    assert "Opened a case" in page
    assert world.rosa.number in page


def test_the_page_names_a_changed_field_and_shows_no_private_value(browser):
    page = browser("uma").get("/log/events?verb=identity.record&to=2026-01-12").text
    assert "legal name" in page
    assert "Rosalind" not in page


def test_a_specialist_reads_what_she_did_and_is_told_so(browser):
    page = browser("ada").get("/log/events").text
    assert "What you did and looked at yourself" in page


def test_nobody_without_a_role_reads_it(browser, machine):
    assert browser("zoe").get("/log/events").status_code == 403
    assert machine("zoe").get("/api/v1/audit-events").status_code == 403


def test_a_filter_that_finds_nothing_says_what_would(browser):
    assert "No event fits" in browser("uma").get("/log/events?verb=case.open&to=2001-01-01").text
