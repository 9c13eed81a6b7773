"""Whatever people do, in whatever order and with whatever amounts: the books agree, no account goes below zero, nobody
signs twice, and no money is made or lost."""
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from casework import policy
from casework.cases import actions as cases
from casework.funds import actions as funds
from casework.funds import ledger
from casework.funds.models import Account, Disbursement, Payment, PaymentKind, Signature, State
from casework.funds.tiers import stands_in, waiting_for
from casework.funds.workflow import ENDED, WORKFLOW
from casework.kernel.db import at, db
from casework.kernel.errors import Refusal
from casework.kernel.rulebook import today
from tests.funds.story import NOW, YEAR, asked, upto

A = Account
ALLOTTED = Decimal(1500)
CENT = Decimal("0.01")
PEOPLE = ("ada", "sam", "lou", "fern", "hana", "hugo", "bud", "bree", "cerys", "cyril", "pia", "pol", "sol", "cass")
amounts = st.integers(1, 30_000).map(lambda cents: Decimal(cents) / 100)
BACKWARDS = ("return", "deny", "cancel", "deobligate", "fail", "refund")
ONWARDS = ("submit", "approve", "obligate", "receive", "certify", "pay", "receipt", "reconcile")


class Spending(RuleBasedStateMachine):
    """One office, one fund, and people who try everything. `world` is set by the test."""

    world = None

    @initialize()
    def begin(self):
        w, self.moment, self.turn = self.world, NOW, 0
        with at(NOW):
            self.case = cases.open_case(w.ada, w.den, referral_source="self")
            for name in ("sol", "cass"):
                cases.join_team(w.sam, self.case, specialist_id=getattr(w, name).id)
            self.fund = funds.record(w.bud, name=f"Fund for {self.case.number}", treasury_symbol="70-0",
                                     authority="A test act", spending="annual", available_from_on=NOW.date())
            funds.apportion(w.bud, self.fund, fiscal_year=YEAR, amount=ALLOTTED * 2, document="A")
            funds.allot(w.bud, self.fund, office_id=w.den.id, fiscal_year=YEAR, amount=ALLOTTED)
            for who, amount, last in ((w.ada, 200, "pay"), (w.sol, 90, "obligate"), (w.cass, 100, "approve")):
                upto(w, asked(w, who, self.case, amount, fund_id=self.fund.id), last)

    def attempt(self, act):
        """Do it at the next minute; a refusal must leave everything as it was."""
        self.turn += 1
        self.moment += timedelta(minutes=1)
        with at(self.moment):
            before = ledger.kept()
            try:
                act()
            except Refusal:
                db.session.expire_all()
                assert ledger.kept() == before

    def mine(self):
        return list(db.session.scalars(select(Disbursement).where(
            Disbursement.fund_id == self.fund.id).order_by(Disbursement.serial)))

    @precondition(lambda self: self.turn % 3 == 0)
    @rule(amount=amounts, who=st.sampled_from(["ada", "sol", "cass", "sam"]), send=st.booleans())
    def ask(self, amount, who, send):
        self.attempt(lambda: asked(self.world, getattr(self.world, who), self.case, amount, sent=send,
                                   fund_id=self.fund.id))

    @rule(which=st.integers(0, 9), steps=st.integers(1, 9), part=st.sampled_from([1, 1, 1, 2, 3]),
          who=st.integers(0, 99))
    def carry_on(self, which, steps, part, who):
        """Some steps onwards, each by somebody whose turn it is, each for the whole amount or a part of it."""
        open_ones = [each for each in self.mine() if each.state not in ENDED]
        for _ in range(steps if open_ones else 0):
            it = open_ones[which % len(open_ones)]
            following = [verb for verb in ONWARDS if verb in WORKFLOW.open_to(it)]
            if following:
                self.step(it, following[-1 if who % 5 else 0], who, max(CENT, round(self.full(it) / part, 2)))

    @rule(which=st.integers(0, 99), part=st.sampled_from([1, 1, 2]), who=st.integers(0, 99))
    def go_back(self, which, part, who):
        """What may go wrong, with all of the money or a part of it."""
        if able := [(each, verb) for each in self.mine() for verb in BACKWARDS if verb in WORKFLOW.open_to(each)]:
            it, verb = able[which % len(able)]
            most = it.obligated - it.paid - it.deobligated if verb == "deobligate" else it.paid - it.refunded
            self.step(it, verb, who, max(CENT, round(most / part, 2)))

    @rule(which=st.integers(0, 9), verb=st.sampled_from(WORKFLOW.verbs), amount=amounts, who=st.integers(0, 99))
    def try_anything(self, which, verb, amount, who):
        if (found := self.mine()) and verb not in ("edit", "check_resource"):
            self.step(found[which % len(found)], verb, who, amount)

    @precondition(lambda self: self.turn > 30)
    @rule()
    def let_the_year_end(self):
        self.moment = max(self.moment, NOW + timedelta(days=200))

    def full(self, it):
        most = {State.SUBMITTED: it.approved or it.requested, State.APPROVED: it.approved, State.PAID: it.paid,
                State.OBLIGATED: it.obligated, State.CERTIFIED: it.received, State.FAILED: it.received}
        return most.get(it.state, Decimal(1))

    def step(self, it, verb, who, amount):
        people = [getattr(self.world, name) for name in PEOPLE]
        able = [each for each in people if policy.may(each, f"disbursement.{verb}", it)] or people
        if verb == "approve" and (left := waiting_for(it)):
            able = [each for each in able if stands_in(each, left[0], it.office_id)] or able
        person, reference = able[who % len(able)], f"R-{self.turn}"
        back = {"amount": amount, "reference": reference, "paid_on": today(), "reason": "Test"}
        words = {
            "submit": {}, "certify": {}, "approve": {"amount": amount, "concurs": True, "legal_note": "LN"},
            "obligate": {"amount": amount, "document": "ORD"}, "receive": {"amount": amount},
            "pay": {"amount": amount, "reference": reference, "paid_on": NOW.date()},
            "fail": {**back, "paid_on": NOW.date()}, "refund": {**back, "paid_on": NOW.date()},
            "receipt": {"amount": amount, "reference": reference, "issued_on": NOW.date()},
            "deobligate": {"amount": amount, "reason": "Test"}, "reconcile": {"statement": "ST"},
        }.get(verb, {"reason": "Test"})
        self.attempt(lambda: funds.DEEDS[verb].act(person, it, **words))

    @invariant()
    def the_books_agree(self):
        if not hasattr(self, "fund"):
            return
        assert ledger.reconcile() == []
        kept = {line.account: amount for line, amount in ledger.kept().items() if line.fund_id == self.fund.id}
        assert sum(kept.values()) == 0
        assert all(amount >= 0 for account, amount in kept.items() if account is not A.APPROPRIATION)
        office = sum(amount for account, amount in kept.items() if account not in (A.APPROPRIATION, A.APPORTIONED))
        assert office == ALLOTTED

    @invariant()
    def every_request_holds_what_its_amounts_say(self):
        for it in self.mine() if hasattr(self, "fund") else ():
            holds = ledger.held(it)
            final = it.approved if it.approved_at else Decimal(0)
            ordered = it.obligated_at is not None
            assert holds[A.COMMITTED] == (final if not ordered and it.state is State.APPROVED else 0)
            assert holds[A.OBLIGATED] + holds[A.DELIVERED] == it.obligated - it.paid - it.deobligated
            assert holds[A.PAID] == it.paid - it.refunded
            assert 0 <= it.refunded <= it.paid <= it.received <= it.obligated <= it.approved <= it.requested
            assert min(holds[each] for each in (A.COMMITTED, A.OBLIGATED, A.DELIVERED, A.PAID)) >= 0
            paid = sum(each.amount if each.kind_of is PaymentKind.PAY else -each.amount for each in db.session.scalars(
                select(Payment).where(Payment.disbursement_id == it.id)))
            assert paid == it.paid - it.refunded

    @invariant()
    def people_are_distinct(self):
        for it in self.mine() if hasattr(self, "fund") else ():
            hands = defaultdict(list)
            for signature in db.session.scalars(select(Signature).where(Signature.disbursement_id == it.id)):
                hands[signature.round].append(signature.user_id)
            assert all(max(Counter(people).values()) == 1 for people in hands.values())
            apart = [it.obligated_by_id, it.certified_by_id, it.paid_by_id, it.reconciled_by_id]
            assert it.requested_by_id not in apart
            assert it.obligated_by_id is None or it.obligated_by_id != it.reconciled_by_id
            assert it.received_by_id is None or it.received_by_id != it.certified_by_id


@pytest.mark.slow
def test_whatever_people_do_the_money_is_all_there(world):
    class Here(Spending):
        pass
    Here.world = world
    run_state_machine_as_test(Here, settings=settings(
        max_examples=12, stateful_step_count=20, deadline=None, derandomize=True, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck)))
