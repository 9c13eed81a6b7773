from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.kernel import crypto
from casework.kernel.crypto import HEADER, NONCE, TAG, Key, Place, Unreadable, framed, key_id, seal, unseal

KEY = Key(7, bytes(range(32)))
PLACE = Place("identity", "legal_name_sealed", UUID(int=42))
ANYTHING = st.binary(max_size=200)


@pytest.fixture
def told(monkeypatch):
    heard = []
    monkeypatch.setattr(crypto, "on_unreadable", [lambda place, why: heard.append((place, why))])
    return heard


def refuses(envelope: bytes, *, key: Key = KEY, place: Place = PLACE) -> bool:
    with pytest.raises(Unreadable) as caught:
        unseal(key, place, envelope)
    return caught.value.place == place


def test_an_envelope_is_bound_to_its_table_column_row_and_header_each_by_itself():
    """Each column has a key of its own besides: either would do, and neither is left to the other."""
    bound = {place.bound_to(header) for header in (b"1", b"2") for place in (
        PLACE, Place("contact", PLACE.column, PLACE.row), Place(PLACE.table, "phone_sealed", PLACE.row),
        Place(PLACE.table, PLACE.column, UUID(int=43)))}
    assert len(bound) == 8
    ciphers = [KEY.cipher(*of) for of in (("identity", "a"), ("identity", "b"), ("contact", "a"))]
    assert len({cipher.encrypt(bytes(NONCE), b"clear", b"") for cipher in ciphers}) == 3


@given(clear=ANYTHING, row=st.uuids(), table=st.text(max_size=20), column=st.text(max_size=20))
def test_what_was_sealed_opens_in_its_place(clear, row, table, column):
    place = Place(table, column, row)
    assert unseal(KEY, place, seal(KEY, place, clear)) == clear


@given(clear=ANYTHING)
def test_an_envelope_adds_only_header_nonce_and_tag(clear):
    envelope = seal(KEY, PLACE, clear)
    assert len(envelope) == len(clear) + HEADER + NONCE + TAG
    assert key_id(PLACE, envelope) == KEY.id
    assert len(clear) < 4 or clear not in envelope


@given(clear=ANYTHING)
def test_two_seals_of_the_same_text_share_nothing_but_the_header(clear):
    first, second = seal(KEY, PLACE, clear), seal(KEY, PLACE, clear)
    assert first[:HEADER] == second[:HEADER]
    assert first[HEADER:HEADER + NONCE] != second[HEADER:HEADER + NONCE]
    assert first[HEADER + NONCE:] != second[HEADER + NONCE:]


@pytest.mark.parametrize("clear", [b"", b"x", "Rosa Example 🌹".encode()])
def test_every_single_bit_counts(clear):
    envelope = seal(KEY, PLACE, clear)
    for bit in range(len(envelope) * 8):
        altered = bytearray(envelope)
        altered[bit // 8] ^= 1 << bit % 8
        assert refuses(bytes(altered)), f"bit {bit}"


@pytest.mark.parametrize("clear", [b"", b"Rosa Example"])
def test_nothing_may_be_cut_or_added(clear):
    envelope = seal(KEY, PLACE, clear)
    for length in range(len(envelope)):
        assert refuses(envelope[:length])
        assert refuses(envelope[length + 1:])
    assert refuses(envelope + b"\0")
    assert refuses(envelope + envelope)


@given(noise=ANYTHING)
def test_noise_is_never_an_envelope(noise):
    assert refuses(noise)
    assert refuses(KEY.header + noise)


@pytest.mark.parametrize("elsewhere", [
    Place("identity", "legal_name_sealed", UUID(int=43)),
    Place("identity", "phone_sealed", PLACE.row),
    Place("contact", "legal_name_sealed", PLACE.row),
    Place("identit", "ylegal_name_sealed", PLACE.row),
    Place("identity.legal_name_sealed", "", PLACE.row),
])
def test_a_ciphertext_opens_nowhere_else(elsewhere):
    assert refuses(seal(KEY, PLACE, b"Rosa Example"), place=elsewhere)
    assert refuses(seal(KEY, elsewhere, b"Rosa Example"))


@given(one=st.lists(ANYTHING, max_size=4), other=st.lists(ANYTHING, max_size=4))
def test_different_parts_never_read_alike(one, other):
    assert (framed(*one) == framed(*other)) == (one == other)
    assert framed(b"ab", b"c") != framed(b"a", b"bc") != framed(b"a\0", b"c")


def test_two_places_never_bind_alike():
    assert Place("ab", "c", PLACE.row).bound_to(KEY.header) != Place("a", "bc", PLACE.row).bound_to(KEY.header)


@pytest.mark.parametrize("other", [Place("identity", "phone_sealed", PLACE.row), Place("x", PLACE.column, PLACE.row)])
def test_every_column_has_a_key_of_its_own_so_that_even_a_repeated_nonce_tells_nothing(other, monkeypatch):
    monkeypatch.setattr(crypto.os, "urandom", bytes)
    here, there = (seal(KEY, place, b"Rosa Example")[HEADER + NONCE:-TAG] for place in (PLACE, other))
    assert here == seal(KEY, Place(PLACE.table, PLACE.column, uuid4()), b"Rosa Example")[HEADER + NONCE:-TAG]
    assert here != there


def test_the_header_is_authenticated_even_if_the_secret_is_the_same():
    renamed = Key(KEY.id + 1, KEY.secret)
    envelope = seal(KEY, PLACE, b"Rosa Example")
    assert refuses(renamed.header + envelope[HEADER:], key=renamed)
    assert refuses(envelope, key=renamed)


@pytest.mark.parametrize("version", [0, 2, 255])
def test_an_unknown_version_is_refused(version, told):
    assert refuses(bytes([version]) + seal(KEY, PLACE, b"Rosa Example")[1:])
    assert told == [(PLACE, "an envelope of an unknown version")]


def test_another_key_of_the_same_id_opens_nothing():
    assert refuses(seal(KEY, PLACE, b"Rosa Example"), key=Key(KEY.id, b"x" * 32))


def test_every_failure_is_told_and_says_nothing_of_the_content(told):
    with pytest.raises(Unreadable) as caught:
        unseal(KEY, PLACE, seal(KEY, Place("identity", "legal_name_sealed", uuid4()), b"Rosa Example"))
    assert [place for place, _ in told] == [PLACE]
    assert str(caught.value).startswith(f"identity.legal_name_sealed of {PLACE.row}: ")
    assert "Rosa" not in str(caught.value)


def test_success_is_not_told(told):
    unseal(KEY, PLACE, seal(KEY, PLACE, b"Rosa Example"))
    assert told == []


def test_a_failure_that_cannot_be_written_down_is_the_failure_shown(monkeypatch):
    def broken(place, why):
        raise OSError("the log is full")
    monkeypatch.setattr(crypto, "on_unreadable", [broken])
    with pytest.raises(OSError, match="the log is full"):
        unseal(KEY, PLACE, b"")


def test_a_key_does_not_show_itself():
    assert repr(KEY) == "Key(id=7)"


@pytest.mark.parametrize(("id", "size"), [(1, 0), (1, 31), (1, 33), (-1, 32), (2**32, 32)])
def test_a_key_has_the_right_size_and_id(id, size):
    with pytest.raises(ValueError, match="a key has 32 bytes"):
        Key(id, b"k" * size)
