"""How PostgreSQL reads what the product asks: the plan of a prepared statement, and how many rows of a table it reads.

psycopg prepares what is asked often, and PostgreSQL then plans it once, without the values: both plans are looked at.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, Engine, event

PLACE = re.compile(r"%\((\w+)\)s")
TIMES = 10  # a list may read so many times as many rows as it shows
PASSED_OVER = ("Rows Removed by Filter", "Rows Removed by Index Recheck")


@dataclass(frozen=True)
class Plan:
    """One plan, as it went: `kind` says whether the values were known when it was made."""

    kind: str
    tree: dict[str, Any]

    def reads(self, table: str) -> int:
        """Rows of the table that were looked at, whether they were shown or passed over."""
        return round(sum(node["Actual Loops"] * (node["Actual Rows"] + sum(node.get(word, 0) for word in PASSED_OVER))
                         for node in nodes(self.tree) if node.get("Relation Name") == table))

    def scans(self, table: str) -> bool:
        return any(node["Node Type"] == "Seq Scan" and node["Relation Name"] == table and node["Actual Loops"]
                   for node in nodes(self.tree))

    def __str__(self) -> str:
        return "\n".join(_lines(self.tree, 0))


def plans_of(connection: Connection, ask: Callable[[], Any]) -> list[Plan]:
    """Of the last thing that is asked, through this connection and so in the name of the same person."""
    statement, values = _asked(connection.engine, ask)
    names = list(dict.fromkeys(PLACE.findall(statement)))
    prepared = PLACE.sub(lambda found: f"${names.index(found[1]) + 1}", statement)
    driver: Any = connection.connection.driver_connection
    given = ", ".join(sql.Literal(values[name]).as_string(driver) for name in names).replace("%", "%%")
    connection.exec_driver_sql(f"PREPARE looked_at AS {prepared}")
    found = [_explained(connection, kind, given) for kind in ("custom", "generic")]
    connection.exec_driver_sql("DEALLOCATE looked_at")
    return found


def nodes(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield tree
    for below in tree.get("Plans", ()):
        yield from nodes(below)


def _asked(engine: Engine, ask: Callable[[], Any]) -> tuple[str, dict[str, Any]]:
    told: list[tuple[str, dict[str, Any]]] = []

    def note(_line: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        told.append((statement, values))
    event.listen(engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return told[-1]


def _explained(connection: Connection, kind: str, given: str) -> Plan:
    connection.exec_driver_sql(f"SET LOCAL plan_cache_mode = force_{kind}_plan")
    explain = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS OFF, FORMAT JSON) EXECUTE looked_at"
    return Plan(kind, connection.exec_driver_sql(f"{explain} ({given})").scalar_one()[0]["Plan"])


def _lines(node: dict[str, Any], depth: int) -> Iterator[str]:
    name = " ".join(filter(None, (node["Node Type"], node.get("Relation Name"), node.get("Index Name"))))
    passed_over = sum(node.get(word, 0) for word in PASSED_OVER)
    yield f"{'  ' * depth}{name}: {node['Actual Loops']} × {node['Actual Rows']:g} rows, passed over {passed_over:g}"
    for below in node.get("Plans", ()):
        yield from _lines(below, depth + 1)
