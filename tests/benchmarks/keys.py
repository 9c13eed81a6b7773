"""How fast keys are turned, and what that costs those who read meanwhile: `python -m tests.benchmarks.keys [PEOPLE]`.

On each database: so many people are loaded, then one reader reads at random for some seconds alone, and again while
`casework keys rotate` brings every row to new master and index keys. Printed are rows per second and, as a ratio within
the run, the median read during the turning to the median read alone.
"""
from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from casework.cases import keys
from casework.kernel.db import db
from tests.cases.turning import ended, load, started
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
        alone = reading(url, key_file, folder / "alone", people, lambda: time.sleep(ALONE))
        keys.add("master")
        keys.add("index")
        began = time.perf_counter()
        beside = reading(url, key_file, folder / "beside", people, lambda: ended(
            started(url, key_file, "keys", "rotate"), SECONDS))
        took = time.perf_counter() - began
        db.session.remove()
        db.engine.dispose()
    assert not alone["wrong"] and not beside["wrong"]
    print(f"{name:<11} {people} people, {2 * people} rows turned in {took:.1f} s: {2 * people / took:,.0f} rows/s; "
          f"median read beside ÷ alone {beside['median'] / alone['median']:.2f} "
          f"({beside['done']} reads, none wrong)", flush=True)


def reading(url, key_file, stop, people, meanwhile):
    """What one reader met while something else went on."""
    reader = started(url, key_file, "read", stop, many=people)
    assert reader.stdout.readline() == "ready\n"
    meanwhile()
    stop.touch()
    return json.loads(ended(reader))


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
