"""The keys that seal what is private: what there is, and turning them while people work."""
from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click
from flask import current_app

from ..cases import destroying, rotation
from ..cases import keys as deeds
from ..cases.models import PersonKey
from ..cases.rotation import Turned
from ..kernel import key_sources, kms, passphrase
from ..kernel.db import db, now
from ..kernel.errors import Refusal
from ..kernel.keyring import PURPOSES, State, ring
from ..kernel.ring_text import Plain, Wrapping
from ..kernel.storage import forget_deleted
from .asking import asker
from .base import casework, with_app
from .destroying import confirm, escrow_file, person_of, proposal_for, propose, write_keys


@casework.group()
def keys() -> None:
    """The keys that seal what is private."""


@keys.command("create")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--passphrase", "by_passphrase", is_flag=True, help="Wrapped under a passphrase.")
@click.option("--kms", "arn", help="Wrapped by this key (ARN) of AWS KMS.")
def create_keys(file: Path, by_passphrase: bool, arn: str | None) -> None:
    """Write new keys to FILE, for its owner alone. Keep a copy apart from the database and its backups."""
    if file.exists():
        raise click.UsageError(f"{file} is there already: keys are never written over.")
    key_sources.generate_file(file, wrapping=_wrapping(by_passphrase, arn))
    click.echo(f"{file} holds new keys. Name it in CASEWORK_KEYS_FILE.")


def _wrapping(by_passphrase: bool, arn: str | None) -> Wrapping:
    if by_passphrase and arn:
        raise click.UsageError("Say one of --passphrase and --kms.")
    if by_passphrase:
        return passphrase.fresh(passphrase.asked_for())
    return kms.Kms(arn) if arn else Plain()


@keys.command()
@with_app
def status() -> None:
    """Each key: its state, how many rows name it, its age. Never the secret."""
    for key in ring.keys:
        state = ring.state(key)
        rows = None if state is State.DESTROYED else rotation.rows_naming(key.purpose, key.id)
        said = "–" if rows is None else f"{rows} rows"
        age = f"{(now() - key.made_at).days} days" if key.made_at else "age unknown"
        click.echo(f"{key.name:<12} {state:<10} {said:<14} {age}")
    if lost := rotation.rows_under_no_key():
        click.echo(f"{lost} identifiers are indexed under keys that are gone, and not found: run casework keys rotate.")
    if destroying.escrow_turn_owed():
        click.echo("A key was destroyed and the escrow key not turned: run casework keys escrow --turn.")


@keys.command()
@click.argument("purpose", type=click.Choice(PURPOSES))
@with_app
def add(purpose: str) -> None:
    """A new key for PURPOSE, which seals from now on. Running servers take it up by themselves."""
    click.echo(f"{deeds.add(purpose).name} seals from now on. Copy the key file to its safe place again.")


@keys.command()
@click.argument("name")
@with_app
def retire(name: str) -> None:
    """NAME, such as master-1, seals nothing new any more. It still opens."""
    click.echo(f"{deeds.retire(name).name} is retired.")


@keys.command()
@click.option("--batch", type=click.IntRange(min=1), default=rotation.BATCH, show_default=True,
              help="Rows in one transaction.")
@click.option("--person", help="Only this person's key: a case number or the id of a person.")
@with_app
def rotate(batch: int, person: str | None) -> None:
    """Wrap every person's key under the newest master key, and make every index under the newest index key.

    It may be stopped at any moment and run again; people go on working. What is sealed under a person's key is not
    sealed again: signed records and the log hold its very bytes.
    """
    one = person_of(person).id if person else None
    failed = _tell(rotation.rewrap(batch, one))
    failed += 0 if one else _tell(rotation.reindex(batch))
    if kept := current_app.config["ESCROW_FILE"]:
        write_keys(Path(kept), turn=False)
    if failed:
        raise Refusal(f"{failed} rows could not be opened and stay as they are. The trail says which (seal.fail).")


def _tell(turns: Iterable[Turned]) -> int:
    failed: dict[str, int] = {}
    for told in turns:
        click.echo(f"{told.what}: {told.done} of {told.of}")
        failed[told.what] = told.unreadable
    return sum(failed.values())


@keys.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--turn", is_flag=True, help="Under a new escrow key; every older keys file is noise from then on.")
@with_app
def escrow(file: Path | None, turn: bool) -> None:
    """Write the keys file (every person's wrapped key) to FILE, or to CASEWORK_ESCROW_FILE."""
    write_keys(file or escrow_file(), turn=turn)


@keys.command()
@with_app
def scrub() -> None:
    """What was destroyed leaves the database’s files too. On PostgreSQL run it as the tables’ owner."""
    if not forget_deleted(db.engine, PersonKey.__tablename__):
        raise Refusal("Somebody was reading, or this is not the tables’ owner. Nothing is lost; run it again.")
    click.echo("Nothing of a destroyed key is left in the files of the database.")


@keys.command()
@click.argument("name", required=False)
@click.option("--person", help="A case number or the id of a person.")
@click.option("--reason", help="With --person, to propose: why.")
@click.option("--document", help="With --person, to propose: the document that allows it.")
@click.option("--confirm", "confirmed", is_flag=True, help="With --person: confirm what somebody else proposed.")
@click.option("--withdraw", "withdrawn", is_flag=True, help="With --person: withdraw a proposal.")
@with_app
def destroy(name: str | None, person: str | None, reason: str | None, document: str | None, confirmed: bool,
            withdrawn: bool) -> None:
    """Destroy the key NAME of the ring, once no row names it; or, with --person, a person's key.

    A person's key is destroyed by two people: one proposes it with a reason and a document, another confirms.
    """
    if (name is None) == (person is None):
        raise click.UsageError("Say one of NAME and --person.")
    if name:
        kept = current_app.config["ESCROW_FILE"]
        click.echo(f"{deeds.destroy(name, Path(kept) if kept else None).name} is destroyed. Destroy every copy of the "
                   "older key file too. What only it opened, older keys files among them, is noise.")
        return
    whose = person_of(person or "")
    if confirmed:
        confirm(asker("key_destruction.confirm"), whose)
    elif withdrawn:
        who = asker("key_destruction.withdraw")
        destroying.withdraw(who, proposal_for(who, whose))
        click.echo("Withdrawn.")
    else:
        propose(asker("key_destruction.propose"), whose, reason=reason or "", document=document or "")
