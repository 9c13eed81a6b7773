"""A folder as witness: one file for each checkpoint, on somebody else's disk, tape or share."""
from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .witness import Sent, Trouble


def send(sent: Sent, _settings: Mapping[str, Any]) -> str:
    """Write it whole or not at all. One of this size that says something else is never written over."""
    folder = Path(sent.address.removeprefix("folder:"))
    file, fresh = folder / sent.file, folder / f".{sent.file}.{os.getpid()}"
    if file.exists():
        if file.read_bytes() != sent.note:
            raise Trouble("the folder holds another checkpoint of this size")
        return "there already"
    with fresh.open("wb") as writing:
        writing.write(sent.note)
        writing.flush()
        os.fsync(writing.fileno())
    fresh.replace(file)
    return "written"
