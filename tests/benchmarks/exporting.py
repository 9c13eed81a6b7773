"""The export of the disbursement log against PostgreSQL's own COPY: of the same query, which writes the very lines, and
of the bare columns of the same rows, joined by hand, which nobody has to render."""
from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import psutil
import psycopg
from sqlalchemy.dialects import postgresql

from casework.log import rendering
from casework.log.schemas import Format
from tests.benchmarks.contests import Wrong
from tests.benchmarks.loading import Cast
from tests.benchmarks.serving import Client, Served, cpu, postmaster

PATH = "/api/v1/disbursement-log?format=csv"
PLAIN = """SELECT d.number, d.case_number, o.code, f.name, d.fiscal_year, d.category, d.state, d.tier, d.exigent,
d.requested, d.approved, d.obligated, d.received, d.paid, d.refunded, d.deobligated, d.payee_token, d.requested_at,
d.approved_at, d.obligated_at, d.paid_at, asked.name, signed.name, certified.name, paid.name, d.id FROM disbursement d
JOIN office o ON o.id = d.office_id JOIN fund f ON f.id = d.fund_id JOIN "user" asked ON asked.id = d.requested_by_id
LEFT JOIN "user" signed ON signed.id = d.obligated_by_id LEFT JOIN "user" certified ON certified.id = d.certified_by_id
LEFT JOIN "user" paid ON paid.id = d.paid_by_id"""
FIRST_BYTE = 1.0
"""Seconds."""
FLAT = 8.0
"""Megabytes by which the workers may grow, however many rows."""
ROUNDS, WARM = 7, 4


class Taken(NamedTuple):
    """One export: its rows, seconds for all of it and for its first byte, seconds of processor time in all."""

    rows: int
    took: float
    first: float
    cpu: float


def compare(product: Served, uri: str, cast: Cast, target: float, how: str) -> None:
    """Rows a second of the export, against COPY, in turn, and what both cost the processor; when its first byte came."""
    told = [(_exported(product, uri, cast), _copied(uri, rendered(Format.CSV)), _copied(uri, PLAIN)) for _ in range(ROUNDS)]
    ours, *others = zip(*told, strict=True)
    first = median(each.first for each in ours)
    (by_time, by_cpu), bare = (_ratios(ours, each) for each in others)
    print(f"\nExport of {ours[0].rows:,} rows ÷ COPY of the same query, {how}: {by_time:.2f} (target {target}), by processor "
          f"time {by_cpu:.2f}; ÷ COPY of the bare columns {bare[0]:.2f} ({bare[1]:.2f}); first byte after "
          f"{first * 1000:.0f} ms (target {FIRST_BYTE * 1000:.0f})   "
          f"{'' if by_time >= target and first <= FIRST_BYTE else 'misses'}", flush=True)


def _ratios(ours: Sequence[Taken], copied: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """By time and by processor time."""
    pairs = list(zip(ours, copied, strict=True))
    return median(took / each.took for each, (took, _) in pairs), median(spent / each.cpu for each, (_, spent) in pairs)


def rendered(form: Format) -> str:
    """What the export itself asks, of all rows."""
    lines = rendering._lines(form, [])
    return str(lines.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})).replace("%%", "%")


def flat(product: Served, uri: str, cast: Cast, how: str) -> None:
    """How much more the workers hold after exports of all rows than after exports of one office's."""
    office = next(iter(cast.offices.values()))
    few = [_exported(product, uri, cast, f"{PATH}&office={office}") for _ in range(WARM)]
    held = _held(product)
    whole = [_exported(product, uri, cast) for _ in range(WARM)]
    grown = _held(product) - held
    print(f"Memory from {few[0].rows:,} to {whole[0].rows:,} rows, {how}: the workers grow by {grown:.1f} MB (target ≤ {FLAT:.0f})"
          f"   {'' if grown <= FLAT else 'misses'}", flush=True)


def _exported(product: Served, uri: str, cast: Cast, path: str = PATH) -> Taken:
    machine = postmaster(uri)
    spent = product.cpu() + cpu(machine)
    with Client(product.port, cast.of("auditor")[0].token, patience=300) as client:
        began = time.perf_counter()
        answer = client.get(path)
        took = time.perf_counter() - began
    if answer.status != 200:
        raise Wrong(f"the export answered {answer.status}: {answer.body[:300]!r}")
    return Taken(answer.body.count(b"\n") - 1, took, answer.first_byte, product.cpu() + cpu(machine) - spent)


def _held(product: Served) -> float:
    """Megabytes of memory of its workers."""
    return sum(worker.memory_info().rss for worker in psutil.Process(product.pid).children()) / 1e6


def _copied(uri: str, query: str) -> tuple[float, float]:
    """Seconds for all of it, and of processor time on both ends. The export's own query is planned as the export has it."""
    machine = postmaster(uri)
    with psycopg.connect(uri) as line:
        for step in ("sort", "hashjoin", "mergejoin"):
            line.execute(f"SET enable_{step} = {'off' if query != PLAIN else 'on'}")
        spent, began = cpu(machine) + time.process_time(), time.perf_counter()
        with line.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)") as copy:
            for _ in copy:
                pass
        took = time.perf_counter() - began
        return took, cpu(machine) + time.process_time() - spent
