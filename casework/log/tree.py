"""The tree of RFC 6962, 2.1: roots, and proofs that a leaf is in it and that a larger tree holds a smaller one.

Whoever calls lends `whole(level, position)`: the root of the position-th whole subtree of 256^level leaves; level 0
are the leaves. So a root or a proof reads a few times 255 hashes, however large the tree.
"""
from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

Hash = bytes
Whole = Callable[[int, int], Hash]
EMPTY = sha256().digest()
WIDTH = 256


def leaf_hash(data: bytes) -> Hash:
    return sha256(b"\x00" + data).digest()


def node_hash(left: Hash, right: Hash) -> Hash:
    return sha256(b"\x01" + left + right).digest()


def root(whole: Whole, size: int) -> Hash:
    """The root of the first `size` leaves."""
    return _subtree(whole, 0, size) if size else EMPTY


def inclusion(whole: Whole, index: int, size: int) -> list[Hash]:
    """The audit path of a leaf, from the leaf up (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of this size")
    path, first, last = [], 0, size
    while last - first > 1:
        middle = first + _left(last - first)
        if index < middle:
            path.append(_subtree(whole, middle, last))
            last = middle
        else:
            path.append(_subtree(whole, first, middle))
            first = middle
    return path[::-1]


def consistency(whole: Whole, old: int, new: int) -> list[Hash]:
    """The proof that the first `old` of `new` leaves are as they were (RFC 6962, 2.1.2). Empty for equal sizes."""
    if not 0 < old <= new:
        raise ValueError("a smaller tree has at least one leaf and no more than the larger")
    path, first, last, known = [], 0, new, True
    while old != last:
        middle = first + _left(last - first)
        if old <= middle:
            path.append(_subtree(whole, middle, last))
            last = middle
        else:
            path.append(_subtree(whole, first, middle))
            first, known = middle, False
    if not known:
        path.append(_subtree(whole, first, last))
    return path[::-1]


def merged(hashes: list[Hash]) -> Hash:
    """The root over hashes that stand side by side; at least one, and all of whole subtrees of one size."""
    while len(hashes) > 1:
        over = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=False)]
        hashes = over + hashes[len(over) * 2:]
    return hashes[0]


def _left(size: int) -> int:
    """The largest power of two below `size`."""
    return int(1 << ((size - 1).bit_length() - 1))


def _subtree(whole: Whole, first: int, last: int) -> Hash:
    """The root over these leaves, which begin where a subtree of their size may begin."""
    size = last - first
    level = (size.bit_length() - 1) // 8
    step = WIDTH**level
    if size == step:
        return whole(level, first // step)
    if size % step == 0 and size & (size - 1) == 0:
        return merged([whole(level, position) for position in range(first // step, last // step)])
    middle = first + _left(size)
    return node_hash(_subtree(whole, first, middle), _subtree(whole, middle, last))
