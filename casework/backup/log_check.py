"""The log of a database held against what was signed and what is held outside, by the auditors' own verifier.

Every leaf is made anew from its record, as an export for an auditor would have it, and the verifier judges the export:
it believes nothing that the database says of itself.
"""
from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..kernel.db import db
from ..kernel.scope import rules
from ..log.again import every, present
from ..log.models import LogCheckpoint, LogKey
from ..log.unsealed import pending, unsealed
from ..log.verifier import casework_verify as verifier

NEVER = "Nothing was ever sealed here, so nothing can be proved."


@dataclass(frozen=True)
class Verdict:
    """Whether what is there holds; and `missing`: the range that a checkpoint from outside covers and that is not, or
    the checkpoint itself, where none was found in what was named."""

    sound: bool
    says: str
    missing: str = ""

    @property
    def holds(self) -> bool:
        return self.sound and not self.missing


def check(where: str, vkey: str = "", held: Sequence[Path] = ()) -> Verdict:
    """The log of the database at hand; `where` is what it is called in a sentence ("this backup"). Without a key of
    the log, its own first one is taken, which whoever wrote the database could have chosen."""
    session = db.session()
    with rules("seal"), TemporaryDirectory(prefix="casework-log-") as folder:
        first = session.scalar(select(LogKey.vkey).order_by(LogKey.id).limit(1))
        last = session.scalar(select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1))
        if first is None or last is None:
            return Verdict(False, NEVER, _all_missing(where, held))
        _export(session, Path(folder), last)
        status, report, why = verifier.judged(folder, vkey or first, [str(path) for path in held])
    return _verdict(where, last, held, status, report, why)


def _verdict(where: str, last: LogCheckpoint, held: Sequence[Path], status: int, report: verifier.Report,
             why: str) -> Verdict:
    cut = [found for found in report.findings if found.index == last.size and found.until]
    missing = _range(where, last, max(int(found.until or 0) for found in cut), held) if cut else ""
    wrong = why or " ".join(found.says for found in report.findings if found not in cut)
    if wrong or status == verifier.NOT_JUDGED:
        return Verdict(False, wrong, missing)
    missing = missing or _nothing_held(held)
    said = [f"{report.records:,} records recomputed, root and signature agree",
            *(f"{each['name']} agrees ({each['size']:,} records)" for each in report.held)]
    return Verdict(True, f"{'; '.join(said)}.", missing)


def _range(where: str, last: LogCheckpoint, until: int, held: Sequence[Path]) -> str:
    return (f"Missing from {where}: records {last.size} to {until - 1} of the log (from {_time(last.signed_at)}, when "
            f"the last one here was sealed, to {_written(held)}, when the checkpoint you hold was written). An older "
            "state was put back, or it was cut off.")


def _all_missing(where: str, held: Sequence[Path]) -> str:
    return f"Missing from {where}: all that the checkpoint you hold covers." if held else ""


def _nothing_held(held: Sequence[Path]) -> str:
    """What was named, and holds no checkpoint: nothing was compared with it."""
    empty = [str(path) for path in held if path.is_dir() and not any(
        file.is_file() and not file.is_symlink() and not file.name.startswith(".") for file in path.iterdir())]
    return f"There is no checkpoint in {', '.join(empty)}, so nothing was compared with it." if empty else ""


def _written(held: Sequence[Path]) -> str:
    return _time(datetime.fromtimestamp(max(path.stat().st_mtime for path in held), UTC))


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


# ── The export that the verifier judges ─────────────────────────────────────────────────────────────────────────────

def _export(session: Session, folder: Path, last: LogCheckpoint) -> None:
    """The files of an evidence bundle that the verifier reads."""
    waiting = pending(session)
    (folder / verifier.CHECKPOINT).write_text(last.note, encoding="utf-8")
    _lines(folder / verifier.KEYS, ({"vkey": key.vkey, "note": key.note}
                                    for key in session.scalars(select(LogKey).order_by(LogKey.id))))
    _lines(folder / verifier.CHECKPOINTS, ({"note": note} for note in session.scalars(
        select(LogCheckpoint.note).order_by(LogCheckpoint.size))))
    _lines(folder / verifier.UNSEALED, unsealed(session, waiting))
    _lines(folder / verifier.PRESENT, present(session))
    with (folder / verifier.HASHES).open("wb") as hashes, (folder / verifier.RECORDS).open("wb") as records:
        for lines in every(session, waiting):
            hashes.writelines(line.hash for line in lines)
            records.writelines(_line(line.as_dict()) for line in lines)


def _lines(path: Path, values: Iterable[dict[str, Any]]) -> None:
    with path.open("wb") as file:
        file.writelines(map(_line, values))


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"
