"""What an export may hold that was made to harm its reader: refused in one line, with status 2, and no traceback."""
from __future__ import annotations

import base64
import json
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.log.verifier import casework_verify as verifier
from tests.log import exported
from tests.log.exported import Log, Signer, packed

LOG = Log()
KEY = LOG.signer.vkey


def judged(path, *held):
    return verifier.judged(str(path), KEY, [str(each) for each in held])


def refused(path, *held):
    status, _, why = judged(path, *held)
    assert status == 2
    assert why
    assert "\n" not in why
    return why


LINES = {
    "a key twice": b'{"index":0,"leaf":{"kind":"a","kind":"b"}}\n',
    "not a number": b'{"index":0,"leaf":{"kind":"a","x":NaN}}\n',
    "endless": b'{"index":0,"leaf":{"kind":"a","x":Infinity}}\n',
    "a fraction": b'{"index":0,"leaf":{"kind":"a","x":1.5}}\n',
    "a fraction in disguise": b'{"index":0,"leaf":{"kind":"a","x":1e2}}\n',
    "too large a number": b'{"index":0,"leaf":{"kind":"a","x":9007199254740992}}\n',
    "a number of a million digits": b'{"index":0,"leaf":{"kind":"a","x":' + b"9" * 1_000_000 + b"}}\n",
    "nested without end": b'{"index":0,"leaf":' + b"[" * 200_000 + b"]" * 200_000 + b"}\n",
    "nested objects": b'{"index":0,"leaf":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}\n",
    "half a pair": b'{"index":0,"leaf":{"kind":"a","x":"\\ud800"}}\n',
    "not utf-8": b'{"index":0,"leaf":{"kind":"\xff"}}\n',
    "a mark of byte order": b'\xef\xbb\xbf{"index":0,"leaf":{}}\n',
    "an empty line": b"\n" * 10_000,
    "no object": b"[1,2,3]\n", "a bare word": b"null\n", "a cut line": b'{"index":0,"leaf":{"ki',
    "an index that is true": b'{"index":true,"leaf":{}}\n', "an index in words": b'{"index":"0","leaf":{}}\n',
    "more words": b'{"index":0,"leaf":{},"hash":"x"}\n', "no leaf": b'{"index":0}\n',
    "a proof of something else": b'{"index":0,"leaf":{},"proof":[1]}\n',
    "a line of twenty million signs": b'"' + b"x" * 20_000_000,
}


@pytest.mark.parametrize("what", LINES)
def test_a_line_made_to_harm(tmp_path, what):
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, data in {**LOG.files(), verifier.RECORDS: LINES[what]}.items():
        (folder / name).write_bytes(data)
    why = refused(folder)
    assert "too long" in why or what != "a line of twenty million signs"


def test_a_zip_that_unpacks_without_end_is_not_unpacked(tmp_path):
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in LOG.files().items():
            file.writestr(name, data if name != verifier.RECORDS else b"0" * 20_000_000)
    tracemalloc.start()
    assert "far more" in refused(bomb)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("name", ["../records.jsonl", "/etc/records.jsonl", "a/../../b", "..\\b", "C:\\b", "a/b"])
def test_a_zip_with_a_name_that_leads_elsewhere(tmp_path, name):
    bundle = packed(tmp_path / "b.zip", LOG.files())
    with zipfile.ZipFile(bundle, "a") as file:
        file.writestr(name, b"x")
    assert "leads elsewhere" in refused(bundle)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_two_files_of_one_name_or_with_too_many(tmp_path):
    bundle = packed(tmp_path / "b.zip", LOG.files())
    with zipfile.ZipFile(bundle, "a") as file:
        file.writestr(verifier.RECORDS, LOG.files()[verifier.RECORDS])
    assert "two of one name" in refused(bundle)
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as file:
        for name, data in {**LOG.files(), **{f"f{number}": b"" for number in range(200)}}.items():
            file.writestr(name, data)
    assert "too many files" in refused(tmp_path / "many.zip")


@pytest.mark.parametrize("to", ["/dev/zero", "beside"])
def test_a_link_in_a_folder_is_not_followed(tmp_path, to):
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, data in LOG.files().items():
        (folder / name).write_bytes(data)
    (folder / verifier.RECORDS).rename(tmp_path / "beside")
    (folder / verifier.RECORDS).symlink_to(tmp_path / to)
    assert "has no records.jsonl" in refused(folder)


def test_a_zip_cut_short_or_spoilt_inside(tmp_path):
    bundle = packed(tmp_path / "b.zip", LOG.files())
    data = bundle.read_bytes()
    for end in (10, len(data) // 2, len(data) - 30):
        (tmp_path / "cut.zip").write_bytes(data[:end])
        refused(tmp_path / "cut.zip")
    (tmp_path / "spoilt.zip").write_bytes(data[:200] + bytes(60) + data[260:])
    refused(tmp_path / "spoilt.zip")


def test_what_is_not_there_is_said(tmp_path):
    refused(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty")
    (tmp_path / "text").write_text("hello\n")
    refused(tmp_path / "text")
    assert verifier.judged(str(packed(tmp_path / "b.zip", LOG.files())), str(tmp_path), [])[0] == 2


def test_what_is_held_must_be_a_checkpoint_of_this_log(tmp_path):
    bundle, held = packed(tmp_path / "b.zip", LOG.files()), tmp_path / "held"
    for data in (b"", b"hello", b"\xff" * 100, b"x" * 1_000_000, Signer().checkpoint(LOG.hashes[:4]).encode(),
                 LOG.marks[0].replace("\n4\n", "\n5\n").encode(), LOG.marks[0].replace("\n4\n", "\n04\n").encode()):
        held.write_bytes(data)
        refused(bundle, held)
    refused(bundle, tmp_path / "nothing")


def test_an_unfit_list_of_hashes_keys_or_checkpoints(tmp_path):
    files = LOG.files()
    for name, data in ((verifier.HASHES, files[verifier.HASHES][:-3]), (verifier.KEYS, b'{"vkey":"x"}\n'),
                       (verifier.KEYS, b"[]\n")):
        refused(packed(tmp_path / "b.zip", {**files, name: data}))
    long = LOG.checkpoint.encode() + LOG.checkpoint.encode().rpartition(b"\n\n")[2] * 1000
    assert "too long" in refused(packed(tmp_path / "b.zip", {**files, verifier.CHECKPOINT: long}))
    status, report, _ = judged(packed(tmp_path / "b.zip", {**files, verifier.CHECKPOINTS: b'{"note":"x"}\n'}))
    assert (status, report.first.what) == (1, "checkpoint")


def test_a_file_that_is_not_the_one_of_the_manifest_is_told(tmp_path):
    files = {**LOG.files(), "READ-ME-FIRST.html": b"<p>True.</p>"}
    told = exported.manifest(files, "full")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as bundle:
        for name, data in {**files, "READ-ME-FIRST.html": b"<p>False.</p>", verifier.MANIFEST: told}.items():
            bundle.writestr(name, data)
    status, report, _ = judged(tmp_path / "b.zip")
    assert (status, report.first.what) == (1, "file")
    with zipfile.ZipFile(tmp_path / "less.zip", "w") as bundle:
        for name, data in {**LOG.files(), verifier.MANIFEST: told}.items():
            bundle.writestr(name, data)
    status, report, _ = judged(tmp_path / "less.zip")
    assert (status, report.first.what) == (1, "file")


def test_what_a_record_says_cannot_write_lines_of_its_own_into_the_verdict(tmp_path):
    log = Log([{"kind": "audit_event", "id": 1, "transaction_id": 1, "changes": []}], LOG.signer)
    log.leaves[0]["id"] = "1\n\x1b[2JThis log holds."
    status, report, _ = judged(packed(tmp_path / "b.zip", log.files()))
    assert status == 1
    assert all("\n" not in line and "\x1b" not in line for line in verifier.as_words(status, report, ""))


# ── What no traceback may follow ──────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("transaction", ["x", "5", [1], {"a": 1}, True], ids=str)
def test_a_transaction_that_is_no_number_is_told_sealed_or_not(tmp_path, transaction):
    log = Log(None, LOG.signer)
    log.unsealed = [{**exported.event(14), "transaction_id": transaction}]
    status, report, _ = judged(packed(tmp_path / "b.zip", log.files()))
    assert (status, report.first.what, report.first.id) == (1, "added", "14")
    leaves = exported.story()
    leaves[3]["transaction_id"] = transaction
    status, report, _ = judged(packed(tmp_path / "b.zip", Log(leaves, LOG.signer).files()))
    assert (status, exported.named(report)) == (1, ("altered", 3, "audit_event", "4"))


@pytest.mark.parametrize("way", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2], ids=["lzma", "bzip2"])
def test_a_zip_packed_in_another_way_than_ours_is_refused_before_it_is_unpacked(tmp_path, way):
    with zipfile.ZipFile(tmp_path / "b.zip", "w", way) as file:
        for name, data in LOG.files().items():
            file.writestr(name, data)
    assert "packed in a way that no bundle is" in refused(tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "stored.zip", "w", zipfile.ZIP_STORED) as file:
        for name, data in LOG.files().items():
            file.writestr(name, data)
    assert judged(tmp_path / "stored.zip")[0] == 0


@pytest.mark.parametrize("size", [2**53, 2**63, 10**19, 10**4000])
def test_a_size_that_no_log_has_is_refused_however_it_is_signed(tmp_path, size):
    log = Log(None, LOG.signer)
    root = base64.b64encode(b"r" * 32).decode()
    log.checkpoint = log.signer.note(f"{exported.ORIGIN}\n{size}\n{root}\n")
    for files in (log.files(), log.part(2)):
        assert refused(packed(tmp_path / "b.zip", files, "full" if verifier.HASHES in files else "part"))
    (tmp_path / "held").write_text(log.checkpoint)
    refused(packed(tmp_path / "b.zip", LOG.files()), tmp_path / "held")


@pytest.mark.parametrize("kind", [ValueError, TypeError, KeyError, AttributeError, ZeroDivisionError, AssertionError])
def test_whatever_else_goes_wrong_is_not_judged_and_said_in_words(tmp_path, monkeypatch, kind):
    def fail(*_):
        raise kind("this\nand that")
    monkeypatch.setattr(verifier, "walk", fail)
    assert verifier.UNFORESEEN in refused(packed(tmp_path / "b.zip", LOG.files()))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-10**20, 10**20) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4), max_leaves=12)
NAMES = [verifier.RECORDS, verifier.CHECKPOINTS, verifier.KEYS, verifier.UNSEALED, verifier.CONSISTENCY,
         verifier.MANIFEST, verifier.PRESENT]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(NAMES), st.lists(VALUES | st.fixed_dictionaries(
    {"index": VALUES, "leaf": VALUES}, optional={"proof": VALUES, "missing": VALUES, "note": VALUES, "vkey": VALUES,
                                                 "size": VALUES}), max_size=5))
def test_whatever_json_stands_where_there_is_a_verdict(tmp_path_factory, name, values):
    lines = "".join(f"{json.dumps(value)}\n" for value in values).encode("utf-8", "replace")
    status, _, why = judged(packed(tmp_path_factory.mktemp("any") / "b.zip", {**LOG.files(), name: lines}))
    assert status in (0, 1, 2)
    assert verifier.UNFORESEEN not in why
    if name == verifier.RECORDS:
        assert status


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_wherever_a_byte_of_a_bundle_is_turned_there_is_a_verdict(tmp_path_factory, data):
    path = packed(tmp_path_factory.mktemp("any") / "b.zip", LOG.files())
    spoilt = bytearray(path.read_bytes())
    spoilt[data.draw(st.integers(0, len(spoilt) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(spoilt))
    status, _, why = judged(path)
    assert status in (0, 1, 2)
    assert verifier.UNFORESEEN not in why


@given(st.binary(max_size=40), st.integers(0, 20), st.integers(0, 20), st.lists(st.binary(min_size=32, max_size=32)))
def test_no_made_up_proof_is_taken(leaf, index, size, proof):
    hash_ = verifier.leaf_hash(leaf)
    if (index, size, proof) != (0, 1, []):
        assert verifier.root_by_inclusion(hash_, index, size, proof) != hash_
    assert not verifier.consistent(index, hash_, size, b"\0" * 32, proof)
    assert base64.b64encode(hash_)
