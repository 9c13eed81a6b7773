"""Events with the names and numbers that their ids stand for."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from ..access.models import User
from ..audit.models import AuditEvent
from ..kernel.db import Base, db
from ..kernel.scope import rules
from ..kernel.system import SYSTEM
from .words import was_done

NOBODY = "Someone not signed in"
LOOK = "audit_event.read"


@dataclass(frozen=True)
class Event:
    """One event with the names that its ids stand for."""

    row: AuditEvent
    name: str
    number: str | None
    case_number: str | None

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def at(self) -> datetime:
        return self.row.at

    @property
    def verb(self) -> str:
        return self.row.verb

    @property
    def office_id(self) -> UUID | None:
        return self.row.office_id

    @property
    def details(self) -> dict[str, Any]:
        return self.row.details

    @property
    def shown(self) -> list[Any]:
        return self.row.shown

    @property
    def says(self) -> str:
        counted = self.row.subject_id is None and "read" in self.verb and self.verb != LOOK
        return was_done(self.verb) + (f" ({len(self.shown)})" if counted or len(self.shown) > 1 else "")

    @property
    def who(self) -> dict[str, Any]:
        return {"id": self.row.actor_id, "name": self.name}

    @property
    def subject(self) -> dict[str, Any]:
        return {"kind": self.row.subject_kind, "id": self.row.subject_id, "number": self.number}

    @property
    def changed(self) -> list[str]:
        return list(dict.fromkeys(f"{change['what']}.{change['field']}" for change in self.row.changes))


def named(rows: Sequence[AuditEvent]) -> list[Event]:
    """The same events with names and numbers: two questions, and one more for each kind of record with a number.

    Whoever may read an event may know the number of what it names: the rules look it up, and no more than the number.
    """
    people = _names({row.actor_id for row in rows if row.actor_id})
    cases = _numbers("case", (row.case_id for row in rows))
    numbers = {kind: _numbers(kind, (row.subject_id for row in rows if row.subject_kind == kind))
               for kind in {row.subject_kind for row in rows} & set(numbered())}
    return [Event(row, _name(row.actor_id, people),
                  numbers.get(row.subject_kind, {}).get(row.subject_id), cases.get(row.case_id)) for row in rows]


def numbered() -> dict[str, Any]:
    """The kinds of record that people know by a number: kind -> the model."""
    models = (mapper.class_ for mapper in Base.registry.mappers)
    return {model.__tablename__: model for model in models
            if hasattr(model, "__tablename__") and "number" in model.__mapper__.column_attrs}


def _names(ids: set[UUID]) -> dict[UUID, str]:
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_(ids))) if ids else ()
    return {row.id: row.name for row in rows}


def _name(actor_id: UUID | None, people: Mapping[UUID, str]) -> str:
    if actor_id is None:
        return NOBODY
    return SYSTEM.name if actor_id == SYSTEM.id else people.get(actor_id, "Someone unknown")


def _numbers(kind: str, ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    model, wanted = numbered()[kind], {id for id in ids if id}
    with rules("numbers"):
        rows = db.session.execute(select(model.id, model.number).where(model.id.in_(wanted))).all() if wanted else ()
    return {row.id: row.number for row in rows}
