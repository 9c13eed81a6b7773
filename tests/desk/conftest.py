"""These tests happen in the fiscal year of their story."""
import pytest

from casework.kernel.db import at
from tests.funds.story import NOW


@pytest.fixture(autouse=True)
def in_time(app):
    """Addresses are made as in a request."""
    with at(NOW), app.test_request_context("/"):
        yield
