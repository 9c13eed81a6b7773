"""What must hold of a restored database before a backup counts as one. Asked in the application, on that database."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from .. import schema
from ..funds import ledger
from ..kernel.crypto import Unreadable
from ..kernel.db import Base, db
from ..kernel.scope import rules
from ..kernel.sealed import SealedColumn
from . import key_checks, log_check
from .manifest import LEFT_OUT, Manifest
from .restoring import Restored

TRIED = 50
LOOKS_INTO = "amcheck"


@dataclass(frozen=True)
class Check:
    """One thing that holds or does not, in words."""

    what: str
    holds: bool
    says: str

    @property
    def words(self) -> str:
        return "holds" if self.holds else "does not hold"


def all_of(restored: Restored, vkey: str, held: Sequence[Path]) -> Iterator[Check]:
    """One after the other; the first was true already, or there would be nothing restored."""
    manifest = restored.manifest
    yield Check("whole", True, f"Not altered since it was taken at {manifest.taken_at} by {manifest.product}.")
    with rules("restore-verify"):
        yield _integrity()
        yield (tables := _revision(manifest))
        if not tables.holds:
            return
        yield _counts(manifest)
        yield _ledger()
        yield Check("keys", *key_checks.people(restored))
        yield Check("search index", *key_checks.search())
        yield _columns()
    verdict = log_check.check("this backup", vkey, held)
    yield Check("log", verdict.sound, verdict.says)
    if held:
        goes_on = "The log goes on from the checkpoint you hold." if verdict.sound else "Not to be judged: see the log."
        yield Check("outside checkpoint", verdict.holds, verdict.missing or goes_on)


SOUND = "Pages, indexes and references are sound."
NOT_LOOKED_INTO = ("Constraints hold and no index is marked as broken. None was looked into: PostgreSQL’s amcheck is "
                   "not to be had here.")


def _integrity() -> Check:
    connection = db.session.connection()
    wrong, sound = (_of_sqlite if connection.dialect.name == "sqlite" else _of_postgresql)(connection)
    return Check("integrity", not wrong, "; ".join(wrong) or sound)


def _of_sqlite(connection: Connection) -> tuple[list[str], str]:
    """What is wrong, and what may be said where nothing is."""
    said = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    wrong = [line for line in said if line != "ok"]
    return wrong + [f"{row[0]} refers to a {row[2]} that is not there" for row in broken], SOUND


CONSTRAINTS = """SELECT conrelid::regclass || '.' || conname FROM pg_constraint
    WHERE NOT convalidated AND connamespace = 'public'::regnamespace"""
INDEXES = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid OR NOT indisready"
TREES = """SELECT bt_index_check(c.oid, true) FROM pg_class c JOIN pg_am a ON a.oid = c.relam
    WHERE a.amname = 'btree' AND c.relkind = 'i' AND c.relnamespace = 'public'::regnamespace"""


def _of_postgresql(connection: Connection) -> tuple[list[str], str]:
    """The same. pg_restore made every constraint and index anew; amcheck looks into each index where the owner may
    load it."""
    wrong = [f"{name} is not validated" for name in connection.exec_driver_sql(CONSTRAINTS).scalars()]
    wrong += [f"{name} is not valid" for name in connection.exec_driver_sql(INDEXES).scalars()]
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"CREATE EXTENSION IF NOT EXISTS {LOOKS_INTO}")
    except DBAPIError:
        return wrong, NOT_LOOKED_INTO
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(TREES).all()
    except DBAPIError as problem:
        wrong.append(str(problem.orig).strip())
    return wrong, SOUND


OTHER = ("; this Casework is written for {head}, and asks nothing more of them. Verify it with the Casework that took "
         "it, or restore it and run casework db upgrade first.")


def _revision(manifest: Manifest) -> Check:
    present, head = schema.present(), schema.head()
    says = f"The tables are at {present}" + ("." if present == head else OTHER.format(head=head))
    return Check("tables", present == head == manifest.revision, says)


def _counts(manifest: Manifest) -> Check:
    tables = {table.name: table for table in Base.metadata.sorted_tables if table.name != LEFT_OUT}
    there = {name: db.session.scalar(select(func.count()).select_from(table)) for name, table in tables.items()}
    wrong = [f"{name}: {there.get(name, 'none')} of {count}" for name, count in manifest.counts.items()
             if there.get(name) != count]
    return Check("rows", not wrong, "; ".join(wrong) or f"{manifest.records:,} rows in {len(there)} tables, all there.")


def _ledger() -> Check:
    wrong = ledger.reconcile()
    return Check("ledger", not wrong, f"{len(wrong)} balances are not what their movements add up to." if wrong else
                 "Every balance is what its movements add up to.")


def _columns() -> Check:
    """A row of every encrypted column is opened."""
    read, empty, wrong = 0, 0, []
    for model, name, column in encrypted():
        found = _one(model, name, column)
        read, empty = read + (found == ""), empty + (found is None)
        wrong += [f"{model.__tablename__}.{name}: {found}"] if found else []
    says = f"{read} columns read, {empty} hold nothing"
    return Check("encrypted columns", not wrong and read > 0, f"{says}; unreadable: {'; '.join(wrong)}." if wrong
                 else f"{says}.")


def encrypted() -> list[tuple[Any, str, SealedColumn[Any]]]:
    """Every encrypted column there is."""
    models = sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda model: str(model.__name__))
    return [(model, name, column) for model in models for name, column in vars(model).items()
            if isinstance(column, SealedColumn)]


def _one(model: Any, name: str, column: SealedColumn[Any]) -> str | None:
    """"" when a row could be read, None when there is none, else why not. People whose key was destroyed are passed
    over."""
    stored = getattr(model, column.column)
    why: str | None = None
    for row in db.session.scalars(select(model).where(stored.is_not(None)).limit(TRIED)):
        if row.person.key_destroyed_at:
            continue
        try:
            getattr(row, name)
        except Unreadable as failure:
            why = failure.why
        else:
            return ""
    return why
