"""Separation of duties where nothing but the database is left to refuse (31 USC 3325, 3528; Green Book, principle 10)."""
from __future__ import annotations

from itertools import product
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, insert, update
from sqlalchemy.exc import DBAPIError

from casework.access.models import RoleGrant
from casework.funds.models import Disbursement, Signature
from casework.kernel.db import now
from tests.world import START

pytestmark = pytest.mark.postgresql
STEPS = ("request", "approve", "certify")
PEOPLE = ("ada", "sam", "cerys")


@pytest.fixture(scope="module", autouse=True)
def each_holds_the_roles_of_every_step(place):
    """What the product would never give to one person: so that nothing but the steps themselves parts them."""
    url, ids = place
    with create_engine(url).begin() as owner:
        owner.execute(insert(RoleGrant.__table__), [
            {"id": uuid4(), "version": 1, "user_id": getattr(ids, name), "role": role, "office_id": ids.den, "since": START}
            for name in PEOPLE for role in ("specialist", "fund_approver", "certifying_officer")])
    owner.engine.dispose()


def asked_for_by(place, person):
    """As if this person had made the draft."""
    engine = create_engine(place[0])
    with engine.begin() as owner:
        owner.execute(update(Disbursement.__table__).where(Disbursement.id == place[1].draft).values(requested_by_id=person))
    engine.dispose()


def signs(raw, person, verb, named=None):
    """This person, in their own name, puts this name to a step of the draft."""
    raw.speak_for(person)
    raw.execute(insert(Signature.__table__).values(
        id=uuid4(), version=1, disbursement_id=raw.ids.draft, round=1, user_id=named or person, verb=verb, amount=1,
        concurs=True, at=now()))


def goes_through(raw, *signed):
    part = raw.begin_nested()
    try:
        for one in signed:
            signs(raw, *one)
    except DBAPIError as error:
        if "uq_signature_once" not in str(error) and "row-level security" not in str(error):
            raise
        return False
    finally:
        part.rollback()
    return True


@pytest.mark.parametrize("triple", list(product(PEOPLE, repeat=3)), ids="-".join)
def test_of_every_triple_only_three_different_people_are_accepted(place, raw, triple):
    people = [getattr(raw.ids, name) for name in triple]
    asked_for_by(place, people[0])
    assert goes_through(raw, *zip(people, STEPS, strict=True)) == (len(set(triple)) == 3)


@pytest.mark.parametrize(("hand", "name"), [pair for pair in product(PEOPLE, repeat=2) if pair[0] != pair[1]], ids=str)
def test_nobody_signs_in_the_name_of_another(raw, hand, name):
    hand, name = getattr(raw.ids, hand), getattr(raw.ids, name)
    assert goes_through(raw, (hand, "approve"))
    assert not goes_through(raw, (hand, "approve", name))


@pytest.mark.parametrize("stranger", ["bea", "tom", "olga", "uma", "root", "zoe", "priya"])
def test_nobody_signs_where_they_have_no_step(raw, stranger):
    assert not goes_through(raw, (getattr(raw.ids, stranger), "approve"))
