#!/usr/bin/env python3
"""Check what was exported from a Casework log, with a public key and without Casework.

    casework-verify EXPORT --key KEY [--earlier CHECKPOINT …] [--json]

EXPORT is an evidence bundle (zip), the same unpacked, or a file of records with its checkpoint beside it. KEY is the
log's public key, given to you by another way than this export, or a file that holds it. An earlier CHECKPOINT, or a
whole earlier bundle, that you kept out of the reach of whoever runs the log is what makes the check strong: against it
even the holder of the log's signing key cannot rewrite what it covers.

What it does: every record is written anew as canonical JSON (RFC 8785) and hashed; no hash in the export is believed
until it is proved. The tree over the hashes is that of RFC 6962, the checkpoint and its signature those of C2SP
(tlog-checkpoint, signed-note; Ed25519). The first record that is altered, missing, added, moved or out of order is
named. Exit status: 0 it holds, 1 it does not hold, 2 it could not be judged.

One file, the standard library and `cryptography`. It changes nothing and sends nothing anywhere.
"""
from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import sqlite3
import sys
import zipfile
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from heapq import merge
from io import BufferedReader
from itertools import islice, takewhile
from pathlib import Path
from typing import IO, Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

VERSION = "1"
HOLDS, DOES_NOT_HOLD, NOT_JUDGED = 0, 1, 2
VERDICTS = ("holds", "does not hold", "could not be judged")

LARGEST_LINE = 16 * 1024 * 1024
LARGEST_NOTE = 64 * 1024
LARGEST_RATIO = 400  # a log compresses ten or twenty times; a bomb a thousand
LARGEST_INTEGER = 2**53 - 1  # beyond it JSON numbers are not exact (RFC 8785, 3.2.2.3)
MOST_FILES = 100
MOST_NAMED = 5
NEAR = 4096  # so far ahead two lists are compared for what was taken out or put in
EXACT_DIGITS = len(str(LARGEST_INTEGER))
LONGEST_WORD = 80
HASH = 32
BLOCK = 1 << 18

RECORDS, HASHES, UNSEALED, CHECKPOINT = "records.jsonl", "hashes.bin", "unsealed.jsonl", "checkpoint.txt"
CHECKPOINTS, CONSISTENCY, KEYS, MANIFEST = "checkpoints.jsonl", "consistency.jsonl", "keys.jsonl", "manifest.json"
PRESENT = "present.jsonl"
EVENT, LOG_KEY = "audit_event", "log_key"
FOLLOWERS = frozenset({"movement", "signature", "cp_signature", "role_grant"})
MAY_CHANGE = frozenset({"role_grant"})  # changed twice before it is sealed, it has one leaf for both
KINDS = FOLLOWERS | {EVENT, LOG_KEY}


class Unjudged(Exception):
    """The export cannot be read, or is not for this key: nothing is said about the log."""


class Broken(Exception):
    """Something does not hold. Carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.says)
        self.finding = finding


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold: what is wrong, which record, and the sentence for a person."""

    what: str
    says: str
    index: int | None = None
    kind: str | None = None
    id: str | None = None
    until: int | None = None


# ── JSON: read strictly, written canonically (RFC 8259, RFC 7493, RFC 8785) ─────────────────────────────────────────

def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Keys once each, in the order of RFC 8785 (by UTF-16 units; for plain keys that is Python's own)."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    names = list(found)
    right = sorted(names, key=None if "".join(names).isascii() else _utf16)
    return found if names == right else {name: found[name] for name in right}


def _integer(digits: str) -> int:
    if len(digits) < EXACT_DIGITS:
        return int(digits)
    if len(digits) > EXACT_DIGITS + 1 or abs(int(digits)) > LARGEST_INTEGER:
        raise ValueError("a number is too large to be exact")
    return int(digits)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text[:20]} is not a whole number")


_READER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_no_number,
                           parse_constant=_no_number)
_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False, allow_nan=False)


def read_json(text: bytes) -> Any:
    """The value, its keys in canonical order. ValueError says what is wrong with it."""
    try:
        return _READER.decode(text.decode("utf-8"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def canonical(value: Any) -> bytes:
    """The one way (RFC 8785) of writing a value that `read_json` gave: its keys are in order already."""
    try:
        return _WRITER.encode(value).encode("utf-8")
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


# ── The tree (RFC 6962, 2.1; RFC 9162, 2.1.3 and 2.1.4) ─────────────────────────────────────────────────────────────

def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


class Fold:
    """The root over all leaves so far; holds one hash for each bit of their number, whatever it is."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        carried = self.size
        while carried & 1:
            leaf = node_hash(self.peaks.pop(), leaf)
            carried >>= 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_by_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root this proof leads to (RFC 9162, 2.1.3.2), or None when it has not the right length."""
    if not 0 <= index < size:
        return None
    at, last, root = index, size - 1, leaf
    for hash_ in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            root = node_hash(hash_, root)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            root = node_hash(root, hash_)
        at, last = at >> 1, last >> 1
    return root if last == 0 else None


def consistent(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of `size` begins with the tree of `old_size` (RFC 9162, 2.1.4.2)."""
    if not 0 < old_size < size:
        return old_size == size and old_root == root and not proof
    hashes = list(proof)
    if old_size & (old_size - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        return False
    at, last = old_size - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    return _climb(at, last, hashes) == (old_root, root)


def _climb(at: int, last: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    old = new = hashes[0]
    for hash_ in hashes[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            old, new = node_hash(hash_, old), node_hash(hash_, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, hash_)
        at, last = at >> 1, last >> 1
    return (old, new) if last == 0 else None


# ── Keys, signed notes and checkpoints (C2SP signed-note, tlog-checkpoint) ──────────────────────────────────────────

ED25519 = 1
DASH = "— "


class Key(NamedTuple):
    """A public key and the name that signs with it."""

    name: str
    hash: bytes
    public: bytes
    text: str

    def signed(self, text: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True


class Note(NamedTuple):
    """A text, and who signed it: (name, hash of the key, signature)."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]


class Checkpoint(NamedTuple):
    """How many records the log held, and the root over them; `signer` is the key whose signature was checked."""

    origin: str
    size: int
    root: bytes
    note: Note
    extra: tuple[str, ...] = ()


def decoded(text: str) -> bytes:
    """Base64, the one way of writing it; ValueError otherwise."""
    found = base64.b64decode(text, validate=True)
    if base64.b64encode(found).decode() != text:
        raise ValueError("not base64 as it is written")
    return found


def read_key(text: str) -> Key:
    """`name+hash+key`. ValueError when it is no Ed25519 key in that form, or its hash is not its own."""
    name, hash_, public = (*text.strip().split("+", 2), "", "")[:3]
    data = decoded(public)
    if not _name(name) or len(data) != HASH + 1 or data[0] != ED25519:
        raise ValueError("not the public key of a log (name+hash+key)")
    own = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
    if hash_ != own.hex():
        raise ValueError("the public key and its hash do not belong together")
    return Key(name, own, data[1:], text.strip())


def _name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(letter.isspace() for letter in name)


def read_note(data: bytes) -> Note:
    """Split the text from its signatures. ValueError when it is no signed note."""
    if len(data) > LARGEST_NOTE:
        raise ValueError("a note is not that long")
    said = data.decode("utf-8")
    if any(letter < " " and letter != "\n" for letter in said):
        raise ValueError("a note holds no control characters")
    text, blank, rest = said.rpartition("\n\n")
    if not blank or not rest.endswith("\n"):
        raise ValueError("a signed note is text, an empty line, and signatures")
    return Note(text + "\n", tuple(_signature(line) for line in rest[:-1].split("\n")))


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, signature = line.removeprefix(DASH).partition(" ")
    data = decoded(signature)
    if not line.startswith(DASH) or not _name(name) or len(data) <= len(b"hash"):
        raise ValueError("this line is not a signature")
    return name, data[:4], data[4:]


def signer(note: Note, keys: Iterable[Key]) -> Key | None:
    """The first of these keys that signed it. Signatures of strangers say nothing; a false one of ours, that it is no
    note of theirs (ValueError)."""
    for key in keys:
        for name, hash_, signature in note.signatures:
            if (name, hash_) == (key.name, key.hash):
                if not key.signed(note.text.encode(), signature):
                    raise ValueError(f"the signature of {key.name} is false")
                return key
    return None


def read_checkpoint(data: bytes) -> Checkpoint:
    """Origin, size, root. ValueError when it is none."""
    note = read_note(data)
    origin, size, root, *extra = (*note.text.split("\n")[:-1], "", "", "")
    if not origin or not size.isascii() or not size.isdigit() or str(int(size[:20])) != size:
        raise ValueError("not a checkpoint: origin, size, root")
    if int(size) > LARGEST_INTEGER:
        raise ValueError("not a checkpoint: no log is that large")
    hash_ = decoded(root)
    if len(hash_) != HASH:
        raise ValueError("not a checkpoint: its root is no SHA-256")
    return Checkpoint(origin, int(size), hash_, note, tuple(line for line in extra if line))


# ── Reading an export: a zip, a folder, or one file of records ──────────────────────────────────────────────────────

class Source:
    """The files of an export by name. Nothing is unpacked; only names without a path are read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip: zipfile.ZipFile | None = None
        self._files: dict[str, Path] = {}
        self.digests: dict[str, str] = {}
        if path.is_dir():
            self._files = {file.name: file for file in path.iterdir() if file.is_file() and not file.is_symlink()}
        elif zipfile.is_zipfile(path):
            self._zip = _safe_zip(path)
        elif path.is_file():
            beside = path.with_name(f"{path.name}.checkpoint")
            self._files = {RECORDS: path} | ({CHECKPOINT: beside} if beside.is_file() else {})
        else:
            raise Unjudged(f"{path.name} is no file, folder or bundle.")

    def has(self, name: str) -> bool:
        return name in (self._zip.namelist() if self._zip else self._files)

    def open(self, name: str) -> IO[bytes]:
        if not self.has(name):
            raise Unjudged(f"The export has no {name}.")
        return BufferedReader(self._zip.open(name), BLOCK) if self._zip else self._files[name].open("rb", BLOCK)  # type: ignore[type-var]

    def small(self, name: str, most: int = LARGEST_LINE) -> bytes:
        """A file that must not be long."""
        with self.open(name) as file:
            data = file.read(most + 1)
        if len(data) > most:
            raise Unjudged(f"{name} is too long to be what it says it is.")
        self.digests[name] = hashlib.sha256(data).hexdigest()
        return data

    def lines(self, name: str) -> Iterator[tuple[int, Any]]:
        """(line number, value) of a JSON Lines file, one at a time."""
        digest = hashlib.sha256()
        with self.open(name) as file:
            number = 0
            while line := file.readline(LARGEST_LINE + 1):
                number += 1
                if len(line) > LARGEST_LINE:
                    raise Unjudged(f"Line {number} of {name} is too long.")
                digest.update(line)
                yield number, _line(name, number, line)
        self.digests[name] = digest.hexdigest()

    def hashes(self, name: str = HASHES) -> Iterator[bytes]:
        """The tree's leaf hashes, one after the other."""
        digest = hashlib.sha256()
        with self.open(name) as file:
            while block := file.read(HASH * 4096):
                digest.update(block)
                if len(block) % HASH:
                    raise Unjudged(f"{name} ends within a hash.")
                for start in range(0, len(block), HASH):
                    yield block[start:start + HASH]
        self.digests[name] = digest.hexdigest()

    def digest(self, name: str) -> str:
        """The SHA-256 of a file, read whole unless it was already."""
        if name not in self.digests:
            digest = hashlib.sha256()
            with self.open(name) as file:
                while block := file.read(1 << 20):
                    digest.update(block)
            self.digests[name] = digest.hexdigest()
        return self.digests[name]

    def close(self) -> None:
        if self._zip:
            self._zip.close()


def _safe_zip(path: Path) -> zipfile.ZipFile:
    """An archive that is what an evidence bundle is: few files, plain names once each, stored or deflated, no bomb
    among them."""
    found = zipfile.ZipFile(path)
    members = found.infolist()
    names = [member.filename for member in members]
    if len(names) > MOST_FILES or len(set(names)) != len(names):
        raise Unjudged("The zip holds too many files, or two of one name.")
    for member in members:
        if Path(member.filename).name != member.filename or "\\" in member.filename or ".." in member.filename:
            raise Unjudged("The zip holds a name that leads elsewhere.")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unjudged(f"{_word(member.filename)} in the zip is packed in a way that no bundle is.")
        if member.file_size > LARGEST_RATIO * max(member.compress_size, 1024):
            raise Unjudged(f"{member.filename[:80]} in the zip unpacks to far more than a log would.")
    return found


def _line(name: str, number: int, line: bytes) -> Any:
    try:
        return read_json(line)
    except ValueError as wrong:
        raise Unjudged(f"Line {number} of {name} cannot be read: {_short(wrong)}.") from None


def _short(wrong: object) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in str(wrong))[:160]


@dataclass
class Line:
    """One line of the records: the leaf as exported, or only kind and id of what has no row any more, or whose row is
    `unfit`: it holds what no leaf could say."""

    index: int
    leaf: dict[str, Any] | None
    kind: str
    id: str
    proof: tuple[bytes, ...] | None
    unfit: bool = False

    @property
    def words(self) -> str:
        return f"record {self.index} ({self.kind} {self.id})"


def _word(value: Any) -> str:
    text = str(value)
    return text if text.isprintable() and len(text) < LONGEST_WORD else "".join(
        letter for letter in text if letter.isprintable())[:LONGEST_WORD]


def records(source: Source, name: str = RECORDS) -> Iterator[Line]:
    """Every line of the records, in the order of the file."""
    for number, value in source.lines(name):
        try:
            yield _record(value)
        except (ValueError, TypeError, AttributeError, KeyError):
            raise Unjudged(f"Line {number} of {name} is not a record of a log.") from None


def _record(value: dict[str, Any]) -> Line:
    forms = [form for form in ("leaf", "missing", "unfit") if form in value]
    if len(forms) != 1 or not set(value) <= {*forms, "index", "proof"}:
        raise ValueError("unknown words")
    said, proof, index = value[forms[0]], value.get("proof"), value.get("index", -1)
    if type(index) is not int or not isinstance(said, dict):
        raise ValueError("neither a leaf nor a gap")
    return Line(index, said if forms == ["leaf"] else None, _word(said.get("kind")), _word(said.get("id")),
                None if proof is None else tuple(decoded(part) for part in proof), forms == ["unfit"])


# ── Whose word counts: the key given, and those that it signed in ───────────────────────────────────────────────────

@dataclass
class Keys:
    """`trusted` begins with the key given and goes on to each key that the one before it signed in. `before` are older
    ones, the nearest first, which led to the key given: what they signed is compared, and proves nothing by itself.
    `leaf` is the record that signs in the last of them, with its proof, where the export gives it beside the key."""

    trusted: list[Key]
    before: list[Key] = field(default_factory=list)
    leaf: Line | None = None

    @property
    def all(self) -> list[Key]:
        return [*self.trusted, *self.before]

    @property
    def chain(self) -> list[str]:
        """All of them, the oldest first, as they are written."""
        return [key.text for key in (*reversed(self.before), *self.trusted)]

    def rank(self, by: str) -> int:
        """The place of a key in the chain; -1 for one that is not in it."""
        return self.chain.index(by) if by in self.chain else -1


class Turn(NamedTuple):
    """A key, the note by which another signed it in, and the record that says so."""

    key: Key
    note: Note | None
    leaf: Line | None


def key_chain(given: Key, source: Source) -> Keys:
    """The one chain that goes through the key given: only the newest key signs the next one in, and none comes
    back. Older ones are followed backwards, each next to the one that it signed in."""
    turns = [_turn(value) for _, value in source.lines(KEYS)] if source.has(KEYS) else []
    at = next((at for at, turn in enumerate(turns) if turn.key == given), -1)
    keys = Keys([given], leaf=turns[at].leaf if at >= 0 else None)
    for turn, older in zip(reversed(turns[1:at + 1]), reversed(turns[:max(at, 0)]), strict=True):
        if older.key in keys.all or not _signed_in(turn, older.key):
            break
        keys.before.append(older.key)
    for turn in turns[at + 1:]:
        if turn.key not in keys.all and _signed_in(turn, keys.trusted[-1]):
            keys.trusted.append(turn.key)
            keys.leaf = turn.leaf
    return keys


def _turn(value: Any) -> Turn:
    try:
        note, beside = value.get("note"), {name: value[name] for name in ("index", "leaf", "proof") if name in value}
        return Turn(read_key(value["vkey"]), read_note(note.encode()) if note else None,
                    _record(beside) if beside else None)
    except (ValueError, AttributeError, KeyError, TypeError):
        raise Unjudged(f"{KEYS} holds something that is no key.") from None


def _signed_in(turn: Turn, by: Key) -> bool:
    key, note = turn.key, turn.note
    try:
        return note is not None and note.text == f"{key.name}\nlog-key\n{key.text}\n" and signer(note, [by]) is not None
    except ValueError:
        return False


# ── The order of the log: what must follow what ─────────────────────────────────────────────────────────────────────

class Named(NamedTuple):
    """A record that an event made or changed. One that may change may lack a leaf of its own for this change."""

    kind: str
    id: str
    may_lack: bool


class Version(NamedTuple):
    """The newest version of a record that may change: where it stands (-1: not sealed yet), and what it says."""

    at: int
    number: Any
    hash: bytes


class Numbers:
    """Which numbers came. Nearly all come in order, so only the gaps between them are kept."""

    def __init__(self) -> None:
        self.highest = -LARGEST_INTEGER - 1
        self.gaps: list[tuple[int, int]] = []

    def take(self, number: int) -> bool:
        """Whether it had not come yet."""
        if number > self.highest:
            self.gaps += [(self.highest + 1, number)] if number > self.highest + 1 else []
            self.highest = number
            return True
        at = bisect_right(self.gaps, number, key=lambda gap: gap[0]) - 1
        first, end = self.gaps[at] if at >= 0 else (0, 0)
        if not first <= number < end:
            return False
        self.gaps[at:at + 1] = [gap for gap in ((first, number), (number + 1, end)) if gap[0] < gap[1]]
        return True


class Made:
    """Which records were made: on disk as soon as they are many, so that memory does not grow with them."""

    def __init__(self) -> None:
        self._kept = sqlite3.connect("")  # of this program alone, and gone with it
        self._kept.execute("PRAGMA journal_mode = OFF")
        self._kept.execute("CREATE TABLE made (name BLOB PRIMARY KEY) WITHOUT ROWID")

    def take(self, kind: str, id_: str) -> bool:
        """Whether it had not been made yet."""
        name = f"{kind} {id_}".encode("utf-8", "surrogatepass")
        try:
            return self._kept.execute("INSERT OR IGNORE INTO made VALUES (?)", (name,)).rowcount == 1
        except sqlite3.Error as wrong:
            raise Unjudged(f"There is no room for what was read in the folder for temporary files ({wrong}). Make "
                           "some, or name another one (SQLITE_TMPDIR).") from None

    def __del__(self) -> None:
        self._kept.close()


class Order:
    """Events come once each, in the order in which their transactions ended, and after each the records that it made
    or changed. Nothing is made twice, and of what may change the versions rise.

    A number lower than the one before it is in order only after the database was moved to another server, where
    transactions are counted anew; then the event's own number is the highest so far.
    """

    def __init__(self) -> None:
        self.due: list[Named] = []
        self.places: dict[tuple[str, str], int] = {}
        self.done = 0
        self.next = 0
        self.signed_in: list[tuple[int, str]] = []
        self.of: Line | None = None
        self.last: tuple[int, int] | None = None
        self.numbers = Numbers()
        self.made = Made()
        self.newest: dict[tuple[str, str], Version] = {}

    def take(self, line: Line) -> Finding | None:
        """What is wrong with this record at this place, or None."""
        self.next = line.index
        if line.kind not in KINDS:
            return _about("added", line, "a log holds no records of this kind")
        if line.kind in FOLLOWERS:
            return self._follower(line) or self._version(line)
        wrong = self._missing(self._emptied())
        if line.kind == LOG_KEY and line.leaf is not None:
            self.signed_in.append((line.index, str(line.leaf.get("vkey"))))
        if wrong is None and line.kind == EVENT and line.leaf is not None:
            wrong = self._event(line, line.leaf)
        return wrong

    def owing(self) -> Finding | None:
        """A record that the last event names and that did not come, when nothing more comes."""
        self.next += 1
        return self._missing(self._emptied())

    def _emptied(self) -> list[Named]:
        due, self.due, self.places, self.done = self.due[self.done:], [], {}, 0
        return due

    def _missing(self, due: list[Named]) -> Finding | None:
        owed = next((each for each in due if not each.may_lack), None)
        if owed is None or self.of is None:
            return None
        return Finding("missing", f"The {_plain(owed.kind)} {owed.id} is missing: {self.of.words} made or changed it, "
                       "and it does not follow.", self.next, owed.kind, owed.id)

    def _follower(self, line: Line) -> Finding | None:
        at = self.places.get((line.kind, line.id), -1)
        if at < self.done:
            return self._missing(self._emptied()) or _about("added", line, "no event before it made or changed it")
        skipped, self.done = self.due[self.done:at], at + 1
        return self._missing(skipped)

    def _version(self, line: Line) -> Finding | None:
        """Of what may change, a later version follows an earlier one; the same may come again, as it was."""
        if line.kind not in MAY_CHANGE or line.leaf is None:
            return None
        now, name = Version(line.index, line.leaf.get("version"), _hash(line)), (line.kind, line.id)
        last = self.newest.get(name, now)
        self.newest[name] = now
        if type(now.number) is not int or type(last.number) is not int or now.number > last.number:
            return None
        if now.number < last.number:
            return _about("out of order", line, f"version {last.number} of it stands before version {now.number}")
        return None if now.hash == last.hash else _about("altered", line, f"its version {now.number} said otherwise")

    def _event(self, line: Line, leaf: dict[str, Any]) -> Finding | None:
        number, transaction = leaf.get("id"), leaf.get("transaction_id") or 0
        if type(number) is not int or type(transaction) is not int:
            return _about("altered", line, "an event and its transaction have whole numbers")
        place = (transaction, number)
        late = self.last is not None and place <= self.last and number <= self.numbers.highest
        self.last, new = place, self.numbers.take(number)
        if late or not new:
            return (_about("out of order", line, "its number belongs before the record that it follows") if late else
                    _about("added", line, "an event of this number came before"))
        return self._names(line, leaf)

    def _names(self, line: Line, leaf: dict[str, Any]) -> Finding | None:
        """What must follow this event. Nothing that it makes was made before."""
        self.of, self.due = line, named_records(leaf)
        self.places, self.done = {(each.kind, each.id): at for at, each in enumerate(self.due)}, 0
        again = [f"{_plain(each.kind)} {each.id}" for each in self.due
                 if not each.may_lack and not self.made.take(each.kind, each.id)]
        return _about("added", line, f"it makes the {again[0]} a second time") if again else None


def named_records(event: dict[str, Any]) -> list[Named]:
    """The records under seal that an event made or changed, once each, in its own order."""
    changes = event.get("changes")
    if not changes or not isinstance(changes, list):
        return []
    must: dict[tuple[str, str], bool] = {}
    for change in changes:
        if isinstance(change, dict) and (kind := str(change.get("what"))) in FOLLOWERS:
            named = kind, _word(change.get("id"))
            made = change.get("field") == "id" or kind not in MAY_CHANGE
            must[named] = must.get(named, False) or made
    return [Named(kind, id_, not must[kind, id_]) for kind, id_ in must]


def _plain(kind: str) -> str:
    return kind.replace("_", " ")


SAYS = {
    "altered": "is altered", "missing": "is missing", "added": "was added", "moved": "was moved",
    "out of order": "is out of order",
}

PLURAL = {"missing": "are missing", "added": "were added"}


def _about(what: str, line: Line, why: str) -> Finding:
    words = line.words
    return Finding(what, f"{words[0].upper()}{words[1:]} {SAYS[what]}: {why}.", line.index, line.kind, line.id)


# ── Judging ─────────────────────────────────────────────────────────────────────────────────────────────────────────

@dataclass
class Report:
    """What was found, in the order in which it was met; `notes` say what else a reader should know."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    checkpoint: Checkpoint | None = None
    signed_by: str = ""
    records: int = 0
    unsealed: int = 0
    present: int = 0
    whole: bool = True
    held: list[dict[str, Any]] = field(default_factory=list)

    @property
    def first(self) -> Finding | None:
        """The one with the lowest place in the log; exact ones before ranges."""
        ranked = sorted(self.findings, key=lambda each: (
            each.index is None, each.index if each.index is not None else 0, each.until is not None))
        return ranked[0] if ranked else None


class Held(NamedTuple):
    """What the auditor kept: a checkpoint, and the earlier bundle it came with, if it was one."""

    name: str
    checkpoint: Checkpoint
    source: Source | None
    by: Key


class Mark(NamedTuple):
    """A size at which the root is known, and on whose word."""

    size: int
    root: bytes
    held: str  # the file that the auditor kept, or nothing: the export's own
    counts: bool = True  # whether it may say up to where the log agrees


class Difference(NamedTuple):
    """Where a list of hashes first differs from one that is held, and what happened there to how many records."""

    at: int
    what: str = ""
    many: int = 0


def judge(source: Source, keys: Keys, held: Sequence[Held], report: Report) -> None:
    """Everything that can be said of this export."""
    latest = own_checkpoint(source, keys, report)
    signed_on(keys, latest, held, report)
    for each in held:
        if each.checkpoint.origin != latest.origin:
            raise Unjudged(f"{each.name} is a checkpoint of another log.")
        if each.checkpoint.size > latest.size:
            report.findings.append(Finding(
                "missing", f"Records {latest.size} to {each.checkpoint.size - 1} are missing: the checkpoint you hold "
                f"({each.name}) covers {each.checkpoint.size:,} records, this log holds {latest.size:,}. It was cut "
                "off, or an older state was put back.", latest.size, until=each.checkpoint.size))
    manifest = read_manifest(source)
    report.whole = manifest.get("kind", "full") == "full"
    (judge_whole if report.whole else judge_part)(source, keys, latest, held, report)
    for name, digest in manifest.get("files", {}).items():
        if not source.has(name) or source.digest(name) != digest:
            report.findings.append(Finding("file", f"{_word(name)} is not the file that the manifest describes."))


def own_checkpoint(source: Source, keys: Keys, report: Report) -> Checkpoint:
    """The checkpoint of the export, signed by a key that is trusted."""
    try:
        latest = read_checkpoint(source.small(CHECKPOINT, LARGEST_NOTE))
    except ValueError as wrong:
        raise Unjudged(f"{CHECKPOINT} cannot be read: {_short(wrong)}.") from None
    try:
        by = signer(latest.note, keys.trusted)
    except ValueError as wrong:
        raise Broken(Finding("checkpoint", f"The checkpoint is not what was signed: {_short(wrong)}.")) from None
    if by is None:
        raise Unjudged("The checkpoint is not signed by the key you gave, nor by one that it signed in.")
    report.checkpoint, report.signed_by = latest, by.text
    return latest


def read_manifest(source: Source) -> dict[str, Any]:
    """Which kind of export it is and the digest of each of its files; {} where there is none."""
    if not source.has(MANIFEST):
        return {}
    try:
        found = read_json(source.small(MANIFEST))
        return {"kind": found["kind"], "files": {str(one["name"]): str(one["sha256"]) for one in found["files"]}}
    except (ValueError, KeyError, TypeError):
        raise Unjudged(f"{MANIFEST} cannot be read.") from None


def judge_whole(source: Source, keys: Keys, latest: Checkpoint, held: Sequence[Held], report: Report) -> None:
    """A full export: the list of hashes is proved first, then each record against its hash."""
    kept = sorted(Mark(one.checkpoint.size, one.checkpoint.root, one.name) for one in held
                  if one.checkpoint.size <= latest.size)
    signings, order, names = Signings(keys, latest), Order(), dict[int, Line]()
    marks = merge(kept, signings.marks(source, report), key=lambda mark: mark.size)
    if source.has(HASHES):
        differ = [(one, against_earlier(one, one.source, source)) for one in held
                  if one.source and one.source.has(HASHES)]
        wrong = [_differs(one, source, found) for one, found in differ if found.what]
        wrong += prove(source.hashes(), marks, latest, report, max((found.at for _, found in differ), default=0))
        walk(source, order, {each.index for each in wrong if each.index is not None}, names, report)
    else:
        wrong = prove(_own_hashes(source, order, report), marks, latest, report)
    report.findings += [_named(each, names) for each in wrong]
    turned(order, keys, latest, report)
    signings.retired(order, report)
    pending(source, order, report)
    stand_now(source, order, report)


REPLACED = "is signed by a key that had been replaced"


def signed_on(keys: Keys, latest: Checkpoint, held: Sequence[Held], report: Report) -> None:
    """Once a checkpoint that is held was signed by a later key, an earlier one signs nothing any more."""
    for each in held:
        if each.checkpoint.size <= latest.size and keys.rank(each.by.text) > keys.rank(report.signed_by):
            report.findings.append(Finding("checkpoint", f"The checkpoint {REPLACED}: {each.name}, which you hold and "
                                           "which is no larger, is signed by the one after it.", latest.size))
            return


def turned(order: Order, keys: Keys, latest: Checkpoint, report: Report) -> None:
    """The records that sign keys in are the chain of keys to its end: each signed in by the one before, none twice."""
    signed_in = order.signed_in
    first = next((at for at, (_, vkey) in enumerate(signed_in) if keys.rank(vkey) >= 0), len(signed_in))
    for (_, before), (index, vkey) in zip(signed_in[first:], signed_in[first + 1:], strict=False):
        if keys.rank(vkey) != keys.rank(before) + 1:
            report.findings.append(Finding("key", f"Record {index} signs in a key that the newest one before it did "
                                           "not sign in, or one that had been replaced.", index, LOG_KEY))
            return
    if report.records == latest.size:  # otherwise the walk ended before the last of them
        report.findings += _last_turn(*(signed_in[-1] if signed_in else (-1, keys.chain[-1])), keys, latest, report)


def _last_turn(index: int, vkey: str, keys: Keys, latest: Checkpoint, report: Report) -> Iterator[Finding]:
    """The last key that the log signs in is the last of the chain, and signs all that comes after its record."""
    if vkey != keys.chain[-1]:
        yield Finding("key", f"Record {index} signs in a key that is not the last one of {KEYS}.", index, LOG_KEY)
    elif report.signed_by != vkey and (report.signed_by not in keys.chain[-2:] or index + 1 != latest.size):
        which = f"record {index} signs in the one after it" if index >= 0 else f"it is not the last one of {KEYS}"
        yield Finding("checkpoint", f"The checkpoint {REPLACED}: {which}.", latest.size)


class Signings:
    """The export's own checkpoints, and up to which size each key of the chain signed."""

    def __init__(self, keys: Keys, latest: Checkpoint) -> None:
        self.keys, self.latest = keys, latest
        self.rank = self.size = 0
        self.until: dict[int, int] = {}

    def marks(self, source: Source, report: Report) -> Iterator[Mark]:
        """Smallest first, the latest last. Each is signed by a key of the chain and names this log; the first that is
        not is told, and none that is not counts."""
        told = False
        for number, value in source.lines(CHECKPOINTS) if source.has(CHECKPOINTS) else ():
            try:
                yield self._mark(read_checkpoint(str(value["note"]).encode()))
            except (ValueError, KeyError, TypeError) as wrong:
                says = f"Checkpoint {number} of the export is not what was signed: {_short(wrong)}."
                report.findings += [] if told else [Finding("checkpoint", says)]
                told = True
        yield Mark(self.latest.size, self.latest.root, "")

    def _mark(self, found: Checkpoint) -> Mark:
        by = signer(found.note, self.keys.all)
        if by is None or found.origin != self.latest.origin:
            raise ValueError("no key of this log signed it for this log")
        if not self.size <= found.size <= self.latest.size:
            raise ValueError("it is not in order of size")
        if self.keys.rank(by.text) < self.rank:
            raise ValueError("the key had been replaced")
        self.rank, self.size = self.keys.rank(by.text), found.size
        self.until[self.rank] = found.size
        return Mark(found.size, found.root, "", by in self.keys.trusted)

    def retired(self, order: Order, report: Report) -> None:
        """The last checkpoint of a key is the one that holds the record of the next."""
        for index, vkey in order.signed_in:
            late = [size for rank, size in self.until.items() if rank < self.keys.rank(vkey) and size > index + 1]
            if late:
                report.findings.append(Finding("checkpoint", f"The export's checkpoint of {max(late):,} records "
                                               f"{REPLACED}: record {index} signs in the one after it."))
                return


def prove(hashes: Iterator[bytes], marks: Iterator[Mark], latest: Checkpoint, report: Report,
          same: int = 0) -> list[Finding]:
    """Fold the hashes and hold the root against every size at which it is known. Of the export's own checkpoints and
    of those held the first that differs is told. Only what is held narrows what contradicts it: `same` is up to where
    the hashes are those of a bundle that is held."""
    fold, agreed = Fold(), {True: 0, False: 0}
    wrong: dict[bool, Finding] = {}
    for mark in marks:
        for hash_ in islice(hashes, max(0, mark.size - fold.size)):
            fold.add(hash_)
        agrees, outside = (mark.size, mark.root) == (fold.size, fold.root()), bool(mark.held)
        if outside:
            report.held.append({"name": mark.held, "size": mark.size, "agrees": agrees})
        if agrees and mark.counts:
            agreed |= {False: mark.size} | ({True: mark.size} if outside else {})
        elif not agrees and mark.size == fold.size:
            wrong.setdefault(outside, _disagrees(mark, max(agreed[outside], min(same, mark.size - 1))))
    found = fold.size + sum(1 for _ in hashes)
    return [*wrong.values(), *_size_differs(found, latest.size)]


def _disagrees(mark: Mark, agreed: int) -> Finding:
    whose = f"the checkpoint you hold ({mark.held})" if mark.held else "a checkpoint that the log itself signed"
    since = f"Up to {agreed:,} records it agrees" if agreed else "No smaller one is known to agree"
    return Finding("altered", f"The log is not what {whose} covers, at {mark.size:,} records. {since}: the first "
                   f"record that was altered, added, taken out or moved is among {agreed} to {mark.size - 1}.",
                   agreed, until=mark.size)


def _size_differs(found: int, signed: int) -> list[Finding]:
    if found < signed:
        return [Finding("missing", f"Records {found} to {signed - 1} are missing: the checkpoint covers {signed:,}, "
                        f"the export holds {found:,}.", found, until=signed)]
    if found > signed:
        return [Finding("added", f"Records {signed} to {found - 1} were added: the checkpoint covers {signed:,} only.",
                        signed, until=found)]
    return []


def _named(finding: Finding, names: dict[int, Line]) -> Finding:
    """The same finding with the record that stands at its place."""
    line = names.get(finding.index) if finding.index is not None and finding.kind is None else None
    if line is None:
        return finding
    return Finding(finding.what, f"{finding.says} Record {line.index} is {line.kind} {line.id}.", finding.index,
                   line.kind, line.id, finding.until)


def walk(source: Source, order: Order, wanted: set[int], names: dict[int, Line], report: Report) -> None:
    """Each record against its hash and its place; the first that differs ends the walk."""
    hashes, expected = source.hashes(), 0
    for line in records(source):
        hash_ = next(hashes, None)
        wrong = _place(line, expected) or _against(line, hash_, source) or order.take(line)
        if line.index in wanted:
            names[line.index] = line
        if wrong:
            report.findings.append(wrong)
            return
        expected += 1
    report.records = expected
    wrong = order.owing() or (_gap(expected, expected) if next(hashes, None) is not None else None)
    report.findings += [wrong] if wrong else []


def _place(line: Line, expected: int) -> Finding | None:
    if line.index > expected:
        return _gap(expected, line.index - 1)
    if line.index < expected:
        return _about("out of order", line, f"record {expected} belongs here")
    return None


def _gap(first: int, last: int) -> Finding:
    which = f"Record {first} is" if first == last else f"Records {first} to {last} are"
    return Finding("missing", f"{which} missing from the export.", first)


def _against(line: Line, hash_: bytes | None, source: Source) -> Finding | None:
    if hash_ is None:
        return _about("added", line, "the tree has no leaf for it")
    if line.leaf is None:
        return _gone(line)
    found = _hash(line)
    if found == hash_:
        return None
    at = next((index for index, each in enumerate(source.hashes()) if each == found), None)
    if at is not None:
        return _about("moved", line, f"what it says was sealed as record {at}")
    return _about("altered", line, "it is not what was sealed")


def _gone(line: Line) -> Finding:
    if line.unfit:
        return _about("altered", line, "what stands there now is nothing that could have been sealed")
    return _about("missing", line, "the tree has its leaf, and there is no such record any more")


def _hash(line: Line) -> bytes:
    try:
        return leaf_hash(canonical(line.leaf))
    except ValueError as wrong:
        raise Unjudged(f"Record {line.index} cannot be written as JSON: {_short(wrong)}.") from None


def _own_hashes(source: Source, order: Order, report: Report) -> Iterator[bytes]:
    """Without a list of hashes: those of the records themselves, held against the roots alone."""
    for expected, line in enumerate(records(source)):
        wrong = _place(line, expected) or order.take(line)
        if wrong or line.leaf is None:
            report.findings.append(wrong or _gone(line))
            return
        report.records = expected + 1
        yield _hash(line)


def against_earlier(held: Held, kept: Source, source: Source) -> Difference:
    """The list of hashes against that of a bundle kept from before, whose own list is proved first."""
    fold = Fold()
    for hash_ in kept.hashes():
        fold.add(hash_)
    if (fold.size, fold.root()) != (held.checkpoint.size, held.checkpoint.root):
        raise Unjudged(f"{held.name}, which you hold, does not fit its own checkpoint.")
    before, now, index = kept.hashes(), source.hashes(), 0
    for index, (old, new) in enumerate(zip(before, now, strict=False), 1):
        if old != new:
            olds, news = [old, *islice(before, NEAR)], [new, *islice(now, NEAR)]
            return Difference(index - 1, *_difference(olds, news, kept, source))
    return Difference(index)


def _difference(olds: list[bytes], news: list[bytes], kept: Source, source: Source) -> tuple[str, int]:
    """What happened at the first place where two lists differ, and to how many records from there on."""
    gone = olds[0] not in news and all(each != olds[0] for each in source.hashes())
    come = news[0] not in olds and all(each != news[0] for each in kept.hashes())
    if gone == come:
        return ("altered" if gone else "moved"), 1
    run, others = (olds, set(news)) if gone else (news, set(olds))
    return ("missing" if gone else "added"), sum(1 for _ in takewhile(lambda each: each not in others, run))


def _differs(held: Held, source: Source, found: Difference) -> Finding:
    """The finding with the records that are concerned, by name."""
    where = held.source if found.what == "missing" and held.source else source
    until = found.at + found.many
    lines = list(islice((line for line in records(where) if found.at <= line.index < until), MOST_NAMED))
    why = f"not as in {held.name}, which you hold"
    if len(lines) == found.many == 1:
        return _about(found.what, lines[0], f"it is {why}")
    kind, id_ = (lines[0].kind, lines[0].id) if lines else (None, None)
    names = ", ".join(f"{line.kind} {line.id}" for line in lines) + (", …" if found.many > len(lines) else "")
    which = f"Record {found.at} {SAYS[found.what]}" if found.many == 1 else (
        f"Records {found.at} to {until - 1} ({names}) {PLURAL[found.what]}")
    return Finding(found.what, f"{which}: {why}.", found.at, kind, id_, None if found.many == 1 else until)


def pending(source: Source, order: Order, report: Report) -> None:
    """Records that have no leaf: not yet sealed when they follow the last that was, added when they do not."""
    if not source.has(UNSEALED) or report.findings:
        return
    for line in records(source, UNSEALED):
        if line.leaf is None or order.take(line):
            report.findings.append(Finding(
                "added", f"The {_plain(line.kind)} {line.id} was added: it has no leaf in the tree, and it does not "
                "follow the last record that has one.", None, line.kind, line.id))
            return
        report.unsealed += 1
    if report.unsealed:
        report.notes.append(f"{report.unsealed:,} records were not yet sealed when this was exported. Nothing is said "
                            "of them.")


WITHOUT_PRESENT = (f"The export has no {PRESENT}: that each grant of a role stands now as its newest version says is "
                   "seen from the records alone.")


def stand_now(source: Source, order: Order, report: Report) -> None:
    """What may change, as it stands now, is the newest version that was sealed or waits to be; each is there."""
    if report.findings:
        return
    if not source.has(PRESENT):
        report.notes += [WITHOUT_PRESENT] if order.newest else []
        return
    owed = dict(order.newest)
    for line in records(source, PRESENT):
        wrong = _unlike(line, owed.pop((line.kind, line.id), None))
        if wrong:
            report.findings.append(wrong)
            return
        report.present += 1
    report.findings += [_stands("missing", kind, id_, last, "there is no such row any more")
                        for (kind, id_), last in islice(owed.items(), 1)]


def _unlike(line: Line, last: Version | None) -> Finding | None:
    """What is wrong with a record as it stands now, if it is not what was sealed of it last."""
    if last is None:
        return Finding("added", f"The {_plain(line.kind)} {line.id} was added: no version of it was ever sealed.", None,
                       line.kind, line.id)
    if line.leaf is not None and _hash(line) == last.hash:
        return None
    return _stands("altered", line.kind, line.id, last, "what it says now is another")


def _stands(what: str, kind: str, id_: str, last: Version, why: str) -> Finding:
    newest, index = (f"record {last.at}", last.at) if last.at >= 0 else ("not sealed yet", None)
    return Finding(what, f"The {_plain(kind)} {id_} {SAYS[what]}: its newest version is {newest}, and {why}.", index,
                   kind, id_)


def judge_part(source: Source, keys: Keys, latest: Checkpoint, held: Sequence[Held], report: Report) -> None:
    """A bundle of a filter: each record by its proof of inclusion, the rest of the log unseen."""
    proofs = consistency_proofs(source)
    for each in held:
        if each.checkpoint.size <= latest.size:
            report.findings += _continues(each, latest, proofs, report)
    in_turn(keys, latest, report)
    order, last = Order(), -1
    for line in records(source):
        apart = line.index != last + 1
        wrong = (_ascending(line, last) or (order.owing() if apart else None) or _included(line, latest)
                 or order.take(line))
        if wrong:
            report.findings.append(wrong)
            return
        last, report.records = line.index, report.records + 1
    report.findings += [wrong for wrong in [order.owing()] if wrong]
    report.notes.append("This is a part of the log. It proves that what is in it stands in the log; it does not prove "
                        "that nothing that fits the filter was left out, nor that a grant of a role stands now as it "
                        "was sealed.")


def in_turn(keys: Keys, latest: Checkpoint, report: Report) -> None:
    """As far as a part can know it: the checkpoint is signed by the last key of the chain, or by the one before it when
    the last record is the one that signs the last key in."""
    chain, leaf, by = keys.chain, keys.leaf, report.signed_by
    if by == chain[-1] or report.findings:
        return
    if leaf is None or leaf.leaf is None or leaf.leaf.get("vkey") != chain[-1] or _included(leaf, latest):
        raise Unjudged(f"The checkpoint {REPLACED}, and the bundle does not prove that the last record it covers signs "
                       "in the one after it. Take the bundle again.")
    if by not in chain[-2:] or leaf.index + 1 != latest.size:
        report.findings.append(Finding("checkpoint", f"The checkpoint {REPLACED}: record {leaf.index} signs in the one "
                                       "after it.", latest.size))


def _ascending(line: Line, last: int) -> Finding | None:
    return _about("out of order", line, f"it comes after record {last}") if line.index <= last else None


def _included(line: Line, latest: Checkpoint) -> Finding | None:
    if line.leaf is None:
        return _gone(line)
    if line.proof is None:
        raise Unjudged(f"Record {line.index} comes without its proof.")
    if root_by_inclusion(_hash(line), line.index, latest.size, line.proof) == latest.root:
        return None
    return _about("altered", line, "its proof does not lead from what it says to the signed root")


def consistency_proofs(source: Source) -> dict[int, list[bytes]]:
    """Earlier size -> the proof that the log of the checkpoint begins with it."""
    found: dict[int, list[bytes]] = {}
    for number, value in source.lines(CONSISTENCY) if source.has(CONSISTENCY) else ():
        try:
            found[int(value["size"])] = [decoded(part) for part in value["proof"]]
        except (ValueError, KeyError, TypeError):
            raise Unjudged(f"Line {number} of {CONSISTENCY} is no proof.") from None
    return found


def _continues(held: Held, latest: Checkpoint, proofs: dict[int, list[bytes]], report: Report) -> list[Finding]:
    point = held.checkpoint
    same = point.size == latest.size
    if not same and point.size not in proofs and point.size:
        raise Unjudged(f"The bundle carries no proof from the checkpoint in {held.name} ({point.size:,} records). Take "
                       "the bundle again and name that size, or take the whole log.")
    agrees = point.size == 0 or consistent(point.size, point.root, latest.size, latest.root,
                                           proofs.get(point.size, []) if not same else [])
    report.held.append({"name": held.name, "size": point.size, "agrees": agrees})
    return [] if agrees else [_disagrees(Mark(point.size, point.root, held.name), 0)]


# ── By hand ─────────────────────────────────────────────────────────────────────────────────────────────────────────

WITHOUT_HELD = ("No checkpoint held outside was given. Whoever holds the log's signing key could have rewritten all of "
                "it, and whoever owns the database could have cut off its newest records: compare it with one.")


def key_from(text: str) -> Key:
    """The key itself, or the first one in a file."""
    try:
        return read_key(text)
    except ValueError as wrong:
        path = Path(text)
        if not path.is_file():
            raise Unjudged(f"The key cannot be used: {_short(wrong)}.") from None
    with path.open("rb") as file:
        lines = file.read(LARGEST_NOTE).decode("utf-8", "replace").splitlines()
    for line in lines:
        try:
            return read_key(line)
        except ValueError:
            continue
    raise Unjudged(f"{path.name} holds no public key of a log.")


def held_from(path: Path, keys: Keys) -> Iterator[Held]:
    """A checkpoint; an earlier bundle; or a folder of checkpoints, as a witness keeps them."""
    if path.is_dir() and not (path / CHECKPOINT).is_file():
        for file in sorted(path.iterdir()):
            if file.is_file() and not file.is_symlink() and not file.name.startswith("."):
                yield _held(file.name, _read_up_to(file, LARGEST_NOTE), None, keys)
    elif path.is_dir() or zipfile.is_zipfile(path):
        source = Source(path)
        yield _held(path.name, source.small(CHECKPOINT, LARGEST_NOTE), source, keys)
    elif path.is_file():
        yield _held(path.name, _read_up_to(path, LARGEST_NOTE), None, keys)
    else:
        raise Unjudged(f"{path.name} is no checkpoint and no bundle.")


def _read_up_to(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most + 1)


def _held(name: str, data: bytes, source: Source | None, keys: Keys) -> Held:
    try:
        found = read_checkpoint(data)
        known = signer(found.note, keys.all)
    except ValueError as wrong:
        raise Unjudged(f"{_word(name)}, which you hold, is no checkpoint: {_short(wrong)}.") from None
    if known is None:
        raise Unjudged(f"{_word(name)}, which you hold, is not signed by a key of this log.")
    return Held(_word(name), found, source, known)


def verify(export: str, key: str, earlier: Sequence[str] = ()) -> Report:
    """The whole check. Raises Unjudged when nothing can be said."""
    report = Report()
    source = Source(Path(export))
    with closing(source):
        keys = key_chain(key_from(key), source)
        held = [one for path in earlier for one in held_from(Path(path), keys)]
        try:
            judge(source, keys, held, report)
        except Broken as broken:
            report.findings.append(broken.finding)
    if not held:
        report.notes.append(WITHOUT_HELD)
    return report


UNREADABLE = (OSError, zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError,
              RuntimeError, UnicodeError, MemoryError, binascii.Error, OverflowError)
UNFORESEEN = "The verifier did not foresee what stands in it, and judged nothing"


def judged(export: str, key: str, earlier: Sequence[str]) -> tuple[int, Report, str]:
    """(exit status, what was found, why nothing could be said).

    The last clause catches whatever else an input can bring about. Its reader may be its enemy, and a traceback, whose
    status is that of a log that does not hold, is no verdict: what is not judged is said to be not judged.
    """
    try:
        report = verify(export, key, earlier)
    except Unjudged as why:
        return NOT_JUDGED, Report(), str(why)
    except UNREADABLE as wrong:
        return NOT_JUDGED, Report(), f"It cannot be read: {_short(wrong) or type(wrong).__name__}."
    except Exception as wrong:  # noqa: BLE001
        return NOT_JUDGED, Report(), f"{UNFORESEEN} ({type(wrong).__name__}: {_short(wrong)})."
    return (DOES_NOT_HOLD if report.findings else HOLDS), report, ""


def as_json(status: int, report: Report, why: str) -> str:
    """For machines: one object."""
    point = report.checkpoint
    said = {
        "verdict": VERDICTS[status], "holds": status == HOLDS, "why": why or None,
        "first": vars(report.first) if report.first else None, "findings": [vars(each) for each in report.findings],
        "checkpoint": {"origin": point.origin, "size": point.size, "root": base64.b64encode(point.root).decode(),
                       "signed_by": report.signed_by} if point else None,
        "whole": report.whole, "records": report.records, "unsealed": report.unsealed, "present": report.present,
        "held": report.held, "notes": report.notes, "version": VERSION,
    }
    return json.dumps(said, indent=1)


def as_words(status: int, report: Report, why: str) -> Iterator[str]:
    """For people."""
    if status == NOT_JUDGED:
        yield f"This could not be judged. {why}"
        return
    yield "This log holds." if status == HOLDS else "This log does NOT hold."
    if report.first:
        yield f"First: {report.first.says}"
    yield from (f"Also: {each.says}" for each in report.findings if each is not report.first)
    if report.checkpoint:
        point = report.checkpoint
        yield f"Checkpoint: {point.size:,} records of {point.origin}, signed by {report.signed_by}."
    if status == HOLDS:
        yield f"Records checked: {report.records:,}, the hash of each computed anew from what the export says of it."
    if report.present:
        yield f"Grants of roles as they stand now: {report.present:,}, each as its newest version says."
    yield from (f"Held: {each['name']}, {each['size']:,} records: {'agrees' if each['agrees'] else 'DOES NOT AGREE'}."
                for each in report.held)
    yield from (f"Note: {note}" for note in report.notes)


def main(words: Sequence[str] | None = None) -> int:
    """What `casework-verify` runs; gives the exit status."""
    parser = argparse.ArgumentParser(prog="casework-verify", description="Check an export of a Casework log.",
                                     epilog="Exit status: 0 it holds, 1 it does not hold, 2 it could not be judged.")
    parser.add_argument("export", help="an evidence bundle (zip or folder), or a file of records")
    parser.add_argument("--key", required=True, help="the log's public key (name+hash+key), or a file that holds it")
    parser.add_argument("--earlier", nargs="+", action="extend", default=[], metavar="CHECKPOINT",
                        help="checkpoints, or earlier bundles, that you kept")
    parser.add_argument("--json", action="store_true", help="say it for machines")
    asked = parser.parse_args(words)
    status, report, why = judged(asked.export, asked.key, asked.earlier)
    lines: Iterable[str] = [as_json(status, report, why)] if asked.json else as_words(status, report, why)
    for line in lines:
        sys.stdout.write(line.encode(sys.stdout.encoding or "utf-8", "replace").decode(sys.stdout.encoding or "utf-8")
                         + "\n")
    return status


def run() -> None:
    """The command: ends the process with the status."""
    sys.exit(main())


if __name__ == "__main__":
    run()
