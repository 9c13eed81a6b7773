"""Every deed of the emergency fund, and the tables from which their doors are made."""
from __future__ import annotations

from typing import Any

from ..web.deeds import Deed
from . import schemas
from .approving import approve, deny, return_
from .budgeting import allot, apportion, record
from .models import Disbursement
from .paying import certify, fail, obligate, pay, receive, refund
from .requesting import check_resource, edit, request, submit, withdraw
from .settling import cancel, deobligate, receipt, reconcile

__all__ = [
    "DEEDS", "FUND_DEEDS", "allot", "approve", "apportion", "cancel", "certify", "check_resource", "deny", "deobligate",
    "edit", "fail", "obligate", "pay", "receipt", "receive", "reconcile", "record", "refund", "request", "return_",
    "submit", "withdraw",
]


def _amount(column: str) -> Any:
    """The amount a form begins with: what the step before allows."""
    return lambda disbursement: {"amount": getattr(disbursement, column)}


def _to_approve(disbursement: Disbursement) -> dict[str, Any]:
    return {"amount": disbursement.approved or disbursement.requested}


def _to_pay(disbursement: Disbursement) -> dict[str, Any]:
    return {"amount": disbursement.received - disbursement.paid}


def _paid(disbursement: Disbursement) -> dict[str, Any]:
    return {"amount": disbursement.paid - disbursement.refunded}


def _to_give_back(disbursement: Disbursement) -> dict[str, Any]:
    return {"amount": disbursement.obligated - disbursement.paid - disbursement.deobligated}


S = schemas
DEEDS = {
    #                        what it asks        what it does
    "submit":         Deed(None,               submit,         "Send for signatures",  "Sent for signatures.",
                           once=True),
    "check_resource": Deed(S.CheckResource,    check_resource, "Add a check",          "Check added.", once=True),
    "approve":        Deed(S.Approve,          approve,        "Approve",              "Signed.", once=True,
                           values=_to_approve),
    "return":         Deed(S.Because,          return_,        "Return with a reason", "Returned."),
    "deny":           Deed(S.Because,          deny,           "Deny",                 "Denied."),
    "withdraw":       Deed(S.Because,          withdraw,       "Withdraw",             "Withdrawn."),
    "obligate":       Deed(S.Obligate,         obligate,       "Obligate",             "Obligated.", once=True,
                           values=_amount("approved")),
    "receive":        Deed(S.Receive,          receive,        "Record as received",   "Received.", once=True,
                           values=_amount("obligated")),
    "certify":        Deed(None,               certify,        "Certify",              "Certified.", once=True),
    "pay":            Deed(S.Pay,              pay,            "Record a payment",     "Payment recorded.", once=True,
                           values=_to_pay),
    "fail":           Deed(S.ComeBack,         fail,           "Record a failed payment", "Recorded as failed.",
                           once=True, values=_paid),
    "refund":         Deed(S.ComeBack,         refund,         "Record a refund",      "Refund recorded.", once=True,
                           values=_paid),
    "receipt":        Deed(S.AddReceipt,       receipt,        "Add a receipt",        "Receipt added.", once=True,
                           values=_paid),
    "deobligate":     Deed(S.Deobligate,       deobligate,     "De-obligate",          "Given back.", once=True,
                           values=_to_give_back),
    "reconcile":      Deed(S.Reconcile,        reconcile,      "Reconcile",            "Reconciled.", once=True),
    "cancel":         Deed(S.Because,          cancel,         "Cancel",               "Cancelled.", once=True),
}
FUND_DEEDS = {
    "apportion":      Deed(S.Apportion,        apportion,      "Record an apportionment", "Apportionment recorded.",
                           once=True),
    "allot":          Deed(S.Allot,            allot,          "Allot to an office",   "Allotted.", once=True),
}
