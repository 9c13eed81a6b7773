"""A list of lines shows what a list of records shows, to the same people, and is written down as one."""
from __future__ import annotations

from operator import attrgetter

import pytest
from sqlalchemy import select

from casework.access.queries import listed, visible
from casework.audit.models import AuditEvent
from casework.cases import actions as cases
from casework.cases.models import Case
from casework.cases.queries import LISTED, SORTS, WITH
from casework.kernel.db import db
from casework.kernel.errors import Forbidden
from casework.kernel.given import given
from tests.world import CAST, looking

WORDS = [*LISTED.names, "kind", "office.id", "office.code", "office.name", "office.zone", "specialist.id",
         "specialist.username", "specialist.name"]
ORDERS = [order for column in SORTS.values() for order in (column.asc(), column.desc())]


def told(page):
    return [{word: attrgetter(word)(row) for word in WORDS} for row in page]


def last_event(truth):
    truth.rollback()
    event = truth.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    return event.verb, event.actor_id, event.subject_id, event.case_id, event.office_id, event.shown, event.details


@pytest.mark.parametrize("name", CAST)
def test_each_sees_the_same_and_it_is_written_alike(world, truth, name):
    person, how = getattr(world, name), {"order": Case.updated_at.desc(), "limit": 200}
    try:
        records = told(visible(person, "case.read", Case, options=WITH, **how))
    except Forbidden:
        with pytest.raises(Forbidden):
            listed(person, "case.read", LISTED, said={}, **how)
        return
    as_records = last_event(truth)
    assert told(listed(person, "case.read", LISTED, said={}, **how)) == records
    assert last_event(truth) == as_records


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_page_follows_page_without_gap_or_repeat(world, order):
    for _ in range(4):
        cases.open_case(world.ada, world.den, referral_source="self")
    whole = [case.id for case in visible(world.sam, "case.read", Case, order=order, limit=200)]
    found, after = [], None
    while True:
        page = listed(world.sam, "case.read", LISTED, said={}, order=order, after=after, limit=2)
        found += [line.id for line in page]
        if (after := page.next) is None:
            break
    assert found == whole and len(whole) > 4


def test_what_was_listed_is_given_and_nothing_else(world):
    """What stands beside a case of the list may be asked for by its id, as with a record."""
    page = listed(world.ada, "case.read", LISTED, said={}, order=Case.id)
    held = given(db.session())
    assert all({case.id, case.person_id} <= held.keys() for case in page) and len(page) > 0
    assert world._ids["nina"][1] not in held


def test_a_line_is_no_record(world):
    line = listed(world.ada, "case.read", LISTED, said={}, order=Case.id)[0]
    line.language = "Changed"
    assert not db.session.dirty
    with looking(db.session()):
        assert db.session.scalar(select(Case.language).where(Case.id == line.id)) != "Changed"
