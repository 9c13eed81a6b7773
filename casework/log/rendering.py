"""The lines of the disbursement log, written by PostgreSQL itself: the same bytes as `exports` writes in Python.

One COPY in one snapshot, in the order of the primary key. Before each line stand, in fixed width, the keys of the
record, its case and its office, and the cents that were paid on it: what the trail and the manifest need, taken off
before the line leaves. The quoting of a CSV file is COPY's own. A line of JSON holds no bare control character; with
two of those for delimiter and quote it passes as it is.
"""
from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Numeric,
    Select,
    Text,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
)

from ..access.models import Office, User
from ..access.streams import copied
from ..audit import Shown
from ..funds.models import HELD, Disbursement, Fund
from ..kernel.rulebook import RulebookEntry
from .queries import AMOUNTS, STEPS
from .schemas import Format, LogRow

Cell = Any  # text in SQL, or NULL
D = Disbursement
HEADER = tuple(LogRow().fields)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SIGNS = tuple(map(ord, FORMULA))
PART = 1000  # rows
COPIED = {Format.CSV: "FORMAT csv", Format.JSONL: r"FORMAT csv, DELIMITER E'\x1f', QUOTE E'\x1e'"}
KEY = 36
RAISED = 5 * 10**18  # added to cents, so that every sum is as wide, also a negative one
FIRST = 3 * (KEY + 1) + len(f"{RAISED},")  # where the line itself begins
ENDS = {Format.CSV: b"\r\n", Format.JSONL: b"\n"}


class Part(NamedTuple):
    """A thousand rows as they leave: which they are, where, what was paid on them, and their bytes."""

    ids: Sequence[str]
    case_ids: Sequence[str]
    office_ids: Sequence[Any]
    paid: Decimal
    data: bytes

    @property
    def shown(self) -> Shown:
        return Shown(self.ids, self.case_ids, self.office_ids)


def parts(connection: Connection, form: Format, where: Sequence[ColumnElement[bool]]) -> Generator[Part, None, None]:
    """All of them, in the order of the key, a thousand at a time."""
    with closing(copied(connection, _lines(form, where), COPIED[form], rows=PART)) as found:
        for rows in found:
            yield _part(form, rows)


def _part(form: Format, rows: list[bytes]) -> Part:
    """By cuts of fixed width: pieces that are split off come in lists, and so many of those wake the collector."""
    ids, case_ids = ([row[at:at + KEY].decode() for row in rows] for at in (0, KEY + 1))
    office_ids = {row[2 * KEY + 2:3 * KEY + 2] for row in rows}
    cents = sum([int(row[3 * KEY + 3:FIRST - 1]) for row in rows]) - RAISED * len(rows)
    lines = ENDS[form].join([*(row[FIRST:-1] for row in rows), b""])
    return Part(ids, case_ids, [UUID(id.decode()) for id in office_ids], Decimal(cents) / 100, lines)


def _lines(form: Format, where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    net = type_coerce(D.paid, BigInteger) - type_coerce(D.refunded, BigInteger)
    keys: list[Cell] = [D.id, D.case_id, D.office_id, literal(RAISED, BigInteger) + net]
    query: Select[Any] = select(*keys, *LINES[form]({**_cells(), **_people(SAID[form])}))
    query = query.select_from(D).join(Office, Office.id == D.office_id).join(Fund, Fund.id == D.fund_id)
    query = query.outerjoin(RulebookEntry, RulebookEntry.id == D.tiers_entry_id)
    return query.where(*where).order_by(D.id)


def _people(said: Callable[[Cell], Cell]) -> dict[str, Cell]:
    """Who took each step. The staff's names are gathered once, as they will stand there, and looked up: six joins cost
    more than all else."""
    known = select(func.jsonb_object_agg(cast(User.id, Text), said(User.username)).label("names")).cte("known")
    names: Any = select(known.c.names).scalar_subquery()
    return {name: names.op("->>")(cast(getattr(D, f"{name}_id"), Text)) for name in sorted(PEOPLE)}


def _cells() -> dict[str, Cell]:
    """What stands in the other columns; whatever is not there is NULL. Of an amount the database knows that it is not
    negative."""
    plain: dict[str, Cell] = {name: getattr(D, name) for name in PLAIN}
    amounts = {name: _dollars(type_coerce(getattr(D, name), BigInteger)) for name in AMOUNTS}
    days = {f"{step}_on": _day(getattr(D, f"{step}_at")) for step in ("requested", "approved", "obligated", "paid")}
    paid_on = cast(days["paid_on"], Text)
    month = case((D.category.in_(HELD), func.left(paid_on, len("2026-03"))), else_=paid_on)
    return {**plain, **amounts, **days, "paid_on": month, "exigent": cast(D.exigent, Text), "office": Office.code,
            "fund": Fund.name, "tiers_version": RulebookEntry.version}


def _dollars(cents: Cell) -> Cell:
    """With both decimals. Most are nothing, which need not be multiplied."""
    return case((cents == 0, literal(Decimal("0.00"), Numeric)), else_=cents * literal(Decimal("0.01"), Numeric))


def _day(moment: Any) -> Cell:
    """The day of the office, as ISO 8601 writes it."""
    return cast(func.timezone(Office.timezone, moment), Date)


PLAIN = ("number", "case_number", "fiscal_year", "category", "state", "tier", "payee_token", "id")
PEOPLE = frozenset(f"{step}_by" for step in STEPS)
BARE = frozenset({"fiscal_year", "tier", "tiers_version", "exigent"})
SAFE = {"id", "state", "requested_on", "approved_on", "obligated_on", "paid_on", *AMOUNTS}


def _csv(cells: dict[str, Cell]) -> list[Cell]:
    return [cells[name] if name in BARE | SAFE | PEOPLE else _harmless(cells[name]) for name in HEADER]


def _harmless(cell: Cell) -> Cell:
    """To a spreadsheet; and what is empty is nothing, which COPY does not quote."""
    odd = func.ascii(cell).in_([0, *SIGNS])
    return case((odd, literal("'").concat(func.nullif(cell, ""))), else_=cell)


def _json(cells: dict[str, Cell]) -> list[Cell]:
    names = [literal(f'{", " if at else "{"}"{name}": ') for at, name in enumerate(HEADER)]
    values = [func.coalesce(_in_json(name, cells[name]), literal("null")) for name in HEADER]
    return [func.concat(*(piece for pair in zip(names, values, strict=True) for piece in pair), literal("}"))]


def _in_json(name: str, cell: Cell) -> Cell:
    if name in BARE | PEOPLE:
        return cast(cell, Text)
    return literal('"').concat(cast(cell, Text)).concat(literal('"')) if name in SAFE else _quoted(cell)


def _quoted(cell: Cell) -> Cell:
    return cast(func.to_json(cast(cell, Text)), Text)


LINES: dict[Format, Callable[[dict[str, Cell]], list[Cell]]] = {Format.CSV: _csv, Format.JSONL: _json}
SAID: dict[Format, Callable[[Cell], Cell]] = {Format.CSV: _harmless, Format.JSONL: _quoted}
