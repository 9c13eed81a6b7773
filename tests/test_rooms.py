"""Each room imports only the rooms below it."""
import subprocess
import sys

import pytest

# In a process of its own: the linter silences every logger it finds.
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(config_filename='pyproject.toml'))"


@pytest.mark.slow
def test_every_room_imports_only_those_below():
    done = subprocess.run([sys.executable, "-c", LINT], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
