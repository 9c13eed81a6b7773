"""The tree against the definition of RFC 6962, 2.1, written here in the RFC's own words, at every size and place."""
from __future__ import annotations

from functools import cache
from hashlib import sha256

import pytest
from sqlalchemy import insert

from casework.kernel.db import begin_writing, db
from casework.kernel.scope import by_itself
from casework.log import tree
from casework.log.models import LogLeaf, LogNode
from casework.log.tiles import Tiles

UPTO = 130
DATA = [f"record {number}".encode() for number in range(700)]


def sha(data):
    return sha256(data).digest()


@cache
def mth(first, last):
    """MTH(D[first:last])."""
    n = last - first
    if n == 0:
        return sha(b"")
    if n == 1:
        return sha(b"\x00" + DATA[first])
    k = largest_power_of_two_smaller_than(n)
    return sha(b"\x01" + mth(first, first + k) + mth(first + k, last))


def path(m, first, last):
    """PATH(m, D[first:last])."""
    n = last - first
    if n == 1:
        return []
    k = largest_power_of_two_smaller_than(n)
    if m < k:
        return path(m, first, first + k) + [mth(first + k, last)]
    return path(m - k, first + k, last) + [mth(first, first + k)]


def proof(m, n):
    """PROOF(m, D[n])."""
    return subproof(m, 0, n, True)


def subproof(m, first, last, b):
    n = last - first
    if m == n:
        return [] if b else [mth(first, last)]
    k = largest_power_of_two_smaller_than(n)
    if m <= k:
        return subproof(m, first, first + k, b) + [mth(first + k, last)]
    return subproof(m - k, first + k, last, False) + [mth(first, first + k)]


def largest_power_of_two_smaller_than(n):
    k = 1
    while 2 * k < n:
        k = 2 * k
    return k


def whole(level, position):
    return mth(position * 256**level, (position + 1) * 256**level)


def test_a_leaf_and_a_node_are_hashed_apart():
    assert tree.leaf_hash(b"") == sha(b"\x00")
    assert tree.node_hash(b"l" * 32, b"r" * 32) == sha(b"\x01" + b"l" * 32 + b"r" * 32)


def test_every_root_every_inclusion_and_every_consistency_up_to_130():
    for size in range(UPTO + 1):
        assert tree.root(whole, size) == mth(0, size)
        for index in range(size):
            assert tree.inclusion(whole, index, size) == path(index, 0, size)
        for old in range(1, size + 1):
            assert tree.consistency(whole, old, size) == proof(old, size)


@pytest.mark.parametrize("ask", [
    lambda: tree.inclusion(whole, 5, 5), lambda: tree.inclusion(whole, -1, 5), lambda: tree.consistency(whole, 0, 5),
    lambda: tree.consistency(whole, 6, 5)])
def test_no_proof_is_made_of_what_cannot_be(ask):
    with pytest.raises(ValueError, match="tree"):
        ask()


def grown(session, *, by):
    """The tables, grown in steps of these sizes."""
    size = 0
    for step in by:
        tiles = Tiles(session)
        added = [tree.leaf_hash(data) for data in DATA[size : size + step]]
        nodes = tiles.grow(size, added)
        begin_writing(session)
        session.connection().execute(insert(LogLeaf), [
            {"index": size + number, "kind": "test", "record_id": str(size + number), "revision": 1, "hash": one}
            for number, one in enumerate(added)])
        if nodes:
            session.connection().execute(insert(LogNode), nodes)
        session.commit()
        size += step
        assert tree.root(tiles, size) == mth(0, size)
    return Tiles(session)


@pytest.fixture
def as_casework(world):
    """Leaves are Casework's own to add and to read."""
    with by_itself("test"):
        yield


@pytest.mark.slow
@pytest.mark.usefixtures("as_casework")
def test_the_same_from_the_tables_whatever_the_steps_they_grew_in():
    tiles = grown(db.session, by=[1, 2, 127, 126, 1, 254, 2, 187])
    for size in (*range(1, UPTO + 1), 255, 256, 257, 511, 512, 513, 700):
        assert tree.root(tiles, size) == mth(0, size)
        some = range(size % 7, size, 7 if size <= UPTO else 85)
        assert [tree.inclusion(tiles, index, size) for index in some] == [path(index, 0, size) for index in some]
        assert [tree.consistency(tiles, old, size) for old in some if old] == [proof(old, size) for old in some if old]
    assert db.session.query(LogNode).count() == 2


def test_whole_subtrees_of_whole_subtrees_are_kept_too(world):
    """65,536 leaves make 256 nodes and one over them; one leaf more reads no more."""
    hashes = [tree.leaf_hash(number.to_bytes(4)) for number in range(65537)]
    nodes = Tiles(db.session).grow(0, hashes)
    assert len(nodes) == 257 and [node["level"] for node in nodes].count(2) == 1
    assert nodes[-1] == {"level": 2, "position": 0, "hash": tree.merged(hashes[:65536])}
