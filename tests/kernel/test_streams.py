"""A sealed stream opens as it was written, or not at all."""
from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.kernel.crypto import TAG, Key
from casework.kernel.streams import HEAD, NotWhole, Sealing, opened

KEY, OTHER = Key(1, b"k" * 32), Key(1, b"o" * 32)
CHUNK = 16
WHOLE = CHUNK + TAG


def sealed(clear, key=KEY, chunk=CHUNK, step=7):
    out = BytesIO()
    writing = Sealing(out, key, "backup", chunk=chunk)
    for at in range(0, len(clear), step):
        writing.write(clear[at:at + step])
    writing.close()
    return out.getvalue()


def read(content, key=KEY, purpose="backup"):
    return b"".join(opened(BytesIO(content), {key.id: key}.get, purpose))


def refused(content, **how):
    with pytest.raises(NotWhole) as problem:
        read(content, **how)
    return str(problem.value)


def parts(content):
    body = content[HEAD:]
    return content[:HEAD], [body[at:at + WHOLE] for at in range(0, len(body), WHOLE)]


@given(st.binary(max_size=200), st.integers(1, 40), st.integers(1, 60))
def test_what_is_written_in_any_steps_is_read_again(clear, chunk, step):
    assert read(sealed(clear, chunk=chunk, step=step)) == clear


@given(st.binary(max_size=60), st.data())
def test_any_one_bit_turned_is_refused(clear, data):
    content = bytearray(sealed(clear))
    at = data.draw(st.integers(0, len(content) * 8 - 1))
    content[at // 8] ^= 1 << at % 8
    refused(bytes(content))


@settings(max_examples=30)
@given(st.binary(max_size=80))
def test_cut_anywhere_it_is_refused(clear):
    content = sealed(clear)
    for length in range(len(content)):
        refused(content[:length])


def test_cut_between_two_parts_it_says_where():
    content = sealed(bytes(64))
    assert "cut off after part 2" in refused(content[:HEAD + 2 * WHOLE])
    assert "Something was added after part 4" in refused(content + b"x" * 40)


@given(st.permutations(range(4)))
def test_parts_in_any_other_order_are_refused(order):
    head, pieces = parts(sealed(bytes(range(64))))
    content = head + b"".join(pieces[at] for at in order)
    if order == list(range(4)):
        assert read(content) == bytes(range(64))
    else:
        refused(content)


@pytest.mark.parametrize("at", range(4))
def test_no_part_can_be_left_out_doubled_or_taken_from_another_file(at):
    clear = bytes(range(64))
    head, pieces = parts(sealed(clear))
    _, others = parts(sealed(clear))
    for wrong in (pieces[:at] + pieces[at + 1:], pieces[:at] + [pieces[at]] + pieces[at:],
                  pieces[:at] + [others[at]] + pieces[at + 1:]):
        refused(head + b"".join(wrong))


def test_the_head_of_another_file_does_not_open_it():
    (head, _), (_, pieces) = parts(sealed(bytes(64))), parts(sealed(bytes(64)))
    refused(head + b"".join(pieces))


def test_another_key_another_purpose_or_no_key_is_refused():
    content = sealed(b"clear")
    refused(content, key=OTHER)
    refused(content, purpose="escrow")
    assert "backup-1, which is not on the ring" in refused(content, key=Key(2, b"k" * 32))
    assert "no sealed file" in refused(b"SQLite format 3\0" + bytes(100))


def test_nothing_clear_is_in_it():
    assert b"Rosalind" not in sealed(b"Rosalind Placeholder " * 9)
