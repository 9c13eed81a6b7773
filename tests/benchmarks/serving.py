"""Two applications under gunicorn, side by side, and clients that cost almost nothing beside them."""
from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).parents[2]
SECONDS_TO_START, SECONDS_TO_STOP = 180, 10


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes
    first_byte: float


@dataclass(frozen=True)
class Served:
    """One application that listens; `pid` is gunicorn's master."""

    name: str
    port: int
    pid: int

    def cpu(self) -> float:
        """Seconds of processor time its workers have used."""
        return cpu(psutil.Process(self.pid))


def cpu(parent: psutil.Process) -> float:
    spent = 0.0
    for process in (parent, *parent.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        spent += times.user + times.system
    return spent


def postmaster(uri: str) -> psutil.Process:
    """The server behind this socket, to ask what its backends have used."""
    folder = uri.partition("host=")[2]
    pid = (Path(folder) / "data" / "postmaster.pid").read_text().split()[0]
    return psutil.Process(int(pid))


@contextmanager
def served(name: str, module: str, environment: dict[str, str], log: Path) -> Iterator[Served]:
    """gunicorn as in production, two workers with three threads, for as long as the block lasts. A connection is for
    one request: kept ones may all be one worker's, and the other is idle."""
    with socket.socket() as door, log.open("wb") as said:
        door.bind(("127.0.0.1", 0))
        door.listen(64)
        port = door.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--worker-class", "gthread", "--workers",
                   "2", "--threads", "3", "--keep-alive", "0", "--bind", f"fd://{door.fileno()}", module]
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=said, stderr=said,
                                   pass_fds=[door.fileno()], start_new_session=True)
        try:
            _wait(process, port, log)
            yield Served(name, port, process.pid)
        finally:
            _end(process)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    give_up = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < give_up:
        try:
            with Client(port, "", patience=5) as client:
                client.get("/readyz")
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Client:
    """One person's program; it keeps its connection as long as the server does."""

    def __init__(self, port: int, token: str, *, patience: float = 60) -> None:
        self.address, self.token, self.patience = ("127.0.0.1", port), token, patience
        self._connect()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()

    def _connect(self) -> None:
        self.line = socket.create_connection(self.address, self.patience)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.read = self.line.makefile("rb")

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        said = {"Host": "localhost", "Authorization": f"Bearer {self.token}", **headers}
        if body:
            said |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in said.items())
        began = time.perf_counter()
        self.line.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        return self._answer(began)

    def _answer(self, began: float) -> Answer:
        status = int(self.read.readline().split()[1])
        headers = {}
        while line := self.read.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        if headers.get("transfer-encoding") == "chunked":
            body, first = self._chunks(began)
        else:
            body, first = self.read.read(int(headers.get("content-length", 0))), time.perf_counter() - began
        if headers.get("connection", "").lower() == "close":
            self.line.close()
            self._connect()
        return Answer(status, headers, body, first)

    def _chunks(self, began: float) -> tuple[bytes, float]:
        parts, first = [], 0.0
        while size := int(self.read.readline(), 16):
            parts.append(self.read.read(size))
            first = first or time.perf_counter() - began
            self.read.readline()
        self.read.readline()
        return b"".join(parts), first
