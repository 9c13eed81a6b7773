from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from casework.kernel.exact import SCOPES, ExactIndex, NotExact, exact_index, exact_indexes, normal
from casework.kernel.keyring import KeysRefused, ring
from tests.kernel.rings import made

ALIKE = {
    "a_number": ["A012345678", "A12345678", "012345678", "12345678", "a 012 345 678", "A012-345-678", "A#012-345-678",
                 " A\u2011012\u2013345\u2013678\u200b", "Ａ０１２３４５６７８", "٠١٢٣٤٥٦٧٨"],
    "passport": ["G12345678", "g12345678", " G 1234 5678 ", "G-12345678", "G.123/456.78"],
    "phone": ["(305) 555-0142", "305.555.0142", "3055550142", "1 305 555 0142", "+1 305 555 0142", "+1 (305) 555-0142",
              "\u202a+1\u00a0305\u00a0555\u20110142\u202c", "001 305 555 0142", "011 1 305 555 0142",
              "305 555 0142 x12", "305-555-0142 ext. 7", "(305) 555-0142, extension 7", "305 555 0142 #4"],
    "email": ["rosa@example.org", " Rosa@Example.ORG ", "ROSA@EXAMPLE.ORG\n", "rosa＠example.org"],
}
UNLIKE = {
    "a_number": ["A012345679", "A112345678", "A002345678"],
    "passport": ["G12345679", "H12345678", "G123456789"],
    "phone": ["305 555 0143", "+52 305 555 0142", "+44 3055550142"],
    "email": ["rosa@example.com", "ro.sa@example.org", "rosa+x@example.org"],
}
MALFORMED = {
    "a_number": ["", "A", "A123456", "A0123456789", "B012345678", "Rosa Example", "A01234567x"],
    "passport": ["", "1234", "Rosa Example!", "Ñ1234567", "X" * 21],
    "phone": ["", "555-0142", "0305 555 0142", "ask the shelter", "+", "+123", "9" * 16, "1-800-FLOWERS"],
    "email": ["", "rosa", "@", "rosa@", "@example.org", "rosa@exa mple.org", "a@b@c"],
}


def every(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(scope, value) for scope, values in table.items() for value in values]


@pytest.fixture(autouse=True, scope="module")
def _keys():
    kept = ring._keys
    ring.load(made(master={1: b"m" * 32}, index={1: b"i" * 32}))
    yield
    ring._keys = kept


@pytest.mark.parametrize(("scope", "value"), every(ALIKE))
def test_spellings_of_one_identifier_match(scope, value):
    assert exact_index(scope, value) == exact_index(scope, ALIKE[scope][0])


@pytest.mark.parametrize(("scope", "value"), every(UNLIKE))
def test_another_identifier_does_not(scope, value):
    assert exact_index(scope, value) != exact_index(scope, ALIKE[scope][0])


@pytest.mark.parametrize(("scope", "value"), every(MALFORMED))
def test_what_is_no_such_identifier_is_refused_without_repeating_it(scope, value):
    with pytest.raises(NotExact) as caught:
        exact_index(scope, value)
    assert len(value) < 4 or value not in str(caught.value)


@pytest.mark.parametrize("scope", ["name", "legal_name", "birth_date", "place", "", "A_NUMBER"])
def test_names_and_the_like_have_no_index(scope):
    assert scope not in SCOPES
    with pytest.raises(NotExact, match="Only a_number, passport, phone, email"):
        exact_index(scope, "012345678")


@pytest.mark.parametrize(("scope", "expected"), [
    ("a_number", "012345678"), ("passport", "G12345678"), ("phone", "+13055550142"), ("email", "rosa@example.org"),
])
def test_the_normal_form_is_the_printed_one_and_its_own(scope, expected):
    assert normal(scope, ALIKE[scope][0]) == expected
    assert normal(scope, expected) == expected


def test_the_zero_that_is_dialled_only_at_home_is_left_out():
    assert exact_index("phone", "+44 (0)20 7946 0999") == exact_index("phone", "+44 20 7946 0999")


@given(digits=st.from_regex(r"[1-9][0-9]{9,14}", fullmatch=True), marks=st.lists(st.sampled_from(" -.()"), max_size=6))
def test_marks_between_digits_never_matter(digits, marks):
    marked = digits[:3] + "".join(marks) + digits[3:]
    assert exact_index("phone", marked) == exact_index("phone", digits)


@given(number=st.integers(1_000_000, 999_999_999))
def test_zeros_in_front_of_an_a_number_never_matter(number):
    assert exact_index("a_number", f"A{number}") == exact_index("a_number", f"{number:09}")


@given(value=st.from_regex(r"[1-9][0-9]{8}", fullmatch=True))
def test_the_same_characters_mean_nothing_across_kinds(value):
    assert exact_index("a_number", value) != exact_index("passport", value)


def test_a_digest_is_32_bytes_under_the_index_key_alone_and_names_it():
    first = exact_index("phone", "305 555 0142")
    assert (len(first), first[:4]) == (36, b"\0\0\0\1")
    ring.load(made(master={1: b"other".ljust(32)}, index={1: b"i" * 32}))
    assert exact_index("phone", "305 555 0142") == first
    ring.load(made(master={1: b"m" * 32}, index={1: b"i" * 32, 2: b"j" * 32}))
    assert exact_index("phone", "305 555 0142") != first
    ring.load(made(master={1: b"m" * 32}, index={1: b"i" * 32}))


def test_it_is_looked_for_under_every_key_that_is_alive_and_as_it_was_stored_before_keys_were_named():
    first = exact_index("phone", "305 555 0142")
    ring.load(made(master={1: b"m" * 32}, index={1: b"i" * 32, 2: b"j" * 32}))
    found = exact_indexes("phone", "+1 305 555 0142")
    assert found[0] == exact_index("phone", "305 555 0142") != first
    assert {first, first[4:]} < set(found)
    ring.load(made(master={1: b"m" * 32}, index={1: b"i" * 32}))


def test_without_a_key_there_is_no_digest(monkeypatch):
    monkeypatch.setattr(ring, "_keys", {})
    monkeypatch.setattr(ring, "_anew", lambda: None)
    with pytest.raises(KeysRefused, match="No keys are loaded"):
        exact_index("phone", "305 555 0142")


def test_the_column_is_private_and_indexed():
    class Base(DeclarativeBase):
        pass

    class Contact(Base):
        __tablename__ = "contact"
        id: Mapped[int] = mapped_column(primary_key=True)
        phone_index: Mapped[ExactIndex]

    column = Contact.__table__.c.phone_index
    assert column.info["private"]
    assert column.index
    assert column.nullable
