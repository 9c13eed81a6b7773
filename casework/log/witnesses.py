"""The witnesses outside: which are set, and sending each the newest checkpoint.

    CASEWORK_WITNESSES = folder:/mnt/auditor; s3+https://s3.example/bucket?region=us-east-1; smtp://mail.example/?to=…

A witness is known by its address, which holds nothing secret. Every attempt is recorded with what was sent and what
came back; one that fails does not stop the others, and is tried again the next time.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from email.errors import MessageError
from http.client import HTTPException
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ..kernel.db import begin_writing, db, now
from ..kernel.errors import Conflict
from ..kernel.scope import by_itself
from . import witness_folder, witness_mail, witness_s3
from .models import LogCheckpoint, LogWitnessReceipt
from .sealer import newest
from .witness import Sent, Trouble

Send = Callable[[Sent, Mapping[str, Any]], str]
KINDS: dict[str, Send] = {"folder": witness_folder.send, "s3+https": witness_s3.send, "s3+http": witness_s3.send,
                          "smtp": witness_mail.send}
LONGEST_ANSWER, LONGEST_ADDRESS = 500, 300
OUTSIDE = (OSError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError, HTTPException, MessageError)
"""What an address that is wrong, a network, or a strange answer makes the libraries raise."""


class Receipt(NamedTuple):
    """What came of one attempt."""

    witness: str
    well: bool
    answer: str


def named(settings: Mapping[str, Any]) -> list[str]:
    """The witnesses that are set, as they are written. Raises Conflict for one of no kind, one that says no place, or
    one with a secret in it. Whether the place is there is for each attempt to find."""
    found = [one.strip() for one in str(settings["WITNESSES"]).split(";") if one.strip()]
    for one in found:
        kind, _, place = one.partition(":")
        if kind not in KINDS:
            raise Conflict(f"CASEWORK_WITNESSES: a witness begins with {', '.join(f'{kind}:' for kind in KINDS)}.")
        if not place.strip("/") and place != "/":
            raise Conflict(f"CASEWORK_WITNESSES: {kind}: says no place; write where the checkpoints go after it.")
        if len(one) > LONGEST_ADDRESS:
            raise Conflict(f"CASEWORK_WITNESSES: an address has at most {LONGEST_ADDRESS} characters.")
        if "@" in one.partition("?")[0]:
            raise Conflict("CASEWORK_WITNESSES: an address holds no user and no password; those have settings.")
    return found


def publish(settings: Mapping[str, Any]) -> list[Receipt]:
    """Send the newest checkpoint to every witness that has not taken it yet."""
    session, made = db.session(), []
    last = newest(session)
    for witness in named(settings) if last else []:
        if last and not _taken(session, last, witness):
            sent = Sent(witness, last.size, last.note.encode())
            session.commit()
            receipt = attempt(sent, settings)
            _record(session, last, sent, receipt)
            made.append(receipt)
    return made


def attempt(sent: Sent, settings: Mapping[str, Any]) -> Receipt:
    """One witness, once. Whatever goes wrong outside is its answer."""
    try:
        answer, well = KINDS[sent.address.partition(":")[0]](sent, settings), True
    except Trouble as trouble:
        answer, well = str(trouble), False
    except OUTSIDE as trouble:
        answer, well = f"{type(trouble).__name__}: {trouble}", False
    return Receipt(sent.address, well, _clean(answer)[:LONGEST_ANSWER])


def _clean(answer: str) -> str:
    """What came back as one line that any database keeps: no NUL, no other control, no half of a pair."""
    return "".join(letter if letter.isprintable() else " " for letter in answer)


def _taken(session: Session, checkpoint: LogCheckpoint, witness: str) -> bool:
    query = select(LogWitnessReceipt.id).where(
        LogWitnessReceipt.witness == witness, LogWitnessReceipt.checkpoint_id == checkpoint.id, LogWitnessReceipt.well)
    return session.scalar(query.limit(1)) is not None


def _record(session: Session, checkpoint: LogCheckpoint, sent: Sent, receipt: Receipt) -> None:
    with by_itself("publish"):
        begin_writing(session)
        session.execute(insert(LogWitnessReceipt), [
            {"checkpoint_id": checkpoint.id, "sent_at": now(), "sha256": sent.sha256, **receipt._asdict()}])
        session.commit()
