"""What the verifier computes: paths, continuations, notes and keys, by vectors and by properties."""
from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.log.verifier import casework_verify as verifier
from tests.log import exported
from tests.log.exported import Log, Signer

# From the tests of certificate-transparency (merkle_tree_test): eight entries, and the root after each.
ENTRIES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
A, B, C, D, E = (bytes.fromhex(text) for text in (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"))
F = bytes.fromhex("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a")
R = [b"", *map(bytes.fromhex, ROOTS)]
PATHS = [(0, 1, []), (0, 8, [A, B, C]), (5, 8, [D, E, R[4]]), (2, 3, [R[2]]), (1, 5, [R[1], B, D])]
CONTINUED = [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [F, E, R[4]]), (2, 5, [B, D])]


def test_the_roots_of_certificate_transparency():
    fold = verifier.Fold()
    for entry, expected in zip(ENTRIES, ROOTS, strict=True):
        fold.add(verifier.leaf_hash(entry))
        assert fold.root().hex() == expected


@pytest.mark.parametrize(("index", "size", "path"), PATHS)
def test_the_paths_of_certificate_transparency(index, size, path):
    assert verifier.root_by_inclusion(verifier.leaf_hash(ENTRIES[index]), index, size, path) == R[size]


@pytest.mark.parametrize(("old", "size", "proof"), CONTINUED)
def test_the_consistency_proofs_of_certificate_transparency(old, size, proof):
    assert verifier.consistent(old, R[old], size, R[size], proof)


@pytest.mark.parametrize(("old", "size", "proof"), [
    ((8, R[8]), (8, R[8]), [A]),                                     # one that needs none
    ((2, R[2]), (5, R[4]), [B]),                                     # one that ends too early
    ((6, verifier.node_hash(A, R[6])), (8, verifier.node_hash(A, R[8])), [F, E, R[4], A]),  # one that goes on
    ((0, R[1]), (8, R[8]), [A, B, C]), ((8, R[8]), (6, R[6]), [F, E, R[4]]), ((2, R[2]), (5, R[5]), [])])
def test_a_consistency_proof_of_another_length_is_none(old, size, proof):
    assert not verifier.consistent(*old, *size, proof)


def leaves_of(count):
    return [hashlib.sha256(bytes([number % 251, number // 251])).digest() for number in range(count)]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))), st.data())
def test_a_true_path_leads_to_the_root_and_no_other_place_or_path_does(place, data):
    size, index = place
    hashes = leaves_of(size)
    root, path = exported.root(hashes), exported.path(index, hashes)
    assert verifier.root_by_inclusion(hashes[index], index, size, path) == root
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index) if size > 1 else st.just(size))
    assert verifier.root_by_inclusion(hashes[index], other, size, path) != root
    assert verifier.root_by_inclusion(hashes[index], index, size, [*path, root]) is None
    if path:
        assert verifier.root_by_inclusion(hashes[index], index, size, path[:-1]) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 400).flatmap(lambda size: st.tuples(st.integers(1, size), st.just(size))), st.data())
def test_a_true_continuation_is_proved_and_no_other_root_is(sizes, data):
    old, size = sizes
    hashes = leaves_of(size)
    proof = exported.proof(old, hashes)
    assert verifier.consistent(old, exported.root(hashes[:old]), size, exported.root(hashes), proof)
    spoilt = data.draw(st.integers(0, old - 1))
    forged = [*hashes[:spoilt], b"\0" * 32, *hashes[spoilt + 1:]]
    assert not verifier.consistent(old, exported.root(hashes[:old]), size, exported.root(forged),
                                   exported.proof(old, forged))


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=70))
def test_the_root_is_that_of_the_rfc_for_every_size(hashes):
    fold = verifier.Fold()
    for one in hashes:
        fold.add(one)
    assert fold.root() == exported.root(hashes)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40), st.integers(0, 2**40))
def test_what_a_log_signs_is_read_as_it_was_signed(origin, size):
    signer, root = Signer(), hashlib.sha256(origin.encode()).digest()
    note = signer.note(f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n")
    found = verifier.read_checkpoint(note.encode())
    assert (found.origin, found.size, found.root) == (origin, size, root)
    assert verifier.signer(found.note, [verifier.read_key(signer.vkey)]).text == signer.vkey


@settings(max_examples=300)
@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_what_is_no_note_is_refused_and_nothing_breaks(data):
    for read in (verifier.read_note, verifier.read_checkpoint):
        try:
            read(data)
        except ValueError:
            continue
    try:
        verifier.read_key(data.decode("utf-8", "replace"))
    except ValueError:
        pass


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 7))
def test_no_bit_of_a_signed_checkpoint_can_be_turned(at, bit):
    log = Log(story := exported.story(), Signer())
    data = bytearray(log.checkpoint.encode())
    data[at % len(data)] ^= 1 << bit
    try:
        found = verifier.read_checkpoint(bytes(data))
        assert verifier.signer(found.note, [verifier.read_key(log.signer.vkey)]) is None or not story
    except ValueError:
        pass


OURS = Signer()
ROOT = base64.b64encode(b"r" * 32).decode()
MISSHAPEN = {
    "a size with a nought before it": OURS.note(f"{exported.ORIGIN}\n016\n{ROOT}\n"),
    "a size with a sign": OURS.note(f"{exported.ORIGIN}\n+16\n{ROOT}\n"),
    "a size in other digits": OURS.note(f"{exported.ORIGIN}\n١٦\n{ROOT}\n"),
    "no origin": OURS.note(f"\n16\n{ROOT}\n"),
    "a root that is too short": OURS.note(f"{exported.ORIGIN}\n16\n{base64.b64encode(b'r' * 31).decode()}\n"),
    "a root in another writing": OURS.note(f"{exported.ORIGIN}\n16\n{ROOT[:-2]}{chr(ord(ROOT[-2]) + 1)}=\n"),
    "a control character": OURS.note(f"{exported.ORIGIN}\n16\n{ROOT}\n\x1b[2J\n"),
    "a text without end": OURS.note(f"{exported.ORIGIN}\n16\n{ROOT}\n" + "more\n" * 20_000),
    "no empty line": OURS.checkpoint([]).replace("\n\n", "\n"),
    "no end of line": OURS.checkpoint([])[:-1],
    "something for an end of line": f"{OURS.checkpoint([])[:-1]}.",
    "no dash": OURS.checkpoint([]).replace("— ", ""),
    "another dash": OURS.checkpoint([]).replace("— ", "- "),
    "a signature without a name": OURS.checkpoint([]).replace(f"— {exported.ORIGIN}", "— "),
    "a signature of nothing": f"{OURS.checkpoint([])}— somebody {base64.b64encode(b'1234').decode()}\n",
}


@pytest.mark.parametrize("how", MISSHAPEN)
def test_a_checkpoint_of_another_shape_is_none_whoever_signed_it(how):
    with pytest.raises(ValueError, match=r"\w"):
        verifier.read_checkpoint(MISSHAPEN[how].encode())


def of_another_kind(key):
    name, _, public = key.split("+", 2)
    data = b"\x02" + base64.b64decode(public)[1:]
    own = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4].hex()
    return f"{name}+{own}+{base64.b64encode(data).decode()}"


@pytest.mark.parametrize("spoilt", [
    lambda key: key.replace(exported.ORIGIN, "another.example/log"), of_another_kind, lambda key: key[:-4],
    lambda key: key.replace("+", "+0", 1), lambda key: f" + {key}", lambda key: key.partition("+")[2]])
def test_a_key_that_does_not_belong_together_is_none(spoilt):
    verifier.read_key(OURS.vkey)
    with pytest.raises(ValueError, match=r"\w"):
        verifier.read_key(spoilt(OURS.vkey))
