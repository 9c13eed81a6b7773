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


# ── One chain, and none comes back ────────────────────────────────────────────────────────────────────────────────

def leaf_of(signer, id_):
    return {"kind": "log_key", "id": id_, "vkey": signer.vkey}


def led(by, new):
    return {"vkey": new.vkey, "note": by.note(f"{exported.ORIGIN}\nlog-key\n{new.vkey}\n")}


class Turned:
    """A log that one key signed up to the leaf that signs in a second, and what the second signed is held."""

    def __init__(self):
        self.one, self.two = Signer(), Signer()
        story = exported.story()
        self.leaves = [leaf_of(self.one, 1), *story[:8], leaf_of(self.two, 2), *story[8:]]
        self.turns = [{"vkey": self.one.vkey, "note": None}, led(self.one, self.two)]
        self.log = self.of([], self.two)

    def of(self, more, by, turns=()):
        """The same log with more leaves, signed by this key."""
        log = Log([*self.leaves, *more], by)
        log.marks = [self.one.checkpoint(log.hashes[:10]), self.two.checkpoint(log.hashes[:14])]
        log.turns = [*self.turns, *turns]
        return log


@pytest.fixture
def turn():
    return Turned()


def test_a_log_whose_key_was_turned_holds_from_either_key(check, turn):
    for key in (turn.one, turn.two):
        status, report, why = check(turn.log, turn.log.marks[0], key=key.vkey)
        assert status == 0, (why, report.findings)


@pytest.mark.parametrize("listed", [True, False], ids=["with the hashes", "without"])
@pytest.mark.parametrize("outside", [True, False], ids=["held", "nothing held"])
def test_a_key_that_was_replaced_does_not_sign_itself_in_again(check, turn, listed, outside):
    forged = turn.of([leaf_of(turn.one, 3), exported.event(30), exported.event(31)], turn.one,
                     [led(turn.one, turn.one), led(turn.two, turn.one)])
    files = forged.files() if listed else without_hashes(forged.files())
    status, report, _ = check(forged, *([turn.log.checkpoint] if outside else []), files=files, key=turn.one.vkey)
    assert status == 1
    assert any((each.what, each.index) == ("key", len(turn.leaves)) for each in report.findings)


def test_a_key_that_was_replaced_signs_no_other_key_in(check, turn):
    three = Signer()
    more = [leaf_of(three, 3), exported.event(30), exported.event(31)]
    forged = turn.of(more, three, [led(turn.one, three)])
    assert check(forged, key=turn.one.vkey)[0] == 2  # nobody who is trusted signed it
    forged.turns = [{"vkey": turn.one.vkey, "note": None}, led(turn.one, three)]
    forged.marks = forged.marks[:1]
    status, report, _ = check(forged, key=turn.one.vkey)
    assert (status, {each.what for each in report.findings}) == (1, {"key"})
    honest = turn.of(more, three, [led(turn.two, three)])
    honest.marks.append(turn.two.checkpoint(honest.hashes[:len(turn.leaves) + 1]))
    status, report, why = check(honest, turn.log.checkpoint, key=turn.one.vkey)
    assert status == 0, (why, report.findings)


def test_the_last_record_of_a_key_is_of_the_last_key_of_the_chain(check, turn):
    three = Signer()
    status, report, _ = check(turn.of([], turn.two, [led(turn.two, three)]), key=turn.one.vkey)
    assert (status, report.first.what) == (1, "key")


def test_an_own_checkpoint_that_a_replaced_key_signed_later_is_told(check, turn):
    for marks in ([(turn.one, 10), (turn.two, 12), (turn.one, 14)], [(turn.one, 14)], [(turn.one, 11)]):
        turn.log.marks = [signer.checkpoint(turn.log.hashes[:size]) for signer, size in marks]
        status, report, _ = check(turn.log, key=turn.one.vkey)
        assert (status, report.first.what) == (1, "checkpoint")
        assert "replaced" in report.first.says


# ── The keys of a part ────────────────────────────────────────────────────────────────────────────────────────────

def part(log, *turned, held=()):
    """A part of it; `turned` are the places of the records that sign the last keys in, proved beside them."""
    for line, at in zip(reversed(log.turns), turned, strict=False):
        line |= {"index": at, "leaf": log.leaves[at],
                 "proof": [base64.b64encode(one).decode() for one in exported.path(at, log.hashes)]}
    return log.part(2, held=held)


def test_a_part_signed_by_the_last_key_holds_with_and_without_the_record_that_signs_it_in(check, turn):
    for at in ((), (9,)):
        status, report, why = check(turn.log, files=part(turn.log, *at), kind="part", key=turn.one.vkey)
        assert status == 0, (why, report.findings)


def test_a_part_may_be_signed_by_the_key_before_only_where_the_record_of_the_last_key_is_the_last(check, turn):
    log = Log(turn.leaves[:10], turn.one)
    log.turns = turn.turns
    status, report, why = check(log, files=part(log, 9), kind="part", key=turn.one.vkey)
    assert status == 0, (why, report.findings)
    status, report, _ = check(log, files=part(turn.of([], turn.one), 9), kind="part", key=turn.one.vkey)
    assert (status, report.first.what, report.first.index) == (1, "checkpoint", len(turn.leaves))


@pytest.mark.parametrize("spoil", [
    lambda line: [line.pop(name) for name in ("index", "leaf", "proof")], lambda line: line.update(index=8),
    lambda line: line["leaf"].update(vkey="x"), lambda line: line.update(proof=line["proof"][1:])],
    ids=["no record", "another place", "another key", "another proof"])
def test_a_part_signed_by_a_replaced_key_that_proves_nothing_is_not_judged(check, turn, spoil):
    log = Log(turn.leaves[:10], turn.one)
    log.turns = turn.turns
    part(log, 9)
    log.turns[-1] = {**log.turns[-1], "leaf": dict(log.turns[-1]["leaf"])}
    spoil(log.turns[-1])
    status, _, why = check(log, files=log.part(2), kind="part", key=turn.one.vkey)
    assert status == 2
    assert "Take the bundle again" in why


def test_a_part_that_a_replaced_key_signed_on_is_told_by_a_checkpoint_of_the_key_after_it(check, turn):
    forged = turn.of([exported.event(30)], turn.one)
    size = len(turn.leaves)
    status, report, _ = check(forged, turn.log.checkpoint, files=forged.part(size, held=[size]), kind="part",
                              key=turn.one.vkey)
    assert (status, report.first.what) == (1, "checkpoint")
    assert "replaced" in report.first.says
