"""A server that is killed and started again, and what was seen of it."""
from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psutil

from tests.serving.server import address_of, launch

GIVE_UP = 60


@dataclass
class Mortal:
    """gunicorn on an address that stays. `app` is the same product in this process, on the same database."""

    database: str
    door: Any
    said: Any
    app: Any
    process: Any = None
    seconds: list[float] = field(default_factory=list)
    own_seconds: list[float] = field(default_factory=list)
    in_flight: list[int] = field(default_factory=list)

    @property
    def address(self):
        return address_of(self.door)

    def client(self):
        return httpx.Client(base_url=f"{self.address}/api/v1", timeout=GIVE_UP)

    def start(self):
        self.process = launch(self.door, self.database, self.said)

    def kill(self):
        """SIGKILL to the master and all its workers."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def strike(self, kill, posters):
        """Kill, and count the deeds that were on their way."""
        kill()
        self.in_flight.append(sum(1 for poster in posters if poster.under_way))

    def come_up(self, start, of=None):
        """Start, and wait for the first answer that says it can do its work. `of` is what starts, if not the server."""
        since = time.monotonic()
        start()
        while not self._ready():
            assert time.monotonic() - since < GIVE_UP, "it does not come up again"
            time.sleep(0.02)
        self.seconds.append(time.monotonic() - since)
        self.own_seconds.append(self.seconds[-1] * share_of_a_core((of or self).process.pid))

    def _ready(self):
        try:
            return httpx.get(f"{self.address}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False


def share_of_a_core(pid):
    """What part of the time in which this process and its children could have run they did run: on a busy machine others
    have the core meanwhile, and that is not their slowness. 1 where Linux does not tell."""
    ran = waited = 0
    for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
        try:
            spent = Path(f"/proc/{process.pid}/schedstat").read_text().split()
        except OSError:
            return 1
        ran, waited = ran + int(spent[0]), waited + int(spent[1])
    return ran / (ran + waited)


def figures(server, stories, done_before):
    sent = [each for story in stories for each in story.sent]
    return {"kills": len(server.in_flight), "deeds answered": len(sent), "under way when killed": sum(server.in_flight),
            "sent again": sum(1 for each in sent if each.lost), "of these done before": done_before,
            "up again by the clock": median_and_worst(server.seconds),
            "without waiting for a core": median_and_worst(server.own_seconds)}


def median_and_worst(seconds):
    return round(median(seconds), 2), round(max(seconds), 2)
