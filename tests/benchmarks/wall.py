"""With row security: the runtime role instead of the owner, once `casework db secure` has written the policies."""
from __future__ import annotations

import os
import subprocess
import sys

from tests.benchmarks.serving import ROOT
from tests.conftest import KEYS

ROLE = "casework_runtime"
CASEWORK = [sys.executable, "-c", "from casework.cli import main; main()"]


def there() -> bool:
    """Does this tree know `db secure`?"""
    said = subprocess.run([*CASEWORK, "db", "--help"], check=True, capture_output=True, text=True, cwd=ROOT)
    return "secure" in said.stdout


def secure(uri: str) -> None:
    """Write the policies and let the runtime role in. The owner does this."""
    environment = {**os.environ, **addresses(uri), "CASEWORK_ENV": "test", "CASEWORK_KEYS": KEYS,
                   "CASEWORK_SECRET_KEY": "t" * 40}
    subprocess.run([*CASEWORK, "db", "secure"], check=True, env=environment, cwd=ROOT)


def addresses(uri: str) -> dict[str, str]:
    """The settings of a process that comes as the runtime role."""
    return {"CASEWORK_DATABASE_URL": uri.replace("://postgres@", f"://{ROLE}@"), "CASEWORK_OWNER_URL": uri}
