"""Distinct people: refused by the policy when a step is taken, and by the database whatever anybody does."""
from itertools import product
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from casework import policy
from casework.funds import actions as funds
from casework.funds.models import Disbursement, Movement, Payee, Payment, Receipt, ResourceCheck, Signature
from casework.kernel.db import now
from casework.kernel.errors import Forbidden
from casework.kernel.system import SYSTEM
from tests.funds.story import approve, asked, upto
from tests.world import as_seen_by

APART = [("requested", "obligated"), ("requested", "certified"), ("requested", "paid"), ("requested", "reconciled"),
         ("obligated", "certified"), ("obligated", "paid"), ("obligated", "reconciled"), ("received", "certified"),
         ("certified", "paid")]
KINDS = {"disbursement": Disbursement, "payee": Payee, "movement": Movement}


def goes_in(truth, statement):
    """Whether the database takes it; it is taken back either way."""
    part = truth.begin_nested()
    try:
        truth.execute(statement)
    except IntegrityError:
        return False
    finally:
        part.rollback()
    return True


def test_every_triple_of_people_over_request_approve_and_certify(world, truth):
    people = [world.ada.id, world.sam.id, world.cerys.id]
    for triple in product(people, repeat=3):
        rows = [{"id": uuid4(), "version": 1, "disbursement_id": world.draft.id, "round": 9, "user_id": person,
                 "verb": verb, "amount": 1, "concurs": True, "at": now()}
                for person, verb in zip(triple, ("request", "approve", "certify"), strict=True)]
        assert goes_in(truth, insert(Signature.__table__).values(rows)) == (len(set(triple)) == 3), triple


def test_two_columns_never_hold_one_person(world, truth):
    def both(left, right):
        return update(Disbursement.__table__).where(Disbursement.id == world.draft.id).values(
            {f"{one}_by_id": left, f"{other}_by_id": right})
    for one, other in APART:
        assert goes_in(truth, both(world.hana.id, world.hugo.id)), (one, other)
        assert not goes_in(truth, both(world.hana.id, world.hana.id)), (one, other)


def test_a_payment_hangs_on_its_payers_own_signature(world, truth):
    def paid_by(person, signed="pay"):
        return insert(Payment.__table__).values(
            id=uuid4(), version=1, disbursement_id=world.paid.id, round=1, number=99, kind_of="pay", amount=1,
            reference="X", paid_on=now().date(), by_id=person, signed=signed, at=now())
    assert goes_in(truth, paid_by(world.pia.id))
    assert not goes_in(truth, paid_by(world.cerys.id)), "who certified"
    assert not goes_in(truth, paid_by(world.pol.id)), "who has not signed"
    assert not goes_in(truth, paid_by(world.pol.id, None)), "unsigned"


def test_what_happened_is_neither_changed_nor_removed(world, truth):
    kept = [model.__table__ for model in (Signature, Payment, Movement, Receipt, ResourceCheck)]
    for statement in (*(table.update().values(version=2) for table in kept), *(table.delete() for table in kept)):
        part = truth.begin_nested()
        with pytest.raises(DatabaseError, match="append-only"):
            truth.execute(statement)
        part.rollback()


def test_nobody_signs_twice_whatever_they_hold(world):
    with pytest.raises(Forbidden):
        funds.pay(world.sol, world.paid, amount=world.paid.received, reference="P", paid_on=now().date())
    with pytest.raises(Forbidden):
        funds.deobligate(world.sol, world.paid, amount=world.paid.paid, reason="No")
    with pytest.raises(Forbidden):
        funds.certify(world.cass, world.received)
    with pytest.raises(Forbidden):
        approve(world, world.sam, upto(world, asked(world, world.ada, world.rosa, 5), "approve"))


def test_a_supervisor_does_not_approve_what_they_asked(world):
    disbursement = funds.submit(world.sam, funds.edit(world.sam, world.draft_of_sam))
    with pytest.raises(Forbidden):
        approve(world, world.sam, disbursement)
    assert approve(world, world.lou, disbursement).state == "approved"


def test_twice_by_one_hand_in_two_rounds_is_well(world):
    disbursement = asked(world, world.ada, world.rosa, 9)
    funds.return_(world.sam, disbursement, reason="Why?")
    approve(world, world.sam, funds.submit(world.ada, disbursement))
    assert (disbursement.round, disbursement.state) == (2, "approved")


def people_of(world):
    return [thing for thing in world.everything().values() if thing.kind == "user"]


def rows_of(world, verb):
    kind = policy.judged_on(verb)
    return [thing for thing in world.everything().values() if thing.kind == kind]


VERBS = sorted(verb for verb in policy.VERBS if verb.split(".")[0] in KINDS and verb != "disbursement.export")


def test_row_and_filter_agree_for_everybody(world, truth):
    as_seen_by(SYSTEM)
    for verb in VERBS:
        model, rows = KINDS.get(policy.judged_on(verb)), rows_of(world, verb)
        for way in (way for user in people_of(world) for way in policy.ways(user, verb) if model):
            told = set(truth.scalars(select(model.id).where(way.clause(model))))
            assert {row.id for row in rows if way.opens(row)} == told & {row.id for row in rows}, verb
