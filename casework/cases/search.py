"""Finding a case by number, exact identifier or name, among what the searcher may see and nothing else.

Names have no index: they are opened one by one, in batches, and compared here. What was looked for is never written
down; that somebody searched, and how many were found, is.
"""
from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import or_

from .. import policy
from ..access.queries import Page, scoped, visible
from ..audit import remember
from ..kernel.conditions import Actor
from ..kernel.data_keys import data_key
from ..kernel.db import db
from ..kernel.exact import NotExact, exact_indexes
from ..kernel.many import within
from .files import SCOPES, Identity
from .models import Case, Person, PersonKey, key_place
from .queries import WANTED, WITH, numbered

BATCH, MOST = 500, 200
NAMES = (Identity.legal_name, Identity.goes_by)
FOUND = {name: or_(WANTED[name], within(Case.person_id, "people")) for name in ("number", "serial", "beginning")}


def search(actor: Actor, query: str) -> Page[Case]:
    """The cases found, at most two hundred, last changed first."""
    people = {*_by_identifier(actor, query), *_by_name(actor, query)}
    said = numbered(query) if _looks_like_a_number(query) else {"number": query.strip().upper()}
    found = visible(actor, "case.read", Case, where=(FOUND[next(iter(said))],), said={**said, "people": people},
                    order=Case.updated_at.desc(), limit=50, options=WITH)
    remember(actor, "case.search", found=len(found))
    return found


def _looks_like_a_number(query: str) -> bool:
    plain = query.strip()
    return plain.upper().startswith("VA-") or (plain.isascii() and plain.isdecimal() and len(plain) < 6)


def _by_identifier(actor: Actor, query: str) -> Iterator[UUID]:
    for scope, model in SCOPES.items():
        try:
            indexes = exact_indexes(scope, query)
        except NotExact:
            continue
        column: Any = getattr(model, f"{scope}_index")
        if policy.may_ever(actor, _read(model)):
            mine = scoped(actor, _read(model), model, model.person_id)
            yield from db.session.scalars(mine.where(column.in_(indexes)).limit(MOST))


def _by_name(actor: Actor, query: str) -> Iterator[UUID]:
    wanted = words(query)
    if not wanted or any(sign.isdigit() for sign in query) or not policy.may_ever(actor, _read(Identity)):
        return
    left = MOST
    for person_id, *names in _opened(actor):
        if left and any(matches(wanted, words(name)) for name in names if name):
            left -= 1
            yield person_id


def _opened(actor: Actor) -> Iterator[tuple[UUID, str | None, str | None]]:
    """Every person whose identity they may see, with the two names, read in batches by key. Whose key was destroyed
    has no name any more."""
    after: UUID | None = None
    while True:
        more = [] if after is None else [Identity.id > after]
        rows = db.session.execute(
            scoped(actor, _read(Identity), Identity, Identity.id, Identity.person_id, PersonKey.wrapped,
                   Identity.legal_name_sealed, Identity.goes_by_sealed)
            .join(Person, Person.id == Identity.person_id).outerjoin(PersonKey, PersonKey.person_id == Person.id)
            .where(Person.key_destroyed_at.is_(None), *more)
            .order_by(Identity.id).limit(BATCH)).all()
        for id, person_id, wrapped, legal, called in rows:
            key = data_key(key_place(person_id), wrapped)
            yield person_id, NAMES[0].open(key, id, legal), NAMES[1].open(key, id, called)
        if len(rows) < BATCH:
            return
        after = rows[-1].id


def _read(model: type[Any]) -> str:
    return f"{model.__tablename__}.read"


def words(name: str) -> list[str]:
    """A name without accents and capitals, word by word."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return "".join(sign if sign.isalnum() else " " for sign in bare.casefold()).split()


def matches(wanted: Iterable[str], name: list[str]) -> bool:
    """Each word looked for begins a word of the name."""
    return all(any(word.startswith(part) for word in name) for part in wanted)
