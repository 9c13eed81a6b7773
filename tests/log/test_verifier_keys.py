"""The verifier and the keys: whose signature counts, and from when to when."""
from __future__ import annotations

import base64

import pytest

from tests.log import exported
from tests.log.exported import Log, Signer, without_hashes


def turned():
    """A log whose key was turned twice: the first signs eight, the second twelve, the third all."""
    one, two, three = Signer(), Signer(), Signer()
    log = Log(None, three)
    log.marks = [one.checkpoint(log.hashes[:8]), two.checkpoint(log.hashes[:12])]
    log.turns = [{"vkey": one.vkey, "note": None}] + [
        {"vkey": new.vkey, "note": old.note(f"{exported.ORIGIN}\nlog-key\n{new.vkey}\n")}
        for old, new in ((one, two), (two, three))]
    return log, one, two, three


def test_the_chain_of_keys_is_followed_from_the_key_given_and_back_for_what_was_held(check):
    log, *signers = turned()
    for each in signers:
        status, report, why = check(log, *log.marks, key=each.vkey)
        assert (status, report.signed_by) == (0, signers[2].vkey), why


def test_a_key_that_nobody_signed_in_opens_nothing(check):
    log, one, _, three = turned()
    log.turns[2]["note"] = three.note(f"{exported.ORIGIN}\nlog-key\n{three.vkey}\n")
    status, _, why = check(log, key=one.vkey)
    assert status == 2
    assert "not signed by the key you gave" in why
    assert check(log, key=Signer().vkey)[0] == 2


def test_an_older_key_signs_nothing_that_is_judged(check):
    """Whoever still holds a key that was replaced could sign a log of their own."""
    log, one, two, _ = turned()
    log.checkpoint = one.checkpoint(log.hashes)
    status, _, why = check(log, key=two.vkey)
    assert status == 2
    assert "not signed by the key you gave" in why


def test_what_a_key_signed_otherwise_signs_nobody_in(check):
    one, two, stranger = Signer(), Signer(), Signer()
    for said in (f"16\n{base64.b64encode(b'r' * 32).decode()}", f"log-key\n{two.vkey}", f"log-key\n{stranger.vkey}\nmore"):
        log = Log(None, stranger)
        log.turns = [{"vkey": one.vkey, "note": None},
                     {"vkey": stranger.vkey, "note": one.note(f"{exported.ORIGIN}\n{said}\n")}]
        assert check(log, key=one.vkey)[0] == 2


def test_a_stranger_before_the_key_given_has_no_word(check):
    log, _, two, _ = turned()
    one, other = Signer(), Signer()
    led = {"vkey": other.vkey, "note": one.note(f"{exported.ORIGIN}\nlog-key\n{other.vkey}\n")}
    for before in ([{"vkey": one.vkey, "note": None}], [{"vkey": one.vkey, "note": None}, led]):
        log.turns[:-2] = before
        status, _, why = check(log, one.checkpoint(log.hashes[:4]), key=two.vkey)
        assert status == 2
        assert "not signed by a key of this log" in why


def signed_in(leaves, by):
    """A log whose leaf 8 signs in a second key after the first; the checkpoint is signed by the key of this number."""
    pair = Signer(), Signer()
    new = {"kind": "log_key", "id": "2", "vkey": pair[1].vkey}
    log = Log([*leaves[:8], new, *leaves[8:]], pair[by])
    log.marks = [pair[0].checkpoint(log.hashes[:8])]
    log.turns = [{"vkey": pair[0].vkey, "note": None},
                 {"vkey": pair[1].vkey, "note": pair[0].note(f"{exported.ORIGIN}\nlog-key\n{pair[1].vkey}\n")}]
    return log, pair[0].vkey


@pytest.mark.parametrize("listed", [True, False], ids=["with the hashes", "without"])
def test_a_key_that_was_replaced_signs_the_leaf_that_replaces_it_and_nothing_after(check, listed):
    story = exported.story()
    for leaves, by, expected in ((story, 1, 0), (story[:8], 1, 0), (story[:8], 0, 0), (story[:9], 0, 1), (story, 0, 1)):
        log, key = signed_in(leaves, by)
        files = log.files() if listed else without_hashes(log.files())
        status, report, why = check(log, files=files, key=key)
        assert status == expected, why
        if expected:
            assert (report.first.what, report.first.index) == ("checkpoint", len(log.leaves))
            assert "record 8 signs in" in report.first.says


def test_a_checkpoint_with_another_text_under_its_signature_does_not_hold(check):
    log = Log()
    log.checkpoint = log.checkpoint.replace("\n16\n", "\n15\n")
    status, report, _ = check(log)
    assert (status, report.first.what) == (1, "checkpoint")


def test_a_checkpoint_of_another_log_is_not_compared(check):
    log = Log()
    status, _, why = check(log, log.signer.checkpoint(log.hashes[:4], "other.example/log"))
    assert status == 2
    assert "another log" in why
