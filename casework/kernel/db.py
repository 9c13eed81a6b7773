"""The database: one base class, a few column words, one clock, two kinds of transaction.

Every moment is aware and in UTC, every amount is exact to the cent, every key sorts by the moment it was made.
"""
from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum as AnyEnum
from enum import StrEnum
from secrets import randbits
from select import select
from typing import Annotated, Any, ClassVar
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import JSON, BigInteger, Connection, DateTime, Dialect, Engine, Enum, MetaData, String, Text, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column
from sqlalchemy.pool import Pool
from sqlalchemy.types import TypeDecorator

from . import given
from .watched import Around

_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """The moment it is, in UTC: the only clock of the product."""
    return _told.get() or datetime.now(UTC)


def told() -> datetime | None:
    """The moment that a story or a test tells of; None when it is simply now."""
    return _told.get()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Inside, it is `moment` (aware). For telling a story and for tests; nests."""
    token = _told.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _told.reset(token)


def uuid7() -> UUID:
    """A key (RFC 9562, 5.7) that sorts by the moment it was made, and is known before the row is stored."""
    stamp = int(now().timestamp() * 1000)
    return UUID(int=stamp << 80 | 7 << 76 | randbits(12) << 64 | 2 << 62 | randbits(62))


class Utc(TypeDecorator[datetime]):
    """A moment always knows its zone, also where the database does not."""

    impl, cache_ok = DateTime(timezone=True), True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise TypeError("a moment without a zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


class Cents(TypeDecorator[Decimal]):
    """Exact money: a Decimal of dollars in Python, whole cents in both databases."""

    impl, cache_ok = BigInteger, True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        cents = Decimal(value) * 100
        if cents != int(cents):
            raise TypeError("a fraction of a cent")
        return int(cents)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 100


Name = Annotated[str, mapped_column(String(120))]
Prose = Annotated[str, mapped_column(Text)]
Moment = Annotated[datetime, mapped_column(default=now)]


def _values(kind: type[AnyEnum]) -> list[str]:
    return [str(word.value) for word in kind]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    })
    type_annotation_map = {
        datetime: Utc,
        Decimal: Cents,
        StrEnum: Enum(AnyEnum, native_enum=False, length=40, values_callable=_values),
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }

    @property
    def kind(self) -> str:
        return str(self.__tablename__)


class Record(Base):
    """A row with a key of its own, given when the object is made (ciphers bind to it), and a version that each
    change raises: the ETag of the API."""

    __abstract__ = True

    version_covers: ClassVar[frozenset[str]] = frozenset()
    """The relations of which every change raises this row's version too."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version} if hasattr(cls, "__table__") else {}

    def __init__(self, **words: Any) -> None:
        super().__init__(**{"id": uuid7(), **words})


class Dated:
    """True from one moment until another, or until further notice."""

    since: Mapped[Moment]
    until: Mapped[datetime | None]

    @property
    def current(self) -> bool:
        return self.since <= now() and (self.until is None or now() < self.until)


class OurSession(FlaskSession):
    """A session that gives by key only what it was given by the policy, also when it has the row at hand already."""

    def get(self, entity: Any, ident: Any, **words: Any) -> Any:
        if not given.may_get(self, entity, ident):
            raise Around(entity.__table__.name)
        return super().get(entity, ident, **words)


db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": OurSession, "expire_on_commit": False})


def begin_writing(session: Session) -> None:
    """SQLite must say at the start that it will write, or a late writer fails: there the read ends and a new
    transaction begins. PostgreSQL goes on in the one at hand, and each of its statements sees what is there by then."""
    if session.get_bind().dialect.name == "sqlite":
        session.commit()
        session.connection(execution_options={"writing": True})
    else:
        session.flush()


@event.listens_for(Engine, "connect")
def _settle(connection: object, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000",
                       "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Pool, "checkout")
def _still_there(connection: Any, *_: object) -> None:
    """A connection at rest has nothing to say: where something can be read, the server has closed it, and another one
    is taken. Costs no round trip, unlike a ping."""
    if not isinstance(connection, sqlite3.Connection) and select([connection], [], [], 0)[0]:
        raise DisconnectionError("closed by the server")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        writing = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
