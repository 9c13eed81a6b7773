"""A small log made by hand, for the verifier: written with the standard library and nothing of the product."""
from __future__ import annotations

import base64
import copy
import hashlib
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from casework.log.verifier import casework_verify as verifier

ORIGIN = "casework.example/log"


class Signer:
    """A signing key with the public text that C2SP gives it."""

    def __init__(self, name: str = ORIGIN) -> None:
        self.name, self.key = name, Ed25519PrivateKey.generate()
        self.public = b"\x01" + self.key.public_key().public_bytes_raw()
        self.hash = hashlib.sha256(name.encode() + b"\n" + self.public).digest()[:4]
        self.vkey = f"{name}+{self.hash.hex()}+{base64.b64encode(self.public).decode()}"

    def note(self, text: str) -> str:
        signature = base64.b64encode(self.hash + self.key.sign(text.encode())).decode()
        return f"{text}\n— {self.name} {signature}\n"

    def checkpoint(self, hashes: Sequence[bytes], origin: str = ORIGIN) -> str:
        return self.note(f"{origin}\n{len(hashes)}\n{base64.b64encode(root(hashes)).decode()}\n")


def root(hashes: Sequence[bytes]) -> bytes:
    """RFC 6962, 2.1, as it is written there."""
    if len(hashes) < 2:
        return hashes[0] if hashes else hashlib.sha256(b"").digest()
    left = 1 << ((len(hashes) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + root(hashes[:left]) + root(hashes[left:])).digest()


def path(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1."""
    if len(hashes) == 1:
        return []
    left = 1 << ((len(hashes) - 1).bit_length() - 1)
    if index < left:
        return [*path(index, hashes[:left]), root(hashes[left:])]
    return [*path(index - left, hashes[left:]), root(hashes[:left])]


def proof(old: int, hashes: Sequence[bytes], known: bool = True) -> list[bytes]:
    """RFC 6962, 2.1.2."""
    if old == len(hashes):
        return [] if known else [root(hashes)]
    left = 1 << ((len(hashes) - 1).bit_length() - 1)
    if old <= left:
        return [*proof(old, hashes[:left], known), root(hashes[left:])]
    return [*proof(old - left, hashes[left:], False), root(hashes[:left])]


def hashed(leaf: dict[str, Any]) -> bytes:
    return hashlib.sha256(b"\0" + json.dumps(
        leaf, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).digest()


def event(number: int, *made: tuple[str, str], verb: str = "case.read") -> dict[str, Any]:
    changes = [{"what": kind, "id": id_, "field": "id", "from": None, "to": id_} for kind, id_ in made]
    return {"kind": "audit_event", "id": number, "transaction_id": number * 3, "verb": verb, "changes": changes,
            "details": {"why": "é “ü”"}, "at": "2026-11-26T15:14:01.000000Z"}


def movement(id_: str, amount: int = 1250) -> dict[str, Any]:
    return {"kind": "movement", "id": id_, "amount": amount, "document": None}


def story() -> list[dict[str, Any]]:
    """Sixteen leaves: events, and what two of them made."""
    return [*(event(number) for number in range(1, 6)), event(6, ("movement", "m-1"), ("movement", "m-2")),
            movement("m-1"), movement("m-2", 99), *(event(number) for number in range(7, 12)),
            event(12, ("signature", "s-1")), {"kind": "signature", "id": "s-1", "tier": 2}, event(13)]


class Log:
    """What is exported, and what was sealed; a test alters either."""

    def __init__(self, leaves: list[dict[str, Any]] | None = None, signer: Signer | None = None) -> None:
        self.leaves = copy.deepcopy(story() if leaves is None else leaves)
        self.hashes = [hashed(leaf) for leaf in self.leaves]
        self.signer = signer or Signer()
        self.marks = [self.signer.checkpoint(self.hashes[:size]) for size in (4, 8, 12) if size < len(self.hashes)]
        self.checkpoint = self.signer.checkpoint(self.hashes)
        self.unsealed: list[dict[str, Any]] = []
        self.turns: list[dict[str, Any]] = [{"vkey": self.signer.vkey, "note": None}]

    def lines(self) -> list[dict[str, Any]]:
        return [{"index": index, "leaf": leaf} for index, leaf in enumerate(self.leaves)]

    def files(self) -> dict[str, bytes]:
        return {
            verifier.RECORDS: jsonl(self.lines()), verifier.HASHES: b"".join(self.hashes),
            verifier.CHECKPOINT: self.checkpoint.encode(), verifier.KEYS: jsonl(self.turns),
            verifier.CHECKPOINTS: jsonl([{"note": note} for note in self.marks]),
            verifier.UNSEALED: jsonl([{"leaf": leaf} for leaf in self.unsealed])}

    def part(self, *indexes: int, held: Sequence[int] = ()) -> dict[str, bytes]:
        """A bundle of some records with their proofs, and proofs from earlier sizes."""
        lines = [{"index": index, "leaf": self.leaves[index],
                  "proof": [base64.b64encode(one).decode() for one in path(index, self.hashes)]} for index in indexes]
        sizes = [{"size": size, "proof": [base64.b64encode(one).decode() for one in proof(size, self.hashes)]}
                 for size in held]
        return {verifier.RECORDS: jsonl(lines), verifier.CHECKPOINT: self.checkpoint.encode(),
                verifier.KEYS: jsonl(self.turns), verifier.CONSISTENCY: jsonl(sizes)}


def jsonl(values: Sequence[Any]) -> bytes:
    return "".join(f"{json.dumps(value, ensure_ascii=False)}\n" for value in values).encode()


def manifest(files: dict[str, bytes], kind: str) -> bytes:
    return json.dumps({"format": "casework-log/1", "kind": kind, "files": [
        {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in files.items()]}).encode()


def packed(where: Path, files: dict[str, bytes], kind: str = "full") -> Path:
    """As a zip."""
    files = {**files, verifier.MANIFEST: manifest(files, kind)}
    with zipfile.ZipFile(where, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in files.items():
            bundle.writestr(name, data)
    return where


def named(report: Any) -> tuple[str, int, str, str]:
    """The first record that is not what it was, as the verifier names it."""
    first = report.first
    return first.what, first.index, first.kind, first.id


def without_hashes(files: dict[str, Any]) -> dict[str, Any]:
    return {name: data for name, data in files.items() if name != verifier.HASHES}
