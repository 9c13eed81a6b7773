"""The two ways to read: one row, or a page of rows. Both write down what they showed."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, overload
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from .. import policy
from ..audit import record_read
from ..audit.around import give_ids
from ..audit.opened import Opened
from ..kernel.conditions import Actor
from ..kernel.db import Base, db
from ..kernel.errors import Forbidden, NotFound
from ..kernel.given import handles
from ..kernel.scope import asks
from ..kernel.walled import walled
from .building import Where, column_of, count, count_of, descending, first, one, opened_by, page
from .cursors import Place, cursor, place_of
from .lines import Lines
from .shapes import shape_of, standing_of

LARGEST_PAGE = 200

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class Page(Sequence[Row]):
    """One page of rows. `after` is (the order's value, the id) of its last row, `next` the same as a word for a URL;
    both are None on the last page."""

    rows: list[Row]
    after: Place | None

    @property
    def next(self) -> str | None:
        return cursor(self.after)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


def find(actor: Actor, model: type[Row], id: Any, *, verb: str = "", options: Sequence[Any] = ()) -> Row:
    """One row they may see. Hidden and absent look the same (NotFound); no role for it at all is Forbidden."""
    verb = verb or f"{model.__tablename__}.read"
    ways = open_ways(actor, verb, model)
    row: Row | None = db.session.scalar(one(model, verb, shape_of(actor), tuple(options)),
                                        {"sought": id, **standing_of(actor)})
    if row is None:
        raise NotFound("There is nothing here, or nothing you may see.")
    _learn(ways, row)
    record_read(actor, verb, [row])
    return row


def _learn(ways: Sequence[policy.Way], row: Base) -> None:
    """Found by the only way there is, it meets all that this way asks for."""
    grant, conditions = ways[0] if len(ways) == 1 else (None, [])
    for condition in conditions:
        if people := condition.stands_among(row):
            people.found(row, getattr(grant, condition.of))


def visible(actor: Actor, verb: str, model: type[Row], *, where: Where = (), order: Any = None,
            after: Place | str | None = None, limit: int = 50, options: Sequence[Any] = (),
            said: Mapping[str, Any] | None = None, **details: Any) -> Page[Row]:
    """One page of what they may see, and one line in the trail that names each record.

    `order` is one column, ascending or `.desc()`; `after` or `next` comes from the page before; `details` say what was
    asked. `where` may name parameters, whose values stand in `said`: then what it holds was built once, and the first
    page is too.
    """
    ways, size = open_ways(actor, verb, model), max(1, min(limit, LARGEST_PAGE))
    order = model.__mapper__.primary_key[0] if order is None else order
    start = place_of(after) if isinstance(after, str) else after
    if said is None or start is not None:
        query = page(ways, model, where, order, start, size + 1).options(*options).execution_options(
            populate_existing=True)
    else:
        query = first(verb, model, shape_of(actor), tuple(where), (column_of(order), descending(order)), size + 1,
                       tuple(options))
    found = list(db.session.scalars(query, _values(actor, said)).unique())
    shown, more = found[:size], len(found) > size
    record_read(actor, verb, shown, **details)
    return Page(shown, _place(shown[-1], order) if more else None)


def listed(actor: Actor, verb: str, lines: Lines, *, said: Mapping[str, Any], where: Where = (), order: Any,
           after: Place | str | None = None, limit: int = 50, **details: Any) -> Page[Any]:
    """`visible`, as lines: for lists that many people ask for all day. `where` was built once."""
    ways, size = open_ways(actor, verb, lines.model), max(1, min(limit, LARGEST_PAGE))
    values = _values(actor, said)
    start = place_of(after) if isinstance(after, str) else after
    if start is None:
        sort = (column_of(order), descending(order))
        found = lines.first(verb, shape_of(actor), tuple(where), sort, size + 1, values)
    else:
        found = lines.after(ways, where, order, start, size + 1, values)
    shown, more = found[:size], len(found) > size
    give_ids(db.session(), [id for line in shown for name in handles(lines.model) if (id := getattr(line, name))])
    record_read(actor, verb, shown, **details)
    return Page(shown, _place(shown[-1], order) if more else None)


def _values(actor: Actor, said: Mapping[str, Any] | None) -> dict[str, Any]:
    return {**standing_of(actor), **(said or {})}


def how_many(actor: Actor, verb: str, model: type[Base], *, where: Where = (), said: Mapping[str, Any] | None = None,
             cap: int = 1000) -> int:
    """How many they may see, counted no further than one past `cap`: then it is "more than" that. With `said`, `where`
    was built once, as for `visible`."""
    ways = open_ways(actor, verb, model)
    if said is None:
        return int(db.session.scalar(count(ways, model, where, cap)) or 0)
    counted = count_of(verb, model, shape_of(actor), tuple(where), cap)
    values = _values(actor, said)
    return int(counted.one(**{name: values[name] for name in counted.names}) or 0)


def scoped(actor: Actor, verb: str, model: type[Base], *columns: Any) -> Select[Any]:
    """A select over what this verb opens to this actor, for counts, sums and steps: rows of the model, or `columns`.

    It may be narrowed, joined and grouped further. What of it is shown by number or name is to be recorded by whoever
    shows it (`record_read`). No role for it at all is Forbidden.
    """
    return select(*(columns or (model,))).where(opened(actor, verb, model))


def opened(actor: Actor, verb: str, model: type[Base]) -> Opened:
    """The condition that this verb opens a row of the model to this actor. No role for it at all is Forbidden."""
    return opened_by(open_ways(actor, verb, model), model)


def either(actor: Actor, model: type[Base], *verbs: tuple[str, ColumnElement[bool]]) -> Select[Any]:
    """Rows that one of these verbs opens, each where its own condition holds; a verb none of their roles uses opens
    nothing. For what waits at somebody's step."""
    asks(db.session(), actor.id)
    for verb, _ in verbs:
        _must_speak_of(verb, model)
    each = (and_(condition, way.clause(model)) for verb, condition in verbs for way in policy.ways(actor, verb))
    return select(model).where(Opened(or_(false(), *each), model.__table__))


def told_ids(query: Select[Any]) -> list[UUID]:
    """The ids that a scoped select of one column tells: what stands beside them may be asked for."""
    ids = list(db.session.scalars(query))
    give_ids(db.session(), ids)
    return ids


def beside(model: type[Row], id: Any) -> Row:
    """A record that a row at hand names, such as its case or its person. It must be there, and this session must have
    been given it or what names it: anything else is a mistake (Around, NoResultFound)."""
    return db.session.get_one(model, id)


def open_ways(actor: Actor, verb: str, model: type[Base]) -> list[policy.Way]:
    """No row for any of their roles: refused before any look-up, with the reason."""
    _must_speak_of(verb, model)
    ways = policy.ways(actor, verb)
    if not ways:
        raise Forbidden(policy.why_not(verb))
    asks(db.session(), actor.id)
    return ways


def _must_speak_of(verb: str, model: type[Base]) -> None:
    """A verb opens the records it is judged on, and those that say of themselves that they are read by it
    (`Walled(read=...)`). For any other its rows of the policy may be wider than its own: a mistake in the code."""
    if policy.judged_on(verb) != model.__tablename__ and walled(model).read != verb:
        raise TypeError(f"{verb!r} is not judged on {model.__tablename__}, nor read by it")


def _place(row: Any, order: Any) -> Place:
    """Where the next page goes on."""
    return getattr(row, column_of(order).key), row.id
