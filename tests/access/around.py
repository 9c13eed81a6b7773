"""A line of code as somebody might write it in the product, and what becomes of it.

It is run under the name of a file of the product: what a test asks itself is let through (tests/leave.py).
"""
from __future__ import annotations

from pathlib import Path

import pytest

import casework

PRODUCT = str(Path(casework.__file__).parent / "somewhere.py")
SETTING = """
import sqlite3
from sqlalchemy import *
from sqlalchemy.orm import aliased, joinedload, make_transient_to_detached, selectinload
from casework.access import queries
from casework.access.models import Office, SignInFailure, User
from casework.audit.models import AuditEvent
from casework.cases.files import Contact, Identity, Note
from casework.cases.models import Case, Person, TeamMember
from casework.funds.models import Disbursement, Movement
from casework.kernel.db import db
from casework.kernel.many import within
from casework.kernel.scope import rules
session, table = db.session(), Case.__table__
def raw():
    return db.engine.raw_connection().driver_connection
"""


def as_product(source, **names):
    space = dict(names)
    exec(compile(SETTING, PRODUCT, "exec"), space)
    exec(compile(source, PRODUCT, "exec"), space | names)


def refused(source, given, copy):
    """It is refused with words, by a layer of ours or by SQLite itself."""
    with pytest.raises(RuntimeError, match=r"around|private"):
        try:
            as_product(source, theirs=given.id, hidden=copy[1]["nina"][1], me=copy[1]["ada"][1],
                       file=copy[0].removeprefix("sqlite:///"))
        except Exception as error:
            raise (RuntimeError("around: by the driver") if by_the_driver(error) else error) from error


def by_the_driver(error):
    """What SQLite says by itself where no layer of ours is above it."""
    return any(words in str(error) for words in ("not authorized", "prohibited"))
