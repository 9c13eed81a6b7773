"""Backups, restoring, and holding what stands there against what is held outside."""
from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from flask import current_app

from .. import create_app
from ..backup import log_check
from ..backup.checks import Check, all_of
from ..backup.restoring import restore
from ..backup.scratch import scratch
from ..backup.sources import owner_of
from ..backup.taking import take
from ..cases.escrow import KeysFile, read_keys_file
from ..kernel import key_sources
from ..kernel.db import db
from ..kernel.errors import Refusal
from ..settings import settings
from .base import casework, with_app
from .sealing import log

A_FILE = click.Path(path_type=Path)
THERE = click.Path(path_type=Path, exists=True)
MARKS = {True: "✓", False: "✗"}
held_outside = click.option("--checkpoint", "held", type=THERE, multiple=True,
                            help="A checkpoint that was kept outside, as a witness has it. May be given again.")
public_key = click.option("--key", "vkey", default="", help="The log's public key. Else the one in the database.")


@casework.command()
@click.argument("file", type=A_FILE)
@click.option("--keys", type=A_FILE, help="Where people's keys go. Default: FILE.keys; keep it apart from FILE.")
@with_app
def backup(file: Path, keys: Path | None) -> None:
    """Back up the data, encrypted, to FILE, and people's keys to a second file under another key."""
    taken = take(current_app.config, file, keys or _beside(file))
    click.echo(f"{taken.file}: {taken.size:,} bytes, {taken.manifest.records:,} rows, sealed up to "
               f"{taken.manifest.sealed:,} records, under {taken.key}. SHA-256 {taken.sha256}")
    click.echo(f"{taken.keys}: the keys of {taken.manifest.people:,} people, under {taken.escrow}. Keep it apart.")


@casework.command("restore")
@click.argument("file", type=THERE)
@click.option("--keys", type=THERE, help="The keys file. Default: FILE.keys, if it is there.")
def restore_for_real(file: Path, keys: Path | None) -> None:
    """Restore FILE to where CASEWORK_OWNER_URL (else CASEWORK_DATABASE_URL) points, where nothing may be yet."""
    chosen = settings({})
    key_sources.configure(chosen)
    made = restore(file, _keys(file, keys), owner_of(chosen), chosen)
    click.echo(f"Restored as it was at {made.manifest.taken_at}: {made.manifest.records:,} rows.")
    click.echo(f"{made.given:,} people have their key; {made.without:,} have none.")


@casework.command("restore-verify")
@click.argument("file", type=THERE)
@click.option("--keys", type=THERE, help="The keys file. Default: FILE.keys, if it is there.")
@held_outside
@public_key
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def restore_verify(file: Path, keys: Path | None, held: Sequence[Path], vkey: str, as_json: bool) -> None:
    """Restore FILE to scratch and say what holds. Ends with 0 only when everything does."""
    chosen = settings({})
    key_sources.configure(chosen)
    try:
        found = _verified(file, keys, held, vkey)
    except Refusal as refusal:
        found = [Check("whole", False, str(refusal))]
    well = all(check.holds for check in found)
    click.echo(_as_json(found, well) if as_json else _as_table(found, well))
    sys.exit(0 if well else 1)


def _verified(file: Path, keys: Path | None, held: Sequence[Path], vkey: str) -> list[Check]:
    chosen = settings({})
    with scratch(file, _keys(file, keys), owner_of(chosen), chosen) as restored:
        app = create_app(DATABASE_URL=restored.url, OWNER_URL=restored.url, ALLOW_SQLITE=True)
        with app.app_context():
            try:
                return list(all_of(restored, vkey, held))
            finally:
                db.session.remove()
                db.engine.dispose()


@log.command("check")
@held_outside
@public_key
@with_app
def check_log(held: Sequence[Path], vkey: str) -> None:
    """Hold the log of the database in use against its signatures, and against what is held outside."""
    verdict = log_check.check("this database", vkey, held)
    click.echo(f"{MARKS[verdict.holds]} {'holds' if verdict.holds else 'does not hold'}: {verdict.says}")
    if verdict.missing:
        click.echo(verdict.missing)
    sys.exit(0 if verdict.holds else 1)


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.keys")


def _keys(file: Path, named: Path | None) -> KeysFile | None:
    path = named or _beside(file)
    return read_keys_file(path) if named or path.exists() else None


def _as_table(found: Sequence[Check], well: bool) -> str:
    wide, said = (max(len(text) for text in texts) for texts in zip(*((c.what, c.words) for c in found), strict=True))
    rows = [f"{MARKS[check.holds]} {check.words:<{said}}  {check.what:<{wide}}  {check.says}" for check in found]
    wrong = sum(1 for check in found if not check.holds)
    last = "Everything holds." if well else f"{wrong} of {len(found)} do not hold: this backup does not count as one."
    return "\n".join([*rows, last])


def _as_json(found: Sequence[Check], well: bool) -> str:
    return json.dumps({"holds": well, "checks": [{"what": check.what, "holds": check.holds, "says": check.says}
                                                 for check in found]}, indent=1, ensure_ascii=False)
