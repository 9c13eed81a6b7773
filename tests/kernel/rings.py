"""Rings for tests."""
from __future__ import annotations

from casework.kernel.keyring import RingKey


def made(**purposes):
    """`made(master={1: secret}, index={1: secret})`: the keys of a ring."""
    return [RingKey(purpose, id, secret) for purpose, secrets in purposes.items() for id, secret in secrets.items()]
