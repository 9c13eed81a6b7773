"""How often a test that kills, or a test of many rows, does it: a few times in the suite, in full by `make crash`."""
from __future__ import annotations

import os

FULL = os.environ.get("CASEWORK_TEST_FULL") == "1"


def times(*, small: int, full: int) -> int:
    return full if FULL else small
