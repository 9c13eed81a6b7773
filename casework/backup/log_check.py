"""The log of a database held against what was signed and what is held outside, by the auditors' own verifier.

Every leaf is made anew from its record, as an export for an auditor would have it, and the verifier judges the export:
it believes nothing that the database says of itself.
"""
from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..kernel.db import db
from ..kernel.errors import Conflict
from ..kernel.scope import rules
from ..log import leaves
from ..log.models import LogCheckpoint, LogKey, LogLeaf
from ..log.verifier import casework_verify as verifier

AT_A_TIME = 2_000
NEVER = "Nothing was ever sealed here, so nothing can be proved."


@dataclass(frozen=True)
class Verdict:
    """Whether what is there holds; and `missing`: the range that a checkpoint from outside covers and that is not."""

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
    said = [f"{report.records:,} records recomputed, root and signature agree",
            *(f"{each['name']} agrees ({each['size']:,} records)" for each in report.held)]
    return Verdict(True, f"{'; '.join(said)}.", missing)


def _range(where: str, last: LogCheckpoint, until: int, held: Sequence[Path]) -> str:
    return (f"Missing from {where}: records {last.size} to {until - 1} of the log (from {_time(last.signed_at)}, when "
            f"the last one here was sealed, to {_written(held)}, when the checkpoint you hold was written). An older "
            "state was put back, or it was cut off.")


def _all_missing(where: str, held: Sequence[Path]) -> str:
    return f"Missing from {where}: all that the checkpoint you hold covers." if held else ""


def _written(held: Sequence[Path]) -> str:
    return _time(datetime.fromtimestamp(max(path.stat().st_mtime for path in held), UTC))


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


# ── The export that the verifier judges ─────────────────────────────────────────────────────────────────────────────

def _export(session: Session, folder: Path, last: LogCheckpoint) -> None:
    (folder / verifier.CHECKPOINT).write_text(last.note)
    _lines(folder / verifier.KEYS, ({"vkey": key.vkey, "note": key.note}
                                    for key in session.scalars(select(LogKey).order_by(LogKey.id))))
    _lines(folder / verifier.CHECKPOINTS, ({"note": note} for note in session.scalars(
        select(LogCheckpoint.note).order_by(LogCheckpoint.size))))
    with (folder / verifier.HASHES).open("wb") as hashes, (folder / verifier.RECORDS).open("wb") as records:
        for batch in _leaves(session):
            for leaf, record in zip(batch, _records(session, batch), strict=True):
                hashes.write(leaf.hash)
                records.write(_line(record | {"index": leaf.place}))


def _lines(path: Path, values: Iterator[dict[str, Any]]) -> None:
    path.write_bytes(b"".join(map(_line, values)))


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"


def _leaves(session: Session) -> Iterator[Sequence[Any]]:
    """Every leaf, in order, some at a time."""
    after = -1
    shown = (LogLeaf.index.label("place"), LogLeaf.what, LogLeaf.event_id, LogLeaf.record_id, LogLeaf.revision,
             LogLeaf.hash, LogLeaf.body)
    while batch := session.execute(select(*shown).where(LogLeaf.index > after).order_by(LogLeaf.index)
                                   .limit(AT_A_TIME)).all():
        yield batch
        after = batch[-1].place


def _records(session: Session, batch: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """What each leaf is made of, from the record as it stands. An older version of one that may change stands nowhere
    but in the leaf's own text, which is believed only as far as its hash."""
    wanted = defaultdict(set)
    for leaf in batch:
        wanted[leaf.what].add(leaf.event_id if leaf.event_id is not None else leaf.record_id)
    rows = {(kind, id): row for kind, ids in wanted.items() for id, row in _rows(session, kind, ids)}
    for leaf in batch:
        id = leaf.event_id if leaf.event_id is not None else leaf.record_id
        row = rows.get((leaf.what, id))
        older = row is not None and leaf.body is not None and row.get("version", leaf.revision) != leaf.revision
        if older:
            yield {"leaf": json.loads(leaf.body)}
        elif row is None:
            yield {"missing": {"kind": leaf.what, "id": str(id)}}
        else:
            yield {"leaf": leaves.leaf(leaf.what, row)}


def _rows(session: Session, kind: str, ids: set[Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    if kind not in leaves.KINDS:
        raise Conflict(f"The log holds a record of an unknown kind: {kind}.")
    key = leaves.KINDS[kind].__mapper__.primary_key[0]
    keys = [UUID(id) if isinstance(id, str) and key.type.python_type is UUID else int(id) for id in ids]
    for row in session.execute(select(*leaves.columns(kind)).where(key.in_(keys))).mappings():
        found = dict(row)
        yield found["id"] if kind == leaves.EVENT else str(found["id"]), found
