"""Exact match on sealed identifiers: a keyed digest (HMAC-SHA256) of the identifier in its one normal form.

Only identifiers that are looked up whole have a digest. Names, days of birth and places have none: they are so few and
so well known that an index of them gives people away. Each kind of identifier has a key of its own, so that the same
digits as a phone and as an A-number do not match.

What is stored is the id of the index key (4 bytes), then the digest (32), so that keys can be turned while people
search. Older rows hold the digest alone: whichever key made them, they are looked for under every key there is.
"""
from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated

from sqlalchemy import LargeBinary
from sqlalchemy.orm import mapped_column

from .crypto import Key, derive
from .keyring import ring

ExactIndex = Annotated[bytes | None, mapped_column(LargeBinary(36), nullable=True, index=True, info={"private": True})]

A_NUMBER = re.compile(r"A?#?([0-9]{7,9})")
PASSPORT = re.compile(r"[A-Z0-9]{5,20}")
PHONE = re.compile(r"(\+|00|011)?([1-9][0-9]{6,14})")
EXTENSION = re.compile(r"[;,]?(?:EXTENSION|EXT=?|X|#)[0-9]+$")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
NATIONAL = 10
NAME, DIGEST = 4, 32


class NotExact(ValueError):
    """Not an identifier that can be matched exactly. The sentence is fit to be shown; it never holds the value."""


def exact_index(scope: str, value: str) -> bytes:
    """The bytes to store beside an identifier of this scope (a key of SCOPES), under the newest index key."""
    return _made(ring.index, scope, normal(scope, value))


def exact_indexes(scope: str, value: str) -> list[bytes]:
    """All bytes that an identifier of this scope may be stored as: under each index key that is alive."""
    clear = normal(scope, value)
    made = [_made(key, scope, clear) for key in ring.live("index")]
    return [*made, *(one[NAME:] for one in made)]


def name_of(key: Key) -> bytes:
    """How what is stored begins under this key."""
    return key.id.to_bytes(NAME, "big")


def _made(key: Key, scope: str, clear: str) -> bytes:
    return name_of(key) + hmac.digest(_key(key.secret, scope), clear.encode(), "sha256")


def normal(scope: str, value: str) -> str:
    """The one way of writing this identifier; NotExact if it is none, or if the scope is not for exact match."""
    if scope not in SCOPES:
        raise NotExact(f"Only {', '.join(SCOPES)} can be matched exactly.")
    plain = unicodedata.normalize("NFKC", value).strip()
    return SCOPES[scope]("".join(letter for letter in plain if unicodedata.category(letter) != "Cf"))


def _a_number(value: str) -> str:
    """Nine digits, with zeros in front where an older number has fewer."""
    found = A_NUMBER.fullmatch(_bare(value))
    if found is None:
        raise NotExact("An A-number is the letter A and seven to nine digits.")
    return found[1].zfill(9)


def _passport(value: str) -> str:
    number = _bare(value)
    if PASSPORT.fullmatch(number) is None:
        raise NotExact("A passport number is five to twenty letters and digits.")
    return number


def _phone(value: str) -> str:
    """Plus sign, country, number (ITU-T E.164), no extension. Ten digits without a country are in the United States."""
    found = PHONE.fullmatch(EXTENSION.sub("", _bare(value.replace("(0)", ""))))
    if found is None or not (found[1] or len(found[2]) >= NATIONAL):
        raise NotExact("A phone number has ten digits, or a plus sign and the country first.")
    in_the_states = not found[1] and len(found[2]) == NATIONAL
    return f"+1{found[2]}" if in_the_states else f"+{found[2]}"


def _email(value: str) -> str:
    address = value.casefold()
    if EMAIL.fullmatch(address) is None:
        raise NotExact("An e-mail address has one @ and no spaces.")
    return address


SCOPES: dict[str, Callable[[str], str]] = {
    "a_number": _a_number, "passport": _passport, "phone": _phone, "email": _email,
}


def _bare(value: str) -> str:
    """Upper case, digits of any script as 0 to 9, without the spaces and marks that people group digits with."""
    kept = [letter for letter in value.upper() if letter not in "()./" and not letter.isspace()]
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in kept if unicodedata.category(letter) != "Pd")


@lru_cache(64)
def _key(secret: bytes, scope: str) -> bytes:
    return derive(secret, "exact", scope)
