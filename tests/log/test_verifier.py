"""The verifier alone, on logs made by hand: what holds, what does not, and which record it names."""
from __future__ import annotations

import tracemalloc
import uuid
import zipfile

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from casework.log.verifier import casework_verify as verifier
from tests.log import exported
from tests.log.exported import Log, Signer, event, hashed, movement, named, packed, without_hashes

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


# ── What may change, and what is made once ────────────────────────────────────────────────────────────────────────

def grant(version, until=None):
    return {"kind": "role_grant", "id": "g-1", "version": version, "until": until}


def given():
    """A log in which a role was given and later ended, and how it stands now."""
    log = Log([event(1, ("role_grant", "g-1")), grant(1), event(2), changing(3, ("role_grant", "g-1", "until")),
               grant(2, "now")])
    return log, [{"leaf": grant(2, "now")}]


def with_present(log, present):
    return {**log.files(), verifier.PRESENT: exported.jsonl(present)}


def test_what_may_change_stands_now_as_its_newest_version_says(check):
    log, present = given()
    status, report, why = check(log, files=with_present(log, present))
    assert (status, report.present) == (0, 1), why
    assert "Grants of roles as they stand now: 1" in "\n".join(verifier.as_words(status, report, ""))


@pytest.mark.parametrize(("present", "expected"), [
    ([{"leaf": grant(1)}], ("altered", 4)), ([{"leaf": grant(2, "later")}], ("altered", 4)),
    ([{"leaf": grant(3, "now")}], ("altered", 4)), ([], ("missing", 4)),
    ([{"unfit": {"kind": "role_grant", "id": "g-1"}}], ("altered", 4)),
    ([{"leaf": grant(2, "now")}, {"leaf": {**grant(1), "id": "g-2"}}], ("added", None))],
    ids=["an older version", "another text", "a version that was never sealed", "gone", "no leaf", "another record"])
def test_a_role_that_stands_now_as_nothing_says_is_named(check, present, expected):
    log, _ = given()
    status, report, _ = check(log, files=with_present(log, present))
    assert (status, report.first.what, report.first.index, report.first.kind) == (1, *expected, "role_grant")


def test_while_a_change_waits_to_be_sealed_the_role_stands_as_its_unsealed_line_says(check):
    log, _ = given()
    change = changing(14, ("role_grant", "g-1", "until"))
    for unsealed, present, expected in (
            ([change, grant(3)], grant(3), 0), ([change, grant(3)], grant(3, "x"), 1), ([change], grant(3), 1),
            ([change], grant(2, "now"), 0), ([change, grant(2, "x")], grant(2, "x"), 1),
            ([change, grant(3), changing(15, ("role_grant", "g-1", "document")), grant(3)], grant(3), 0)):
        log.unsealed = unsealed
        status, report, _ = check(log, files=with_present(log, [{"leaf": present}]))
        assert status == expected, (unsealed, report.findings)


def test_a_bundle_of_before_that_does_not_say_how_roles_stand_now_is_judged_and_says_so(check):
    log, _ = given()
    status, report, _ = check(log)
    assert (status, verifier.WITHOUT_PRESENT in report.notes) == (0, True)
    assert verifier.WITHOUT_PRESENT not in check(Log())[1].notes


@pytest.mark.parametrize(("again", "expected"), [
    (grant(1, "x"), ("out of order", 6)), (grant(2, "x"), ("altered", 6))], ids=["lower", "the same, otherwise"])
def test_versions_rise_and_none_says_two_things(check, again, expected):
    log, _ = given()
    status, report, _ = check(Log([*log.leaves, changing(4, ("role_grant", "g-1", "until")), again]))
    assert (status, *named(report)) == (1, *expected, "role_grant", "g-1")


@pytest.mark.parametrize(("leaves", "expected"), [
    ([event(20, ("movement", "m-1")), movement("m-1", 999)], (16, "audit_event", "20")),
    ([event(20, ("movement", "m-1"))], (16, "audit_event", "20")),
    ([{**event(13), "transaction_id": 400}], (16, "audit_event", "13")),
    ([event(20), {**event(9), "transaction_id": 400}], (17, "audit_event", "9")),
    ([{"kind": "moovement", "id": "m-9"}], (16, "moovement", "m-9"))],
    ids=["a movement", "without a leaf", "the last event", "an event of before", "a kind that is none"])
def test_nothing_stands_twice_and_nothing_of_a_kind_that_no_log_has_though_all_is_signed(check, leaves, expected):
    status, report, _ = check(Log([*exported.story(), *leaves]))
    assert (status, *named(report)) == (1, "added", *expected)


def test_a_role_is_given_once(check):
    log, _ = given()
    status, report, _ = check(Log([*log.leaves, event(4, ("role_grant", "g-1")), grant(3)]))
    assert (status, *named(report)) == (1, "added", 5, "audit_event", "4")


@given_any(st.lists(st.tuples(st.sampled_from(["movement", "signature"]), st.text(max_size=3)), max_size=30))
def test_each_record_is_made_once(names):
    met, kept = set(), verifier.Made()
    for name in names:
        assert kept.take(*name) == (name not in met)
        met.add(name)


def test_half_a_character_in_a_key_is_a_key_like_any_other():
    kept = verifier.Made()
    assert [kept.take("movement", id) for id in ("\ud800", "\ud800", "\udfff")] == [True, False, True]


def test_where_nothing_can_be_put_aside_nothing_is_judged():
    kept = verifier.Made()
    kept._kept.execute("DROP TABLE made")  # as when the folder for temporary files is full
    with pytest.raises(verifier.Unjudged, match="room"):
        kept.take("movement", "m-1")


def test_what_was_made_is_not_held_in_memory():
    """A log of a hundred million records is verified in as little as one of a million."""
    def held(count):
        order = verifier.Order()
        tracemalloc.start()
        for number in range(count):
            order.made.take("movement", str(uuid.UUID(int=number)))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak
    few, many = held(500), held(20_000)
    assert many < few + 50_000


@given_any(st.lists(st.integers(-6, 12), max_size=30))
def test_each_number_is_new_once(numbers):
    met, kept = set(), verifier.Numbers()
    for number in numbers:
        assert kept.take(number) == (number not in met)
        met.add(number)


def test_what_an_event_made_is_followed_without_copying_what_is_still_due():
    """Otherwise an event that made very many takes the square of their number."""
    ids = [f"m-{number}" for number in range(500)]
    order = verifier.Order()
    first, *rest = [verifier.Line(at, leaf, leaf["kind"], str(leaf["id"]), None) for at, leaf in enumerate(
        [event(1, *(("movement", id_) for id_ in ids)), *map(movement, ids)])]
    assert order.take(first) is None
    due = order.due
    assert not any(order.take(line) for line in rest)
    assert order.due is due
    assert order.owing() is None


# ── Which range is named, and which neighbours ────────────────────────────────────────────────────────────────────

def rewritten(log, at, signer):
    """The same log with another record there, and every checkpoint signed anew."""
    leaves = [dict(leaf) for leaf in log.leaves]
    leaves[at]["verb"] = "forged"
    return Log(leaves, signer)


def test_what_the_holder_of_the_key_signed_anew_does_not_narrow_what_a_witness_contradicts(check):
    log = Log()
    status, report, _ = check(rewritten(log, 9, log.signer), log.marks[0], log.checkpoint)
    assert (status, report.first.index, report.first.until) == (1, 4, 16)
    assert "Up to 4 records it agrees" in report.first.says


@pytest.mark.parametrize("forged", [lambda log, hashes: Signer().checkpoint(hashes[:12]),
                                    lambda log, hashes: Signer().checkpoint(hashes[:12], "any.other/log"),
                                    lambda log, hashes: log.signer.checkpoint(hashes[:12], "any.other/log")],
                         ids=["a stranger's", "of another log too", "of another log"])
def test_a_checkpoint_in_the_export_that_no_key_of_the_log_signed_for_it_is_told_and_narrows_nothing(check, forged):
    log = Log()
    now = rewritten(log, 9, log.signer)
    now.marks, now.checkpoint = [*log.marks[:2], forged(log, now.hashes)], log.checkpoint
    status, report, _ = check(now)
    assert (status, report.first.index, report.first.until) == (1, 8, 16)
    assert any("no key of this log signed it" in each.says for each in report.findings)
    log.marks = [*log.marks[:2], forged(log, log.hashes)]
    assert check(log)[0] == 1


@pytest.mark.parametrize(("what", "first", "until"), [("missing", 13, 15), ("missing", 5, 8), ("added", 9, 11)])
def test_neighbours_taken_out_or_put_in_are_named_together_against_an_earlier_bundle(tmp_path, what, first, until):
    before = Log()
    kept, leaves = packed(tmp_path / "kept.zip", before.files()), exported.story()
    if what == "missing":
        del leaves[first:until]
    else:
        leaves[9:9] = [{**event(30, ("movement", "m-x")), "transaction_id": 22}, movement("m-x")]
    concerned = (before.leaves if what == "missing" else leaves)[first:until]
    forged = Log([*leaves, event(40), event(41), event(42)], before.signer)
    now = packed(tmp_path / "now.zip", forged.files())
    status, report, _ = verifier.judged(str(now), before.signer.vkey, [str(kept)])
    exact = next(each for each in report.findings if "which you hold" in each.says)
    assert (status, exact.what, exact.index, exact.until, exact.id) == (1, what, first, until, str(concerned[0]["id"]))
    assert all(f"{leaf['kind']} {leaf['id']}" in exact.says for leaf in concerned)
    assert report.first == exact


def test_of_very_many_records_taken_out_the_first_are_named_and_all_are_counted(tmp_path):
    before = Log([event(number) for number in range(1, 40)])
    kept = packed(tmp_path / "kept.zip", before.files())
    forged = Log([*before.leaves[:5], *before.leaves[25:], *(event(number) for number in range(50, 80))], before.signer)
    now = packed(tmp_path / "now.zip", forged.files())
    _, report, _ = verifier.judged(str(now), before.signer.vkey, [str(kept)])
    assert (report.first.what, report.first.index, report.first.until) == ("missing", 5, 25)
    assert "audit_event 10, …" in report.first.says
