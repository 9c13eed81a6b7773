"""Where a list goes on: the last row's place, as an opaque word for a URL. It holds nothing but a key and an order."""
from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from ..kernel.errors import Invalid

Place = tuple[Any, Any]

READ: dict[str, Callable[[str], Any]] = {
    "datetime": datetime.fromisoformat, "date": date.fromisoformat, "Decimal": Decimal, "UUID": UUID, "int": int,
    "str": str, "bool": lambda text: text == "True",
}


def cursor(place: Place | None) -> str | None:
    """The word for this place; None stays None (there is no further page)."""
    if place is None:
        return None
    written = json.dumps([_written(part) for part in place], separators=(",", ":"))
    return urlsafe_b64encode(written.encode()).decode().rstrip("=")


def place_of(word: str) -> Place:
    """The place a word stands for. Raises Invalid when it is not one of ours."""
    try:
        value, key = (READ[kind](text) for kind, text in json.loads(urlsafe_b64decode(word + "=" * (-len(word) % 4))))
    except (ValueError, TypeError, KeyError, ArithmeticError):
        raise Invalid(after="This is not the `next` of an earlier page.") from None
    return value, key


def _written(value: Any) -> list[str]:
    plain = value.value if isinstance(value, Enum) else value
    kind = type(plain).__name__
    if kind not in READ:
        raise TypeError(f"a list cannot be ordered by a {kind}")
    return [kind, plain.isoformat() if isinstance(plain, date) else str(plain)]
