"""Tables, keys and clocks: what keeps an installation running."""
from __future__ import annotations

from pathlib import Path

import click

from .. import schema
from ..access.rulebook import publish_packaged
from ..continued_presence.actions import tick as end_grants
from ..kernel import key_sources
from ..kernel.system import SYSTEM
from .base import casework, with_app


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


@database.command()
@with_app
def secure() -> None:
    """As the owner (CASEWORK_OWNER_URL): the role the application connects as, its rights, and every policy."""
    if not schema.apart():
        raise click.UsageError("Row security needs PostgreSQL and two roles: CASEWORK_OWNER_URL for the owner, and "
                               "casework_runtime in CASEWORK_DATABASE_URL.")
    schema.secure()
    click.echo("The walls stand: who may see and change what is the policy of this code.")


@casework.group()
def keys() -> None:
    """The keys that seal what is private."""


@keys.command("create")
@click.argument("file", type=click.Path(path_type=Path))
def create_keys(file: Path) -> None:
    """Write new keys to FILE, for its owner alone. Keep a copy apart from the database and its backups."""
    if file.exists():
        raise click.UsageError(f"{file} is there already: keys are never written over.")
    key_sources.generate_file(file)
    click.echo(f"{file} holds new keys. Name it in CASEWORK_KEYS_FILE.")


@casework.command()
@with_app
def clocks() -> None:
    """Do what is due by itself: end the grants that have run out. Run it every hour, from cron or a timer."""
    click.echo(f"Grants ended: {end_grants()}.")
