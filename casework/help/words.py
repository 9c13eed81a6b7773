"""The tables in the reader's words: conditions of the policy, marks of certainty, topics of the rulebook."""
from __future__ import annotations

from .. import policy
from ..kernel.conditions import Condition

CONDITIONS = {
    "at_their_step": "while it waits for a step of theirs",
    "at_their_office": "in their own office",
    "in_their_office": "in their own office",
    "on_their_team": "where they are on the team",
    "helped_in_their_office": "of people their office helps",
    "among_its_members": "where they are a member of the investigation",
    "themselves": "for themselves",
    "done_by_them": "what they did themselves",
    "asked_by_them": "of what they asked for themselves",
    "unsigned_by_them": "if they signed no other step of it",
    "not_received_by_them": "unless they confirmed that help was received",
    "not_requested_by_them": "unless they asked for it",
    "not_obligated_by_them": "unless they obligated it",
    "not_certified_by_them": "unless they certified it",
    "not_prepared_by_them": "if they neither asked, approved, obligated nor certified it",
    "approved_by_them": "of what they approved themselves",
    "waiting_in_their_office": "while it waits for a supervisor of their office",
    "not_sent_by_them": "unless they sent it",
    "not_endorsed_by_them": "unless they endorsed it",
    "not_requesting": "unless they took part in asking",
    "not_reviewing": "unless they reviewed it",
    "not_proposed_by_them": "unless they proposed it",
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
    name = next(name for name, value in vars(policy).items() if value is condition)
    return CONDITIONS.get(name, name.replace("_", " "))


ROLES = {"program_hq": "program headquarters", "cp_reviewer": "Continued Presence reviewer",
         "cp_official": "Continued Presence official"}


def role_words(role: str) -> str:
    return ROLES.get(role, role.replace("_", " "))


def begun(words: str) -> str:
    """With a capital at the beginning, and the others left as they are."""
    return words[:1].upper() + words[1:]


def a(words: str) -> str:
    """`a specialist`, `an auditor`."""
    return f"{'an' if words[:1] in 'aeio' else 'a'} {words}"


def length_words(length: int, unit: str) -> str:
    """`24 hours`, `1 working day`."""
    words = UNITS[unit]
    return f"{length} {words.replace('days', 'day') if length == 1 and words.endswith('days') else words}"
