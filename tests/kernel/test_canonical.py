"""One written form: RFC 8785, held against its own words and against another way of writing it."""
from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.kernel.canonical import EXACT, NotCanonical, canonical

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(1 - EXACT, EXACT - 1) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=12)


def another_way(value):
    """The standard library's, on objects whose names were put in order by their UTF-16 units one by one."""
    return json.dumps(in_order(value), ensure_ascii=False, separators=(",", ":")).encode()


def in_order(value):
    if isinstance(value, dict):
        return {name: in_order(value[name]) for name in sorted(value, key=units)}
    return [in_order(one) for one in value] if isinstance(value, list) else value


def units(name):
    raw = name.encode("utf-16-le")
    return [raw[at] + 256 * raw[at + 1] for at in range(0, len(raw), 2)]


@given(VALUES)
def test_it_says_what_was_given_and_as_another_writer_says_it(value):
    assert json.loads(canonical(value)) == value
    assert canonical(value) == another_way(value)


def test_the_order_of_names_is_the_one_of_the_rfc():
    """RFC 8785, 3.2.3: a name beyond the first plane sorts by its surrogates, before U+FB33."""
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    assert list(json.loads(canonical(dict.fromkeys(names)))) == [
        "\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_text_is_written_as_the_rfc_writes_it():
    assert canonical("\u20ac$\u000f\nA'B\"\\\\\"/\x7f") == '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f"'.encode()


@pytest.mark.parametrize("value", [1.0, [0.5], {"a": float("nan")}, EXACT, -EXACT, {1: "one"}, b"bytes", "\ud800",
                                   {"\udfff": 1}, {"a": object()}], ids=lambda value: type(value).__name__)
def test_what_has_no_one_form_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical(value)
