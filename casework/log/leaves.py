"""What a leaf of the log says: every column of one record, as canonical JSON. The one place that makes leaves.

    {"kind": "movement", "amount": 124000, "at": "2026-11-26T15:14:01.000000Z", …}

Keys are written in hyphenated lower case, moments in UTC with microseconds, money in whole cents, bytes in base64.
Whoever verifies makes the same from an export, and trusts no stored hash.
"""
from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from ..access.models import RoleGrant
from ..audit.models import AuditEvent
from ..continued_presence.models import CPSignature
from ..funds.accounts import Movement
from ..funds.evidence import Signature
from ..kernel.canonical import canonical
from ..kernel.db import Base
from ..kernel.money import cents
from .models import LogKey

Leaf = dict[str, Any]
EVENT = AuditEvent.__tablename__
RECORDS: Mapping[str, type[Base]] = {
    model.__tablename__: model for model in (Movement, Signature, CPSignature, RoleGrant)}
"""What is sealed beside the events that made or changed it."""
MAY_CHANGE = frozenset({RoleGrant.__tablename__, LogKey.__tablename__})
"""Of these the leaf's text is kept: an older version stands nowhere else."""
KINDS: Mapping[str, type[Base]] = {EVENT: AuditEvent, **RECORDS, LogKey.__tablename__: LogKey}


def columns(kind: str) -> list[Any]:
    """Every column of the table, for a select: what `leaf` takes."""
    mapper = KINDS[kind].__mapper__
    return [mapper.get_property_by_column(column).class_attribute for column in mapper.local_table.columns]


def leaf(kind: str, row: Mapping[str, Any]) -> Leaf:
    """One record as it is exported. `row` has every column of its table, by name."""
    return {"kind": kind, **{name: said(value) for name, value in row.items()}}


def data(leaf: Leaf) -> bytes:
    """The bytes that are hashed. Raises NotCanonical for what has no one written form."""
    return canonical(leaf)


def named(changes: Any) -> Iterator[tuple[str, str]]:
    """The records that an event made or changed and that are leaves too, each once, in the event's own order. What
    stands there and names none is passed over, whatever it is: the event is sealed as it stands, and whoever verifies
    finds that what it names does not follow."""
    listed = changes if isinstance(changes, list) else []
    found: Iterator[tuple[Any, Any]] = ((change.get("what"), change.get("id"))
                                        for change in listed if isinstance(change, dict))
    return iter(dict.fromkeys((kind, id) for kind, id in found if _names(kind, id)))


def _names(kind: Any, id: Any) -> bool:
    """Is this a table under seal, and a key as its rows have one?"""
    try:
        return isinstance(kind, str) and kind in RECORDS and isinstance(id, str) and str(UUID(id)) == id
    except ValueError:
        return False


def said(value: Any) -> Any:
    """A value of a column as JSON has it. What JSON columns hold stays as it is."""
    say = _SAYS.get(type(value))
    if say is not None:
        return say(value)
    return value.value if isinstance(value, Enum) else value


def moment(value: datetime) -> str:
    """RFC 3339, in UTC, always with microseconds."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


_SAYS: dict[type, Callable[[Any], Any]] = {
    UUID: str, datetime: moment, date: date.isoformat, Decimal: cents,
    bytes: lambda value: b64encode(value).decode(),
}
