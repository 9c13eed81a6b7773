"""The sealed log, taken away with its proofs, and judged."""
from __future__ import annotations

import subprocess
import sys
from datetime import UTC
from pathlib import Path
from typing import Any

import click
from marshmallow import Schema, ValidationError

from ..kernel.system import SYSTEM
from ..log.bundle import VERIFIER
from ..log.evidence import of_events, take
from ..log.schemas import EventEvidenceArgs
from ..web.words import by_field, plain
from .base import Command, person_called, with_app
from .sealing import log

FILTER = EventEvidenceArgs(exclude=("limit", "after"))


def filtered(command: Command) -> Command:
    """An option for each filter of the audit log, as the page and the API have them."""
    for name in reversed(FILTER.load_fields.values()):
        said = str(name.data_key or name.name)
        command = click.option(f"--{said}", said, help=str(name.metadata.get("label", "")))(command)
    return command


def loaded(schema: Schema, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return dict(schema.load({name: word for name, word in asked.items() if word}))
    except ValidationError as wrong:
        problems = by_field(plain(wrong.messages))
        raise click.UsageError("; ".join(f"{name}: {words}" for name, words in problems.items())) from None


@log.command("export")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The zip to write.")
@click.option("--user", "username", help="In whose name the trail keeps it; else in that of Casework.")
@filtered
@with_app
def export(out: Path, username: str | None, **asked: str | None) -> None:
    """Write a bundle of evidence: the log, or what fits the filter, with its proofs. Days are those of UTC."""
    actor = person_called(username) if username else SYSTEM
    wanted = of_events(actor, zone=UTC, **loaded(FILTER, asked))
    part = out.with_name(f"{out.name}.part")
    with part.open("wb") as file:
        for piece in take(actor, wanted):
            file.write(piece)
    part.replace(out)
    told = wanted.as_dict()
    click.echo(f"{told['records']} records of {told['size']}, SHA-256 {told['sha256']}", err=True)


@log.command("verify", context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def verify(words: tuple[str, ...]) -> None:
    """Judge an export: FILE --key KEY [--earlier CHECKPOINT …] [--json]. The same program that travels in the bundle,
    in a process of its own, without Casework. Its status is 0, 1 or 2."""
    sys.exit(subprocess.run([sys.executable, "-I", str(VERIFIER), *words], check=False).returncode)
