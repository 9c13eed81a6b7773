"""The list of cases and the list of investigations, as tables."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import current_app, url_for
from markupsafe import Markup

from ..web.dates import Due, due_words, moment_words
from ..web.tables import Column, Table
from .duties import due_dates
from .models import Case
from .queries import lead_of, office_of
from .schemas import NATURES
from .strip import flag_words


def case_table(rows: Sequence[Case], *, total: int | None, called: Mapping[UUID, str] | None = None,
               sortable: bool = True, order: str = "last changed first",
               empty: str = "No case is here that you may see.") -> Table:
    """`called`: the names that were asked for, by person."""
    due = {id: due_words(moment) for id, moment in due_dates(rows).items()}
    return Table(_columns(due, called, sortable), rows, noun="case", total=total, order=order,
                 sorted_by="-updated" if sortable else "", empty=empty,
                 late=lambda case: case.id in due and due[case.id].kind == "over")


def _columns(due: Mapping[UUID, Due], called: Mapping[UUID, str] | None, sortable: bool) -> list[Column]:
    names = [Column("name", "Goes by", show=lambda case: called.get(case.person_id, "Not yours to see"))
             ] if called is not None else []
    return [
        Column("number", "Case", link=lambda case: f"/cases/{case.id}", sort=sortable), *names,
        Column("state", "State"), Column("office", "Office", show=lambda case: office_of(case).name),
        Column("specialist", "Specialist", show=lambda case: lead_of(case).name), Column("language", "Language"),
        Column("flags", "Flags", show=flag_words),
        Column("updated", "Changed", show=lambda case: moment_words(case.updated_at), sort=sortable),
        Column("due", "Due", show=_due(due)),
    ]


def _due(due: Mapping[UUID, Due]) -> Callable[[Case], str]:
    ui: Any = current_app.jinja_env.globals["ui"]
    draw = ui.due_at

    def clock(case: Case) -> str:
        return str(draw(due[case.id])) if case.id in due else ""
    return lambda case: Markup(clock(case))  # noqa: S704  a macro of ours, which escapes what it is given


INVESTIGATIONS = (
    Column("number", "Number", link=lambda matter: url_for("cases.investigation", id=matter.id), sort=True),
    Column("nature", "About", show=lambda matter: NATURES[matter.nature]),
    Column("opened_at", "Opened", show=lambda matter: moment_words(matter.opened_at)),
)
