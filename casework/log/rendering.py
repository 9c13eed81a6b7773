"""The lines of the disbursement log, written by PostgreSQL itself: the same bytes as `exports` writes in Python.

One question gives a page of rows, already cut into parts of a thousand: their ids, their sum and their lines. It goes
on by key, so the order is that of the primary key and nothing is sorted or kept beyond a page.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

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
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from ..access.models import Office, User
from ..funds.models import HELD, Disbursement, Fund
from ..kernel.rulebook import RulebookEntry
from .queries import AMOUNTS, STEPS
from .schemas import Format, LogRow

Cell = Any  # text in SQL, or NULL
D = Disbursement
HEADER = tuple(LogRow().fields)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
PART, PAGE = 1000, 10_000


class Part(NamedTuple):
    """A thousand rows as they leave: which they are, where, what was paid on them, and their bytes."""

    ids: Sequence[str]
    case_ids: Sequence[str]
    office_ids: Sequence[Any]
    paid: Decimal
    data: bytes


def parts(connection: Connection, form: Format, where: Sequence[ColumnElement[bool]]) -> Iterator[Part]:
    """All of them, in the order of the key. The first page is one part, so that the first byte is soon there."""
    last, size = None, PART
    while True:
        beyond: list[ColumnElement[bool]] = [] if last is None else [D.id > last]
        rows = connection.execute(_page(form, [*where, *beyond], size)).all()
        for ids, cases, offices, cents, text in rows:
            yield Part(ids, cases, offices, Decimal(cents) / 100, text.encode())
        if not rows or sum(len(row[0]) for row in rows) < size:
            return
        last, size = rows[-1][0][-1], PAGE


def _page(form: Format, where: Sequence[ColumnElement[bool]], size: int) -> Any:
    rows: Any = _lines(form, where).limit(size).subquery()
    number = (func.row_number().over(order_by=rows.c.id) - 1) / PART
    told = select(rows, number.label("part")).subquery()
    text = func.string_agg(told.c.line, aggregate_order_by(literal(""), told.c.id))
    return select(*(func.array_agg(aggregate_order_by(cast(column, Text), told.c.id))
                    for column in (told.c.id, told.c.case_id)),
                  func.array_agg(told.c.office_id.distinct()), func.sum(told.c.net), text,
                  ).group_by(told.c.part).order_by(told.c.part)


def _lines(form: Format, where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    who = {step: aliased(User) for step in STEPS}
    cells = {**_cells(), **{f"{step}_by": person.username for step, person in who.items()}}
    net = type_coerce(D.paid, BigInteger) - type_coerce(D.refunded, BigInteger)
    query: Select[Any] = select(D.id, D.case_id, D.office_id, net.label("net"), LINES[form](cells).label("line"))
    query = query.join(Office, Office.id == D.office_id).join(Fund, Fund.id == D.fund_id)
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


def _csv(cells: dict[str, Cell]) -> Cell:
    written = [piece for name in HEADER for piece in (literal(","), _in_csv(name, cells[name]))][1:]
    return func.concat(*written, literal("\r\n"))


def _in_csv(name: str, cell: Cell) -> Cell:
    """Harmless to a spreadsheet, and quoted where it must be (RFC 4180, 2); what can be neither is left alone."""
    if name in SAFE:
        return cell
    harmless = case((func.left(cell, 1).in_(FORMULA), literal("'").concat(cell)), else_=cell)
    if name in AMOUNTS:
        return harmless
    quoted = literal('"').concat(func.replace(harmless, '"', '""')).concat(literal('"'))
    return case((cell.op("~")('[",\r\n]'), quoted), else_=harmless)


def _json(cells: dict[str, Cell]) -> Cell:
    names = [literal(f'{", " if at else "{"}"{name}": ') for at, name in enumerate(HEADER)]
    values = [func.coalesce(_in_json(name, cells[name]), literal("null")) for name in HEADER]
    return func.concat(*(piece for pair in zip(names, values, strict=True) for piece in pair), literal("}\n"))


def _in_json(name: str, cell: Cell) -> Cell:
    if name in BARE:
        return cell
    if name in SAFE or name in AMOUNTS:
        return literal('"').concat(cell).concat(literal('"'))
    return cast(func.to_json(cast(cell, Text)), Text)


LINES: dict[Format, Callable[[dict[str, Cell]], Cell]] = {Format.CSV: _csv, Format.JSONL: _json}
