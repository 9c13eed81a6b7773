"""The commands of whoever runs Casework. Each prints what it did; what went wrong is one line and a status of 1."""
from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from marshmallow import ValidationError
from sqlalchemy import select

from . import create_app, schema, seed
from .access import actions as people
from .access import tokens
from .access.models import User
from .access.rulebook import publish_packaged
from .audit import whole
from .continued_presence.actions import tick as end_grants
from .kernel import key_sources
from .kernel.db import db
from .kernel.errors import Refusal
from .kernel.keyring import KeysRefused
from .kernel.system import SYSTEM
from .log.files import to_file, to_stream
from .log.schemas import Format, LogFilter
from .policy import OFFICE_BOUND, ROLES, Role
from .settings import DEMO_SECRET, Unsafe
from .web.words import by_field, plain

INSTANCE = Path("instance")
Command = TypeVar("Command", bound=Callable[..., Any])


@click.group()
def casework() -> None:
    """Casework: victim assistance, Continued Presence, emergency fund."""


def with_app(command: Command) -> Command:
    """Run inside the application, as the environment configures it."""
    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        with create_app().app_context():
            try:
                return command(*args, **kwargs)
            finally:
                db.session.remove()
                db.engine.dispose()
    return run  # type: ignore[return-value]


@casework.group(name="db")
def database() -> None:
    """The tables: bring them up to date, or back."""


@database.command()
@click.argument("revision", default="head")
@with_app
def upgrade(revision: str) -> None:
    """Bring the tables up to REVISION, and publish the rules that are new."""
    schema.upgrade(revision)
    added = publish_packaged(SYSTEM)
    click.echo(f"The tables are at {schema.present() or 'nothing'}. Rules published: {added}.")


@database.command()
@click.argument("revision", default="-1")
@with_app
def downgrade(revision: str) -> None:
    """Take the tables back to REVISION. What they held is lost."""
    schema.downgrade(revision)
    click.echo(f"The tables are at {schema.present() or 'nothing'}.")


@casework.group()
def keys() -> None:
    """The keys that seal what is private."""


@keys.command("create")
@click.argument("file", type=click.Path(path_type=Path))
def create_keys(file: Path) -> None:
    """Write new keys to FILE, for its owner alone. Keep a copy apart from the database and its backups."""
    key_sources.generate_file(file)
    click.echo(f"{file} holds new keys. Name it in CASEWORK_KEYS_FILE.")


@casework.group()
def user() -> None:
    """People who sign in."""


@user.command("create")
@click.option("--username", prompt=True)
@click.option("--name", prompt=True)
@click.option("--role", type=click.Choice([str(role) for role in ROLES]), required=True)
@click.option("--office", help="Its code, such as DEN, for a role that is held in one office.")
@click.option("--document", default="First set-up", help="The designation this role rests on.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@with_app
def create_user(username: str, name: str, role: str, office: str | None, document: str, password: str) -> None:
    """Make a person and give them a role: the first administrator is made like this."""
    if Role(role) in OFFICE_BOUND and not office:
        raise click.UsageError(f"A {role.replace('_', ' ')} belongs to one office: say --office CODE.")
    with whole():
        person = people.create_user(SYSTEM, username=username, name=name, password=password)
        people.give_role(SYSTEM, person, role=Role(role), document=document,
                         office=people.office_by_code(office) if office else None)
    click.echo(f"{person.username} may sign in as {role.replace('_', ' ')}.")


@casework.group()
def office() -> None:
    """Offices."""


@office.command("create")
@click.argument("code")
@click.argument("name")
@click.argument("timezone")
@with_app
def create_office(code: str, name: str, timezone: str) -> None:
    """Make an office: CODE NAME TIMEZONE, such as DEN Denver America/Denver."""
    people.create_office(SYSTEM, code=code.upper(), name=name, timezone=timezone)
    click.echo(f"{code.upper()} is there.")


@casework.group()
def token() -> None:
    """API tokens."""


@token.command("create")
@click.option("--user", "username", required=True)
@click.option("--label", default="command line")
@click.option("--scopes", default="*", help="Verbs such as case.read, or case.*; * is all their roles allow.")
@click.option("--days", default=90, show_default=True)
@with_app
def create_token(username: str, label: str, scopes: str, days: int) -> None:
    """Print a new token, alone, once."""
    click.echo(tokens.create(SYSTEM, person_called(username), label=label, scopes=scopes, days=days))


def person_called(username: str) -> User:
    person = db.session.scalar(select(User).where(User.username == username.strip().casefold()))
    if person is None:
        raise click.UsageError(f"Nobody signs in as {username}.")
    return person


@casework.command()
@with_app
def clocks() -> None:
    """Do what is due by itself: end the grants that have run out. Run it every hour, from cron or a timer."""
    click.echo(f"Grants ended: {end_grants()}.")


@casework.group()
def disbursements() -> None:
    """The log of disbursements."""


def filtered(command: Command) -> Command:
    """An option for each filter of the log, as the page and the API have them."""
    for name in reversed(LogFilter().load_fields.values()):
        said = str(name.data_key or name.name)
        command = click.option(f"--{said.replace('_', '-')}", said, help=str(name.metadata.get("label", "")))(command)
    return command


@disbursements.command("export")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="A file; its manifest is written beside it. Else here.")
@click.option("--user", "username", help="In whose name the trail keeps it; else in that of Casework.")
@filtered
@with_app
def export_disbursements(form: str, out: Path | None, username: str | None, **asked: str | None) -> None:
    """Take the log away, without payee, days of service or person. What was taken is kept in the audit log."""
    actor = person_called(username) if username else SYSTEM
    try:
        wanted = LogFilter().load({name: word for name, word in asked.items() if word})
    except ValidationError as wrong:
        problems = by_field(plain(wrong.messages))
        raise click.UsageError("; ".join(f"{name}: {words}" for name, words in problems.items())) from None
    told = (to_file(actor, Format(form), out, **wanted) if out
            else to_stream(actor, Format(form), sys.stdout.buffer, **wanted)).as_dict()
    click.echo(f"{told['rows']} rows, ${told['paid']} paid less refunds, SHA-256 {told['sha256']}", err=True)


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
    """Everything at once, on made-up data: tables, story, server."""
    if reset:
        for file in INSTANCE.glob("casework.db*"):
            file.unlink()
    os.environ.update(demo_environment())
    with create_app().app_context():
        schema.upgrade("head")
        if db.session.scalar(select(User.id).limit(1)) is None:
            click.echo("Telling the demo story, once. Every person in it is made up.")
            tell()
        publish_packaged(SYSTEM)
        db.session.remove()
        db.engine.dispose()
    click.echo(seed.sign_ins())
    click.echo(f"\nCasework is at http://127.0.0.1:{port}  (Ctrl+C ends it)")
    sys.stdout.flush()
    serve = ["-m", "gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "3",
             "--log-level", "warning", "--bind", f"127.0.0.1:{port}", "wsgi:app"]
    os.execv(sys.executable, [sys.executable, *serve])  # noqa: S606


def demo_environment() -> dict[str, str]:
    """A database and keys of its own under instance/, and the published secret that production refuses."""
    keys = INSTANCE / "keys"
    if not keys.exists():
        key_sources.generate_file(keys, demo=True)
    return {"CASEWORK_ENV": "demo", "CASEWORK_SECRET_KEY": DEMO_SECRET, "CASEWORK_KEYS_FILE": str(keys.absolute()),
            "CASEWORK_DATABASE_URL": f"sqlite:///{(INSTANCE / 'casework.db').absolute()}"}


def main() -> None:
    """What `casework` calls. A refusal is one line, never a traceback."""
    try:
        casework()
    except (Refusal, Unsafe, KeysRefused) as refusal:
        words = [str(refusal), *(f"{name}: {' '.join(said)}" for name, said in getattr(refusal, "fields", {}).items())]
        click.echo(" ".join(words), err=True)
        sys.exit(1)
