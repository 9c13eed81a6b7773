"""One way of writing a JSON value as bytes (RFC 8785, JSON Canonicalization Scheme), for what is hashed and signed.

Whole numbers are exact within 2^53; a number with a fraction is refused, so no rule for floats is needed.
"""
from __future__ import annotations

from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

EXACT = 2**53


class NotCanonical(ValueError):
    """A value that has no one written form here. Says its type, never the value."""


def canonical(value: Any) -> bytes:
    """These bytes and no others. Raises NotCanonical for a float, a number beyond 2^53, half a surrogate pair, or
    anything that is not JSON."""
    try:
        return _written(value).encode()
    except UnicodeEncodeError:
        raise NotCanonical("text with half a surrogate pair") from None


def _written(value: Any) -> str:
    if isinstance(value, str):  # the word of an enum too
        return encode_basestring(value)
    write = _WRITERS.get(type(value))
    if write is None:
        raise NotCanonical(f"no one way to write a {type(value).__name__}")
    return write(value)


def _number(value: int) -> str:
    if not -EXACT < value < EXACT:
        raise NotCanonical("a number beyond 2^53")
    return str(value)


def _list(value: list[Any]) -> str:
    return f"[{','.join([encode_basestring(one) if type(one) is str else _written(one) for one in value])}]"


def _object(value: dict[str, Any]) -> str:
    """Names in the order of their UTF-16 code units (RFC 8785, 3.2.3)."""
    if any(type(name) is not str for name in value):
        raise NotCanonical("a name that is not text")
    names = sorted(value) if all(map(str.isascii, value)) else sorted(value, key=_units)
    return f"{{{','.join([f'{encode_basestring(name)}:{_written(value[name])}' for name in names])}}}"


def _units(name: str) -> bytes:
    return name.encode("utf-16-be")


_WRITERS: dict[type, Callable[[Any], str]] = {
    list: _list, tuple: _list, dict: _object, int: _number,
    bool: lambda value: "true" if value else "false", type(None): lambda _: "null",
}
