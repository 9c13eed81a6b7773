"""The witnesses outside: which are set."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def named(settings: Mapping[str, Any]) -> list[str]:
    """The witnesses that are set, as they are written."""
    return [one.strip() for one in str(settings["WITNESSES"]).split(";") if one.strip()]
