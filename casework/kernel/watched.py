"""SQLite's own tripwire: a connection that reads and writes no private table until it is opened for one statement.

SQLite asks this connection for each table and column while it prepares a statement; what is refused there cannot be had
by any wording of it: not by a subquery, a view, an alias or an attached copy. Which tables are not private is said in
one table (`access/private.py`); a table that nobody names is private.
"""
from __future__ import annotations

import sqlite3
from secrets import token_hex
from typing import Any, NoReturn

PUBLIC: set[str] = {"alembic_version"}
FUNCTIONS = frozenset({"json_each"})  # asked for like a table; it reads only what it is given
READS_OR_WRITES = frozenset({sqlite3.SQLITE_READ, sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
WRITES = READS_OR_WRITES - {sqlite3.SQLITE_READ}
# What would change the tables themselves, or bring other ones in.
SHAPES = frozenset(
    getattr(sqlite3, f"SQLITE_{verb}_{what}") for verb in ("CREATE", "DROP")
    for what in ("INDEX", "TABLE", "TEMP_INDEX", "TEMP_TABLE", "TEMP_TRIGGER", "TEMP_VIEW", "TRIGGER", "VIEW", "VTABLE")
) | {sqlite3.SQLITE_ALTER_TABLE, sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH}

# An opened statement ends with this word. Python keeps prepared statements by their text, so one that was prepared
# while the connection was open is never found again by code that does not know the word.
OPENED = f" /* {token_hex(8)} */"


class Around(RuntimeError):
    """Code reads, or writes, a private table around the policy. A mistake in the code, never of the person who asks."""

    def __init__(self, table: str) -> None:
        super().__init__(
            f"{table} is private and was read around the policy. Ask access.queries: find, visible, how_many, or "
            "`scoped` for counts and sums; ask by the id of a record that this session was given; or, where the rules "
            "of law look for themselves, inside `rules(why)`.")


class Gate:
    """Open or shut; shut unless a statement is under way that may read what is private."""

    def __init__(self) -> None:
        self.open, self.refused = False, ""

    def judge(self, action: int, what: str | None, *_: Any) -> int:
        if self.open or not self._touches(action, what or ""):
            return sqlite3.SQLITE_OK
        self.refused = what or "The database"
        return sqlite3.SQLITE_DENY

    @staticmethod
    def _touches(action: int, what: str) -> bool:
        """Is it private, or what the database is made of? Of its schema that is asked too where a function is read like
        a table; by hand SQLite lets nobody write there before the pragma does."""
        if action == sqlite3.SQLITE_PRAGMA:
            return what.lower() == "writable_schema"
        if action in WRITES and what.startswith("sqlite_"):
            return what != "sqlite_master"
        return action in SHAPES or (action in READS_OR_WRITES and bool(what) and not is_public(what))


def is_public(table: str) -> bool:
    return table in PUBLIC or table in FUNCTIONS or table.startswith("sqlite_")


class Watched(sqlite3.Connection):
    """A connection of the product. What would copy the database past its gate is refused as well."""

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        self.gate = Gate()
        super().set_authorizer(self.gate.judge)

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise Around("The database")

    set_authorizer = backup = serialize = deserialize = blobopen = enable_load_extension = _refuse
