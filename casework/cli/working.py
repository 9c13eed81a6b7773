"""The worker: what goes on beside the server. It seals the log, sends checkpoints to the witnesses, unfolds what reads
showed, ends what has run out. One thread for each job, so that a slow one holds up no other; a new job is one more row
of `jobs`."""
from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any, NamedTuple

import click
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from ..continued_presence.actions import tick as end_grants
from ..kernel.db import db
from ..kernel.errors import Refusal
from ..kernel.keyring import KeysRefused
from ..log import log_keys
from ..log.unfolding import unfold
from ..log.witnesses import publish
from ..web import logs
from .base import casework, with_app
from .sealing import follow_on, until_told

LOOK = 1.0


class Job(NamedTuple):
    """Something to do again and again, with a pause of so many seconds between."""

    name: str
    every: float
    do: Callable[[], Any]


def jobs(stop: Event) -> tuple[Job, ...]:
    """Sealing goes on by itself until told to stop; its pause is for when it failed."""
    return (
        Job("seal", 5, lambda: follow_on(stop)),
        Job("publish", 60, lambda: publish(current_app.config)),
        Job("unfold", 10, unfold),
        Job("clocks", 3600, end_grants),
    )


@casework.command()
@click.option("--beside", type=int, metavar="PID", help="End when this process, which started it, has ended.")
@with_app
def worker(beside: int | None) -> None:
    """Do what goes on beside the server, until told to stop: sealing, witnesses, clocks. Run one for each database."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    log_keys.signer(app.config)
    stop = until_told()
    rows = jobs(stop)
    with ThreadPoolExecutor(len(rows), "job") as pool:
        try:
            _watch(lambda job: pool.submit(_again_and_again, app, job, stop), rows, stop, beside)
        finally:
            stop.set()


def _watch(start: Callable[[Job], Future[None]], rows: tuple[Job, ...], stop: Event, beside: int | None) -> None:
    """Return when told to stop, or when the process beside has ended. What ends a job is a bug: it is written into the
    service's log, and the job begins anew. It ends no other: whatever comes of publishing, sealing goes on."""
    running = {job: start(job) for job in rows}
    while not stop.wait(LOOK):
        for job, future in running.items():
            if future.done() and (error := future.exception()):
                logs.failure(error)
                running[job] = start(job)
        if beside is not None and os.getppid() != beside:
            return


def _again_and_again(app: Flask, job: Job, stop: Event) -> None:
    """What fails outside (database, disk, a refusal) is written into the service's log, and tried again. A refusal's
    sentence is for whoever runs this, and says nothing private."""
    with app.app_context():
        while not stop.is_set():
            try:
                job.do()
            except (SQLAlchemyError, OSError) as error:
                logs.failure(error)
            except (Refusal, KeysRefused) as refusal:
                logs.failure(refusal)
                click.echo(str(refusal), err=True)
            finally:
                db.session.remove()
            stop.wait(job.every)
