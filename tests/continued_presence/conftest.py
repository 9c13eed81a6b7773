"""Three weeks after the story began: everybody holds what they hold for good."""
from __future__ import annotations

from datetime import timedelta

import pytest

from casework.kernel.db import at
from tests.world import START

THEN = START + timedelta(days=20)


@pytest.fixture(autouse=True)
def then():
    with at(THEN):
        yield THEN
