"""What every kind of witness is given, and how it says that it could not take it."""
from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, urlsplit

SECONDS = 10


class Trouble(Exception):
    """The witness did not take it. Says what came back, and nothing secret."""


@dataclass(frozen=True)
class Sent:
    """A checkpoint on its way: the witness's address as it is set, the size of the log, the note."""

    address: str
    size: int
    note: bytes

    @property
    def file(self) -> str:
        """A name that sorts by size."""
        return f"checkpoint-{self.size:016d}.txt"

    @property
    def sha256(self) -> str:
        return sha256(self.note).hexdigest()

    @property
    def parts(self) -> SplitResult:
        return urlsplit(self.address)

    def asked(self, name: str, otherwise: str = "") -> str:
        """A word of the address's query."""
        return parse_qs(self.parts.query).get(name, [otherwise])[0]


def on_this_machine(host: str | None) -> bool:
    """Does this host name loopback? Only there may a checkpoint travel in clear."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False
