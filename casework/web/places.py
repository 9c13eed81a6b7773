"""Addresses inside this site, and nothing else."""
from __future__ import annotations

from urllib.parse import urlsplit


def inside(address: str | None, otherwise: str = "/") -> str:
    """The address if it is a path of ours; else `otherwise`. Nobody is sent to another site."""
    address = address or ""
    parts = urlsplit(address)
    ours = address.startswith("/") and not address.startswith("//") and not parts.scheme and not parts.netloc
    return address if ours and "\\" not in address and address.isprintable() else otherwise
