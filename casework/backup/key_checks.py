"""Whether people's keys open, and whether people can be found: asked of every row, for each one is a person."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select

from ..cases.models import Person, PersonKey, key_place
from ..cases.rotation import rows_under_no_key
from ..kernel.crypto import Unreadable
from ..kernel.data_keys import data_key
from ..kernel.db import db
from .restoring import Restored

PAGE = 1000
NAMED = 5


def people(restored: Restored) -> tuple[bool, str]:
    """Every person whose key was not destroyed has one, and it opens."""
    says = f"{restored.given:,} people have their key"
    wrong = [f"{restored.without:,} have none in this keys file"] if restored.without else []
    if closed := [person_id for person_id, wrapped in _wrapped() if not _opens(person_id, wrapped)]:
        wrong.append(f"{len(closed):,} of the keys cannot be opened ({_named(closed)})")
    if not wrong:
        return True, f"{says}, and each of them opens."
    return False, f"{says}; {'; '.join(wrong)}: what is sealed about these people cannot be read."


def search() -> tuple[bool, str]:
    """Every exact index is under an index key that is alive, or else nobody is found by it."""
    lost = rows_under_no_key()
    return not lost, (f"{lost:,} identifiers are indexed under keys that are gone, and are not found when searched "
                      "for. After restoring run casework keys rotate, which makes them anew." if lost else
                      "Every identifier is indexed under a key that is alive.")


def _wrapped() -> Iterator[tuple[UUID, bytes]]:
    """A page at a time: there may be more than fit into memory."""
    after: UUID | None = None
    while page := _page(after):
        yield from page
        after = page[-1][0]


def _page(after: UUID | None) -> Sequence[tuple[UUID, bytes]]:
    beyond = [] if after is None else [PersonKey.person_id > after]
    return [(person_id, wrapped) for person_id, wrapped in db.session.execute(
        select(PersonKey.person_id, PersonKey.wrapped).join(Person, Person.id == PersonKey.person_id).where(
            Person.key_destroyed_at.is_(None), *beyond).order_by(PersonKey.person_id).limit(PAGE))]


def _opens(person_id: UUID, wrapped: bytes) -> bool:
    try:
        data_key(key_place(person_id), wrapped)
    except Unreadable:
        return False
    return True


def _named(some: Sequence[UUID]) -> str:
    return ", ".join(map(str, some[:NAMED])) + (" and others" if len(some) > NAMED else "")
