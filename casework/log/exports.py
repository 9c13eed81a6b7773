"""The log of disbursements, taken away: as CSV or as JSON Lines, in chunks, whatever its length.

Memory does not grow with the rows. Before each 1,000 rows leave, the trail names them; at the end it keeps the filter,
the count and the digest of every byte sent. The last line of a JSON Lines file is the same manifest; a CSV file has
none within, so that every row of it is a disbursement: its digest stands in the trail, and `casework disbursements
export --out` writes it beside the file.
"""
from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select

from ..access.context import reads_for
from ..audit import record_read, remember
from ..funds.models import NOTHING, Disbursement
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from .events import filter_words
from .queries import AMOUNTS, COLUMNS, TAKE, Names, as_row, chosen, names, seen
from .schemas import Format, LogRow

CHUNK = 1000
HEADER = tuple(LogRow().fields)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
Row = dict[str, Any]


@dataclass
class Manifest:
    """What was taken away: which rows, how many, what was paid on them, and the digest of every byte before it."""

    filter: str
    rows: int = 0
    paid: Decimal = NOTHING
    digest: Any = field(default_factory=sha256)

    def as_dict(self) -> dict[str, Any]:
        return {"filter": self.filter or "all", "rows": self.rows, "paid": f"{self.paid:.2f}",
                "sha256": self.digest.hexdigest(), "written_at": now().isoformat(timespec="seconds")}


def export(actor: Actor, form: Format, *, manifest: Manifest | None = None, **asked: Any) -> Iterator[bytes]:
    """The bytes of the file, chunk by chunk. Raises Forbidden here, before anything is sent.

    `asked` as in `queries.chosen`. A `manifest` that is handed in is filled while the file is written.
    """
    mine = seen(actor, TAKE)
    kept = manifest or Manifest("")
    kept.filter = filter_words(asked)
    return _bytes(actor, form, kept, _query([mine, *chosen(**asked)]))


def _bytes(actor: Actor, form: Format, manifest: Manifest, query: Select[Any]) -> Iterator[bytes]:
    known, write = names(), WRITERS[form]
    if form is Format.CSV:
        yield _counted(manifest, _csv([HEADER]))
    with db.engine.connect() as line, reads_for(line, actor.id).execution_options(
            yield_per=CHUNK).execute(query) as found:
        for chunk in found.partitions():
            record_read(actor, TAKE, chunk, format=form, filter=manifest.filter)
            yield _counted(manifest, write(_written(chunk, known, manifest)))
    told = manifest.as_dict()
    remember(actor, TAKE, format=form, **told)
    if form is Format.JSONL:
        yield json.dumps({"manifest": told}).encode() + b"\n"


def _query(where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Columns only, in the order in which the requests were made, so that the same rows give the same digest."""
    columns = [getattr(Disbursement, name) for name in COLUMNS]
    return select(literal(Disbursement.__tablename__).label("kind"), Disbursement.case_id, *columns).where(
        *where).order_by(Disbursement.id)


def _counted(manifest: Manifest, data: bytes) -> bytes:
    manifest.digest.update(data)
    return data


def _written(chunk: Sequence[Any], known: Names, manifest: Manifest) -> Iterator[Row]:
    for row in chunk:
        manifest.rows += 1
        manifest.paid += row.paid - row.refunded
        yield plain(as_row(row, known))


def plain(row: Row) -> Row:
    """As JSON carries it: amounts with two decimals, ids as text."""
    return {**row, **{name: f"{row[name]:.2f}" for name in AMOUNTS}, "id": str(row["id"])}


def csv_rows(rows: Iterator[Row]) -> bytes:
    return _csv([neutral(row[name]) for name in HEADER] for row in rows)


def json_lines(rows: Iterator[Row]) -> bytes:
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()


def _csv(rows: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def neutral(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before its first sign."""
    if isinstance(value, bool):
        return str(value).lower()
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


WRITERS: dict[Format, Callable[[Iterator[Row]], bytes]] = {Format.CSV: csv_rows, Format.JSONL: json_lines}
