"""Who saw which records: written before the bytes leave, or nothing is shown.

Within one web request the reads are gathered and written together at its end, before the answer goes out.
Everywhere else each is written at once.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ..kernel.conditions import Actor
from ..kernel.db import Base, begin_writing, db
from ..kernel.errors import Unrecorded
from ..kernel.given import forget_given, give
from .events import Said, case_of, event, write


class Shown(NamedTuple):
    """Records that were shown together: their ids, the case of each, and all the offices that they belong to."""

    ids: Sequence[str]
    case_ids: Sequence[str]
    office_ids: Sequence[UUID]

    def said(self, kind: str) -> Said:
        cases = set(self.case_ids)
        return {"shown": [[kind, id, case_id] for id, case_id in zip(self.ids, self.case_ids, strict=True)],
                "subject_kind": kind, "subject_id": UUID(self.ids[0]) if len(self.ids) == 1 else None,
                "case_id": UUID(cases.pop()) if len(cases) == 1 else None,
                "office_id": self.office_ids[0] if len(self.office_ids) == 1 else None}


UNRECORDED = "What you asked for could not be written into the log, so it is not shown."
UNDONE = "What you did could not be written into the log, so nothing was changed."


def record_read(actor: Actor, verb: str, rows: Sequence[Any], **details: Any) -> None:
    """This actor was shown these records. An empty page is a read too."""
    one = rows[0] if len(rows) == 1 else None
    give(db.session(), [row for row in rows if isinstance(row, Base)])
    shown = [[row.kind, row.id, case_of(row) or getattr(row, "person_id", None)] for row in rows]
    keep(event(actor.id, verb, one, details=details, shown=shown) | _shared(rows))


def record_shown(actor: Actor, verb: str, model: type[Base], parts: Iterable[Shown], **details: Any) -> None:
    """The same for records of cases that left as lines, known by their ids only: one event for each part of them, all
    in one transaction."""
    keep(*(event(actor.id, verb, details=details) | part.said(model.__tablename__) for part in parts))


def _shared(rows: Sequence[Any]) -> Said:
    """The case and the office that all of them belong to: a page of one case's notes is a look at that case."""
    belonging = {"case_id": {case_of(row) for row in rows},
                 "office_id": {getattr(row, "office_id", None) for row in rows}}
    return {name: values.pop() for name, values in belonging.items() if len(values) == 1}


def remember(actor: Actor | None, verb: str, subject: Any = None, **details: Any) -> None:
    """Something that changes no record but must be known: a sign-in, a search, an export, a refusal."""
    keep(event(actor.id if actor else None, verb, subject, details=details))


def gather() -> None:
    """From here on keep the reads of this request together until `settle`; what earlier ones were given is gone."""
    session = db.session()
    session.info["reads"], session.info["undone"] = [], False
    forget_given(session)


def settle() -> None:
    """Write what was gathered. Raises Unrecorded when it cannot be: then nothing may be shown; where a deed was undone
    for it, that is what is said."""
    session = db.session()
    reads = session.info.pop("reads", None)
    if reads:
        _write(session, reads)


def join(session: Session, deeds: Sequence[Said]) -> None:
    """Write the events of what was done, and of what was read on the way, with what is about to be committed: one
    transaction, and for one person one statement. Raises Unrecorded when they cannot be: then nothing was done."""
    try:
        write(session, [*deeds, *(session.info.get("reads") or ())])
    except SQLAlchemyError as error:
        session.info["undone"] = True
        raise Unrecorded(UNDONE) from error


def joined(session: Session) -> None:
    """The deed is committed, and with it what was read."""
    if session.info.get("reads"):
        session.info["reads"] = []


def keep(*events: Said) -> None:
    """With the others of this web request, or at once."""
    session = db.session()
    gathered = session.info.get("reads")
    if gathered is None:
        _write(session, list(events))
    else:
        gathered.extend(events)


def _write(session: Session, events: list[Said]) -> None:
    """Inside an action it joins the action; alone it is a transaction of its own."""
    alone = not session.info.get("transaction")
    try:
        if alone:
            begin_writing(session)
        write(session, events)
        if alone:
            session.commit()
    except SQLAlchemyError as error:
        session.rollback()
        raise Unrecorded(UNDONE if session.info.get("undone") else UNRECORDED) from error
