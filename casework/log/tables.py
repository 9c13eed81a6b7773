"""The columns of the log's tables, and how a row reads."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import url_for

from ..web.dates import moment_words
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


def log_table(rows: Rows, total: int) -> Table:
    return Table(log_columns(rows), rows, noun="disbursement", order="newest first", empty=NOTHING_FITS, total=total)


def log_columns(rows: Rows) -> tuple[Column, ...]:
    """With the sums of what this page shows under the amounts."""
    return (
        Column("number", "Disbursement", link=lambda row: url_for("log.disbursement", id=row["id"]),
               total=f"These {len(rows)}"),
        Column("requested_on", "Asked for"),
        Column("paid_on", "Paid"),
        Column("office", "Office"),
        Column("category_words", "For"),
        Column("state", "State", show=lambda row: row["state"].replace("_", " ").capitalize()),
        Column("tier", "Tier", right=True),
        Column("approved", "Approved", right=True, total=_sum(rows, "approved")),
        Column("paid", "Paid, $", right=True, total=_sum(rows, "paid")),
        Column("case_number", "Case"),
        Column("payee_token", "Payee"),
    )


def _sum(rows: Rows, name: str) -> str:
    return f"${sum((row[name] for row in rows), Decimal()):,.2f}"


def _changed(event: Event) -> str:
    """Which fields; of a state also where from and where to."""
    return ", ".join(dict.fromkeys(_field(change) for change in event.row.changes))


def _field(change: dict[str, Any]) -> str:
    name = str(change["field"]).removesuffix("_sealed").removesuffix("_id").replace("_", " ")
    moved = change["field"] == "state" and change["from"]
    return f"{name}: {change['from']} → {change['to']}".replace("_", " ") if moved else name


def _details(event: Event) -> str:
    return "; ".join(f"{name.replace('_', ' ')}: {said}" for name, said in event.details.items())


EVENTS = (
    Column("at", "When", show=lambda event: moment_words(event.at)),
    Column("who", "Who", show=lambda event: event.name),
    Column("says", "What"),
    Column("number", "Record", show=lambda event: event.number or event.case_number),
    Column("changed", "Fields changed", show=_changed),
    Column("details", "Said", show=_details),
)
