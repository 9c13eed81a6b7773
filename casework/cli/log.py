"""The log of disbursements, taken away."""
from __future__ import annotations

import sys
from pathlib import Path

import click
from marshmallow import ValidationError

from ..kernel.system import SYSTEM
from ..log.files import to_file, to_stream
from ..log.schemas import Format, LogFilter
from ..web.words import by_field, plain
from .base import Command, casework, person_called, with_app


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
