"""The key that signs the log: kept apart from the database, in a file of its owner's alone or in the environment."""
from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..kernel.errors import Conflict
from ..kernel.key_files import read_file
from . import notes
from .memory import InFile, OfProcess
from .models import LogKey
from .notes import NotANote, Signer, generate

NONE = ("The log has no signing key: make one with `casework log create-key FILE`, then set CASEWORK_LOG_KEY_FILE "
        "(or CASEWORK_LOG_KEY, its text), one of the two.")


MEMORY = ".signed"


class KeyProblem(Conflict):
    """There is no key to sign the log with, or not the right one. Says what to do, and never shows a key."""


def is_set(settings: Mapping[str, Any]) -> bool:
    """Does this process hold a signing key?"""
    return bool(settings["LOG_KEY_FILE"] or settings["LOG_KEY"])


def signer(settings: Mapping[str, Any]) -> Signer:
    """The key that the settings name, read anew: it may have been turned meanwhile. Raises KeyProblem."""
    file, text = str(settings["LOG_KEY_FILE"]), str(settings["LOG_KEY"])
    if bool(file) == bool(text):
        raise KeyProblem(NONE)
    try:
        key = Signer.read(read_file(Path(file)) if file else text)
    except NotANote as problem:
        raise KeyProblem(f"The log's signing key cannot be read: {problem}.") from None
    if key.name != settings["LOG_ORIGIN"]:
        raise KeyProblem(f"The log's signing key is made for {key.name}; CASEWORK_LOG_ORIGIN says otherwise.")
    return remembering(settings, key, Path(file) if file else None)


def remembering(settings: Mapping[str, Any], key: Signer, file: Path | None) -> Signer:
    """This key, with the memory of what it signed: beside its file, where the settings say, or of this process."""
    said = str(settings.get("LOG_MEMORY_FILE", ""))
    beside = file.with_name(f"{file.name}{MEMORY}") if file else None
    kept = Path(said) if said else beside
    return replace(key, memory=InFile(kept) if kept else OfProcess(key.vkey))


def create(file: Path, origin: str) -> Signer:
    """A new key in a new file (FileExistsError), for its owner alone, and surely on the disk."""
    try:
        key = generate(origin)
    except NotANote as problem:
        raise KeyProblem(f"CASEWORK_LOG_ORIGIN cannot name a log: {problem}.") from None
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as written:
        written.write(f"{key.written}\n")
        written.flush()
        os.fsync(written.fileno())
    return key


def current(session: Session) -> LogKey | None:
    """The key that signs the log now; None before the first checkpoint."""
    return session.scalar(select(LogKey).order_by(LogKey.id.desc()).limit(1))


def chain(keys: list[LogKey]) -> list[str]:
    """The keys from the first one on, each signed in by the one before; NotANote where the chain breaks."""
    vkeys = [key.vkey for key in keys[:1]]
    for key in keys[1:]:
        origin = vkeys[-1].partition("+")[0]
        text = notes.opened(key.note or "", vkeys[-1])
        if key.previous_vkey != vkeys[-1] or text != notes.handing_over(origin, key.vkey):
            raise NotANote("a key that the one before did not sign in")
        vkeys.append(key.vkey)
    return vkeys
