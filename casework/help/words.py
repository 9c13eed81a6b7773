"""The tables in the reader's words: conditions of the policy, marks of certainty, topics of the rulebook."""
from __future__ import annotations

from .. import policy
from ..kernel.conditions import Condition

CONDITIONS: dict[Condition, str] = {
    policy.at_their_office: "in their own office",
    policy.in_their_office: "in their own office",
    policy.on_their_team: "where they are on the team",
    policy.helped_in_their_office: "of people their office helps",
    policy.among_its_members: "where they are a member of the investigation",
    policy.themselves: "for themselves",
    policy.done_by_them: "what they did themselves",
    policy.asked_by_them: "of what they asked for themselves",
    policy.unsigned_by_them: "if they signed no other step of it",
    policy.not_received_by_them: "unless they confirmed that help was received",
    policy.not_requested_by_them: "unless they asked for it",
    policy.not_obligated_by_them: "unless they obligated it",
    policy.not_certified_by_them: "unless they certified it",
    policy.not_paid_by_them: "unless they recorded a payment of it",
    policy.not_sent_by_them: "unless they sent it",
    policy.not_endorsed_by_them: "unless they endorsed it",
    policy.not_requesting: "unless they took part in asking",
    policy.not_reviewing: "unless they reviewed it",
}

TOPICS = {
    "tiers": "Who must sign for how much", "fund_rules": "Rules of the emergency fund",
    "expense_categories": "What the fund may pay", "clocks": "Clocks", "notices": "Notices the law asks for",
    "cp_checklist": "Checklist of a Continued Presence request", "need_domains": "Domains of need",
}

UNITS = {
    "hours": "hours", "calendar_days": "days", "working_days": "working days", "calendar_months": "months",
    "calendar_years": "years", "days_before": "days before",
}


def condition_words(condition: Condition) -> str:
    """`where they are on the team`; a condition without words of its own has its name's."""
    found = CONDITIONS.get(condition)
    return found or next((name.replace("_", " ") for name, value in vars(policy).items() if value is condition), "")


def role_words(role: str) -> str:
    return role.replace("_", " ")


def a(words: str) -> str:
    """`a specialist`, `an auditor`."""
    return f"{'an' if words[:1] in 'aeio' else 'a'} {words}"


def length_words(length: int, unit: str) -> str:
    """`24 hours`, `1 working day`."""
    words = UNITS[unit]
    return f"{length} {words.replace('days', 'day') if length == 1 and words.endswith('days') else words}"
