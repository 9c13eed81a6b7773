"""Small facts about one case, asked together: rooms above add a question each, and one statement answers them all.

    numbers.ask("team", select(func.count()).select_from(TeamMember).where(TeamMember.case_id == CASE_ID))
    numbers.of(case)["team"]
"""
from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, literal, select

from ..kernel.db import now
from ..kernel.once import once
from ..kernel.prepared import Prepared
from .models import Case, TeamMember

CASE_ID, PERSON_ID = bindparam("case_id", type_=Case.id.type), bindparam("person_id", type_=Case.person_id.type)
MOMENT = bindparam("moment", type_=TeamMember.since.type)

QUESTIONS: dict[str, Select[Any]] = {}


def ask(name: str, query: Select[Any]) -> None:
    """A question with one answer, or none, about the case CASE_ID or its person PERSON_ID at MOMENT. What it reads
    hangs on one of the two."""
    QUESTIONS[name] = query
    _together.cache_clear()


def ask_whether(name: str, *where: ColumnElement[bool]) -> None:
    """Is there any such row? Where there is none, nobody need be asked who may see it."""
    ask(name, select(literal(True)).where(*where).limit(1))


def of(case: Case) -> dict[str, Any]:
    """The answers by name, for a case that was found for whoever asks; None where there is none."""
    return once((of, case.id), lambda: _together().row(
        case_id=case.id, person_id=case.person_id, moment=now())._asdict())


@cache
def _together() -> Prepared:
    return Prepared(select(*(query.scalar_subquery().label(name) for name, query in QUESTIONS.items())))
