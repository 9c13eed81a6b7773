"""The sealed log: sealing it, the key that signs it, and the witnesses outside."""
from __future__ import annotations

import signal
import sys
from pathlib import Path
from threading import Event

import click
from flask import current_app

from ..kernel.alone import Busy
from ..log import accepting, log_keys, rotation, sealer, unfolding, witnesses
from ..settings import settings
from .base import casework, with_app

WAITING = 1.0


def until_told() -> Event:
    """Set when this process is asked to end (SIGTERM, Ctrl+C): what is under way is finished first."""
    stop = Event()
    for word in (signal.SIGTERM, signal.SIGINT):
        signal.signal(word, lambda *_: stop.set())
    return stop


@casework.command()
@click.option("--follow", is_flag=True, help="Go on, with a pass at least every second, until told to stop.")
@with_app
def seal(follow: bool) -> None:
    """Seal what is finished: leaves, tree, a signed checkpoint. One process at a time."""
    if follow:
        follow_on(until_told())
        return
    signer = log_keys.signer(current_app.config)
    with sealer.the_sealer():
        done = sealer.everything(signer)
    click.echo(f"Events sealed: {done.events}. The log has {done.size} leaves.")


def follow_on(stop: Event) -> None:
    """Seal until told to stop; while another process does, wait for it to end."""
    log_keys.signer(current_app.config)
    said = False
    while not stop.is_set():
        try:
            with sealer.the_sealer():
                sealer.follow(current_app.config, stop.wait)
        except Busy as busy:
            if not said:
                click.echo(f"{busy} Waiting.", err=True)
            said = not stop.wait(WAITING)


@casework.group()
def log() -> None:
    """The sealed log: its key and its witnesses."""


@log.command("unfold")
@with_app
def unfold_looks() -> None:
    """Unfold what reads showed, so that "who looked at this case" is answered at once. The worker does so too."""
    click.echo(f"Events unfolded: {unfolding.unfold()}.")


@log.command("create-key")
@click.argument("file", type=click.Path(path_type=Path))
def create_key(file: Path) -> None:
    """Write a new signing key to FILE, for its owner alone. Keep it apart from the database."""
    if file.exists():
        raise click.UsageError(f"{file} is there already: keys are never written over.")
    key = log_keys.create(file, str(settings({})["LOG_ORIGIN"]))
    click.echo(f"{file} holds a new key. Name it in CASEWORK_LOG_KEY_FILE. Give auditors its public half:\n{key.vkey}")


@log.command("rotate-key")
@click.argument("file", type=click.Path(path_type=Path))
@with_app
def rotate_key(file: Path) -> None:
    """Make a new signing key in FILE; the present one signs it in. Later checkpoints need the new one."""
    if file.exists():
        raise click.UsageError(f"{file} is there already: keys are never written over.")
    with sealer.the_sealer():
        key = rotation.rotate(current_app.config, file)
    click.echo(f"Signed in. Set CASEWORK_LOG_KEY_FILE to {file} wherever the log is sealed.\n{key.vkey}")


@log.command()
@with_app
def accept() -> None:
    """Let the log in the database be signed on, though this key has signed a longer or another one: after an older
    backup was restored on purpose. What lay between is not in the log any more; the witnesses outside hold its
    checkpoints and will report that range as missing for good. The audit log keeps that this was done."""
    with sealer.the_sealer():
        found = accepting.accept(current_app.config)
    click.echo(f"Signed before: {found.before} leaves. From here on the log goes on from {found.now}.")


@log.command()
@with_app
def publish() -> None:
    """Send the newest checkpoint to every witness that has not taken it. Status 1 when one did not."""
    receipts = witnesses.publish(current_app.config)
    for receipt in receipts:
        click.echo(f"{receipt.witness}: {'taken' if receipt.well else 'FAILED'}, {receipt.answer}")
    if not receipts:
        click.echo("There is nothing to send.")
    if not all(receipt.well for receipt in receipts):
        sys.exit(1)
