"""What was deleted is gone from where the database keeps it, not only from what it answers.

SQLite writes zeros over what is deleted (`secure_delete`, set on every connection), but its journal still holds the
pages as they were, until it is emptied. PostgreSQL leaves deleted rows in the file until the table is written anew.
Neither reaches what a disk, a replica or an archive of the journal keeps by itself.
"""
from __future__ import annotations

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

LOCK_NOT_AVAILABLE = "55P03"


def forget_deleted(engine: Engine, table: str, *, owner_url: str = "") -> bool:
    """True when nothing deleted from this table is left in the files; False when somebody reading stood in the way,
    or, on PostgreSQL, when it is not done by the table's owner."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.rollback()
            raw = connection.connection.dbapi_connection
            busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()  # type: ignore[union-attr]
            return not busy
    return _written_anew(create_engine(owner_url, poolclass=NullPool) if owner_url else engine, table)


def _written_anew(engine: Engine, table: str) -> bool:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        mine = connection.exec_driver_sql(
            "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = %s::regclass", (table,)).scalar_one()
        return bool(mine) and _rewritten(connection, table)


def _rewritten(connection: Connection, table: str) -> bool:
    try:
        connection.exec_driver_sql(f'VACUUM (FULL) "{table}"')
    except OperationalError as problem:
        if getattr(problem.orig, "sqlstate", "") == LOCK_NOT_AVAILABLE:
            return False
        raise
    return True
