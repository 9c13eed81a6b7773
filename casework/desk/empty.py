"""What would fill an empty desk, in words, by what the policy lets a person do."""
from __future__ import annotations

from ..kernel.conditions import Actor
from ..policy import may_ever

FILLS = (
    ("assessment.begin", "Screens, assessments and notices of the cases you work on, as they fall due."),
    ("case.assign", "Cases of your office that need a specialist, and what your team owes."),
    ("cp_request.send", "Continued Presence requests that you draft, and what is asked back about them."),
    ("cp_request.endorse", "Continued Presence requests that your investigators send."),
    ("cp_request.submit", "Continued Presence requests that were endorsed."),
    ("cp_request.take_up", "Continued Presence requests that agencies submit."),
    ("cp_request.approve", "Continued Presence requests that were reviewed."),
    ("disbursement.approve", "Requests to the fund that need your signature."),
    ("disbursement.obligate", "Approved requests to obligate, and receipted ones to reconcile."),
    ("disbursement.certify", "Vouchers to certify."),
    ("disbursement.pay", "Payments to record, once the disbursing authority confirms them."),
    ("role_grant.give", "Accounts without a role, and roles that are about to end."),
)


def would_fill(actor: Actor) -> list[str]:
    """What appears here when it is due; nothing for those who take no step."""
    return [words for verb, words in FILLS if may_ever(actor, verb)]
