"""Tables: what stands in each column, sorted and paged by the address.

    TABLE = (Column("number", "Case", link=lambda case: url_for("cases.show", id=case.id), sort=True),
             Column("state", "State"), Column("opened_at", "Opened", show=lambda case: moment_words(case.opened_at)))
    table = Table(TABLE, page, noun="case", total=how_many(...), order="newest first", empty="No case is open.")
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any
from urllib.parse import urlencode

from flask import request
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from casework.kernel.money import dollars

from .words import in_words

CAP = 1_000


@dataclass(frozen=True)
class Column:
    """`show(row)` gives the words (default: the attribute), `link(row)` an address, `total` stands in the last row."""
    name: str
    label: str
    show: Callable[[Any], Any] | None = None
    link: Callable[[Any], str | None] | None = None
    right: bool = False
    sort: bool = False
    total: str = ""

    def words(self, row: Any) -> Any:
        value = self.show(row) if self.show else row[self.name] if isinstance(row, dict) else getattr(row, self.name)
        return plain_words(value)

    def tags(self, *, first: bool) -> tuple[Markup, Markup]:
        """What begins and ends a cell. The first of a row says what the row is about."""
        kind, begin = ("th", Markup('<th scope="row"')) if first else ("td", Markup("<td"))
        side = Markup(' class="cw-right cw-num"') if self.right else ""
        return begin + Markup(' data-label="{}"{}>').format(self.label, side), Markup("</{}>").format(kind)

    def address(self, row: Any) -> str | None:
        return self.link(row) if self.link else None


@dataclass(frozen=True)
class Table:
    """`rows` may be a Page of `visible()`: its `next` makes the pager. `total` above 1,000 is said so."""
    columns: Sequence[Column]
    rows: Sequence[Any]
    noun: str = "row"
    plural: str = ""
    total: int | None = None
    order: str = ""
    empty: str = "Nothing is here yet."
    sorted_by: str = ""
    download: str = ""
    late: Callable[[Any], bool] | None = None

    @property
    def next(self) -> str | None:
        return getattr(self.rows, "next", None)

    @property
    def count(self) -> str:
        words = count_words(len(self.rows) if self.total is None else self.total, self.noun, self.plural)
        return words[:1].upper() + words[1:]

    def lines(self) -> Iterator[tuple[bool, list[tuple[Markup, str | None, Any, Markup]]]]:
        """For each row whether it is late, and in each column the address and the words, between the tags of the
        cell."""
        tags = [(column, *column.tags(first=column is self.columns[0])) for column in self.columns]
        for row in self.rows:
            yield bool(self.late and self.late(row)), [
                (begin, column.address(row), column.words(row), end) for column, begin, end in tags]

    @property
    def totals(self) -> bool:
        return any(column.total for column in self.columns)

    def direction(self, column: Column) -> str:
        """What `aria-sort` says."""
        asked = request.args.get("sort", self.sorted_by)
        return {column.name: "ascending", f"-{column.name}": "descending"}.get(asked, "")

    def turned(self, column: Column) -> str:
        """The address of this page sorted by this column, or the other way round."""
        return here(sort=f"-{column.name}" if self.direction(column) == "ascending" else column.name, after=None)


def plain_words(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, Enum):
        return in_words(str(value.value))
    return dollars(value) if isinstance(value, Decimal) else value


def count_words(count: int, noun: str, plural: str = "", cap: int = CAP) -> str:
    """`1 case`, `412 cases`, `more than 1,000 cases`."""
    many = plural or f"{noun}s"
    if count > cap:
        return f"more than {cap:,} {many}"
    return f"{count:,} {noun if count == 1 else many}"


def here(**changes: str | None) -> str:
    """The address of this page with some of its query changed; None takes away."""
    query = MultiDict(request.args)
    for name, value in changes.items():
        query.setlist(name, [] if value is None else [value])
    words = urlencode([(name, value) for name, value in query.items(multi=True) if value])
    return request.path + (f"?{words}" if words else "")
