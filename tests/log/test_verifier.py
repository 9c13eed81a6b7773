"""The verifier alone, on logs made by hand: what holds, what does not, and which record it names."""
from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.log.verifier import casework_verify as verifier
from tests.log import exported
from tests.log.exported import Log, Signer, event, hashed, movement, packed

FILE = Path(verifier.__file__)


@pytest.fixture
def check(tmp_path):
    """`check(log)`: pack it, verify it against its own key: (status, report, why)."""
    def run(log, *held, files=None, kind="full", key=None):
        bundle = packed(tmp_path / "bundle.zip", log.files() if files is None else files, kind)
        earlier = []
        for number, each in enumerate(held):
            earlier.append(tmp_path / f"held-{number}")
            earlier[-1].write_bytes(each if isinstance(each, bytes) else each.encode())
        return verifier.judged(str(bundle), key or log.signer.vkey, [str(path) for path in earlier])
    return run


def named(report):
    first = report.first
    return first.what, first.index, first.kind, first.id


# ── What holds ────────────────────────────────────────────────────────────────────────────────────────────────────

def test_an_untouched_log_holds_and_continues_what_was_held(check):
    log = Log()
    status, report, _ = check(log, *log.marks)
    assert (status, report.records) == (0, 16)
    assert [each["size"] for each in report.held if each["agrees"]] == [4, 8, 12]


def test_without_a_checkpoint_held_outside_it_says_what_that_leaves_open(check):
    _, report, _ = check(Log())
    assert verifier.WITHOUT_HELD in report.notes


def test_a_bundle_unpacked_and_a_bare_file_with_its_checkpoint_are_judged_alike(tmp_path):
    log = Log()
    zipfile.ZipFile(packed(tmp_path / "b.zip", log.files())).extractall(tmp_path / "folder")
    assert verifier.judged(str(tmp_path / "folder"), log.signer.vkey, [])[0] == 0
    (tmp_path / "log.jsonl").write_bytes(exported.jsonl(log.lines()))
    (tmp_path / "log.jsonl.checkpoint").write_text(log.checkpoint)
    assert verifier.judged(str(tmp_path / "log.jsonl"), log.signer.vkey, [])[0] == 0
    log.leaves[3]["verb"] = "case.close"
    (tmp_path / "log.jsonl").write_bytes(exported.jsonl(log.lines()))
    assert verifier.judged(str(tmp_path / "log.jsonl"), log.signer.vkey, [])[0] == 1


def test_an_empty_log_holds(check):
    assert check(Log([]))[0] == 0


def test_the_key_may_be_in_a_file_and_witnesses_may_be_a_folder(tmp_path):
    log = Log()
    bundle, witness = packed(tmp_path / "b.zip", log.files()), tmp_path / "witness"
    witness.mkdir()
    for number, note in enumerate(log.marks):
        (witness / f"{number}.txt").write_text(note)
    (tmp_path / "key").write_text(f"the log's key:\n{log.signer.vkey}\n")
    status, report, _ = verifier.judged(str(bundle), str(tmp_path / "key"), [str(witness)])
    assert (status, len(report.held)) == (0, 3)


# ── Which record ──────────────────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("index", range(16))
def test_an_altered_record_is_named_exactly(check, index):
    log = Log()
    log.leaves[index]["extra"] = "x"
    status, report, _ = check(log)
    assert status == 1
    assert named(report)[:2] == ("altered", index)
    assert str(log.leaves[index]["id"]) in report.first.says


@pytest.mark.parametrize("index", range(15))
def test_a_line_taken_out_of_the_export_is_named_by_its_place(check, index):
    log = Log()
    lines = [line for line in log.lines() if line["index"] != index]
    status, report, _ = check(log, files={**log.files(), verifier.RECORDS: exported.jsonl(lines)})
    assert (status, *named(report)[:2]) == (1, "missing", index)


def test_a_record_that_has_a_leaf_and_no_row_is_missing_by_name(check):
    log = Log()
    lines = log.lines()
    lines[6] = {"index": 6, "missing": {"kind": "movement", "id": "m-1"}}
    _, report, _ = check(log, files={**log.files(), verifier.RECORDS: exported.jsonl(lines)})
    assert named(report) == ("missing", 6, "movement", "m-1")


def test_two_lines_swapped_are_out_of_order_and_two_records_swapped_are_moved(check):
    log = Log()
    lines = log.lines()
    lines[2], lines[3] = lines[3], lines[2]
    _, report, _ = check(log, files={**log.files(), verifier.RECORDS: exported.jsonl(lines)})
    assert named(report)[:2] == ("missing", 2)
    log.leaves[2], log.leaves[3] = log.leaves[3], log.leaves[2]
    _, report, _ = check(log)
    assert named(report) == ("moved", 2, "audit_event", "4")


def test_a_record_without_a_leaf_is_added_and_one_that_follows_is_only_not_yet_sealed(check):
    log = Log()
    log.unsealed = [event(14, ("movement", "m-9")), movement("m-9")]
    status, report, _ = check(log)
    assert (status, report.unsealed) == (0, 2)
    for forged in ([movement("m-9")], [event(3)], [event(14, ("movement", "m-9"))]):
        log.unsealed = [*forged, event(15)]
        status, report, _ = check(log)
        assert (status, report.first.what) == (1, "added")


def test_a_tree_recomputed_by_who_cannot_sign_fails_at_the_first_checkpoint_that_covers_it(check):
    log = Log()
    log.leaves[9]["verb"] = "x"
    log.hashes[9] = hashed(log.leaves[9])
    status, report, _ = check(log)
    assert status == 1
    assert (report.first.index, report.first.until) == (8, 12)


def test_who_signs_anew_is_caught_by_a_checkpoint_held_outside_and_by_nothing_else(check):
    before = Log()
    forged = Log(before.leaves, before.signer)
    forged.leaves[9]["verb"] = "x"
    forged = Log(forged.leaves, before.signer)
    assert check(forged)[0] == 0  # the documented miss
    status, report, _ = check(forged, *before.marks)
    assert status == 1
    assert (report.first.index, report.first.until) == (8, 12)


@pytest.mark.parametrize("deed", ["altered", "missing", "added", "moved"])
def test_against_an_earlier_bundle_the_first_rewritten_record_is_named(tmp_path, check, deed):
    before = Log()
    kept = packed(tmp_path / "kept.zip", before.files())
    leaves = list(before.leaves)
    if deed == "altered":
        leaves[9] = {**leaves[9], "verb": "x"}
    elif deed == "missing":
        del leaves[9]
    elif deed == "added":
        leaves.insert(9, event(7, verb="y"))
    else:
        leaves[9], leaves[10] = leaves[10], leaves[9]
    forged = Log([*leaves, event(20), event(21)], before.signer)
    status, report, _ = verifier.judged(str(packed(tmp_path / "now.zip", forged.files())), before.signer.vkey, [str(kept)])
    assert status == 1
    exact = next(each for each in report.findings if "which you hold" in each.says and each.until is None)
    assert (exact.what, exact.index) == (deed, 9)


def test_a_log_cut_short_or_put_back_is_reported_by_the_missing_range(check):
    now, older = Log(), Log()
    older.signer = now.signer
    older = Log(now.leaves[:9], now.signer)
    status, report, _ = check(older, now.checkpoint)
    assert status == 1
    assert (report.first.what, report.first.index, report.first.until) == ("missing", 9, 16)
    assert "Records 9 to 15 are missing" in report.first.says


def test_what_an_event_made_must_follow_it_even_when_all_is_signed(check):
    leaves = Log().leaves
    status, report, _ = check(Log([leaf for leaf in leaves if leaf["id"] != "m-2"]))
    assert (status, *named(report)) == (1, "missing", 7, "movement", "m-2")
    leaves.insert(3, movement("m-8"))
    status, report, _ = check(Log(leaves))
    assert (status, *named(report)) == (1, "added", 3, "movement", "m-8")


def test_an_event_dated_back_into_the_middle_is_out_of_order_even_when_it_is_signed(check):
    status, report, _ = check(Log([*Log().leaves, event(4)]))
    assert (status, *named(report)) == (1, "out of order", 16, "audit_event", "4")


def test_a_database_moved_to_a_server_that_counts_anew_is_in_order(check):
    later = {**event(14), "transaction_id": 5}
    assert check(Log([*Log().leaves, later, {**event(15), "transaction_id": 6}]))[0] == 0


def test_a_later_transaction_may_hold_a_lower_number(check):
    """Numbers are taken when an event is written, and transactions end in another order."""
    assert check(Log([event(1), {**event(3), "transaction_id": 5}, {**event(2), "transaction_id": 6}]))[0] == 0
    assert check(Log([event(1), {**event(3), "transaction_id": 5}, {**event(2), "transaction_id": 5}]))[0] == 1


def test_an_event_without_a_number_is_altered(check):
    status, report, _ = check(Log([event(1), {**event(2), "id": "2"}, event(3)]))
    assert (status, *named(report)) == (1, "altered", 1, "audit_event", "2")


def changing(number, *changes):
    """An event that changed these: (kind, id, field)."""
    return {**event(number), "changes": [{"what": kind, "id": id_, "field": field, "from": None, "to": "x"}
                                         for kind, id_, field in changes]}


def test_a_role_that_changed_twice_before_it_was_sealed_has_one_leaf_for_both(check):
    grant = {"kind": "role_grant", "id": "g-1", "until": None}
    ended = changing(3, ("role_grant", "g-1", "until"))
    assert check(Log([event(1, ("role_grant", "g-1")), grant, ended, event(4)]))[0] == 0
    assert check(Log([event(1, ("role_grant", "g-1")), grant, ended, grant, event(4)]))[0] == 0


@pytest.mark.parametrize("changes", [
    [("role_grant", "r-1", "id")], [("role_grant", "r-1", "id"), ("role_grant", "r-1", "until")],
    [("movement", "r-1", "amount")]], ids=["made", "made and changed", "changed"])
def test_what_was_made_and_what_never_changes_has_a_leaf_of_its_own(check, changes):
    for last in ([], [event(9)]):
        status, report, _ = check(Log([event(1), changing(2, *changes), *last]))
        assert (status, *named(report)) == (1, "missing", 2, changes[0][0], "r-1")


def test_of_several_records_of_an_event_each_must_follow(check):
    leaves = exported.story()
    status, report, _ = check(Log([leaf for leaf in leaves if leaf["id"] != "m-1"]))
    assert (status, *named(report)) == (1, "missing", 6, "movement", "m-1")
    status, report, _ = check(Log([{**leaf, "id": "m-9"} if leaf["id"] == "m-1" else leaf for leaf in leaves]))
    assert (status, *named(report)) == (1, "missing", 6, "movement", "m-1")


def without_hashes(files):
    return {name: data for name, data in files.items() if name != verifier.HASHES}


@pytest.mark.parametrize("listed", [True, False], ids=["with the hashes", "without"])
def test_what_a_checkpoint_covers_and_what_is_exported_are_as_many(check, listed):
    log, shorter = Log(), Log(exported.story()[:10])
    longer, shorter.checkpoint, shorter.signer = Log(None, log.signer), log.checkpoint, log.signer
    longer.checkpoint, longer.marks, shorter.marks = log.marks[2], log.marks[:2], log.marks[:2]
    for each, found in ((shorter, ("missing", 10, 16)), (longer, ("added", 12, 16))):
        files = each.files() if listed else without_hashes(each.files())
        status, report, _ = check(each, files=files)
        assert (status, report.first.what, report.first.index) == (1, *found[:2])
        assert found in [(one.what, one.index, one.until) for one in report.findings]


def test_a_record_that_has_no_hash_was_added(check):
    log = Log()
    files = {**log.files(), verifier.RECORDS: exported.jsonl([*log.lines(), {"index": 16, "leaf": event(14)}])}
    status, report, _ = check(log, files=files)
    assert (status, *named(report)) == (1, "added", 16, "audit_event", "14")


@pytest.mark.parametrize("listed", [True, False], ids=["with the hashes", "without"])
def test_a_line_that_stands_at_another_place_than_it_says_is_told(check, listed):
    log = Log()
    for at, index, expected in ((5, 4, ("out of order", 4)), (5, 7, ("missing", 5)), (0, 1, ("missing", 0))):
        lines = log.lines()
        lines[at]["index"] = index
        files = {**log.files(), verifier.RECORDS: exported.jsonl(lines)}
        status, report, _ = check(log, files=files if listed else without_hashes(files))
        assert (status, *named(report)[:2]) == (1, *expected)


def test_every_checkpoint_of_the_export_is_one_that_was_signed_in_order_and_none_is_larger(check):
    def spoilt(marks):
        text, _, signature = marks[2].partition("\n\n")
        yield [*marks[:2], f"{text}\n\n{marks[1].partition(chr(10) * 2)[2]}"]
        yield marks[::-1]
        yield [*marks, log.signer.checkpoint([*log.hashes, *log.hashes[:3]])]
        assert signature
    log = Log()
    for marks in spoilt(log.marks):
        log.marks = marks
        status, report, _ = check(log)
        assert (status, report.first.what) == (1, "checkpoint")


def test_an_earlier_bundle_that_does_not_fit_its_own_checkpoint_proves_nothing(tmp_path):
    log = Log()
    spoilt = {**log.files(), verifier.HASHES: b"".join([*log.hashes[:-1], b"x" * 32])}
    kept, now = packed(tmp_path / "kept.zip", spoilt), packed(tmp_path / "now.zip", log.files())
    status, _, why = verifier.judged(str(now), log.signer.vkey, [str(kept)])
    assert status == 2
    assert "does not fit its own checkpoint" in why


def test_what_has_neither_leaf_nor_row_was_added(check):
    log = Log()
    for kind in ("movement", "audit_event"):
        unsealed = exported.jsonl([{"missing": {"kind": kind, "id": "99"}}])
        status, report, _ = check(log, files={**log.files(), verifier.UNSEALED: unsealed})
        assert (status, *named(report)) == (1, "added", None, kind, "99")


# ── A part of the log ─────────────────────────────────────────────────────────────────────────────────────────────

def test_a_part_holds_by_its_proofs_and_says_that_it_is_one(check):
    log = Log()
    status, report, _ = check(log, log.marks[1], files=log.part(2, 5, 6, 7, 15, held=[8]), kind="part")
    assert (status, report.records, report.held[0]["agrees"]) == (0, 5, True)
    assert any("left out" in note for note in report.notes)


def test_in_a_part_an_altered_record_and_one_left_behind_are_named(check):
    log = Log()
    log.leaves[5]["verb"] = "x"
    _, report, _ = check(log, files=log.part(2, 5, 6, 7), kind="part")
    assert named(report)[:2] == ("altered", 5)
    log = Log()
    _, report, _ = check(log, files=log.part(2, 5, 6), kind="part")
    assert named(report) == ("missing", 7, "movement", "m-2")
    _, report, _ = check(log, files=log.part(4, 2), kind="part")
    assert named(report)[:2] == ("out of order", 2)


def test_in_a_part_each_record_comes_once_and_with_its_proof(check):
    log = Log([{"kind": "log_key", "id": str(number), "vkey": "x"} for number in range(4)])
    for indexes in ((1, 1), (2, 1)):
        status, report, _ = check(log, files=log.part(*indexes), kind="part")
        assert (status, *named(report)[:2]) == (1, "out of order", 1)
    bare = {**log.part(1), verifier.RECORDS: exported.jsonl([log.lines()[1]])}
    status, _, why = check(log, files=bare, kind="part")
    assert status == 2
    assert "without its proof" in why


def test_a_part_of_a_rewritten_log_does_not_continue_what_was_held(check):
    before = Log()
    forged = Log([{**leaf, "details": {}} if leaf["id"] == 2 else leaf for leaf in before.leaves], before.signer)
    assert check(forged, before.marks[1], files=forged.part(9, held=[8]), kind="part")[0] == 1
    status, _, why = check(forged, before.marks[1], files=forged.part(9, held=[4]), kind="part")
    assert status == 2
    assert "no proof from" in why


# ── Keys ──────────────────────────────────────────────────────────────────────────────────────────────────────────

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


# ── Proofs and vectors ────────────────────────────────────────────────────────────────────────────────────────────

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


# ── On its own ────────────────────────────────────────────────────────────────────────────────────────────────────

def test_it_imports_nothing_of_the_application_and_says_its_verdict_in_words_and_for_machines(tmp_path):
    log = Log()
    log.leaves[6]["amount"] += 1
    bundle = packed(tmp_path / "b.zip", log.files())
    alone = (tmp_path / "casework_verify.py")
    alone.write_bytes(FILE.read_bytes())

    def run(*words):
        return subprocess.run([sys.executable, "-I", str(alone), str(bundle), *words], capture_output=True, text=True,
                              cwd=tmp_path, timeout=30, check=False)
    said = run("--key", log.signer.vkey)
    assert said.returncode == 1
    assert "Record 6 (movement m-1) is altered" in said.stdout
    told = json.loads(run("--key", log.signer.vkey, "--json").stdout)
    assert told["verdict"] == "does not hold"
    assert (told["first"]["index"], told["first"]["id"]) == (6, "m-1")
    assert run("--key", "nonsense").returncode == 2
    assert run().returncode == 2
    assert "casework" not in {line.split()[1].split(".")[0] for line in alone.read_text().splitlines()
                              if line.startswith(("import ", "from "))}


@pytest.mark.slow
def test_its_own_wheel_runs_where_only_cryptography_is(tmp_path):
    """Built from its folder, put into an environment of its own, and run by its command."""
    built = subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
                           cwd=FILE.parent, capture_output=True, text=True, timeout=60, check=False)
    assert built.returncode == 0, built.stderr
    wheel, place = next(tmp_path.glob("*.whl")), tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True, timeout=60)
    installed = subprocess.run([sys.executable, "-m", "pip", "--python", str(place / "bin" / "python"), "install", "-q",
                                "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)],
                               capture_output=True, text=True, timeout=60, check=False)
    assert installed.returncode == 0, installed.stderr
    lent(next(place.glob("lib/python*/site-packages")))
    log = Log()
    bundle = packed(tmp_path / "b.zip", log.files())
    done = subprocess.run([place / "bin" / "casework-verify", str(bundle), "--key", log.signer.vkey], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "This log holds" in done.stdout


@pytest.mark.slow
def test_the_wheel_of_casework_carries_it_for_the_bundle(tmp_path):
    root = FILE.parent.parent.parent.parent
    built = subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=root,
                           env={**os.environ, "CASEWORK_SKIP_ASSETS": "1"}, capture_output=True, text=True, timeout=120,
                           check=False)
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        assert wheel.read("casework/log/verifier/casework_verify.py") == FILE.read_bytes()


def lent(site):
    """The installed `cryptography` and what it stands on, and nothing else of this environment."""
    import cryptography
    here = Path(cryptography.__file__).parent.parent
    for name in ("cryptography", "cffi", "pycparser"):
        if (here / name).is_dir():
            (site / name).symlink_to(here / name)
    for file in here.glob("_cffi_backend*"):
        (site / file.name).symlink_to(file)
