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

from sqlalchemy import create_engine, insert, select

from casework import create_app
from casework.access.models import Office, User
from casework.cases import actions, recording
from casework.cases.files import Identity
from casework.cases.models import Person, PersonKey, key_place
from casework.cases.search import search
from casework.kernel.crypto import Unreadable, seal
from casework.kernel.db import db, uuid7
from casework.kernel.exact import exact_index
from casework.kernel.keyring import data_key, new_data_key
from casework.kernel.scope import rules

ROOT = Path(__file__).parents[2]
AT_ONCE = 2000
NAMED = "Turning "


def name_of(number):
    return f"{NAMED}{number}"


def a_number_of(number):
    return f"A{100_000_000 + number}"


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
    person_id, id = uuid7(), uuid7()
    wrapped = new_data_key(key_place(person_id))
    key = data_key(key_place(person_id), wrapped)
    return {"id": id, "person_id": person_id, "version": 1, "citizenship": "unknown", "wrapped": wrapped,
            "legal_name_sealed": seal(key, Identity.legal_name.place(id), name_of(number).encode()),
            "a_number_sealed": seal(key, Identity.a_number.place(id), a_number_of(number).encode()),
            "a_number_index": exact_index("a_number", a_number_of(number))}


def everyone(url):
    """The id of each loaded person's identity, in the order of their number."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(select(Identity.__table__.c.id, Identity.__table__.c.person_id).where(
            Identity.__table__.c.citizenship == "unknown").order_by(Identity.__table__.c.id)).all()
    engine.dispose()
    return rows


def environment(url, key_file, many=0):
    return {**os.environ, "TURNING": str(many), "CASEWORK_ENV": "test", "CASEWORK_DATABASE_URL": url, "CASEWORK_KEYS_FILE": str(key_file),
            "CASEWORK_SECRET_KEY": "c" * 40, "PYTHONUNBUFFERED": "1"}


def started(url, key_file, *words, many=0):
    """A process of its own: `casework …`, or a reader or writer of this file."""
    command = [sys.executable, "-c", "from casework.cli import main; main()"] if words[0] == "keys" else \
        [sys.executable, "-m", "tests.cases.turning"]
    return subprocess.Popen([*command, *map(str, words)], cwd=ROOT, env=environment(url, key_file, many), text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ended(process, seconds=120):
    said, wrong = process.communicate(timeout=seconds)
    assert process.returncode == 0, wrong
    return said


def read(stop):
    """Random people, by the product's own models: what does not read as it was written is told."""
    people = everyone(os.environ["CASEWORK_DATABASE_URL"])[-int(os.environ["TURNING"]):]
    known, wrong, times = {id: name_of(number) for number, (id, _) in enumerate(people)}, [], []
    print("ready", flush=True)
    while not stop.exists():
        id, began = random.choice(people)[0], time.perf_counter()
        with rules("test"):
            row = db.session.get(Identity, id, populate_existing=True)
        try:
            shown = row.legal_name
        except Unreadable as failure:
            shown = repr(failure)
        times.append(time.perf_counter() - began)
        if shown != known[id]:
            wrong.append([str(id), shown, known[id]])
        db.session.rollback()
    return {"done": len(times), "wrong": wrong, "median": sorted(times)[len(times) // 2]}


def write(stop):
    """New cases, one after the other, as the product opens them, each with a name and an A-number that is then looked
    for. All of them are read again at the end."""
    ada = db.session.scalars(select(User).where(User.username == "ada")).one()
    den = db.session.scalars(select(Office).where(Office.code == "DEN")).one()
    made, wrong = {}, []
    print("ready", flush=True)
    while not stop.exists():
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
