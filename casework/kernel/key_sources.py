"""Where keys come from: a file of the owner's alone, or the environment; plain, or wrapped.

How they are written, `ring_text` says. Keep a copy apart from the data: without its keys a backup is noise. A file is
followed: when it changes, every process takes the new ring at its next use of a key.
"""
from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from . import kms, passphrase
from .crypto import SECRET
from .db import now
from .key_files import Stamp, changing, create_file, read_file, stamp
from .keyring import DEMO, PURPOSES, KeysRefused, RingKey, ring, sorted_out
from .ring_text import Plain, Wrapping, parse, split, text_of

PROVIDERS = ("KEYS_FILE", "KEYS")
WRAPPINGS: dict[str, Callable[[str], Wrapping]] = {
    "": lambda said: Plain(), passphrase.KIND: passphrase.opening, kms.KIND: kms.opening}
"""By the first word of what `wrapped-by` says: makes what opens such a ring."""

ELSEWHERE = (
    "The keys are in the environment, which only you can change. To add a key, write it there twice: first with "
    "retired=MOMENT after it, and start every process again, so that all can open what it seals; then without, and "
    "start them again. To retire or destroy one, write retired=MOMENT after it, or leave it out.")


class Source:
    """Where the ring in use comes from."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self.wrapping: Wrapping = Plain()
        self._text = ""
        self._seen: Stamp | None = None

    def use(self, path: Path | None = None, text: str = "") -> None:
        self.path, self._text, self._seen, self.wrapping = path, text, None, Plain()

    def read(self) -> list[RingKey]:
        """The keys as they stand there now."""
        seen = stamp(self.path) if self.path else None
        written = split(read_file(self.path) if self.path else self._text)
        if written.wrapped_by != self.wrapping.said:
            self.wrapping = _wrapping(written.wrapped_by)
        keys = parse(written, self.wrapping)
        self._seen = seen
        return keys

    def anew(self) -> Iterable[RingKey] | None:
        """The keys, if the file is another than the one last read."""
        if self.path is None:
            return None
        if (found := stamp(self.path)) is None:
            raise KeysRefused(f"The key file {self.path} is gone, or may not be looked at.")
        return None if found == self._seen else self.read()

    def writable(self) -> Path:
        """The file; KeysRefused where the keys are not in one."""
        if self.path is None:
            raise KeysRefused(ELSEWHERE)
        return self.path

    def change(self, change: Callable[[list[RingKey]], list[RingKey]]) -> None:
        """Write the ring again, changed; refused where Casework cannot write it. Nobody else changes it between the
        reading and the writing."""
        with changing(self.writable()) as write:
            keys = change(self.read())
            sorted_out(keys)
            write(text_of(keys, self.wrapping).encode())
        ring.look()

    def require_writable(self) -> None:
        """KeysRefused unless the ring can be changed, proved by writing it again as it is."""
        self.change(lambda keys: keys)


source = Source()


def configure(settings: Mapping[str, object]) -> None:
    """Loads the ring from the one provider that the settings name; refuses none and refuses two."""
    given = [name for name in PROVIDERS if settings.get(name)]
    if len(given) != 1:
        names = " or ".join(f"CASEWORK_{name}" for name in PROVIDERS)
        raise KeysRefused(f"{'Keys are given twice' if given else 'There are no keys'}: set {names}, one of them.")
    said = str(settings[given[0]])
    source.use(path=Path(said)) if given[0] == "KEYS_FILE" else source.use(text=said)
    ring.load(source.read())
    ring.follow(source.anew)


def generate_file(path: Path, *, demo: bool = False, wrapping: Wrapping | None = None) -> None:
    """Writes new random keys to a file that must not exist yet (FileExistsError), for its owner alone.

    A demonstration's file also carries the published key: it wraps nothing, and marks the ring as a demonstration's.
    """
    keys = [new_key(purpose, 1) for purpose in PURPOSES]
    marked = [*keys, RingKey("master", 0, DEMO)] if demo else keys
    create_file(path, text_of(marked, wrapping or Plain()).encode())


def new_key(purpose: str, id: int) -> RingKey:
    return RingKey(purpose, id, os.urandom(SECRET), made_at=now())


def _wrapping(said: str) -> Wrapping:
    kind = said.split(" ")[0]
    if kind not in WRAPPINGS:
        raise KeysRefused(f"The keys are wrapped by {kind}, which is not known here.")
    return WRAPPINGS[kind](said)
