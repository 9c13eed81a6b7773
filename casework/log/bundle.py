"""The evidence bundle: what an auditor takes away of the log, with all that is needed to judge it without us.

Whole, it carries every record, the tree's hashes and every checkpoint. For a filter it carries the records that fit
and those that they made or changed, each with its proof of inclusion (RFC 6962, 2.1.1), and nothing of any other.
Either way: the newest checkpoint, the keys and how each was signed in, the verifier, and a page that says what this
proves and what it does not. One moment of the database; memory does not grow with the rows.
"""
from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ..access import streams
from ..audit import remember
from ..kernel.canonical import canonical
from ..kernel.conditions import Actor
from ..kernel.db import now
from ..kernel.scope import asks, rules
from . import leaves, tree
from .again import SHOWN, Line, every, lines, present, some
from .models import LogCheckpoint, LogKey, LogLeaf, LogWitnessReceipt
from .tiles import Tiles
from .unsealed import pending, unsealed
from .zipped import Zipped

VERIFIER = Path(__file__).parent / "verifier" / "casework_verify.py"
TAKE = "audit_event.export"
FORMAT = "casework-log/1"
PAGE = "READ-ME-FIRST.html"
LATELY = 200


@dataclass
class Bundle:
    """What to take, and, when it is written, what it was. `where` None is the whole log; `held` are sizes of earlier
    checkpoints from which the auditor wants a proof."""

    where: Sequence[ColumnElement[bool]] | None
    filter: str = ""
    held: tuple[int, ...] = ()
    records: int = 0
    unsealed: int = 0
    checkpoint: LogCheckpoint | None = None
    sizes: tuple[int, ...] = ()
    sha256: str = ""
    taken_at: datetime = field(default_factory=now)

    @property
    def whole(self) -> bool:
        return self.where is None

    def as_dict(self) -> dict[str, Any]:
        size = self.checkpoint.size if self.checkpoint else 0
        return {"filter": self.filter or "all", "records": self.records, "unsealed": self.unsealed, "size": size,
                "sha256": self.sha256}


def write(actor: Actor, wanted: Bundle) -> Iterator[bytes]:
    """The bytes of the zip. The trail keeps each thousand records before they leave, and the whole at the end."""
    zipped = Zipped()
    with _one_moment(actor) as session:
        wanted.checkpoint = session.scalar(select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1))
        for name, data in _files(actor, session, wanted):
            yield from zipped.add(name, data)
    page = current_app.jinja_env.get_template("log/evidence.html").render(it=wanted, files=zipped.files)
    yield from zipped.add(PAGE, [page.encode()])
    yield from zipped.add("manifest.json", [_manifest(wanted, zipped.files)])
    yield from zipped.end()
    wanted.sha256 = zipped.sha256
    remember(actor, TAKE, **wanted.as_dict())


@contextmanager
def _one_moment(actor: Actor) -> Iterator[Session]:
    """A session on a line of its own in which the database stands still: what is written meanwhile is not in it. It
    sees with the eyes of the rules: a row that was tampered with may hang on nothing, and must be named even so."""
    with streams.line(actor) as connection, Session(connection, autoflush=False) as session:
        asks(session, actor.id)
        with rules("evidence", session):
            yield session


def _files(actor: Actor, session: Session, it: Bundle) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each file of the bundle but its page and its manifest."""
    waiting, point = pending(session), it.checkpoint
    proofs = _Proofs(session, point.size if point else 0) if it.where is not None else None
    if it.where is None:
        yield "records.jsonl", _recorded(actor, it, every(session, waiting))
        yield "hashes.bin", _hashes(session)
        yield "unsealed.jsonl", _unsealed(session, it, waiting)
        yield "present.jsonl", (_line(said) for said in present(session))
        yield "checkpoints.jsonl", _checkpoints(session)
    else:
        yield "records.jsonl", _recorded(actor, it, some(session, it.where, waiting), proofs)
        yield "consistency.jsonl", _consistency(session, it)
    yield "checkpoint.txt", iter([point.note.encode() if point else b""])
    yield "keys.jsonl", _keys(session, proofs)
    yield "receipts.jsonl", _receipts(session)
    yield VERIFIER.name, iter([VERIFIER.read_bytes()])


class _AsTheyAre(Tiles):
    """The hashes of a log that may have been cut off. What is gone is nothing's hash: what is proved with it is not
    proved, and the verifier says so."""

    def __call__(self, level: int, position: int) -> tree.Hash:
        try:
            return super().__call__(level, position)
        except IndexError:
            return bytes(32)


class _Proofs:
    """The audit path of a leaf. Hashes that were read are let go again after each chunk."""

    def __init__(self, session: Session, size: int) -> None:
        self.session, self.size = session, size

    def of(self, chunk: Sequence[Line]) -> Iterator[dict[str, Any]]:
        tiles = _AsTheyAre(self.session)
        for line in chunk:
            if line.index < self.size:
                path = tree.inclusion(tiles, line.index, self.size)
                yield {**line.as_dict(), "proof": [b64encode(one).decode() for one in path]}


def _recorded(actor: Actor, it: Bundle, chunks: Iterator[list[Line]],
              proofs: _Proofs | None = None) -> Iterator[bytes]:
    for chunk in chunks:
        remember(actor, TAKE, filter=it.filter or "all", rows=len(chunk), first=chunk[0].index, last=chunk[-1].index)
        it.records += len(chunk)
        said = proofs.of(chunk) if proofs else (line.as_dict() for line in chunk)
        yield b"".join(_line(one) for one in said)


def _line(said: dict[str, Any]) -> bytes:
    return canonical(said) + b"\n"


def _hashes(session: Session) -> Iterator[bytes]:
    query = select(LogLeaf.hash).order_by(LogLeaf.index).execution_options(yield_per=10_000)
    for chunk in session.scalars(query).partitions():
        yield b"".join(bytes(one)[:32].ljust(32, b"\0") for one in chunk)


def _unsealed(session: Session, it: Bundle, waiting: set[tuple[str, str]]) -> Iterator[bytes]:
    for said in unsealed(session, waiting):
        it.unsealed += 1
        yield _line(said)


def _checkpoints(session: Session) -> Iterator[bytes]:
    query = select(LogCheckpoint.note, LogCheckpoint.signed_at).order_by(LogCheckpoint.size)
    for note, signed_at in session.execute(query.execution_options(yield_per=1_000)):
        yield _line({"note": note, "signed_at": leaves.moment(signed_at)})


def _consistency(session: Session, it: Bundle) -> Iterator[bytes]:
    """From each size that was asked for, and from those that witnesses took lately."""
    size = it.checkpoint.size if it.checkpoint else 0
    heard = session.scalars(select(LogCheckpoint.size).join(
        LogWitnessReceipt, LogWitnessReceipt.checkpoint_id == LogCheckpoint.id).where(LogWitnessReceipt.well).distinct()
        .order_by(LogCheckpoint.size.desc()).limit(LATELY))
    it.sizes = tuple(sorted({one for one in (*heard, *it.held) if 0 < one <= size}))
    tiles = _AsTheyAre(session)
    for one in it.sizes:
        proof = tree.consistency(tiles, one, size)
        yield _line({"size": one, "proof": [b64encode(each).decode() for each in proof]})


def _keys(session: Session, proofs: _Proofs | None) -> Iterator[bytes]:
    """In a part each with the record that signs it in, and its proof: from there on the key before it signs nothing."""
    rows = session.execute(select(*SHOWN).where(LogLeaf.what == LogKey.__tablename__).order_by(LogLeaf.index)).all()
    said = proofs.of(lines(session, rows, set())) if proofs else ()
    signed_in = {one["leaf"]["id"]: one for one in said if "leaf" in one}
    for key in session.scalars(select(LogKey).order_by(LogKey.id)):
        yield _line({"vkey": key.vkey, "note": key.note, "since_at": leaves.moment(key.since_at),
                     **signed_in.get(key.id, {})})


def _receipts(session: Session) -> Iterator[bytes]:
    shown = (LogWitnessReceipt.witness, LogWitnessReceipt.sent_at, LogWitnessReceipt.well, LogCheckpoint.size)
    query = select(*shown).join(LogCheckpoint, LogCheckpoint.id == LogWitnessReceipt.checkpoint_id).order_by(
        LogWitnessReceipt.id)
    for witness, sent_at, well, size in session.execute(query.execution_options(yield_per=1_000)):
        yield _line({"witness": witness, "sent_at": leaves.moment(sent_at), "well": well, "size": size})


def _manifest(it: Bundle, files: list[dict[str, Any]]) -> bytes:
    point = it.checkpoint
    said = {
        "format": FORMAT, "kind": "full" if it.whole else "part", "filter": it.filter or "all",
        "taken_at": leaves.moment(it.taken_at), "records": it.records, "unsealed": it.unsealed,
        "size": point.size if point else 0, "root": b64encode(point.root).decode() if point else None, "files": files}
    return json.dumps(said, indent=1, ensure_ascii=False).encode()
