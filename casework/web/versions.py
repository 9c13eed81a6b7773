"""Which version of a thing somebody is changing: ETag, If-Match, and the hidden box of a page (RFC 9110, 13.1.1)."""
from __future__ import annotations

import re
from typing import Any

from flask import request

from casework.kernel.errors import Stale, Unconditional

MOVED_ON = "Somebody changed this since you opened it. Look at it as it is now, then decide."


def etag(thing: Any) -> str:
    return f'"{thing.version}"'


def sent_version() -> int | None:
    """The version named by If-Match or by the page's hidden `_version`; None when none is named."""
    said = request.headers.get("If-Match") or request.form.get("_version")
    if not said:
        return None
    number = re.fullmatch(r'"?(\d{1,18})"?', said.strip())
    if number is None:
        raise Stale(MOVED_ON)
    return int(number[1])


def expected_version() -> int:
    """For PATCH and PUT: raises Unconditional (428) when nobody said which version."""
    version = sent_version()
    if version is None:
        raise Unconditional("Send If-Match with the ETag of what you read, so that nobody's change is lost.")
    return version


def check_match(thing: Any) -> None:
    """For verbs: If-Match is welcome, not needed. Raises Stale (412) when it names another version."""
    version = sent_version()
    if version is not None and version != thing.version:
        raise Stale(MOVED_ON)
