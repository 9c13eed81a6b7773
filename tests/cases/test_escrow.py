"""The keys file: every wrapped key, under an escrow key, and noise without it."""
from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from casework.cases.escrow import MAGIC, KeysFile, opened, read_keys_file, sealed, write_keys_file
from casework.cases.models import PersonKey
from casework.kernel.db import db, now
from casework.kernel.keyring import KeysRefused, RingKey, ring
from tests.kernel.rings import made

FILE = KeysFile(now(), "escrow-1", {UUID(int=1): b"one", UUID(int=2): b"two"})
TWO = {"master": {1: b"m" * 32}, "index": {1: b"i" * 32}}


@pytest.fixture
def _with_escrow_keys(monkeypatch):
    monkeypatch.setattr(ring, "_keys", {})
    monkeypatch.setattr(ring, "_anew", lambda: None)
    ring.load(made(**TWO, escrow={1: b"e" * 32}))


def test_it_holds_every_wrapped_key_and_is_its_owners_alone(world, truth, tmp_path):
    written = write_keys_file(tmp_path / "people.keys", db.session().connection())
    there = {row.person_id: row.wrapped for row in truth.scalars(select(PersonKey))}
    assert read_keys_file(tmp_path / "people.keys") == written
    assert written.wrapped == there and len(there) > 2
    assert (tmp_path / "people.keys").stat().st_mode & 0o777 == 0o600
    content = (tmp_path / "people.keys").read_bytes()
    assert not any(wrapped in content or id.bytes in content for id, wrapped in there.items())


@pytest.mark.usefixtures("_with_escrow_keys")
def test_every_changed_bit_and_every_cut_is_refused():
    whole = sealed(FILE, ring.current_of("escrow"))
    assert opened(whole) == FILE
    for at in range(len(whole)):
        altered = bytearray(whole)
        altered[at] ^= 1 << at % 8
        for wrong in (bytes(altered), whole[:at]):
            with pytest.raises(KeysRefused):
                opened(wrong)


@pytest.mark.usefixtures("_with_escrow_keys")
def test_once_the_escrow_key_is_turned_an_older_file_is_noise():
    older = sealed(FILE, ring.current_of("escrow"))
    ring._keys["escrow"] = {1: RingKey("escrow", 1, None, destroyed_at=now()), 2: RingKey("escrow", 2, b"f" * 32)}
    with pytest.raises(KeysRefused, match="not on the ring"):
        opened(older)
    assert opened(sealed(FILE, ring.current_of("escrow"))).escrow == "escrow-2"
    assert older.startswith(MAGIC)


@pytest.mark.usefixtures("_with_escrow_keys")
def test_without_an_escrow_key_nothing_is_written(world, tmp_path):
    ring.load(made(**TWO))
    with pytest.raises(KeysRefused, match="casework keys add escrow"):
        write_keys_file(tmp_path / "people.keys", db.session().connection())
