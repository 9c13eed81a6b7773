"""The product as it is served: gunicorn with threads, on a loopback port of its own, on a copy of the story's database."""
from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

import httpx
import pytest

from casework.access import tokens
from casework.kernel.db import db
from casework.kernel.system import SYSTEM
from tests import world as story
from tests.conftest import KEYS, app_on, runtime

ROOT = Path(__file__).parents[2]
SECONDS_TO_START, SECONDS_TO_STOP = 60, 10
AT_ONCE = 16


@dataclass
class Server:
    """A running server; `app` is the same product in this process, on the same database."""

    address: str
    database: str
    ids: dict[str, Any]
    log: Path
    app: Any
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    making: Lock = field(default_factory=Lock)

    @contextmanager
    def story(self):
        """The people and things of the story, in a session of their own. Setting the scene, and looking at the end."""
        with self.app.app_context():
            yield story.World(self.ids, db.session())
            db.session.remove()

    def client(self, name):
        """A program that comes with this person's token."""
        with self.making:
            if name not in self.clients:
                self.clients[name] = self._new(name)
        return self.clients[name]

    def _new(self, name):
        with self.story() as world:
            token = tokens.create(SYSTEM, getattr(world, name), label="over HTTP")
        return httpx.Client(base_url=f"{self.address}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60,
                            limits=httpx.Limits(max_connections=AT_ONCE))

    def post(self, name, path, body=None, key=None):
        """Sent once, with a key of its own unless one is given."""
        headers = {"Idempotency-Key": key or str(uuid4())}
        return self.client(name).post(path, json=body or {}, headers=headers)


def at_once(jobs):
    """Run them all, a bounded number at a time; their answers in order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [each.result() for each in [pool.submit(job) for job in jobs]]


@contextmanager
def serving(database, log):
    """gunicorn for as long as the block lasts: its address, once it answers. It listens on a socket made here."""
    with listening() as door, log.open("wb") as said:
        process = launch(door, database, said)
        try:
            answers(process, address_of(door), log)
            yield address_of(door)
        finally:
            end(process)


@contextmanager
def listening():
    """A socket on a port of its own. It outlives the server, so that one that comes up again has the same address."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(64)
        yield door


def address_of(door):
    return f"http://127.0.0.1:{door.getsockname()[1]}"


def launch(door, database, said):
    """gunicorn as it is served, in a process group of its own. Python keeps what it compiled, as an installation does."""
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--preload", "--worker-class", "gthread",
               "--workers", "2", "--threads", "4", "--access-logfile", "-", "--bind", f"fd://{door.fileno()}", "wsgi:app"]
    environment = {**os.environ, "CASEWORK_ENV": "test", "CASEWORK_DATABASE_URL": runtime(database),
                   "CASEWORK_KEYS": KEYS, "CASEWORK_SECRET_KEY": "t" * 40}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=said, pass_fds=[door.fileno()],
                            start_new_session=True)


def answers(process, address, log):
    """Return once the workers answer; raise with what the server said when it died or took too long."""
    give_up = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < give_up:
        try:
            httpx.get(f"{address}/readyz", timeout=2)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")


def end(process):
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def server(request, tmp_path_factory):
    """One server per database and test process."""
    database, ids = request.getfixturevalue(f"{request.param}_copies")()
    log, app = tmp_path_factory.mktemp("server") / "log", app_on(database)
    with serving(database, log) as address:
        running = Server(address, database, ids, log, app)
        yield running
        for client in running.clients.values():
            client.close()
    with app.app_context():
        db.engine.dispose()
