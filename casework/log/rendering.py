"""The lines of the disbursement log, written by PostgreSQL itself: the same bytes as `exports` writes in Python.

One COPY in one snapshot, in the order of the primary key. Before each line stand, in fixed width, the keys of the
record, its case and its office, and the cents that were paid on it: what the trail and the manifest need, taken off
before the line leaves.
"""
from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from decimal import Decimal
from itertools import islice
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
from sqlalchemy.orm import aliased

from ..access.models import Office, User
from ..access.streams import copied
from ..funds.models import HELD, Disbursement, Fund
from ..kernel.rulebook import RulebookEntry
from .queries import AMOUNTS, STEPS
from .schemas import Format, LogRow

Cell = Any  # text in SQL, or NULL
D = Disbursement
HEADER = tuple(LogRow().fields)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
PART, WIDE, DIGITS = 1000, 36, 20  # rows; how wide a key is as text, and a sum of cents
FIRST = 3 * WIDE + DIGITS  # where the line itself begins
ENDS = {Format.CSV: b"\r\n", Format.JSONL: b"\n"}


class Part(NamedTuple):
    """A thousand rows as they leave: which they are, where, what was paid on them, and their bytes."""

    ids: Sequence[str]
    case_ids: Sequence[str]
    office_ids: Sequence[Any]
    paid: Decimal
    data: bytes


def parts(connection: Connection, form: Format, where: Sequence[ColumnElement[bool]]) -> Generator[Part, None, None]:
    """All of them, in the order of the key, a thousand at a time."""
    with closing(copied(connection, _lines(form, where))) as rows:
        while some := list(islice(rows, PART)):
            yield _part(form, some)


def _part(form: Format, rows: list[bytes]) -> Part:
    ids = [row[:WIDE].decode() for row in rows]
    case_ids = [row[WIDE:2 * WIDE].decode() for row in rows]
    office_ids = [UUID(id.decode()) for id in {row[2 * WIDE:3 * WIDE] for row in rows}]
    cents = sum(int(row[3 * WIDE:FIRST]) for row in rows)
    end = ENDS[form]
    return Part(ids, case_ids, office_ids, Decimal(cents) / 100, end.join([*(row[FIRST:] for row in rows), b""]))


def _lines(form: Format, where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    who = {step: aliased(User) for step in STEPS}
    cells = {**_cells(), **{f"{step}_by": person.username for step, person in who.items()}}
    net = type_coerce(D.paid, BigInteger) - type_coerce(D.refunded, BigInteger)
    handles = (cast(column, Text) for column in (D.id, D.case_id, D.office_id))
    query: Select[Any] = select(func.concat(*handles, func.lpad(cast(net, Text), DIGITS), *LINES[form](cells)))
    query = query.select_from(D).join(Office, Office.id == D.office_id).join(Fund, Fund.id == D.fund_id)
    query = query.outerjoin(RulebookEntry, RulebookEntry.id == D.tiers_entry_id)
    for step, person in who.items():
        query = query.outerjoin(person, person.id == getattr(D, f"{step}_by_id"))
    return query.where(*where).order_by(D.id)


def _cells() -> dict[str, Cell]:
    """What stands in each column, but for the people; as text, or NULL."""
    plain: dict[str, Cell] = {name: cast(getattr(D, name), Text) for name in PLAIN}
    amounts = {name: cast(cast(type_coerce(getattr(D, name), BigInteger) * literal(Decimal("0.01"), Numeric),
                               Numeric(20, 2)), Text) for name in AMOUNTS}
    days = {f"{step}_on": _day(getattr(D, f"{step}_at")) for step in ("requested", "approved", "obligated", "paid")}
    month = case((D.category.in_(HELD), func.left(days["paid_on"], len("2026-03"))), else_=days["paid_on"])
    return {**plain, **amounts, **days, "paid_on": month, "office": Office.code, "fund": Fund.name,
            "tiers_version": cast(RulebookEntry.version, Text)}


def _day(moment: Any) -> Cell:
    """The day of the office, as ISO 8601 writes it."""
    return func.to_char(cast(func.timezone(Office.timezone, moment), Date), "YYYY-MM-DD")


PLAIN = ("number", "case_number", "fiscal_year", "category", "state", "tier", "exigent", "payee_token", "id")
BARE = frozenset({"fiscal_year", "tier", "tiers_version", "exigent"})
SAFE = BARE | {"id", "requested_on", "approved_on", "obligated_on", "paid_on"}


def _csv(cells: dict[str, Cell]) -> list[Cell]:
    return [piece for name in HEADER for piece in (literal(","), _in_csv(name, cells[name]))][1:]


def _in_csv(name: str, cell: Cell) -> Cell:
    """Harmless to a spreadsheet, and quoted where it must be (RFC 4180, 2); what can be neither is left alone."""
    if name in SAFE:
        return cell
    harmless = case((func.left(cell, 1).in_(FORMULA), literal("'").concat(cell)), else_=cell)
    if name in AMOUNTS:
        return harmless
    quoted = literal('"').concat(func.replace(harmless, '"', '""')).concat(literal('"'))
    return case((cell.op("~")('[",\r\n]'), quoted), else_=harmless)


def _json(cells: dict[str, Cell]) -> list[Cell]:
    names = [literal(f'{", " if at else "{"}"{name}": ') for at, name in enumerate(HEADER)]
    values = [func.coalesce(_in_json(name, cells[name]), literal("null")) for name in HEADER]
    return [*(piece for pair in zip(names, values, strict=True) for piece in pair), literal("}")]


def _in_json(name: str, cell: Cell) -> Cell:
    if name in BARE:
        return cell
    if name in SAFE or name in AMOUNTS:
        return literal('"').concat(cell).concat(literal('"'))
    return cast(func.to_json(cast(cell, Text)), Text)


LINES: dict[Format, Callable[[dict[str, Cell]], list[Cell]]] = {Format.CSV: _csv, Format.JSONL: _json}
