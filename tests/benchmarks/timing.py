"""Rounds, one after another and in turn, so that what disturbs one disturbs the other; medians of the rounds."""
from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from statistics import median, quantiles
from typing import NamedTuple

import psutil

from tests.benchmarks.serving import Client, Served, cpu

AT_ONCE, WARM = 4, 15


class NothingLeft(Exception):
    """The database holds no more of what a contest uses up: the round ends with what was done."""


Job = Callable[[Client, int, int], None]  # a client, which of them it is, how often it has asked


class Round(NamedTuple):
    """One stretch of asking: how many a second, processor milliseconds each (application and database), latencies."""

    rate: float
    application_ms: float
    database_ms: float
    p50_ms: float
    p95_ms: float

    @property
    def cpu_ms(self) -> float:
        return self.application_ms + self.database_ms


@dataclass(frozen=True)
class Contest:
    """What is asked of each server, and as whom; `do` raises when the answer is not the right one."""

    name: str
    tokens: Sequence[str]
    do: Job


def stretch(server: Served, database: psutil.Process, contest: Contest, seconds: float) -> Round:
    """Ask for so long, several at once. Raises NothingLeft when there was nothing to do any more."""
    clients = [Client(server.port, contest.tokens[nth % len(contest.tokens)]) for nth in range(AT_ONCE)]
    before = server.cpu(), cpu(database)
    began = time.perf_counter()

    def ask(nth: int) -> list[float]:
        took: list[float] = []
        with suppress(NothingLeft):
            while (start := time.perf_counter()) < began + seconds:
                contest.do(clients[nth], nth, len(took))
                took.append(time.perf_counter() - start)
        return took
    with ThreadPoolExecutor(AT_ONCE) as pool:
        took = [one for each in pool.map(ask, range(AT_ONCE)) for one in each]
    elapsed = time.perf_counter() - began
    if len(took) < AT_ONCE:
        raise NothingLeft
    used = [(after - first) / len(took) * 1000 for after, first in
            zip((server.cpu(), cpu(database)), before, strict=True)]
    for client in clients:
        client.line.close()
    return Round(len(took) / elapsed, *used, median(took) * 1000, quantiles(took, n=20)[-1] * 1000)


def warm(server: Served, contest: Contest) -> None:
    """Ask often enough that each of six database lines has prepared its statements (psycopg does at the fifth time)."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda nth: _repeat(server, contest, nth), range(AT_ONCE)))


def _repeat(server: Served, contest: Contest, nth: int) -> None:
    with Client(server.port, contest.tokens[nth % len(contest.tokens)]) as client:
        for count in range(WARM):
            with suppress(NothingLeft):
                contest.do(client, nth, count)


def contend(servers: Sequence[Served], database: psutil.Process, contest: Contest, *, seconds: float,
            rounds: int) -> list[list[Round]]:
    """The rounds of each server, in turn, once every worker has compiled and prepared what it asks; fewer, where the
    database has nothing left to do for all of them."""
    for server in servers:
        warm(server, contest)
    told: list[list[Round]] = []
    with suppress(NothingLeft):
        for _ in range(rounds):
            told.append([stretch(server, database, contest, seconds) for server in servers])
    if not told:
        raise RuntimeError(f"{contest.name}: this database holds too little of what is to be done")
    return [list(each) for each in zip(*told, strict=True)]


def middle(rounds: Sequence[Round], of: Callable[[Round], float]) -> float:
    return median(of(each) for each in rounds)


def ratio(ours: Sequence[Round], theirs: Sequence[Round], of: Callable[[Round], float]) -> float:
    """The median of what the rounds say, each against its neighbour in time."""
    return median(of(mine) / of(its) for mine, its in zip(ours, theirs, strict=True))
