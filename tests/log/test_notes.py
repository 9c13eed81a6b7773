"""Notes and checkpoints as other people's tools read and write them."""
from __future__ import annotations

import re
from base64 import b64decode, b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from casework.log import notes

# The example of Go's golang.org/x/mod/sumdb/note.
SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = TEXT + ("\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyB"
               "wJnAM=\n")
LINE = re.compile(r"— (?P<name>[^\s+]+) (?P<signed>[A-Za-z0-9+/]+=*)\n")


def read_by_others(note, vkey):
    """A checkpoint read by the words of C2SP alone: (origin, size, root). Fails on anything else."""
    text, signatures = note.split("\n\n")
    origin, size, root, *extensions = f"{text}\n".splitlines()
    assert not extensions and re.fullmatch(r"0|[1-9][0-9]*", size)
    name, digits, key = vkey.split("+", 2)
    material = b64decode(key, validate=True)
    assert material[0] == 1 and sha256(name.encode() + b"\n" + material).digest()[:4].hex() == digits
    found = LINE.fullmatch(signatures)
    signed = b64decode(found["signed"], validate=True)
    assert found["name"] == name and signed[:4].hex() == digits
    Ed25519PublicKey.from_public_bytes(material[1:]).verify(signed[4:], f"{text}\n".encode())
    return origin, int(size), b64decode(root, validate=True)


def test_a_key_and_a_note_of_other_people_are_read_and_made_alike():
    signer = notes.Signer.read(f"{SKEY}\n")
    assert (signer.vkey, signer.written, signer.sign(TEXT)) == (VKEY, SKEY, NOTE)
    assert notes.opened(NOTE, VKEY) == TEXT
    assert "AYEK" not in repr(signer)


def test_a_checkpoint_is_read_by_an_independent_reader():
    signer, root = notes.generate("log.example/one"), sha256(b"root").digest()
    note = signer.sign(notes.checkpoint(signer.name, 4711, root))
    assert read_by_others(note, signer.vkey) == ("log.example/one", 4711, root)
    assert notes.Signer.read(signer.written).vkey == signer.vkey


def test_a_note_with_a_cosignature_beside_is_opened_by_the_key_asked_for():
    other = notes.generate("witness.example/two")
    both = NOTE + other.sign(TEXT).rpartition("\n\n")[2]
    assert notes.opened(both, VKEY) == notes.opened(both, other.vkey) == TEXT


def test_no_single_byte_of_a_note_can_change():
    signed = NOTE.encode()
    for place in range(len(signed)):
        other = bytearray(signed)
        other[place] ^= 1
        with pytest.raises((notes.NotANote, UnicodeDecodeError)):
            notes.opened(other.decode(), VKEY)


@pytest.mark.parametrize("wrong", [
    "", "PRIVATE+KEY+", SKEY.replace("c74f20a3", "c74f20a4"), SKEY.replace("+AYEK", "+BYEK"), VKEY, SKEY[:-4]])
def test_what_is_no_key_is_refused(wrong):
    with pytest.raises(notes.NotANote):
        notes.Signer.read(wrong)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb"])
def test_a_name_that_no_note_may_carry_makes_no_key(name):
    with pytest.raises(notes.NotANote):
        notes.generate(name)


def test_a_handing_over_can_never_be_taken_for_a_checkpoint():
    text = notes.handing_over("log.example/one", VKEY)
    assert text.splitlines()[1] == "log-key"
    with pytest.raises(AssertionError):
        read_by_others(notes.Signer.read(SKEY).sign(text), VKEY)


def test_base64_of_a_signature_must_be_whole():
    with pytest.raises(notes.NotANote):
        notes.opened(TEXT + f"\n— PeterNeumann {b64encode(b'short').decode()}\n", VKEY)
