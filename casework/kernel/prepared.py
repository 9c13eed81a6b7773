"""Questions built once: a select of columns whose text and types are settled when it is first asked.

    NOTED = Prepared(select(Note.case_id, func.max(Note.written_at)).where(within(Note.case_id, "case_ids")))
    NOTED.rows(case_ids=ids)

On PostgreSQL the text then goes to the driver, in the session's own transaction, and nothing is built or looked up on
the way; what listens to statements hears of it as of any other, so that the wall is told who asks. On SQLite, where
the tripwire judges the statement itself, the session executes it. `Adding` is the same for rows that are added.
"""
from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, Dialect, bindparam, event, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.sql import visitors

from .db import Base, db

A_FEW = 6

Taken = TypeVar("Taken")


class Prepared:
    """A select of columns, and the tuple its rows are: one with the columns' names, unless another is given."""

    def __init__(self, query: Any, kind: Any = None) -> None:
        names = [column.key for column in query.selected_columns]
        self.query: Any = query
        self.names = frozenset(str(bind.key) for bind in _parameters(query))
        self.kind: Any = kind or namedtuple("Row", names, rename=True)
        self._made: Made | None = None

    def rows(self, **said: Any) -> Sequence[Any]:
        """All rows, for a value of each parameter (TypeError). What waits to be written is written first."""
        return self.asked_in(db.session(), said)

    def asked_in(self, session: Session, said: dict[str, Any]) -> Sequence[Any]:
        """The same in this session."""
        self._known_by(said)
        connection = connection_of(session)
        if connection.dialect.name != "postgresql":
            return [self.kind._make(row) for row in session.execute(self.query, said)]
        if not session._flushing:
            session.flush()
        return self._read(self._in(connection.dialect, said).sent(connection, said, list))

    def row(self, **said: Any) -> Any:
        """The first row, or None."""
        found = self.rows(**said)
        return found[0] if found else None

    def one(self, **said: Any) -> Any:
        """The first column of the first row, or None."""
        found = self.rows(**said)
        return found[0][0] if found else None

    def _known_by(self, said: dict[str, Any]) -> None:
        """A parameter too few or too many is a mistake."""
        if said.keys() != self.names:
            raise TypeError(f"asked with {sorted(said)}, not with {sorted(self.names)}")

    def _in(self, dialect: Dialect, said: dict[str, Any]) -> Made:
        if self._made is None:
            self._made = Made(self.query, dialect, said, self.query.selected_columns)
        return self._made

    def _read(self, rows: Sequence[tuple[Any, ...]]) -> Sequence[Any]:
        make, readers = self.kind._make, self._made.readers if self._made else []
        return [make(_read(row, readers)) for row in rows] if readers else [make(row) for row in rows]


def _read(row: tuple[Any, ...], readers: Sequence[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    values = list(row)
    for at, read in readers:
        values[at] = read(values[at])
    return values


def _parameters(query: Any) -> Iterator[BindParameter[Any]]:
    """Those whose values come when it is asked."""
    return (part for part in visitors.iterate(query) if isinstance(part, BindParameter) and part.required)


class Adding:
    """Rows of one table, each a value for every one of these columns, added in their order; nothing comes back, since
    not everybody may read what they have written. A few are one statement, whose text is built once for so many."""

    def __init__(self, model: type[Base], columns: Sequence[str]) -> None:
        self.insert, self.columns = insert(model).inline(), columns
        self._made: dict[int, Made] = {}

    def add(self, session: Session, rows: Sequence[dict[str, Any]]) -> None:
        """In the transaction at hand."""
        connection = connection_of(session)
        if connection.dialect.name != "postgresql" or len(rows) > A_FEW:
            connection.execute(self.insert, rows)
            return
        for listener in connection.dispatch.before_execute:
            listener(connection, self.insert, [], {}, {})  # the guards of writes among them
        said = {f"{name}_{nth}": row[name] for nth, row in enumerate(rows) for name in self.columns}
        if len(rows) not in self._made:
            self._made[len(rows)] = Made(self._of(len(rows)), connection.dialect, said)
        self._made[len(rows)].sent(connection, said, _nothing, Writes(self.insert))

    def _of(self, many: int) -> Any:
        types = self.insert.table.c
        return self.insert.values([{name: bindparam(f"{name}_{nth}", type_=types[name].type) for name in self.columns}
                                   for nth in range(many)])


def _nothing(_: Any) -> None:
    """Is taken of what was added."""


@dataclass(frozen=True)
class Writes:
    """What listeners ask of a statement that adds rows."""

    statement: Any
    isinsert: bool = True
    isupdate: bool = False
    isdelete: bool = False

    @property
    def compiled(self) -> Writes:
        return self


def connection_of(session: Session) -> Connection:
    """The connection of the transaction at hand, begun if there is none."""
    known: Connection | None = session.info.get("connection")
    return known if known is not None and session.is_active else session.connection()


@event.listens_for(Session, "after_begin")
def _begun(session: Session, _: object, connection: Connection) -> None:
    session.info["connection"] = connection


@event.listens_for(Session, "after_transaction_end")
def _ended(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop("connection", None)


def kept_cursor(connection: Connection) -> Any:
    """A cursor of the driver that lives as long as its connection: each takes as long to make as a row takes to find.
    Whoever asks by it reads all rows before anybody asks again."""
    info = connection.info
    if "cursor" not in info:
        info["cursor"] = connection.connection.cursor()
    return info["cursor"]


class Made:
    """The text of a statement in one dialect, with what is done to each parameter on its way in (`givers`) and to each
    column on its way out (`readers`)."""

    def __init__(self, query: Any, dialect: Dialect, said: dict[str, Any], columns: Sequence[Any] = ()) -> None:
        compiled: Any = query.compile(dialect=dialect)
        whole = compiled.construct_expanded_state(said)
        turns = {name: turn for bind, name in compiled.bind_names.items()
                 if (turn := bind.type.dialect_impl(dialect).bind_processor(dialect))} | whole.processors
        self.text, self.dialect = whole.statement, dialect
        self.called = [(name, bind.callable) for bind, name in compiled.bind_names.items() if bind.callable]
        self.fixed = {name: turns[name](value) if name in turns else value for name, value in whole.parameters.items()}
        self.givers = [(name, turns[name]) for name in {*said, *(name for name, _ in self.called)} if name in turns]
        self.readers = [(at, read) for at, column in enumerate(columns)
                        if (read := column.type.dialect_impl(dialect).result_processor(dialect, None))]

    def sent(self, connection: Connection, said: dict[str, Any], take: Callable[[Any], Taken],
             writes: Writes | None = None) -> Taken:
        """What `take` takes of the driver's cursor."""
        cursor, text, given = kept_cursor(connection), self.text, self._given(said)
        try:
            for listener in connection.dispatch.before_cursor_execute:
                text, given = listener(connection, cursor, text, given, writes, False)
            return take(cursor.execute(text, given))
        except self.dialect.loaded_dbapi.Error as wrong:
            raise self._as_of_any(wrong, connection, text, given) from wrong

    def _given(self, said: dict[str, Any]) -> Any:
        values = {**self.fixed, **said}
        for name, value in self.called:
            values[name] = value()
        for name, give in self.givers:
            values[name] = give(values[name])
        return values

    def _as_of_any(self, wrong: Exception, connection: Connection, text: str, given: Any) -> BaseException:
        """The failure as SQLAlchemy says it; a connection that was lost is given up, as with any other statement."""
        lost = self.dialect.is_disconnect(wrong, connection.connection, None)  # type: ignore[arg-type]
        if lost:
            connection.invalidate(wrong)
        return DBAPIError.instance(text, given, wrong, self.dialect.loaded_dbapi.Error, connection_invalidated=lost,
                                   hide_parameters=connection.engine.hide_parameters, dialect=self.dialect)
