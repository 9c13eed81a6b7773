"""Many people, loaded in bulk, and processes that read and write them while keys are turned.

    python -m tests.cases.turning read|write STOP    until the file STOP is there; then one line of JSON
"""
from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

from sqlalchemy import create_engine, insert, select

from casework import create_app
from casework.access.models import Office, User
from casework.cases import actions, recording, rotation
from casework.cases.files import Identity
from casework.cases.models import Person, PersonKey, key_place
from casework.cases.search import search
from casework.kernel.crypto import Unreadable, seal
from casework.kernel.data_keys import data_key, new_data_key
from casework.kernel.db import db
from casework.kernel.exact import exact_index
from casework.kernel.scope import rules

ROOT = Path(__file__).parents[2]
AT_ONCE = 2000
PEOPLE, IDENTITIES = 1 << 100, 1 << 101  # ids that say the number, before all that the product makes
NAMED = "Turning "


def name_of(number):
    return f"{NAMED}{number}"


def a_number_of(number):
    return f"A{100_000_000 + number}"


def id_of(number):
    return UUID(int=IDENTITIES + number)


def load(url, many):
    """So many people with a name and an A-number, under the ring that is loaded, in the order of their number."""
    engine = create_engine(url)
    for start in range(0, many, AT_ONCE):
        rows = [_person(number) for number in range(start, min(start + AT_ONCE, many))]
        with engine.begin() as connection:
            connection.execute(insert(Person.__table__), [{"id": row["person_id"], "version": 1} for row in rows])
            connection.execute(insert(PersonKey.__table__), [{"person_id": row["person_id"], "wrapped": row.pop("wrapped")}
                                                            for row in rows])
            connection.execute(insert(Identity.__table__), rows)
    engine.dispose()


def _person(number):
    person_id, id = UUID(int=PEOPLE + number), id_of(number)
    wrapped = new_data_key(key_place(person_id))
    key = data_key(key_place(person_id), wrapped)
    return {"id": id, "person_id": person_id, "version": 1, "citizenship": "unknown", "wrapped": wrapped,
            "legal_name_sealed": seal(key, Identity.legal_name.place(id), name_of(number).encode()),
            "a_number_sealed": seal(key, Identity.a_number.place(id), a_number_of(number).encode()),
            "a_number_index": exact_index("a_number", a_number_of(number))}


def environment(url, key_file, many=0):
    return {**os.environ, "TURNING": str(many), "CASEWORK_ENV": "test", "CASEWORK_DATABASE_URL": url, "CASEWORK_KEYS_FILE": str(key_file),
            "CASEWORK_SECRET_KEY": "c" * 40, "PYTHONUNBUFFERED": "1"}


def started(url, key_file, *words, many=0):
    """A process of its own: `casework …`, or a reader or writer of this file."""
    command = [sys.executable, "-c", "from casework.cli import main; main()"] if words[0] == "keys" else \
        [sys.executable, "-m", "tests.cases.turning"]
    return subprocess.Popen([*command, *map(str, words)], cwd=ROOT, env=environment(url, key_file, many), text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def turn(url, key_file, batch, told, leave):
    """What `casework keys rotate` does; it tells of each batch and waits for leave to begin another. For a process
    that is killed again and again."""
    os.environ.update(environment(url, key_file))
    with create_app().app_context():
        leave.acquire()
        for turns in (rotation.rewrap(batch), rotation.reindex(batch)):
            for one in turns:
                told.send(one.what)
                leave.acquire()


def ended(process, seconds=120):
    said, wrong = process.communicate(timeout=seconds)
    assert process.returncode == 0, wrong
    return said


def read(stop):
    """Random people, by the product's own models: what does not read as it was written is told."""
    people, wrong, times = int(os.environ["TURNING"]), [], []
    parent = os.getppid()
    print("ready", flush=True)
    while not stop.exists() and os.getppid() == parent:
        number, began = random.randrange(people), time.perf_counter()
        with rules("test"):
            row = db.session.get(Identity, id_of(number), populate_existing=True)
        try:
            shown = row.legal_name
        except Unreadable as failure:
            shown = repr(failure)
        times.append(time.perf_counter() - began)
        if shown != name_of(number):
            wrong.append([number, shown])
        db.session.rollback()
    return {"done": len(times), "wrong": wrong, "median": sorted(times)[len(times) // 2]}


def write(stop):
    """New cases, one after the other, as the product opens them, each with a name and an A-number that is then looked
    for. All of them are read again at the end."""
    ada = db.session.scalars(select(User).where(User.username == "ada")).one()
    den = db.session.scalars(select(Office).where(Office.code == "DEN")).one()
    made, wrong = {}, []
    parent = os.getppid()
    print("ready", flush=True)
    while not stop.exists() and os.getppid() == parent:
        number = 500_000_000 + len(made)
        case = actions.open_case(ada, den, referral_source="self")
        identity = db.session.scalars(select(Identity).where(Identity.person_id == case.person_id)).one()
        recording.record_identity(ada, identity, legal_name=name_of(number), a_number=f"A{number}")
        made[identity.id] = name_of(number)
        if [found.id for found in search(ada, f"A{number}")] != [case.id]:
            wrong.append(f"A{number} was not found")
    for id, name in made.items():
        if db.session.get(Identity, id, populate_existing=True).legal_name != name:
            wrong.append(name)
    return {"done": len(made), "wrong": wrong}


def main(what, stop):
    with create_app().app_context():
        print(json.dumps({"read": read, "write": write}[what](Path(stop))))
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
