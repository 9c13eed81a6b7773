"""What stops a request from being sent, said exactly; what is open; what is done."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from uuid import UUID

from ..cases.files import Citizenship
from ..cases.models import Case
from ..kernel.clocks import Clock, local_day, start_of_day
from ..kernel.db import now
from .items import ELEMENTS, HHS_NOTICE, RECORD_CHECKS, STATEMENT, WITNESS, WRITTEN, ask_of
from .package import CPItem, CPPackage
from .words import Answer

CITIZEN = ("A US citizen or permanent resident needs no leave to stay, and cannot have a request for Continued "
           "Presence. Services, benefits and help from the fund do not depend on it.")
UNKNOWN = ("It is not recorded whether the person is a US citizen or permanent resident. Ask the specialist to record "
           "it in the case: it stops the sending, not the drafting.")

# Chosen in every request: the words may follow, the choice may not.
CHOOSE = {ELEMENTS: "Choose the severe form that was found, and write the facts for each element.",
          WITNESS: "Choose the basis, and write why. What the person decides to do is not asked here."}


@dataclass(frozen=True)
class Gate:
    """One line of the checklist. `state` is block, later (not possible yet), miss (open, stops nothing) or done."""

    code: str
    title: str
    state: str
    says: str = ""
    button: str = "Open"


@dataclass(frozen=True)
class Sight:
    """What is looked at, and by whom. `sender_id` is whoever would send it; None asks for nobody in particular.
    What is `decided` is not judged by the clock any more."""

    package: CPPackage
    items: Sequence[CPItem]
    case: Case
    fresh: Clock
    zone: tzinfo
    sender_id: UUID | None = None
    decided: bool = False

    @property
    def today(self) -> date:
        return local_day(now(), self.zone)


def gates(sight: Sight) -> list[Gate]:
    """Every item of the checklist, in its order."""
    return [_gate(sight, item) for item in sorted(sight.items, key=lambda item: item.code)]


def blocking(sight: Sight) -> list[Gate]:
    return [gate for gate in gates(sight) if gate.state == "block"]


def bar(citizenship: Citizenship) -> str | None:
    """Why nobody may ask for this person at all, or None."""
    return CITIZEN if citizenship in (Citizenship.US_CITIZEN, Citizenship.PERMANENT_RESIDENT) else None


def _gate(sight: Sight, item: CPItem) -> Gate:
    ask = ask_of(item.code)
    state, says = _judged(sight, item)
    asks = "Write" if item.code in WRITTEN else "Answer"
    button = {"block": asks, "miss": "Add", "later": "Change"}.get(state, "Open")
    return Gate(item.code, ask.title, state, says or ask.says, button)


def _judged(sight: Sight, item: CPItem) -> tuple[str, str]:
    """The state of one item and the sentence that explains it."""
    if item.code == HHS_NOTICE and sight.case.hhs_notified_at:
        return "done", f"Sent on {_day(local_day(sight.case.hhs_notified_at, sight.zone))}, as the case records it."
    if (item.code == WITNESS and sight.package.basis is None) or (
            item.code == ELEMENTS and sight.package.trafficking is None):
        return "block", CHOOSE[item.code]
    if item.answer is Answer.NOT_POSSIBLE_YET:
        return _not_yet(sight, item)
    if item.answer is Answer.DONE:
        return _done(sight, item)
    if item.answer is Answer.NOT_APPLICABLE:
        return "done", "Does not apply here."
    return ("block" if item.hard_gate else "miss"), ""


def _not_yet(sight: Sight, item: CPItem) -> tuple[str, str]:
    planned = item.planned_on or sight.today
    if planned < sight.today and not sight.decided:
        return "block", f"It was planned for {_day(planned)}. That day has passed."
    return "later", f"Not possible yet, because {item.note} Planned for {_day(planned)}. The reviewer sees this first."


def _done(sight: Sight, item: CPItem) -> tuple[str, str]:
    on = item.done_on or sight.today
    if item.code == RECORD_CHECKS and not sight.decided and (age := stale(item, sight.fresh, sight.zone)):
        return "block", f"The last ones are from {_day(on)}, {age} days ago. They count for {sight.fresh.length} days."
    if item.code == STATEMENT and sight.sender_id not in (None, item.answered_by_id):
        return "block", "A colleague made this statement. Whoever sends the request makes it themselves."
    where = f" In {item.language}." if item.language else ""
    return "done", f"{_day(on)}.{where}"


def stale(checks: CPItem, fresh: Clock, zone: tzinfo) -> int:
    """How many days old the record checks are, when that is too old; else 0."""
    if checks.done_on is None or fresh.due(start_of_day(checks.done_on, zone), zone) >= now():
        return 0
    return (local_day(now(), zone) - checks.done_on).days


def parts(sight: Sight) -> list[Mapping[str, str]]:
    """The package as the reviewer will see it: each part, when it last changed, and what it still lacks."""
    found: dict[str, list[Gate]] = {}
    for gate in gates(sight):
        found.setdefault(ask_of(gate.code).part, []).append(gate)
    changed = {item.code: item.answered_at for item in sight.items}
    return [{"part": part, "changed": _latest(sight, [changed[gate.code] for gate in some]), "state": _state(some),
             "lacks": "yes" if any(gate.state == "block" for gate in some) else ""} for part, some in found.items()]


def _latest(sight: Sight, moments: Sequence[object]) -> str:
    days = [local_day(moment, sight.zone) for moment in moments if hasattr(moment, "astimezone")]  # type: ignore[arg-type]
    return _day(max(days)) if days else ""


def _state(some: Sequence[Gate]) -> str:
    for state, word in (("block", "Missing"), ("later", "Not possible yet"), ("miss", "Open")):
        if titles := [gate.title.lower() for gate in some if gate.state == state]:
            return f"{word}: {', '.join(titles)}"
    return "Complete"


def _day(day: date) -> str:
    return f"{day.day}\u00a0{day:%b}\u00a0{day.year}"
