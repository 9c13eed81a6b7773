"""Encrypted columns, read and written in clear by those who hold the row.

    legal_name_sealed: Mapped[Envelope]
    legal_name = Sealed()

The row has an id before it is written to, and says under which key it is sealed (`own_key`). A database cannot search,
sort or compare such a column. Clear text is never kept on the row: each read opens the envelope anew.
"""
from __future__ import annotations

import json
from contextvars import ContextVar
from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, Protocol, TypeVar, cast, overload
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import mapped_column

from .crypto import Destroyed, Key, Place, seal, unreadable, unseal

Envelope = Annotated[bytes, mapped_column(LargeBinary, info={"private": True})]
OptionalEnvelope = Annotated[bytes | None, mapped_column(LargeBinary, nullable=True, info={"private": True})]

Clear = TypeVar("Clear")

in_words: ContextVar[bool] = ContextVar("in_words", default=False)
"""Whether a person is looking: then what a destroyed key sealed reads as a sentence that says so, in its place."""


class Keyed(Protocol):
    """A row that knows its own key."""

    id: Any

    def own_key(self) -> Key: ...


class SealedColumn(Generic[Clear]):
    """What all sealed columns share; a kind of value says how it is written as bytes and read back."""

    def __init__(self, *, optional: bool = False) -> None:
        self.optional = optional

    def write(self, clear: Any) -> bytes:
        raise NotImplementedError

    def read(self, written: bytes) -> Any:
        """The value again; ValueError if these bytes were never written by `write`."""
        raise NotImplementedError

    def __set_name__(self, owner: Any, name: str) -> None:
        self.owner, self.column = owner, f"{name}_sealed"

    @overload
    def __get__(self, row: None, owner: type) -> SealedColumn[Clear]: ...
    @overload
    def __get__(self, row: Keyed, owner: type) -> Clear: ...
    def __get__(self, row: Keyed | None, owner: type) -> SealedColumn[Clear] | Clear:
        if row is None:
            return self
        envelope = getattr(row, self.column)
        try:
            key = row.own_key()
        except Destroyed as gone:
            if not in_words.get():
                raise
            return cast(Clear, envelope and f"Unreadable: {gone.why}.")
        return self.open(key, row.id, envelope)

    def __set__(self, row: Keyed, clear: Clear) -> None:
        """Seals the value, unless it is the one already there: what has not changed must not look changed."""
        if clear is None and not self.optional:
            raise TypeError(f"{self.column} needs a value")
        envelope = None if clear is None else self._sealed(row, self.write(clear))
        if envelope != getattr(row, self.column):
            setattr(row, self.column, envelope)

    def open(self, key: Key, row_id: UUID, envelope: bytes | None) -> Clear:
        """The value in an envelope, also for column selects, where there is no row to ask."""
        place = self.place(row_id)
        if envelope is None and self.optional:
            return cast(Clear, None)
        if envelope is None:
            raise unreadable(place, "there is nothing where there must be something")
        try:
            return cast(Clear, self.read(unseal(key, place, envelope)))
        except ValueError:
            raise unreadable(place, "not what this column holds") from None

    def place(self, row_id: UUID) -> Place:
        return Place(str(self.owner.__tablename__), self.column, row_id)

    def _sealed(self, row: Keyed, written: bytes) -> bytes:
        """The envelope that is there, if it already holds these bytes; else a new one."""
        key, place, current = row.own_key(), self.place(row.id), getattr(row, self.column)
        if current is not None and unseal(key, place, current) == written:
            return bytes(current)
        return seal(key, place, written)


class Sealed(SealedColumn[Clear]):
    """Text. Text that has no UTF-8 form (half a surrogate pair) is refused with UnicodeEncodeError."""

    @overload
    def __init__(self: Sealed[str], *, optional: Literal[False] = False) -> None: ...
    @overload
    def __init__(self: Sealed[str | None], *, optional: Literal[True]) -> None: ...
    def __init__(self, *, optional: bool = False) -> None:
        super().__init__(optional=optional)

    def write(self, clear: str) -> bytes:
        return clear.encode()

    def read(self, written: bytes) -> str:
        return written.decode()


class SealedDay(SealedColumn[Clear]):
    """A date, such as a date of birth. A moment is refused with TypeError."""

    @overload
    def __init__(self: SealedDay[date], *, optional: Literal[False] = False) -> None: ...
    @overload
    def __init__(self: SealedDay[date | None], *, optional: Literal[True]) -> None: ...
    def __init__(self, *, optional: bool = False) -> None:
        super().__init__(optional=optional)

    def write(self, clear: date) -> bytes:
        if isinstance(clear, datetime):
            raise TypeError("a day has no time")
        return clear.isoformat().encode()

    def read(self, written: bytes) -> date:
        return date.fromisoformat(written.decode())


class SealedJson(SealedColumn[Any]):
    """A small structure: what JSON can say, without NaN. Each read is a copy: set it again to change it."""

    def write(self, clear: Any) -> bytes:
        return json.dumps(clear, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()

    def read(self, written: bytes) -> Any:
        return json.loads(written)
