"""These tests happen in the fiscal year of their story."""
import pytest

from casework.kernel.db import at
from casework.log.verifier import casework_verify as verifier
from tests.funds.story import NOW
from tests.log.exported import packed


@pytest.fixture
def in_time():
    with at(NOW):
        yield


@pytest.fixture
def check(tmp_path):
    """`check(log)`: pack it, verify it against its own key: (status, report, why)."""
    def run(log, *held, files=None, kind="full", key=None):
        bundle = packed(tmp_path / "bundle.zip", log.files() if files is None else files, kind)
        earlier = []
        for number, each in enumerate(held):
            earlier.append(tmp_path / f"held-{number}")
            earlier[-1].write_bytes(each if isinstance(each, bytes) else each.encode())
        return verifier.judged(str(bundle), key or log.signer.vkey, [str(path) for path in earlier])
    return run
