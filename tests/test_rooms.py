"""Each room imports only the rooms below it."""
from importlinter.cli import lint_imports


def test_every_room_imports_only_those_below():
    assert lint_imports(config_filename="pyproject.toml") == 0
