"""The commands of whoever runs Casework. Each prints what it did; what went wrong is one line and a status of 1."""
from __future__ import annotations

import sys

import click

from ..kernel.errors import Refusal
from ..kernel.keyring import KeysRefused
from ..settings import Unsafe
from . import backup, demo, evidence, holds, keys, log, people, running, sealing, working
from .base import casework, end_in_order

__all__ = ["backup", "casework", "demo", "evidence", "holds", "keys", "log", "main", "people", "running", "sealing",
           "working"]


def main() -> None:
    """What `casework` calls. A refusal is one line, never a traceback."""
    end_in_order()
    try:
        casework()
    except (Refusal, Unsafe, KeysRefused) as refusal:
        words = [str(refusal), *(f"{name}: {' '.join(said)}" for name, said in getattr(refusal, "fields", {}).items())]
        click.echo(" ".join(words), err=True)
        sys.exit(1)
