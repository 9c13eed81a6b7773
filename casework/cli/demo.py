"""The demo: tables, a made-up story and a server, by one command."""
from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from .. import create_app, schema, seed
from ..access.rulebook import publish_packaged
from ..kernel import key_sources
from ..kernel.db import db
from ..kernel.system import SYSTEM
from ..log import log_keys
from ..log.log_keys import MEMORY
from ..settings import DEFAULTS, DEMO_SECRET
from .base import casework, with_app

INSTANCE = Path("instance")
STORY, TELLING = INSTANCE / "casework.db", INSTANCE / "telling.db"


@casework.group(name="seed")
def seeding() -> None:
    """Synthetic data."""


@seeding.command("demo")
@with_app
def seed_demo() -> None:
    """Tell the demo story into an empty database."""
    tell()


def tell() -> None:
    for done, of, what in seed.tell(datetime.now(UTC)):
        click.echo(f"\r  {what:<28} {done:>4} of {of}   ", nl=done == of)


@casework.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--reset", is_flag=True, help="Throw the demo data away and begin again.")
def demo(port: int, reset: bool) -> None:
    """Everything at once, on made-up data: tables, story, server, and the worker beside it."""
    if reset:
        _remove(STORY)
    if not STORY.exists():
        _tell_anew()
    os.environ.update(environment(STORY))
    with create_app().app_context():
        _up_to_date()
    click.echo(seed.sign_ins())
    click.echo(f"\nCasework is at http://127.0.0.1:{port}  (Ctrl+C ends it)")
    sys.stdout.flush()
    _worker()
    serve = ["-m", "gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "3",
             "--log-level", "warning", "--bind", f"127.0.0.1:{port}", "wsgi:app"]
    os.execv(sys.executable, [sys.executable, *serve])  # noqa: S606


def _worker() -> None:
    """Beside the server, which takes this process's place and number: it ends when the server ends."""
    subprocess.Popen([sys.executable, "-c", "from casework.cli import main; main()", "worker", "--beside",
                      str(os.getpid())], start_new_session=True, stdin=subprocess.DEVNULL)


def _tell_anew() -> None:
    """Into a file of its own, which takes its name only when the story is whole: an interrupted one is told again."""
    click.echo("Telling the demo story, once. Every person in it is made up.")
    _remove(TELLING)
    (INSTANCE / f"log-key{MEMORY}").unlink(missing_ok=True)  # a new story is a new log
    os.environ.update(environment(TELLING))
    with create_app().app_context():
        schema.upgrade("head")
        tell()
        db.session.remove()
        db.engine.dispose()
    TELLING.rename(STORY)


def _up_to_date() -> None:
    schema.upgrade("head")
    publish_packaged(SYSTEM)
    db.session.remove()
    db.engine.dispose()


def _remove(database: Path) -> None:
    for file in INSTANCE.glob(f"{database.name}*"):
        file.unlink()


def environment(database: Path) -> dict[str, str]:
    """A database and keys of its own under instance/, and the published secret that production refuses."""
    keys, log_key = INSTANCE / "keys", INSTANCE / "log-key"
    if not keys.exists():
        key_sources.generate_file(keys, demo=True)
    if not log_key.exists():
        log_keys.create(log_key, str(DEFAULTS["LOG_ORIGIN"]))
    return {"CASEWORK_ENV": "demo", "CASEWORK_SECRET_KEY": DEMO_SECRET, "CASEWORK_KEYS_FILE": str(keys.absolute()),
            "CASEWORK_ESCROW_FILE": str((INSTANCE / "people.keys").absolute()),
            "CASEWORK_LOG_KEY_FILE": str(log_key.absolute()),
            "CASEWORK_DATABASE_URL": f"sqlite:///{database.absolute()}"}
