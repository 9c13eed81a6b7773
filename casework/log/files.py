"""An export into a file, with its manifest beside it."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any, BinaryIO

from ..kernel.conditions import Actor
from .exports import Manifest, export
from .schemas import Format


def to_file(actor: Actor, form: Format, path: Path, **asked: Any) -> Manifest:
    """Write `path` and `path.manifest.json`. A file that broke off never bears its name: it is `path.part`."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        told = to_stream(actor, form, file, **asked)
    part.replace(path)
    path.with_name(f"{path.name}.manifest.json").write_text(json.dumps(told.as_dict(), indent=1) + "\n")
    return told


def to_stream(actor: Actor, form: Format, file: BinaryIO, **asked: Any) -> Manifest:
    """Write it where somebody else opened."""
    manifest = Manifest("")
    for chunk in export(actor, form, manifest=manifest, **asked):
        file.write(chunk)
    return manifest
