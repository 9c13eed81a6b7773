"""The product against the floor: `python -m tests.benchmarks.floor [--quick] [--small N --large N]`.

Exit status 1 when a plan of the list scans the table, or an answer is wrong. README.md says what is printed.
"""
from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from tests.benchmarks import exporting, plans, wall
from tests.benchmarks.contests import PAGE, SHORT, contests
from tests.benchmarks.loading import Cast, load
from tests.benchmarks.serving import Served, postmaster, served
from tests.benchmarks.timing import Contest, Round, contend, middle, ratio
from tests.conftest import KEYS
from tests.postgres import database, start_server

TARGETS = {"list, JSON": 0.70, "list, HTML": 0.70, "case page": 0.60, "post an assessment": 0.60,
           "post a disbursement step": 0.55}
GROWTH, WALL, EXPORT = 1.2, 1.3, 0.5
WITHOUT, WITH = "without row security", "with row security"


@dataclass
class Seeded:
    """A full database: its owner's address, its people, how many cases."""

    uri: str
    cast: Cast
    cases: int


@dataclass(frozen=True)
class Effort:
    seconds: float
    rounds: int


def main() -> int:
    asked = _asked()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers end with it
    effort = Effort(1.0, 3) if asked.quick else Effort(asked.seconds, asked.rounds)
    with start_server(durable=True) as uri, tempfile.TemporaryDirectory() as folder:
        small, large = (_seed(uri, name, count) for name, count in (("small", asked.small), ("large", asked.large)))
        logs, machine = Path(folder), postmaster(uri)
        wrong = measure(small, large, machine, logs, effort)
    return 1 if wrong else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds, on 1,000 and 10,000 cases")
    parser.add_argument("--small", type=int)
    parser.add_argument("--large", type=int)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    asked.small = asked.small or (1_000 if asked.quick else 10_000)
    asked.large = asked.large or (10_000 if asked.quick else 100_000)
    return asked


def _seed(uri: str, name: str, cases: int) -> Seeded:
    with psycopg.connect(uri, autocommit=True) as line:
        line.execute(f"CREATE DATABASE {name}")
    began, owner = time.monotonic(), database(uri, name)
    cast = load(owner, cases)
    print(f"Seeded {cases:,} cases in {time.monotonic() - began:.0f} s.", flush=True)
    return Seeded(owner, cast, cases)


def measure(small: Seeded, large: Seeded, machine: psutil.Process, logs: Path, effort: Effort) -> bool:
    """Everything, printed as it comes: first what only reads, so that each finds the database as it was filled. True
    when something is wrong that no noise explains."""
    for each in (small, large):
        wall.secure(each.uri)
    with ExitStack() as stack:
        bare, floor = stack.enter_context(serving(large, logs, walled=False))
        behind = stack.enter_context(product_on(large, logs, walled=True))
        for product, how in ((bare, WITHOUT), (behind, WITH)):
            against(floor, product, machine, large, effort, how, writing=False)
            exporting.compare(product, large.uri, large.cast, EXPORT, how)
        exporting.flat(behind, large.uri, large.cast, WITH)
        price(bare, behind, machine, large, effort)
        for how in (WITHOUT, WITH):
            growth(how, small, large, machine, logs, effort)
        for product, how in ((bare, WITHOUT), (behind, WITH)):
            against(floor, product, machine, large, effort, how, writing=True)
    return plans.scans(large.uri, large.cast)


@contextmanager
def serving(seeded: Seeded, logs: Path, *, walled: bool) -> Iterator[tuple[Served, Served]]:
    """The product and the floor on one database."""
    with product_on(seeded, logs, walled=walled) as product, served(
            "floor", "tests.benchmarks.plain:app", {"FLOOR_DATABASE_URL": seeded.uri}, logs / "floor.log") as floor:
        yield product, floor


def product_on(seeded: Seeded, logs: Path, *, walled: bool):
    settings = {"CASEWORK_ENV": "test", "CASEWORK_KEYS": KEYS, "CASEWORK_SECRET_KEY": "t" * 40,
                **(wall.addresses(seeded.uri) if walled else {"CASEWORK_DATABASE_URL": seeded.uri})}
    name = f"product-{'walled' if walled else 'bare'}-{seeded.cases}"
    return served(name, "wsgi:app", settings, logs / f"{name}.log")


def against(floor: Served, product: Served, machine: psutil.Process, seeded: Seeded, effort: Effort, how: str, *,
            writing: bool) -> None:
    """The table of ratios, product to floor."""
    print(f"\nProduct ÷ floor at {seeded.cases:,} cases, {how}")
    print(f"{'':26}{'rate':>7}{'target':>8}{'cpu':>7}   {'product':>30}   {'floor':>30}")
    for contest in contests(seeded.uri, seeded.cast):
        if contest.name.startswith("post") is not writing:
            continue
        ours, its = contend([product, floor], machine, contest, seconds=effort.seconds, rounds=effort.rounds)
        by_rate = ratio(ours, its, lambda each: each.rate)
        by_cpu = ratio(its, ours, lambda each: each.cpu_ms)
        target = TARGETS[contest.name]
        print(f"{contest.name:26}{by_rate:7.2f}{target:8.2f}{by_cpu:7.2f}   {_words(ours):>30}   {_words(its):>30}"
              f"   {'' if by_rate >= target else 'misses'}", flush=True)


def _words(rounds: Sequence[Round]) -> str:
    rate, app, base = (middle(rounds, of) for of in (
        lambda each: each.rate, lambda each: each.application_ms, lambda each: each.database_ms))
    return f"{rate:6.0f}/s {app:6.1f} + {base:4.1f} ms"


def growth(how: str, small: Seeded, large: Seeded, machine: psutil.Process, logs: Path, effort: Effort) -> None:
    """How the list's p95 grows from the small database to the large one, the two in turn: a page that everybody in
    both of them can fill, so that no more is shown where there is more."""
    walled = how == WITH
    with product_on(small, logs, walled=walled) as on_small, product_on(large, logs, walled=walled) as on_large:
        print(f"\nList, {large.cases:,} ÷ {small.cases:,} cases, {how} (target ≤ {GROWTH})")
        for kind in ("list, JSON", "list, HTML"):
            pair = [_of(each, kind, SHORT) for each in (large, small)]
            told = _in_turn([on_large, on_small], pair, machine, effort)
            grown = [ratio(*told, of) for of in P95_P50_CPU]
            print(f"{kind:26}p95 {grown[0]:.2f}   p50 {grown[1]:.2f}   cpu {grown[2]:.2f}"
                  f"   {'' if grown[0] <= GROWTH else 'misses'}", flush=True)


P95_P50_CPU: tuple[Callable[[Round], float], ...] = (
    lambda each: each.p95_ms, lambda each: each.p50_ms, lambda each: each.cpu_ms)


def _of(seeded: Seeded, kind: str, page: int = PAGE) -> Contest:
    return next(each for each in contests(seeded.uri, seeded.cast, page) if each.name == kind)


def _in_turn(servers: Sequence[Served], pair: Sequence[Contest], machine: psutil.Process,
             effort: Effort) -> list[list[Round]]:
    told = [[contend([server], machine, contest, seconds=effort.seconds, rounds=1)[0][0]
             for server, contest in zip(servers, pair, strict=True)] for _ in range(effort.rounds)]
    return [list(each) for each in zip(*told, strict=True)]


def price(bare: Served, behind: Served, machine: psutil.Process, seeded: Seeded, effort: Effort) -> None:
    """What the wall costs the list page."""
    print(f"\nThe wall's price: latency with ÷ without row security (target ≤ {WALL})")
    for kind in ("list, JSON", "list, HTML", "case page"):
        walled, plain = contend([behind, bare], machine, _of(seeded, kind), seconds=effort.seconds, rounds=effort.rounds)
        paid = [ratio(walled, plain, of) for of in P95_P50_CPU]
        print(f"{kind:26}p95 {paid[0]:.2f}   p50 {paid[1]:.2f}   cpu {paid[2]:.2f}"
              f"   {'' if paid[1] <= WALL else 'misses'}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
