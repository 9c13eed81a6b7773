"""What never scrolls away: the number, where it stands, and the flags that change how one acts."""
from __future__ import annotations

from typing import Any

from flask import url_for

from ..web.dates import day_words, local
from .models import Case, State
from .queries import lead_of, office_of

Flag = tuple[str, str, bool]


def strip(case: Case) -> dict[str, Any]:
    """What `ui.strip` takes. For any page about a case."""
    since = case.closed_at if case.state is State.CLOSED else case.opened_at
    says = f"{case.state.capitalize()} since {day_words(local(since).date())}"
    return {"number": case.number, "flags": flags(case), "url": url_for("cases.show", id=case.id),
            "says": f"{says} · {office_of(case).name} · {lead_of(case).name}"}


def flags(case: Case) -> list[Flag]:
    """(words, icon, does it stop one) for each flag that is set."""
    said = [
        ("Under 18", "person", False, case.under_18),
        ("Do not call", "phone", True, case.do_not_call),
        (f"Interpreter: {case.language}", "translate", False, case.interpreter),
        ("Protected", "lock", False, case.protected),
    ]
    return [(words, icon, stop) for words, icon, stop, there in said if there]


def flag_words(case: Case) -> str:
    return ", ".join(words for words, _, _ in flags(case) if words != "Protected")
