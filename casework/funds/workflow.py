"""The life of a disbursement. What money each step moves is told in `moves`."""
from __future__ import annotations

from ..kernel.workflow import Step, Workflow
from .models import State as S
from .moves import BACK, MOVES, Much

__all__ = ["BACK", "CHECKING", "ENDED", "HOLDING", "MOVES", "OWING", "WORKFLOW", "WORKING", "Much"]

WORKING = (S.DRAFT, S.RETURNED)
HOLDING = (S.APPROVED, S.OBLIGATED, S.RECEIVED, S.CERTIFIED, S.FAILED)
OWING = (S.OBLIGATED, S.RECEIVED, S.CERTIFIED, S.PAID, S.RECEIPTED)
CHECKING = (S.DRAFT, S.RETURNED, S.SUBMITTED, S.APPROVED, S.OBLIGATED, S.RECEIVED, S.CERTIFIED, S.PAID)
ENDED = (S.RECONCILED, S.DENIED, S.WITHDRAWN, S.CANCELLED, S.REFUNDED)

# `approve` waits in `submitted` until the tier's signers are complete; `fail` and `refund` stay where they are while a
# part remains paid.
WORKFLOW = Workflow(
    "disbursement", S.DRAFT,
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
