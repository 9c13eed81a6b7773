from __future__ import annotations

import pytest

from casework.access import queries
from casework.cases.models import Case
from casework.kernel.db import db


@pytest.fixture
def given(app, world, copy):
    """Ada was given Rosa's case; Nina's is hidden from her, and this session does not know it."""
    db.session.remove()
    ada = db.session.get(type(world.ada), world.ada.id)
    return queries.find(ada, Case, copy[1]["rosa"][1])
