"""The two tables of Continued Presence: the life of a request, and of the grant that comes of it (28 CFR 1100.35)."""
from __future__ import annotations

from ..kernel.workflow import Step, Workflow
from .words import GrantState as G
from .words import State as S

BEFORE_A_DECISION = (S.DRAFT, S.FIELD_REVIEW, S.RETURNED, S.AGENCY_REVIEW, S.SUBMITTED, S.UNDER_REVIEW, S.RFI_OPEN,
                     S.CONDITIONS_PROPOSED, S.DENIAL_PENDING, S.ESCALATED)

WORKFLOW = Workflow(
    "cp_request", S.DRAFT,
    #     verb                 from                                      to
    Step("send",              (S.DRAFT, S.RETURNED),                     S.FIELD_REVIEW),
    Step("return",            (S.FIELD_REVIEW, S.AGENCY_REVIEW),         S.RETURNED),
    Step("endorse",            S.FIELD_REVIEW,                           S.AGENCY_REVIEW),
    Step("submit",             S.AGENCY_REVIEW,                          S.SUBMITTED),
    Step("take_up",            S.SUBMITTED,                              S.UNDER_REVIEW),
    Step("ask",                S.UNDER_REVIEW,                           S.RFI_OPEN),
    Step("answer",             S.RFI_OPEN,                               S.UNDER_REVIEW),
    Step("propose_conditions", S.UNDER_REVIEW,                           S.CONDITIONS_PROPOSED),
    Step("accept_conditions",  S.CONDITIONS_PROPOSED,                    S.UNDER_REVIEW),
    Step("propose_denial",     S.UNDER_REVIEW,                           S.DENIAL_PENDING),
    Step("reconsider",         S.DENIAL_PENDING,                         S.UNDER_REVIEW),
    Step("escalate",          (S.CONDITIONS_PROPOSED, S.DENIAL_PENDING), S.ESCALATED),
    Step("remand",             S.ESCALATED,                              S.UNDER_REVIEW),
    Step("uphold",             S.ESCALATED,                              S.DENIED),
    Step("deny",               S.DENIAL_PENDING,                         S.DENIED),
    Step("approve",            S.UNDER_REVIEW,                           S.APPROVED),
    Step("issue",              S.APPROVED,                               S.ISSUED),
    Step("withdraw",           BEFORE_A_DECISION,                        S.WITHDRAWN),
)

GRANT_WORKFLOW = Workflow(
    "cp_grant", G.ACTIVE,
    #     verb                 from                       to
    Step("extend",            (G.ACTIVE, G.CIVIL_HOLD),   G.SUPERSEDED, by="cp_request.issue"),
    Step("expire",             G.ACTIVE,                  G.EXPIRED),
    Step("hold",               G.ACTIVE,                  G.CIVIL_HOLD),
    Step("release",            G.CIVIL_HOLD,              G.ACTIVE),
    Step("propose_revocation", (G.ACTIVE, G.CIVIL_HOLD),  G.REVOCATION_PENDING),
    Step("terminate",          G.REVOCATION_PENDING,      G.TERMINATED),
    Step("restore",            G.REVOCATION_PENDING,      G.ACTIVE),
    Step("close",              G.ACTIVE,                  G.STATUS_CHANGED),
)

# The steps that have doors. The others are law already, and no way leads to them yet.
BUILT = ("draft", "send", "return", "endorse", "submit", "take_up", "approve", "issue", "withdraw")
