"""Outside words of the emergency fund: what the forms and the API ask."""
from __future__ import annotations

from typing import Any

from marshmallow import Schema, missing

from ..kernel.rulebook import current
from ..web.fields import Choice, Choices, Count, Day, Moment, Money, Reference, Rows, Text, YesNo
from .models import FundKind, Method, Outcome, Resource

ALLOW = {"yes": "May be paid", "conditional": "May be paid under a condition", "no": "Never paid"}


def categories() -> dict[str, dict[str, str]]:
    """Every category of the rules in force, by whether it may be paid."""
    rows = current("expense_categories").body
    return {words: {row["code"]: row["category"] for row in rows if row["allow"] == allow}
            for allow, words in ALLOW.items()}


def payable() -> dict[str, str]:
    return {row["code"]: row["category"] for row in current("expense_categories").body if row["allow"] != "no"}


def domains() -> dict[str, str]:
    return {row["code"]: row["domain"] for row in current("need_domains").body}


class RecordFund(Schema):
    """A fund as law and the Treasury know it."""

    name = Text("Name", most=120, required=True)
    treasury_symbol = Text("Treasury symbol", most=40, required=True)
    authority = Text("Legal authority", hint="The act or the agreement that gives this money", most=500, required=True)
    spending = Choice("Kind", {FundKind.ANNUAL: "One fiscal year", FundKind.MULTI: "Several years",
                               FundKind.NOYEAR: "Without a year", FundKind.REIMBURSABLE: "Reimbursable, one year"},
                      kind=FundKind, required=True)
    available_from_on = Day("Available from", required=True)
    available_until_on = Day("Available until", hint="Leave empty for money without a year")
    categories = Choices("Categories it may pay", payable, hint="None ticked: every allowable category")


class Apportion(Schema):
    fiscal_year = Count("Fiscal year", least=2000, most=2200, required=True)
    amount = Money("Amount in US dollars", required=True)
    document = Text("Document", hint="The apportionment, by its number", most=120, required=True)


class Allot(Schema):
    office_id = Reference("Office", required=True)
    fiscal_year = Count("Fiscal year", least=2000, most=2200, required=True)
    amount = Money("Amount in US dollars", required=True)


class CheckResource(Schema):
    """One resource that was asked before the fund."""

    resource = Choice("Kind", Resource, required=True)
    name = Text("Who was asked", most=120, required=True)
    contacted_at = Moment("When", required=True)
    method = Choice("How", Method, required=True)
    outcome = Choice("Answer", Outcome, required=True)
    available_on = Day("Available from", hint="When help comes later")
    consent = YesNo("The person agreed that they be asked", hint="Needed for family, consulate and employer",
                    load_default=False)
    evidence = Text("Evidence", hint="A reference, such as a letter or a ticket number", most=120)


class RequestDisbursement(Schema):
    """What a specialist asks of the fund."""

    category = Choice("Category", categories, required=True, metadata={"group": "What is needed"})
    need_domain = Choice("For which need", domains, required=True, metadata={"group": "What is needed"})
    purpose = Text("What it is for", long=True, most=4000, required=True, metadata={"group": "What is needed"})
    condition = Text("How the condition is met", long=True, most=2000, metadata={"group": "What is needed"},
                     hint="Only for a category that may be paid under a condition")
    service_from_on = Day("First day", metadata={"group": "What is needed"},
                          hint="For a stay, care or treatment: the first day or night")
    service_until_on = Day("Last day", metadata={"group": "What is needed"},
                           hint="For a stay: the night before leaving")
    fund_id = Reference("Fund", required=True, metadata={"group": "How much"})
    amount = Money("Amount in US dollars, at most", hint="Taxes and fees fit inside", required=True,
                   metadata={"group": "How much"})
    exigent = YesNo("It cannot wait", hint="One check of other help is then enough; the rest in two working days",
                    load_default=False, metadata={"group": "How much"})
    exigent_reason = Text("Why it cannot wait", long=True, most=2000, metadata={"group": "How much"})
    checks = Rows(CheckResource, "Other help, looked for first", add="Add another check", least=1,
                  metadata={"group": "Other help, looked for first"})
    payee = Text("Name of who is paid", hint="The vendor first; the person only by exception", most=120, required=True,
                 metadata={"group": "Who is paid"})


class EditDisbursement(RequestDisbursement):
    """A draft or a returned request: only what is sent is changed, and null takes an optional answer away."""

    class Meta:
        exclude = ("checks",)

    def __init__(self, **how: Any) -> None:
        super().__init__(**{"partial": True, **how})
        for each in self.fields.values():
            each.allow_none = not each.required and each.load_default is missing


class Approve(Schema):
    amount = Money("Amount in US dollars, at most", hint="Not more than was asked or approved before", required=True)
    concurs = YesNo("I agree that no other help is in reach in time", required=True)
    legal_note = Text("Legal note", most=120, hint="Its reference; needed at headquarters for the highest tier")


class Because(Schema):
    """A step that says why. No identity in it: it goes into the log."""

    reason = Text("Why", hint="Leave out names and places: this goes into the log", long=True, most=500, required=True)


class Obligate(Schema):
    amount = Money("Amount in US dollars", required=True)
    document = Text("Document", hint="The order, booking or agreement, by its number", most=120, required=True)


class Receive(Schema):
    amount = Money("Worth of what was received, in US dollars", required=True)


class Pay(Schema):
    amount = Money("Amount in US dollars", required=True)
    reference = Text("Confirmation", hint="As the Treasury, the card or the bank gave it", most=120, required=True)
    paid_on = Day("Paid on", required=True)


class ComeBack(Schema):
    amount = Money("Amount in US dollars", required=True)
    reference = Text("Confirmation", hint="As the Treasury, the card or the bank gave it", most=120, required=True)
    paid_on = Day("Came back on", required=True)
    reason = Text("Why", hint="Leave out names and places: this goes into the log", most=120, required=True)


class Deobligate(Schema):
    amount = Money("Amount in US dollars", required=True)
    reason = Text("Why", hint="Leave out names and places: this goes into the log", long=True, most=500, required=True)


class AddReceipt(Schema):
    reference = Text("Receipt", hint="Its number, or how it is filed", most=120, required=True)
    issued_on = Day("Issued on", required=True)
    amount = Money("Amount in US dollars", required=True)


class Reconcile(Schema):
    statement = Text("Statement", hint="Of the card, the bank or the Treasury, by its number", most=120, required=True)
