"""Many people, loaded in bulk, and processes that read and write them while keys are turned."""
from __future__ import annotations

import os
import random
import time
from uuid import UUID

from click.testing import CliRunner
from sqlalchemy import create_engine, insert, select

from casework import create_app
from casework.access.models import Office, User
from casework.cases import actions, recording, rotation
from casework.cases.files import Identity
from casework.cases.models import Person, PersonKey, key_place
from casework.cases.search import search
from casework.cli import casework
from casework.kernel.crypto import Unreadable, seal
from casework.kernel.data_keys import data_key, new_data_key
from casework.kernel.db import db
from casework.kernel.exact import exact_index
from casework.kernel.scope import rules

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


def at_home(url, key_file):
    """The environment of a process of its own, as whoever runs Casework sets it."""
    os.environ.update({"CASEWORK_ENV": "test", "CASEWORK_DATABASE_URL": url, "CASEWORK_KEYS_FILE": str(key_file),
                       "CASEWORK_SECRET_KEY": "c" * 40})


def typed(url, key_file, words, told):
    """`casework …`; it tells the status and what was said."""
    at_home(url, key_file)
    done = CliRunner().invoke(casework, words)
    told.send((done.exit_code, done.output))


def at_work(work, url, key_file, *given):
    """`read` or `write`, which tell when they begin and, once they are to stop, what they did and what was wrong."""
    at_home(url, key_file)
    with create_app().app_context():
        work(*given)
        db.session.remove()
        db.engine.dispose()


def turn(url, key_file, batch, told, leave):
    """What `casework keys rotate` does; it tells of each batch and waits for leave to begin another. For a process
    that is killed again and again."""
    at_home(url, key_file)
    with create_app().app_context():
        leave.acquire()
        for turns in (rotation.rewrap(batch), rotation.reindex(batch)):
            for one in turns:
                told.send(one.what)
                leave.acquire()


def read(stop, told, people, pause):
    """Random people, by the product's own models: what does not read as it was written is told."""
    wrong, done, parent = [], 0, os.getppid()
    told.send("ready")
    while not stop.exists() and os.getppid() == parent:
        number = random.randrange(people)
        with rules("test"):
            row = db.session.get(Identity, id_of(number), populate_existing=True)
        try:
            shown = row.legal_name
        except Unreadable as failure:
            shown = repr(failure)
        if shown != name_of(number):
            wrong.append([number, shown])
        done += 1
        db.session.rollback()
        time.sleep(pause)
    told.send((done, wrong))


def write(stop, told, _, pause):
    """New cases, one after the other, as the product opens them, each with a name and an A-number that is then looked
    for. All of them are read again at the end."""
    ada = db.session.scalars(select(User).where(User.username == "ada")).one()
    den = db.session.scalars(select(Office).where(Office.code == "DEN")).one()
    made, wrong, parent = {}, [], os.getppid()
    told.send("ready")
    while not stop.exists() and os.getppid() == parent:
        number = 500_000_000 + len(made)
        case = actions.open_case(ada, den, referral_source="self")
        identity = db.session.scalars(select(Identity).where(Identity.person_id == case.person_id)).one()
        recording.record_identity(ada, identity, legal_name=name_of(number), a_number=f"A{number}")
        made[identity.id] = name_of(number)
        if [found.id for found in search(ada, f"A{number}")] != [case.id]:
            wrong.append(f"A{number} was not found")
        time.sleep(pause)
    for id, name in made.items():
        if db.session.get(Identity, id, populate_existing=True).legal_name != name:
            wrong.append(name)
    told.send((len(made), wrong))
