"""How fast keys are turned, and what that costs those who read meanwhile: `python -m tests.benchmarks.keys [PEOPLE]`.

On each database: so many people are loaded, then one reader reads at random for some seconds alone, and again while
`casework keys rotate` brings every row to new master and index keys. Printed are rows per second and, as a ratio within
the run, the median read during the turning to the median read alone.
"""
from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from casework.cases import keys
from casework.kernel.db import db
from tests.cases.test_turning_under_load import begun, command, told
from tests.cases.turning import at_work, load, read
from tests.conftest import KEYS, app_on, build_on
from tests.postgres import SCRATCH, database, start_server

PEOPLE, ALONE = 100_000, 5
SECONDS = 900


def measure(name, url, folder, people):
    key_file = folder / "keys"
    key_file.write_text(KEYS)
    key_file.chmod(0o600)
    with app_on(url, KEYS="", KEYS_FILE=str(key_file)).app_context():
        load(url, people)
        alone, _ = reading(url, key_file, folder / "alone", people, lambda: time.sleep(ALONE))
        keys.add("master")
        keys.add("index")
        beside, took = reading(url, key_file, folder / "beside", people,
                               lambda: command(url, key_file, ["keys", "rotate"], SECONDS))
        db.session.remove()
        db.engine.dispose()
    print(f"{name:<11} {people:,} people, {2 * people:,} rows turned in {took:.1f} s: {2 * people / took:,.0f} rows/s; "
          f"reads a second beside ÷ alone {beside / alone:.2f}, none wrong", flush=True)


def reading(url, key_file, stop, people, meanwhile):
    """Reads a second of one reader while something else went on, and how long that took."""
    reader = begun(at_work, read, url, key_file, stop, then=[people, 0])
    assert reader[1].recv() == "ready"
    began = time.perf_counter()
    meanwhile()
    took = time.perf_counter() - began
    stop.touch()
    done, wrong = told(*reader, 60)
    assert not wrong
    return done / took, took


def main(people=PEOPLE):
    folder = Path(tempfile.mkdtemp(prefix="cw-keys-", dir=SCRATCH))
    try:
        for name in ("sqlite", "postgresql"):
            (folder / name).mkdir()
        url = f"sqlite:///{folder / 'casework.db'}"
        build_on(url)
        measure("SQLite", url, folder / "sqlite", people)
        with start_server(durable=True) as server:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute("CREATE DATABASE keys")
            url = database(server, "keys").replace("postgresql://", "postgresql+psycopg://")
            build_on(url)
            measure("PostgreSQL", url, folder / "postgresql", people)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
