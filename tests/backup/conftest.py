"""A database whose log is sealed, and backups of it."""
from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select

from casework.backup.checks import all_of
from casework.backup.restoring import restore
from casework.backup.scratch import scratch
from casework.backup.taking import take
from casework.cases.escrow import read_keys_file
from casework.kernel.db import db
from casework.log import notes, sealer
from casework.log.models import LogCheckpoint
from casework.settings import database

SIGNER = notes.generate("casework.example/log")


@contextmanager
def working_on(app, url):
    """The application on another database for as long as the block lasts."""
    db.session.remove()
    engines, before = db._app_engines[app], db.engine
    engines[None] = create_engine(url, **database({**app.config, "DATABASE_URL": url})["SQLALCHEMY_ENGINE_OPTIONS"])
    try:
        yield
    finally:
        db.session.remove()
        engines[None].dispose()
        engines[None] = before


@dataclass
class House:
    """The database of a test: it can be sealed, backed up, and a backup of it looked into."""

    app: object
    url: str
    folder: Path

    @property
    def settings(self):
        return {**self.app.config, "DATABASE_URL": self.url}

    def seal(self):
        """Seal what is finished. Gives the newest checkpoint, in a file, as a witness would keep it."""
        db.session.rollback()
        sealer.everything(SIGNER)
        last = db.session.scalar(select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1))
        kept = self.folder / f"checkpoint-{last.size}.txt"
        kept.write_text(last.note)
        db.session.rollback()
        return kept

    def take(self, name="one", **how):
        db.session.rollback()
        return take(self.settings, self.folder / name, self.folder / f"{name}.keys", **how)

    def verify(self, taken, *held, keys=...):
        """What restore-verify finds, by name."""
        keys = read_keys_file(taken.keys) if keys is ... else keys
        with scratch(taken.file, keys, self.url, self.settings) as restored, working_on(self.app, restored.url):
            return {check.what: check for check in all_of(restored, SIGNER.vkey, held)}

    @contextmanager
    def restored(self, taken, keys=...):
        """The database that the backup becomes, in scratch."""
        keys = read_keys_file(taken.keys) if keys is ... else keys
        with scratch(taken.file, keys, self.url, self.settings) as restored, working_on(self.app, restored.url):
            yield restored

    def on_server(self, question):
        owner = create_engine(self.url)
        with owner.connect() as connection:
            found = connection.exec_driver_sql(question.replace("%", "%%")).scalars().all()
        owner.dispose()
        return found

    def put_back(self, taken, url):
        return restore(taken.file, read_keys_file(taken.keys), url, self.settings)


@pytest.fixture
def house(app, copy, tmp_path):
    return House(app, copy[0], tmp_path)
