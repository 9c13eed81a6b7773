"""The log of disbursements, taken away: as CSV or as JSON Lines, in chunks, whatever its length.

Memory does not grow with the rows. Before a thousand rows leave, the trail names them in an event of their own; at the
end it keeps the filter, the count and the digest of every byte sent. The last line of a JSON Lines file is the same
manifest; a CSV file has none within, so that every row of it is a disbursement: its digest stands in the trail, and
`casework disbursements export --out` writes it beside the file.
"""
from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from ..access.streams import ahead, line
from ..audit import record_shown, remember
from ..funds.models import NOTHING, Disbursement
from ..kernel.conditions import Actor
from ..kernel.db import now
from .events import filter_words
from .queries import AMOUNTS, COLUMNS, TAKE, as_row, chosen, names, seen
from .rendering import FORMULA, HEADER, PART, Part
from .rendering import parts as by_the_database
from .schemas import Format

Row = dict[str, Any]
Where = Sequence[ColumnElement[bool]]
TOGETHER = 4  # parts


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
    return _bytes(actor, form, kept, [mine, *chosen(**asked)])


def _bytes(actor: Actor, form: Format, manifest: Manifest, where: Where) -> Iterator[bytes]:
    if form is Format.CSV:
        yield _counted(manifest, _csv([HEADER]))
    with line(actor) as connection, _blocks(connection, form, where) as blocks:
        for block in blocks:
            record_shown(actor, TAKE, Disbursement, (part.shown for part in block), format=form, filter=manifest.filter)
            for part in block:
                manifest.rows += len(part.ids)
                manifest.paid += part.paid
                yield _counted(manifest, part.data)
    told = manifest.as_dict()
    remember(actor, TAKE, format=form, **told)
    if form is Format.JSONL:
        yield json.dumps({"manifest": told}).encode() + b"\n"


@contextmanager
def _blocks(connection: Connection, form: Format, where: Where) -> Iterator[Iterator[list[Part]]]:
    """PostgreSQL writes the next while we see to one. Closed before the line is, also when nobody reads on."""
    postgresql = connection.dialect.name == "postgresql"
    with closing((by_the_database if postgresql else _by_us)(connection, form, where)) as parts:
        blocks = _together(parts)
        with closing(ahead(blocks) if postgresql else blocks) as found:
            yield found


def _together(parts: Iterator[Part]) -> Generator[list[Part], None, None]:
    """The first leaves at once, the others several at a time: their events are one transaction."""
    size = 1
    while block := list(islice(parts, size)):
        yield block
        size = TOGETHER


def _by_us(connection: Connection, form: Format, where: Where) -> Generator[Part, None, None]:
    """Columns only, in the order in which the requests were made, so that the same rows give the same digest."""
    known, write = names(), WRITERS[form]
    query = select(Disbursement.case_id, *(getattr(Disbursement, name) for name in COLUMNS)).where(
        *where).order_by(Disbursement.id)
    with connection.execution_options(yield_per=PART).execute(query) as found:
        for rows in found.partitions():
            yield Part([str(row.id) for row in rows], [str(row.case_id) for row in rows],
                       list({row.office_id for row in rows}), sum((row.paid - row.refunded for row in rows), NOTHING),
                       write(plain(as_row(row, known)) for row in rows))


def _counted(manifest: Manifest, data: bytes) -> bytes:
    manifest.digest.update(data)
    return data


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
