"""These tests happen in the fiscal year of their story."""
import pytest

from casework.kernel.db import at
from tests.funds.story import NOW


@pytest.fixture
def in_time():
    with at(NOW):
        yield
