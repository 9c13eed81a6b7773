"""The life of a disbursement, and the money each step moves."""
from __future__ import annotations

from enum import StrEnum

from ..kernel.workflow import Step, Workflow
from .accounts import Account as A
from .models import State as S

WORKING = (S.DRAFT, S.RETURNED)
HOLDING = (S.APPROVED, S.OBLIGATED, S.RECEIVED, S.CERTIFIED, S.FAILED)
OWING = (S.OBLIGATED, S.RECEIVED, S.CERTIFIED, S.PAID, S.RECEIPTED)
CHECKING = (S.DRAFT, S.RETURNED, S.SUBMITTED, S.APPROVED, S.OBLIGATED, S.RECEIVED, S.CERTIFIED, S.PAID)
ENDED = (S.RECONCILED, S.DENIED, S.WITHDRAWN, S.CANCELLED, S.REFUNDED)

# `approve` waits in `submitted` until the tier's signers are complete; `fail` and `refund` stay where they are while a
# part remains paid.
WORKFLOW = Workflow(
    S.DRAFT,
    #     verb          from                                         to
    *(Step("edit",            state,                                 state) for state in WORKING),
    *(Step("check_resource",  state,                                 state) for state in CHECKING),
    Step("submit",           (S.DRAFT, S.RETURNED),                  S.SUBMITTED),
    Step("approve",           S.SUBMITTED,                           S.APPROVED),
    Step("return",            S.SUBMITTED,                           S.RETURNED),
    Step("deny",              S.SUBMITTED,                           S.DENIED),
    Step("withdraw",         (S.DRAFT, S.RETURNED, S.SUBMITTED),     S.WITHDRAWN),
    Step("obligate",          S.APPROVED,                            S.OBLIGATED),
    Step("receive",           S.OBLIGATED,                           S.RECEIVED),
    Step("certify",           S.RECEIVED,                            S.CERTIFIED),
    Step("pay",              (S.CERTIFIED, S.PAID, S.RECEIPTED, S.FAILED), S.PAID),
    Step("fail",             (S.PAID, S.RECEIPTED),                  S.FAILED),
    Step("receipt",          (S.PAID, S.RECEIPTED),                  S.RECEIPTED),
    Step("refund",           (S.PAID, S.RECEIPTED, S.RECONCILED),    S.REFUNDED),
    *(Step("deobligate",      state,                                 state) for state in OWING),
    Step("reconcile",         S.RECEIPTED,                           S.RECONCILED),
    Step("cancel",            HOLDING,                               S.CANCELLED),
)


class Much(StrEnum):
    """How much a step moves."""

    STEP = "the amount of the step"
    REST = "what was approved and this step leaves"
    ALL = "all that this request still holds there"
    THERE = "of the amount, as much as this request holds there"


BACK = "back"  # to `available`; to `lapsed` when the fiscal year of the money is over (31 USC 1552(a))

MOVES: tuple[tuple[str, A, A | str, Much], ...] = (
    # verb         out of            into           how much
    ("apportion",  A.APPROPRIATION,  A.APPORTIONED, Much.STEP),
    ("allot",      A.APPORTIONED,    A.AVAILABLE,   Much.STEP),
    ("approve",    A.AVAILABLE,      A.COMMITTED,   Much.STEP),
    ("obligate",   A.COMMITTED,      A.OBLIGATED,   Much.STEP),
    ("obligate",   A.COMMITTED,      BACK,          Much.REST),
    ("receive",    A.OBLIGATED,      A.DELIVERED,   Much.STEP),
    ("pay",        A.DELIVERED,      A.PAID,        Much.STEP),
    ("fail",       A.PAID,           A.DELIVERED,   Much.STEP),
    ("refund",     A.PAID,           BACK,          Much.STEP),
    ("deobligate", A.OBLIGATED,      BACK,          Much.THERE),
    ("deobligate", A.DELIVERED,      BACK,          Much.THERE),
    ("cancel",     A.COMMITTED,      BACK,          Much.ALL),
    ("cancel",     A.OBLIGATED,      BACK,          Much.ALL),
    ("cancel",     A.DELIVERED,      BACK,          Much.ALL),
)
