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
TOUCHES = frozenset({sqlite3.SQLITE_READ, sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})

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

    def judge(self, action: int, table: str | None, *_: Any) -> int:
        if action not in TOUCHES or self.open or not table or is_public(table):
            return sqlite3.SQLITE_OK
        self.refused = table
        return sqlite3.SQLITE_DENY


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
