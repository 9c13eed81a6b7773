"""The commands of whoever runs Casework. Each prints what it did; what went wrong is one line and a status of 1."""
from __future__ import annotations

import sys
from typing import NoReturn

import click
from sqlalchemy.exc import DBAPIError, OperationalError

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
        _end_with(" ".join(words))
    except OSError as problem:
        _end_with(f"Error: {problem.strerror or type(problem).__name__}" + (f": {problem.filename}" if problem.filename
                                                                            else ""))
    except DBAPIError as problem:
        _end_with(f"Error: {_of_database(problem)}")


def _end_with(words: str) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(1)


def _of_database(problem: DBAPIError) -> str:
    """Never the statement, nor what was in it: only when the database could not be had, its own first line."""
    kind = type(problem.orig).__name__
    if isinstance(problem, OperationalError):
        return f"the database could not do it ({kind}): {str(problem.orig).strip().partition(chr(10))[0]}"
    return f"the database refused it ({kind}). If Casework is newer than its tables, run casework db upgrade."
