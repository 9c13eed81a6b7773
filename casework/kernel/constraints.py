"""What the database itself refuses, and the sentence that says why.

A constraint or unique index may carry `info={"says": "..."}`: broken, it becomes a Conflict with that sentence.
Triggers are declared beside their model; migrations write them out, and a test compares the two.
"""
from __future__ import annotations

from sqlalchemy import DDL, CheckConstraint, Index, Table, UniqueConstraint, event
from sqlalchemy.exc import IntegrityError

from .db import Base
from .errors import Conflict

TRIGGERS: dict[str, dict[str, str]] = {}
APPEND_ONLY: set[str] = set()


def trigger(model: type[Base], name: str, **by_dialect: str) -> None:
    """Keep `name` on this model's table: one statement (or more, with `;`) per dialect that creates it."""
    TRIGGERS[name] = by_dialect
    for dialect, sql in by_dialect.items():
        ddl = DDL(sql.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(model.__table__, "after_create", ddl.execute_if(dialect=dialect))


def append_only(model: type[Base]) -> None:
    """Rows of this table may be added, never changed or removed. The database says so."""
    name = model.__tablename__
    APPEND_ONLY.add(name)
    trigger(model, f"{name}_stays", postgresql=(
        f"CREATE FUNCTION {name}_stays() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{name} is append-only'; END $$;"
        f"CREATE TRIGGER {name}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {name} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}_stays()"))
    for verb in ("update", "delete"):
        trigger(model, f"{name}_no_{verb}", sqlite=(
            f"CREATE TRIGGER {name}_no_{verb} BEFORE {verb.upper()} ON {name} "
            f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"))


def conflict(error: IntegrityError) -> Conflict | None:
    """The refusal of a constraint that carries a sentence, or None when it carries none."""
    complaint = str(error.orig)
    for table in Base.metadata.tables.values():
        for constraint in (*table.constraints, *table.indexes):
            if "says" in constraint.info and _speaks(complaint, table, constraint):
                return Conflict(constraint.info["says"])
    return None


def _speaks(complaint: str, table: Table, constraint: object) -> bool:
    """PostgreSQL names the constraint; SQLite names a check, and the columns of a key."""
    if isinstance(constraint, CheckConstraint):
        return str(constraint.name) in complaint
    if isinstance(constraint, UniqueConstraint | Index):
        columns = ", ".join(f"{table.name}.{column.name}" for column in constraint.columns)
        return str(constraint.name) in complaint or complaint.endswith(f"failed: {columns}")
    return False
