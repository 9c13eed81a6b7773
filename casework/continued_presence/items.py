"""The checklist in plain words: what each item asks, when it applies, and which words of the package fill it."""
from __future__ import annotations

from dataclasses import dataclass

from .words import Type

ELEMENTS, WITNESS, RECORD_CHECKS, HHS_NOTICE, STATEMENT, TOLD = "CP-02", "CP-03", "CP-09", "CP-13", "CP-14", "CP-15"


@dataclass(frozen=True)
class Ask:
    title: str
    says: str
    part: str


ITEMS = {
    "CP-01": Ask("Request memo", "Signed by you; your supervisor signs in field review.", "Memo"),
    ELEMENTS: Ask("Elements found", "Which severe form, and the facts for each element.", "Elements found"),
    WITNESS: Ask("Why the person may be a witness",
                 "Two sentences are enough, or the docket of the civil action. What the person decides to do is not "
                 "asked here.", "Witness statement"),
    "CP-04": Ask("Who the person is, A-number or none", "As far as known.", "Person and status"),
    "CP-05": Ask("Status and proceedings now", "How the person is in the country today, and any proceedings.",
                 "Person and status"),
    "CP-06": Ask("Identity document", "A copy, or the statement that there is none.", "Person and status"),
    "CP-07": Ask("Photographs", "Two, passport style.", "Photographs and fingerprints"),
    "CP-08": Ask("Fingerprints", "The day and how they were taken.", "Photographs and fingerprints"),
    RECORD_CHECKS: Ask("Record checks", "The day they were run and what came back.", "Record checks"),
    "CP-10": Ask("Threat assessment and protection plan", "What endangers the person and family, and who protects "
                 "them how.", "Protection, relatives, information given"),
    "CP-11": Ask("Work permit application", "May follow after the decision.", "Person and status"),
    "CP-12": Ask("Relatives considered", "Which relatives in danger could be paroled.",
                 "Protection, relatives, information given"),
    HHS_NOTICE: Ask("Notice to HHS for a person under 18", "Taken from the case, where it is recorded.",
                    "Protection, relatives, information given"),
    STATEMENT: Ask("Nothing was offered in exchange", "The statement of whoever sends it, in their own name.", "Memo"),
    TOLD: Ask("The person was told the ten things", "In a language they understand.",
              "Protection, relatives, information given"),
    "CP-16": Ask("State or local originator and federal sponsor", "Which agency it began in and who sponsors it.",
                 "Memo"),
    "CP-17": Ask("Reasons for an extension", "Where the investigation, prosecution or civil action stands.", "Memo"),
}

# An item that asks for words is done when they are written, and open again when they are taken away.
WRITTEN = {
    ELEMENTS: ("trafficking", "summary"), WITNESS: ("basis", "witness"), "CP-04": ("known_as",),
    "CP-05": ("status_now",), "CP-17": ("justification",),
}

# 28 CFR 1100.33(a)(1)-(10)
TEN_THINGS = {
    "legal": "Free or low-cost legal help, also on immigration",
    "benefits": "Federal and state benefits",
    "services": "Organisations that serve victims",
    "protection": "Protection and remedies against threats",
    "privacy": "Privacy and confidentiality",
    "compensation": "Compensation and assistance programs",
    "immigration": "Ways to stay in the country",
    "restitution": "Restitution",
    "notification": "How to hear about the case",
    "medical": "Medical services",
}


def applies(required_for: str, *, type: Type, under_18: bool, state_or_local: bool) -> bool:
    """Does a row of the checklist, by what it is required for, apply to such a request?"""
    now = {"INITIAL": type is Type.INITIAL, "EXT": type is Type.EXTENSION,
           "INITIAL(minor)": type is Type.INITIAL and under_18, "if SLTT": state_or_local}
    return any(now.get(part.strip(), False) for part in required_for.split("|"))


def ask_of(code: str, label: str = "") -> Ask:
    """What an item asks; one the program has no words for yet speaks in the rulebook's."""
    return ITEMS.get(code) or Ask(label or code, "", "Other")
