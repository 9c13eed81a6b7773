from __future__ import annotations

import json
import os
from base64 import b64encode
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.kernel import crypto, data_keys, keyring
from casework.kernel.crypto import HEADER, Destroyed, Place, Unreadable, key_id, seal
from casework.kernel.data_keys import data_key, new_data_key
from casework.kernel.key_files import read_file, replace_file
from casework.kernel.key_sources import Source, configure, generate_file, source
from casework.kernel.keyring import DEMO, PURPOSES, KeyRing, KeysRefused, RingKey, ring
from casework.kernel.ring_text import Plain, parse, split, text_of
from tests.kernel.rings import made

PLACE = Place("person", "wrapped_key", UUID(int=1))
ELSEWHERE = Place("person", "wrapped_key", UUID(int=2))
MASTER, INDEX, NEXT = b"m" * 32, b"i" * 32, b"n" * 32


def written(secret: bytes) -> str:
    return b64encode(secret).decode()


LINES = f"master-1: {written(MASTER)}\nindex-1: {written(INDEX)}\n"


@pytest.fixture(autouse=True)
def _ring_put_back(monkeypatch):
    monkeypatch.setattr(ring, "_keys", {})
    monkeypatch.setattr(ring, "_anew", lambda: None)
    monkeypatch.setattr(crypto, "on_unreadable", [])


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "keys"
    path.write_text(LINES)
    path.chmod(0o600)
    return path


class TestTheRing:
    def test_without_keys_nothing_is_sealed(self):
        for use in (lambda: KeyRing().current, lambda: KeyRing().index, lambda: new_data_key(PLACE)):
            with pytest.raises(KeysRefused, match="No keys are loaded"):
                use()

    def test_the_newest_key_seals_and_the_old_one_still_opens(self):
        ring.load(made(master={1: MASTER}, index={1: INDEX}))
        old = new_data_key(PLACE)
        key = data_key(PLACE, old)
        ring.load(made(master={1: MASTER, 2: NEXT}, index={1: INDEX}))
        assert (key_id(PLACE, old), key_id(PLACE, new_data_key(PLACE))) == (1, 2)
        assert data_key(PLACE, old) == key

    def test_a_key_taken_off_the_ring_opens_nothing_even_if_it_did_a_moment_ago(self):
        ring.load(made(master={1: MASTER, 2: NEXT}, index={1: INDEX}))
        wrapped = new_data_key(PLACE)
        data_key(PLACE, wrapped)
        ring.load(made(master={1: MASTER}, index={1: INDEX}))
        with pytest.raises(Unreadable, match="not on the ring"):
            data_key(PLACE, wrapped)

    def test_another_secret_under_the_same_id_opens_nothing(self):
        ring.load(made(master={1: MASTER}, index={1: INDEX}))
        wrapped = new_data_key(PLACE)
        data_key(PLACE, wrapped)
        ring.load(made(master={1: NEXT}, index={1: INDEX}))
        with pytest.raises(Unreadable):
            data_key(PLACE, wrapped)

    @pytest.mark.parametrize(("master", "index", "why"), [
        ({}, {1: INDEX}, "no master key"),
        ({1: MASTER}, {}, "no index key"),
        ({1: MASTER}, {1: MASTER}, "given twice"),
        ({1: MASTER, 2: MASTER}, {1: INDEX}, "given twice"),
        ({1: MASTER[1:]}, {1: INDEX}, "32 bytes"),
        ({2**32: MASTER}, {1: INDEX}, "an id from"),
    ])
    def test_unfit_keys_are_refused_and_the_old_ones_stay(self, master, index, why):
        ring.load(made(master={5: NEXT}, index={1: INDEX}))
        with pytest.raises(KeysRefused, match=why):
            ring.load(made(master=master, index=index))
        assert ring.current.id == 5

    def test_the_published_key_is_known_on_sight(self):
        ring.load(made(master={1: MASTER}, index={1: INDEX}))
        assert not ring.is_demo
        ring.load(made(master={1: DEMO, 2: MASTER}, index={1: INDEX}))
        assert ring.is_demo
        ring.load(made(master={1: MASTER}, index={1: DEMO}))
        assert ring.is_demo


class TestDataKeys:
    @pytest.fixture(autouse=True)
    def _keys(self, _ring_put_back):
        ring.load(made(master={1: MASTER}, index={1: INDEX}))

    def test_every_person_has_another(self):
        first, second = data_key(PLACE, new_data_key(PLACE)), data_key(ELSEWHERE, new_data_key(ELSEWHERE))
        assert first.secret != second.secret
        assert MASTER not in (first.secret, second.secret)

    def test_a_wrapped_key_opens_for_its_person_only(self):
        wrapped = new_data_key(PLACE)
        data_key(PLACE, wrapped)
        with pytest.raises(Unreadable):
            data_key(ELSEWHERE, wrapped)

    def test_every_bit_of_a_wrapped_key_counts_and_every_byte(self):
        wrapped = new_data_key(PLACE)
        data_key(PLACE, wrapped)
        for bit in range(len(wrapped) * 8):
            altered = bytearray(wrapped)
            altered[bit // 8] ^= 1 << bit % 8
            with pytest.raises(Unreadable):
                data_key(PLACE, bytes(altered))
        for length in range(len(wrapped)):
            with pytest.raises(Unreadable):
                data_key(PLACE, wrapped[:length])

    def test_what_is_no_key_is_not_taken_for_one(self):
        with pytest.raises(Unreadable, match="not a key"):
            data_key(PLACE, seal(ring.current, PLACE, b"short"))

    def test_a_failure_is_told_each_time(self, monkeypatch):
        told = []
        monkeypatch.setattr(crypto, "on_unreadable", [lambda place, why: told.append(place)])
        forged = b"\x01\0\0\0\x09" + new_data_key(PLACE)[HEADER:]
        for _ in range(2):
            with pytest.raises(Unreadable):
                data_key(PLACE, forged)
        assert told == [PLACE, PLACE]


class TestSources:
    def test_a_file_is_read(self, key_file):
        configure({"KEYS_FILE": str(key_file), "KEYS": ""})
        assert (ring.current.secret, ring.index.secret) == (MASTER, INDEX)

    @pytest.mark.parametrize("text", [
        LINES,
        LINES.replace("\n", " ; "),
        "# kept apart from the data\n\n" + LINES.replace(": ", ":"),
        json.dumps({"master-1": written(MASTER), "index-1": written(INDEX)}),
    ])
    def test_the_environment_is_read_in_each_spelling(self, text):
        configure({"KEYS": text})
        assert (ring.current.secret, ring.index.secret) == (MASTER, INDEX)

    @pytest.mark.parametrize("nothing", [{}, {"KEYS": None, "KEYS_FILE": ""}])
    def test_there_is_no_default_key(self, nothing):
        with pytest.raises(KeysRefused, match="There are no keys: set CASEWORK_KEYS_FILE or CASEWORK_KEYS"):
            configure(nothing)

    def test_two_providers_are_one_too_many(self, key_file):
        with pytest.raises(KeysRefused, match="given twice"):
            configure({"KEYS_FILE": key_file, "KEYS": LINES})

    @pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o644, 0o601, 0o777])
    def test_a_file_open_to_others_is_refused(self, key_file, mode):
        key_file.chmod(mode)
        with pytest.raises(KeysRefused, match="open to others"):
            configure({"KEYS_FILE": key_file})

    def test_a_missing_file_is_said_to_be_missing(self, tmp_path):
        with pytest.raises(KeysRefused, match="cannot be read: FileNotFoundError"):
            read_file(tmp_path / "absent")

    @pytest.mark.parametrize("text", [
        "hello", "{", "[]", "master-1", f"master-1 {written(MASTER)}", f"secret-1: {written(MASTER)}",
        f"master-x: {written(MASTER)}", "master-1: not base64!", LINES + LINES, '{"master-1": 7}',
        f'{{"master-1": "{written(MASTER)}", "master-1": "{written(NEXT)}"}}',
    ])
    def test_what_is_badly_written_is_refused_without_showing_it(self, text):
        with pytest.raises(KeysRefused) as caught:
            parse(split(text), Plain())
        assert written(MASTER) not in str(caught.value)
        assert caught.value.__cause__ is None

    @pytest.mark.parametrize("text", [" ", "# nothing\n", "{}", *LINES.splitlines()])
    def test_half_of_the_keys_are_not_enough(self, text):
        with pytest.raises(KeysRefused):
            configure({"KEYS": text})


MOMENT = st.none() | st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(year=2000 + at.year % 100, day=1))
KEY = st.builds(RingKey, st.sampled_from(PURPOSES), st.integers(0, 2**32 - 1),
                st.none() | st.binary(min_size=32, max_size=32), MOMENT, MOMENT, MOMENT)


@given(keys=st.lists(KEY, unique_by=lambda key: key.name))
def test_what_is_written_is_what_is_read(keys):
    assert parse(split(text_of(keys, Plain())), Plain()) == keys
    assert parse(split(text_of(keys, Plain()).replace("\n", ";")), Plain()) == keys


class TestGeneratedFiles:
    def test_it_is_random_and_its_owners_alone(self, tmp_path):
        for name in ("one", "two"):
            generate_file(tmp_path / "instance" / name)
        one, two = ((tmp_path / "instance" / name).read_text() for name in ("one", "two"))
        secrets = [{key.secret for key in parse(split(text), Plain())} for text in (one, two)]
        assert [len(some) for some in secrets] == [4, 4]
        assert not secrets[0] & secrets[1]
        assert os.name != "posix" or (tmp_path / "instance" / "one").stat().st_mode & 0o777 == 0o600

    def test_it_loads_and_is_not_the_published_key(self, tmp_path):
        generate_file(tmp_path / "keys")
        configure({"KEYS_FILE": tmp_path / "keys"})
        assert not ring.is_demo
        assert len({ring.current.secret, ring.index.secret, MASTER}) == 3

    def test_a_demonstrations_file_is_marked_and_yet_seals_under_a_random_key(self, tmp_path):
        generate_file(tmp_path / "keys", demo=True)
        configure({"KEYS_FILE": tmp_path / "keys"})
        assert ring.is_demo
        assert DEMO not in (ring.current.secret, ring.index.secret)

    def test_it_never_replaces_keys(self, key_file):
        with pytest.raises(FileExistsError):
            generate_file(key_file)
        assert key_file.read_text() == LINES


class TestChanging:
    def test_the_file_keeps_its_owner_and_no_others_may_read_it(self, key_file):
        if os.geteuid():
            pytest.skip("only root gives a file to somebody else")
        os.chown(key_file, 4321, 8765)
        key_file.chmod(0o400)
        replace_file(key_file, b"new")
        found = key_file.stat()
        assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (4321, 8765, 0o400)
        assert key_file.read_bytes() == b"new"

    def test_it_is_refused_where_its_owner_could_not_read_it_any_more(self, key_file, monkeypatch):
        if os.geteuid():
            pytest.skip("only root gives a file to somebody else")
        os.chown(key_file, 4321, 8765)
        monkeypatch.setattr(os, "fchown", lambda *_: (_ for _ in ()).throw(PermissionError()))
        with pytest.raises(KeysRefused, match="belongs to another"):
            replace_file(key_file, b"new")
        assert key_file.read_text() == LINES
        assert [each.name for each in key_file.parent.iterdir()] == [key_file.name]

    def test_two_who_change_the_ring_at_once_lose_neither_change(self, key_file):
        """What one reads, and then writes, is what is there: the other is told to wait."""
        configure({"KEYS_FILE": key_file})
        inner = Source()
        inner.use(path=key_file)

        def change(keys):
            with pytest.raises(KeysRefused, match="somebody else is changing it"):
                inner.change(lambda keys: [*keys, RingKey("escrow", 1, b"e" * 32)])
            return [*keys, RingKey("master", 2, NEXT)]

        source.change(change)
        inner.change(lambda keys: [*keys, RingKey("escrow", 1, b"e" * 32)])
        assert [key.name for key in ring.keys] == ["master-1", "master-2", "index-1", "escrow-1"]

    def test_a_place_that_cannot_be_written_is_said_in_words(self, key_file):
        with pytest.raises(KeysRefused, match="cannot be written"):
            replace_file(key_file / "below", b"new")


class TestAFileThatIsGone:
    def test_it_is_trouble_until_it_is_back(self, key_file, tmp_path):
        configure({"KEYS_FILE": key_file})
        key_file.rename(tmp_path / "away")
        assert ring.current.id == 1
        assert "is gone" in ring.trouble
        (tmp_path / "away").rename(key_file)
        assert ring.current.id == 1
        assert ring.trouble == ""

    def test_after_a_while_nothing_new_is_sealed_and_what_is_there_still_opens(self, key_file, monkeypatch):
        configure({"KEYS_FILE": key_file})
        before = new_data_key(PLACE)
        key_file.unlink()
        start = keyring.monotonic()
        monkeypatch.setattr(keyring, "monotonic", lambda: start + 599)
        assert new_data_key(PLACE)
        monkeypatch.setattr(keyring, "monotonic", lambda: start + 602)
        with pytest.raises(KeysRefused, match="Nothing new is sealed"):
            new_data_key(PLACE)
        assert data_key(PLACE, before).secret


RETIRED = datetime(2026, 11, 26, tzinfo=UTC)


def test_a_retired_key_seals_nothing_new_and_still_opens() -> None:
    ring.load(made(master={1: MASTER}, index={1: INDEX}))
    before = new_data_key(PLACE)
    ring.load([*made(master={1: MASTER}, index={1: INDEX}), RingKey("master", 2, NEXT, retired_at=RETIRED)])
    assert ring.current.id == 1
    assert data_key(PLACE, before).secret
    with pytest.raises(KeysRefused, match="one is needed that is not retired"):
        ring.load([RingKey("master", 1, MASTER, retired_at=RETIRED), *made(index={1: INDEX})])


def test_what_was_destroyed_stays_so_also_where_its_key_is_still_to_be_found() -> None:
    """In a row that was put back from an older copy, or in this process."""
    ring.load(made(master={1: MASTER}, index={1: INDEX}))
    wrapped = new_data_key(PLACE)
    data_key(PLACE, wrapped)
    with pytest.raises(Destroyed, match="Order 7"):
        data_key(PLACE, wrapped, (RETIRED, "Order 7"))


def test_no_more_than_so_many_opened_keys_are_kept(monkeypatch) -> None:
    ring.load(made(master={1: MASTER}, index={1: INDEX}))
    monkeypatch.setattr(data_keys, "OPEN_AT_MOST", 3)
    for number in range(9):
        place = Place("person", "wrapped_key", UUID(int=number))
        data_key(place, new_data_key(place))
        assert len(data_keys.opened) <= 3
