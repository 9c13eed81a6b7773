"""The columns of the log's tables, and how a row reads."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask import url_for
from markupsafe import Markup

from ..web.dates import day_words, local, moment_words
from ..web.tables import Column, Table
from .naming import Event

NOTHING_FITS = "No disbursement fits. Take away a filter, or choose other days."


@dataclass(frozen=True)
class Rows(Sequence[Any]):
    """Rows in words, with the place where the next page goes on."""

    rows: list[dict[str, Any]]
    next: str | None

    def __getitem__(self, index: Any) -> Any:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)


def whole(words: str | None) -> Markup | str:
    """Not to be broken over two lines."""
    return Markup('<span class="cw-num">{}</span>').format(words) if words else ""


def day(text: str | None) -> Markup | str:
    """`16 Mar`, with its year when that is another; of a month `Mar 2026`."""
    if not text or len(text) > len("2026-03"):
        said = date.fromisoformat(text) if text else None
        return whole(day_words(said, year=said.year != local().year)) if said else ""
    return whole(f"{date.fromisoformat(f'{text}-01'):%b %Y}")


def log_table(rows: Rows, total: int) -> Table:
    return Table(log_columns(rows), rows, noun="disbursement", order="newest first", empty=NOTHING_FITS, total=total)


def log_columns(rows: Rows) -> tuple[Column, ...]:
    """With the sums of what this page shows under the amounts."""
    return (
        Column("number", "Disbursement", link=lambda row: url_for("log.disbursement", id=row["id"]),
               total=f"These {len(rows)}"),
        Column("requested_on", "Asked for", show=lambda row: day(row["requested_on"])),
        Column("paid_on", "Paid", show=lambda row: day(row["paid_on"])),
        Column("category_words", "For"),
        Column("state", "State", show=lambda row: row["state"].replace("_", " ").capitalize()),
        Column("tier", "Tier", right=True),
        Column("approved", "Approved", right=True, total=_sum(rows, "approved")),
        Column("paid", "Paid, $", right=True, total=_sum(rows, "paid")),
        Column("case_number", "Case", show=lambda row: whole(row["case_number"])),
        Column("payee_token", "Payee", show=lambda row: whole(row["payee_token"])),
    )


def _sum(rows: Rows, name: str) -> str:
    return f"${sum((row[name] for row in rows), Decimal()):,.2f}"


def _changed(event: Event) -> str:
    """Which records are new, and which fields of older ones changed; of a state also where from and where to."""
    new = {change["id"]: change["what"] for change in event.row.changes if change["field"] == "id"}
    made = [f"new: {kind.replace('_', ' ')}" for kind in new.values()]
    fields = [_field(change) for change in event.row.changes if change["id"] not in new]
    return ", ".join(dict.fromkeys([*made, *fields]))


def _field(change: dict[str, Any]) -> str:
    name = str(change["field"]).removesuffix("_sealed").removesuffix("_id").replace("_", " ")
    moved = change["field"] == "state" and change["from"]
    return f"{name}: {change['from']} → {change['to']}".replace("_", " ") if moved else name


def _details(event: Event) -> str:
    return "; ".join(f"{name.replace('_', ' ')}: {said}" for name, said in event.details.items())


EVENTS = (
    Column("at", "When", show=lambda event: whole(moment_words(event.at))),
    Column("who", "Who", show=lambda event: whole(event.name)),
    Column("says", "What"),
    Column("number", "Record", show=lambda event: whole(event.number or event.case_number)),
    Column("changed", "Fields changed", show=_changed),
    Column("details", "Said", show=_details),
)
