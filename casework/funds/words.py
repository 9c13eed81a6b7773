"""The words of the fund's pages: where a request stands, who must act, what happened."""
from __future__ import annotations

import re

from ..kernel.rulebook import Row, Tier, current
from ..kernel.workflow import said
from .models import Account, FundKind, State

STATES = {
    State.DRAFT: "Draft, not sent",
    State.SUBMITTED: "Waiting for signatures",
    State.APPROVED: "Approved, to be obligated",
    State.OBLIGATED: "Obligated, to be received",
    State.RECEIVED: "Received, to be certified",
    State.CERTIFIED: "Certified, to be paid",
    State.PAID: "Paid, receipt to come",
    State.RECEIPTED: "Receipt in, to be reconciled",
    State.RECONCILED: "Reconciled, finished",
    State.RETURNED: "Returned with a question",
    State.DENIED: "Denied",
    State.WITHDRAWN: "Withdrawn",
    State.CANCELLED: "Cancelled",
    State.FAILED: "The payment came back",
    State.REFUNDED: "Refunded",
}
MUST_ACT = {
    State.APPROVED: "A budget officer",
    State.OBLIGATED: "The specialist",
    State.RECEIVED: "A certifying officer",
    State.CERTIFIED: "A payment recorder",
    State.PAID: "The specialist, for the receipt",
    State.RECEIPTED: "A budget officer who did not obligate it",
    State.FAILED: "A payment recorder",
}
ACCOUNTS = {
    Account.APPROPRIATION: "Appropriation", Account.APPORTIONED: "Not allotted yet", Account.AVAILABLE: "Available",
    Account.COMMITTED: "Committed", Account.OBLIGATED: "Ordered", Account.DELIVERED: "Delivered",
    Account.PAID: "Paid", Account.LAPSED: "Lapsed",
}
KINDS = {FundKind.ANNUAL: "One fiscal year", FundKind.MULTI: "Several years", FundKind.NOYEAR: "Without a year",
         FundKind.REIMBURSABLE: "Reimbursable, one year"}
TOLD = {
    "disbursement.request": "Help from the fund drafted.",
    "disbursement.edit": "The draft was changed.",
    "disbursement.check_resource": "Other help looked for.",
    "disbursement.submit": "Sent for signatures.",
    "disbursement.approve": "Signed.",
    "disbursement.return": "Returned with a question.",
    "disbursement.deny": "Denied.",
    "disbursement.withdraw": "Withdrawn.",
    "disbursement.obligate": "Obligated.",
    "disbursement.receive": "Goods or services received.",
    "disbursement.certify": "Certified.",
    "disbursement.pay": "Payment recorded.",
    "disbursement.fail": "The payment came back.",
    "disbursement.refund": "Refund recorded.",
    "disbursement.receipt": "Receipt added.",
    "disbursement.deobligate": "What is not needed was given back.",
    "disbursement.reconcile": "Reconciled with the statement.",
    "disbursement.cancel": "Cancelled.",
}
HELD_WHY = ("Lodging and treatment say where a person is. Who is paid, and for which days, is read only by who asked "
            "and by the supervisor who signs, until 30 days after the stay.")
TOKEN_WHY = "You see the token. The name of who is paid is for those who work with this request."


def categories() -> dict[str, Row]:
    """The categories in force, by code."""
    return {row["code"]: row for row in current("expense_categories").body}


def category(code: str, known: dict[str, Row]) -> str:
    return known[code]["category"] if code in known else code


def conditions(row: Row) -> str:
    """What the rule asks of a category, and which rule it is. Marks of the table's own sources are left out."""
    asked = [clean for part in row["conditions"].split(";") if (clean := _clean(part))]
    source = "; ".join(f"28 CFR {clean}" if clean.startswith("94.") else clean
                       for part in row["source"].split(";") if (clean := _clean(part)))
    words = "; ".join(asked) or "No further condition"
    return f"{words[:1].upper()}{words[1:]}" + (f" ({source})" if source else "")


def _clean(part: str) -> str:
    unmarked = re.sub(r"\[[A-Z]: ([^\]]+)\]", r"\1", re.sub(r"\[[A-Z]\]", "", part)).strip()
    return said(unmarked).replace("+", " and ").replace("program hq", "program headquarters")


def signers(tier: Tier) -> str:
    """Who signs at a tier, as a sentence goes on."""
    named = ["another person there" if role in tier.approvers[:at] else f"a {said(role)}"
             for at, role in enumerate(tier.approvers)]
    words = ", then ".join(named).replace("a program hq", "program headquarters")
    return f"{words} must sign" + (", on a written legal note" if tier.legal_note else "")


def role_words(role: str) -> str:
    return said(role).replace("program hq", "program headquarters").capitalize()
