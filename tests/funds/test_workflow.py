"""The life of a disbursement: each state is reached in the story; a move the table does not name is refused."""
from datetime import date
from decimal import Decimal

import pytest

from casework import policy
from casework.funds import actions as funds
from casework.funds.models import Account, Disbursement, State
from casework.funds.workflow import BACK, MOVES, WORKFLOW
from casework.kernel.db import db
from casework.kernel.errors import Conflict
from tests.funds.story import check
from tests.world import looking

AMOUNT = Decimal(1)
BACK_WITH = {"amount": AMOUNT, "reference": "X", "paid_on": date(2026, 3, 1), "reason": "Test"}
WORDS = {
    "edit": {}, "submit": {}, "certify": {}, "approve": {"amount": AMOUNT, "concurs": True, "legal_note": "LN"},
    "return": {"reason": "Test"}, "deny": {"reason": "Test"}, "withdraw": {"reason": "Test"},
    "cancel": {"reason": "Test"}, "obligate": {"amount": AMOUNT, "document": "ORD"}, "receive": {"amount": AMOUNT},
    "pay": {"amount": AMOUNT, "reference": "X", "paid_on": date(2026, 3, 1)}, "fail": BACK_WITH, "refund": BACK_WITH,
    "receipt": {"amount": AMOUNT, "reference": "X", "issued_on": date(2026, 3, 1)},
    "deobligate": {"amount": AMOUNT, "reason": "Test"}, "reconcile": {"statement": "ST"},
}
ACTS = {**{verb: deed.act for verb, deed in funds.DEEDS.items()}, "edit": funds.edit}


def test_a_move_the_table_does_not_name_is_refused(world):
    """By somebody whom the policy would let, so that it is the table that says no."""
    people = [row for row in world.everything().values() if row.kind == "user"]
    things = {row.state: row for row in world.everything().values() if isinstance(row, Disbursement)}
    moves = [(thing, verb) for thing in things.values() for verb in set(WORKFLOW.verbs) - set(WORKFLOW.open_to(thing))]
    for thing, verb in moves:
        with looking(db.session()):
            person = next((each for each in people if policy.may(each, f"disbursement.{verb}", thing)), None)
        if person:
            with pytest.raises(Conflict, match=f"^You cannot {verb.replace('_', ' ')}"):
                ACTS[verb](person, thing, **(check() if verb == "check_resource" else WORDS[verb]))


def test_every_state_has_a_way_in():
    assert {*WORKFLOW.steps.values(), WORKFLOW.start} == set(State)


def test_every_verb_has_a_door_and_a_policy():
    assert set(WORKFLOW.verbs) == set(ACTS)
    assert {f"disbursement.{verb}" for verb in WORKFLOW.verbs} <= policy.VERBS


def test_every_move_belongs_to_a_verb():
    assert {verb for verb, *_ in MOVES} <= set(WORKFLOW.verbs) | set(funds.FUND_DEEDS)


def test_only_the_appropriation_has_no_way_in():
    """Each account but the outermost is filled by some move, so that nothing can be spent that was never given."""
    filled = {Account(target) for _, _, target, _ in MOVES if target != BACK} | {Account.AVAILABLE, Account.LAPSED}
    assert filled == set(Account) - {Account.APPROPRIATION}
