"""The tests' own questions go past the tripwire; those of the product do not.

A test looks behind the curtain in the product's own session, at what really became of a record. So a statement that was
made by a file of the tests is answered. What the product asks is judged as it is at run time, whoever called it.
"""
from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path

import flask
from flask_sqlalchemy.session import Session as OurSession
from sqlalchemy import event

from casework.audit.around import SCOPED
from casework.kernel import given
from casework.kernel.db import db

HERE = str(Path(__file__).parent)
PASSED = ("/sqlalchemy/", "/flask_sqlalchemy/", __file__, "/casework/kernel/db.py")
AS_PRODUCT = "as product"  # a file name that ends so is judged like the product's


def by_a_test() -> bool:
    """Is it a file of the tests that asks just now, not the product on behalf of one?"""
    frame = sys._getframe(1)
    while frame.f_back and any(part in frame.f_code.co_filename for part in PASSED):
        frame = frame.f_back
    return frame.f_code.co_filename.startswith(HERE) and not frame.f_code.co_filename.endswith(AS_PRODUCT)


@event.listens_for(OurSession, "do_orm_execute", insert=True)
def let_a_test_look(state):
    if by_a_test():
        state.update_execution_options(**SCOPED)


to_the_product = given.may_get
given.may_get = lambda session, model, id: by_a_test() or to_the_product(session, model, id)


@contextmanager
def kept():
    """A request forgets what earlier ones were given; the test that made it goes on with what it had."""
    before = dict(db.session.info.get("given", {})) if flask.has_app_context() else None
    yield
    if before is not None and flask.has_app_context():
        db.session.info["given"] = before | db.session.info.get("given", {})
