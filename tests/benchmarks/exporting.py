"""The export of the disbursement log against PostgreSQL's own COPY of the same rows."""
from __future__ import annotations

import time
from statistics import median

import psycopg

from tests.benchmarks.contests import Wrong
from tests.benchmarks.loading import Cast
from tests.benchmarks.serving import Client, Served

PATH = "/api/v1/disbursement-log?format=csv"
COPIED = """COPY (SELECT d.number, d.case_number, o.code, f.name, d.fiscal_year, d.category, d.state, d.tier, d.exigent,
d.requested, d.approved, d.obligated, d.received, d.paid, d.refunded, d.deobligated, d.payee_token, d.requested_at,
d.approved_at, d.obligated_at, d.paid_at, asked.name, signed.name, certified.name, paid.name, d.id FROM disbursement d
JOIN office o ON o.id = d.office_id JOIN fund f ON f.id = d.fund_id JOIN "user" asked ON asked.id = d.requested_by_id
LEFT JOIN "user" signed ON signed.id = d.obligated_by_id LEFT JOIN "user" certified ON certified.id = d.certified_by_id
LEFT JOIN "user" paid ON paid.id = d.paid_by_id) TO STDOUT (FORMAT csv, HEADER)"""
FIRST_BYTE = 1.0
"""Seconds."""


def compare(product: Served, uri: str, cast: Cast, target: float, how: str) -> None:
    """Rows a second of the export, against COPY; and when its first byte came."""
    told = [(_exported(product, cast), _copied(uri)) for _ in range(3)]
    rows = told[0][0][0]
    ratio = median(base / ours for (_, ours, _), base in told)
    first = median(first for (_, _, first), _ in told)
    print(f"\nExport of {rows:,} rows ÷ COPY, {how}: {ratio:.2f} (target {target}), first byte after {first * 1000:.0f}"
          f" ms (target {FIRST_BYTE * 1000:.0f})   {'' if ratio >= target and first <= FIRST_BYTE else 'misses'}",
          flush=True)


def _exported(product: Served, cast: Cast) -> tuple[int, float, float]:
    with Client(product.port, cast.of("auditor")[0].token, patience=300) as client:
        began = time.perf_counter()
        answer = client.get(PATH)
        took = time.perf_counter() - began
    if answer.status != 200:
        raise Wrong(f"the export answered {answer.status}: {answer.body[:300]!r}")
    return answer.body.count(b"\n") - 1, took, answer.first_byte


def _copied(uri: str) -> float:
    with psycopg.connect(uri) as line:
        began = time.perf_counter()
        with line.cursor().copy(COPIED) as copy:
            for _ in copy:
                pass
        return time.perf_counter() - began
