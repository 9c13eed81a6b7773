"""The evidence bundle: what is in it and what is not, for whom, and what the trail keeps of its taking."""
from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tracemalloc
import zipfile
from datetime import UTC
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, update

from casework.access import actions as people
from casework.access.models import RoleGrant
from casework.audit.models import AuditEvent
from casework.funds.models import Disbursement
from casework.kernel.canonical import NotCanonical, canonical
from casework.kernel.db import at, begin_writing, db, now
from casework.kernel.errors import Conflict, Forbidden
from casework.kernel.scope import by_itself
from casework.kernel.system import SYSTEM
from casework.log import rotation, sealer
from casework.log.bundle import TAKE, VERIFIER
from casework.log.evidence import of_disbursements, of_events, take
from casework.log.models import LogCheckpoint, LogLeaf, LogNode, LogWitnessReceipt
from casework.log.notes import generate
from casework.log.verifier import casework_verify as verifier
from casework.policy import Role
from tests.conftest import KEYS

ORIGIN = "casework.example/log"
pytestmark = pytest.mark.usefixtures("in_time")


@pytest.fixture
def signer(world):
    """The key of a log that is sealed up to here."""
    key = generate(ORIGIN)
    sealer.everything(key)
    return key


@pytest.fixture
def taken(world, signer, tmp_path):
    """`taken(by, wanted)`: (the file, what stands in it by name)."""
    def write(wanted, by=None):
        path = tmp_path / "bundle.zip"
        path.write_bytes(b"".join(take(by or world.uma, wanted)))
        with zipfile.ZipFile(path) as bundle:
            assert bundle.testzip() is None
            return path, {name: bundle.read(name) for name in bundle.namelist()}
    return write


def lines(data):
    return [json.loads(line) for line in data.splitlines()]


def judged(path, signer, *held):
    return verifier.judged(str(path), signer.vkey, [str(one) for one in held])


def events_of(verb):
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.verb == verb).order_by(AuditEvent.id)))


# ── What is in it ─────────────────────────────────────────────────────────────────────────────────────────────────

def test_the_whole_log_holds_every_event_and_the_verifier_finds_it_true(world, signer, taken, tmp_path):
    path, files = taken(of_events(world.uma, zone=UTC))
    status, report, why = judged(path, signer)
    assert (status, report.unsealed) == (0, 0), (why, report.findings)
    told = {line["leaf"]["id"] for line in lines(files["records.jsonl"]) if line["leaf"]["kind"] == "audit_event"}
    assert told == set(db.session.scalars(select(AuditEvent.id).where(AuditEvent.verb != TAKE)))
    assert files["casework_verify.py"] == VERIFIER.read_bytes()
    manifest = json.loads(files["manifest.json"])
    assert {one["name"]: one["sha256"] for one in manifest["files"]} == {
        name: sha256(data).hexdigest() for name, data in files.items() if name != "manifest.json"}
    page = files["READ-ME-FIRST.html"].decode()
    assert signer.vkey.replace("+", "&#43;") in page or signer.vkey in page
    assert f"{manifest['records']:,}" in page
    assert "http" not in page


def test_a_bundle_of_a_filter_holds_what_fits_with_its_proofs_and_nothing_else(world, signer, taken):
    path, files = taken(of_events(world.uma, zone=UTC, who="ada"))
    status, report, why = judged(path, signer)
    assert status == 0, (why, report.findings)
    found = lines(files["records.jsonl"])
    events = {line["leaf"]["id"] for line in found if line["leaf"]["kind"] == "audit_event"}
    assert events == {event.id for event in db.session.scalars(
        select(AuditEvent).where(AuditEvent.actor_id == world.ada.id))}
    named = {(change["what"], change["id"]) for event in db.session.scalars(
        select(AuditEvent).where(AuditEvent.id.in_(events))) for change in event.changes}
    assert {(line["leaf"]["kind"], line["leaf"]["id"]) for line in found if line["leaf"]["kind"] != "audit_event"} <= named
    assert not {"hashes.bin", "unsealed.jsonl", "checkpoints.jsonl"} & set(files)
    assert all(line["proof"] for line in found)


def test_the_log_of_disbursements_brings_their_events_movements_and_signatures(world, signer, taken):
    path, files = taken(of_disbursements(world.uma, office="DEN"))
    assert judged(path, signer)[0] == 0
    found = [line["leaf"] for line in lines(files["records.jsonl"])]
    ids = {str(id) for id in db.session.scalars(select(Disbursement.id).where(Disbursement.office_id == world.den.id))}
    assert {leaf["subject_id"] for leaf in found if leaf["kind"] == "audit_event"} <= ids
    assert {leaf["disbursement_id"] for leaf in found if leaf["kind"] in ("movement", "signature")} <= ids
    assert {"audit_event", "movement", "signature"} == {leaf["kind"] for leaf in found}
    assert json.loads(files["manifest.json"])["filter"] == "disbursements, office DEN"


def test_a_part_proves_that_it_continues_the_checkpoint_that_is_asked_for_and_those_that_witnesses_took(
        world, signer, taken, tmp_path):
    first = db.session.scalars(select(LogCheckpoint).order_by(LogCheckpoint.size)).first()
    (tmp_path / "first").write_text(first.note)
    people.create_office(SYSTEM, code="NEW", name="New", timezone="America/Denver")
    sealer.everything(signer)
    path, _ = taken(of_events(world.uma, zone=UTC, verb="office.create"))
    assert judged(path, signer, tmp_path / "first")[0] == 2
    path, _ = taken(of_events(world.uma, zone=UTC, verb="office.create", held=first.size))
    status, report, _ = judged(path, signer, tmp_path / "first")
    assert (status, report.held[0]["agrees"]) == (0, True)
    with by_itself("test"):
        begin_writing(db.session())
        db.session.execute(insert(LogWitnessReceipt), [{
            "checkpoint_id": first.id, "witness": "w", "sent_at": now(), "well": True, "answer": "", "sha256": "0" * 64}])
        db.session.commit()
    path, _ = taken(of_events(world.uma, zone=UTC, verb="office.create"))
    assert judged(path, signer, tmp_path / "first")[0] == 0


def test_when_the_key_was_turned_the_whole_and_a_part_hold_at_once_and_after_the_next_record(
        world, signer, taken, tmp_path):
    new = rotation.rotate({"LOG_KEY_FILE": "", "LOG_KEY": signer.written, "LOG_ORIGIN": ORIGIN}, tmp_path / "new")
    for signed_by in (signer, new):
        for wanted in (of_events(world.uma, zone=UTC), of_events(world.uma, zone=UTC, who="ada")):
            path, files = taken(wanted)
            status, report, why = judged(path, signer)
            assert (status, report.signed_by) == (0, signed_by.vkey), (why, report.findings)
        assert [line["leaf"]["vkey"] for line in lines(files["keys.jsonl"])] == [signer.vkey, new.vkey]
        sealer.everything(new)


def test_a_whole_bundle_says_how_each_grant_of_a_role_stands_now_and_a_part_does_not(world, signer, taken):
    people.end_role(world.root, world.ada.grants[0])
    _, files = taken(of_events(world.uma, zone=UTC))
    present = {line["leaf"]["id"]: line["leaf"] for line in lines(files["present.jsonl"])}
    assert set(present) == {str(id) for id in db.session.scalars(select(RoleGrant.id))}
    assert present[str(world.ada.grants[0].id)]["version"] == 2
    assert "present.jsonl" in files["READ-ME-FIRST.html"].decode()
    assert "present.jsonl" not in taken(of_events(world.uma, zone=UTC, who="ada"))[1]


def test_a_role_that_changed_before_it_was_sealed_has_one_leaf_and_one_that_changed_after_has_two(world, signer, taken):
    grant = world.ada.grants[0]
    people.end_role(world.root, grant)
    path, files = taken(of_events(world.uma, zone=UTC))
    status, report, why = judged(path, signer)
    assert (status, report.unsealed) == (0, 2), (why, report.findings)
    sealer.everything(signer)
    path, files = taken(of_events(world.uma, zone=UTC))
    assert judged(path, signer)[0] == 0
    versions = [line["leaf"]["version"] for line in lines(files["records.jsonl"]) if line["leaf"]["id"] == str(grant.id)]
    assert versions == [1, 2]
    person = people.create_user(SYSTEM, username="brief.stay", name="B", password="", stored=world.ada.password_hash)
    people.give_role(SYSTEM, person, role=Role.PROGRAM_HQ)
    brief = db.session.scalar(select(RoleGrant).where(RoleGrant.user_id == person.id))
    people.end_role(world.root, brief)
    sealer.everything(signer)
    path, files = taken(of_events(world.uma, zone=UTC))
    assert judged(path, signer)[0] == 0
    versions = [line["leaf"]["version"] for line in lines(files["records.jsonl"]) if line["leaf"]["id"] == str(brief.id)]
    assert versions == [2]


def test_before_anything_is_sealed_there_is_nothing_to_take(world):
    with pytest.raises(Conflict, match="Nothing has been sealed"):
        take(world.uma, of_events(world.uma, zone=UTC))


# ── For whom, and what the trail keeps ────────────────────────────────────────────────────────────────────────────

def test_only_auditors_take_it_and_others_are_refused_before_the_first_byte(world, signer):
    for name in ("ada", "sam", "priya", "root", "hana"):
        for wanted in (lambda who: of_events(who, zone=UTC), of_disbursements):
            with pytest.raises(Forbidden):
                wanted(getattr(world, name))


def test_the_trail_keeps_each_thousand_before_it_leaves_and_the_whole_at_the_end(world, signer, truth, taken):
    copy = truth.execute(select(AuditEvent.__table__)).mappings().first()
    plain = {name: value for name, value in copy.items() if name not in ("id", "transaction_id")}
    truth.execute(insert(AuditEvent.__table__), [{**plain, "changes": []}] * 1_200)
    truth.commit()
    sealer.everything(signer)
    stream = take(world.uma, of_events(world.uma, zone=UTC))
    next(stream)
    assert events_of(TAKE)[0].details["rows"] == 1_000
    rest = b"".join(stream)
    assert rest
    path, files = taken(of_events(world.uma, zone=UTC, who="uma"))
    *_, last = events_of(TAKE)
    assert last.details["sha256"] == sha256(path.read_bytes()).hexdigest()
    assert last.details["filter"] == "who uma"
    assert last.details["records"] == len(lines(files["records.jsonl"]))
    assert last.shown == []


def test_the_doors_give_the_zip_to_auditors_alone(browser, machine, signer):
    for address in ("/log/events/evidence?actor=ada", "/log/evidence?office=DEN"):
        answer = browser("uma").get(address)
        assert answer.content_type == "application/zip"
        assert "part-of-log" in answer.headers["Content-Disposition"]
        assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None
        assert browser("ada").get(address).status_code == 403
    for address in ("/api/v1/audit-events/evidence?verb=case.*&held=5", "/api/v1/disbursement-log/evidence"):
        assert machine("uma").get(address).content_type == "application/zip"
        assert machine("ada").get(address).status_code == 403
    assert machine("uma").get("/api/v1/audit-events/evidence?held=0").status_code == 422
    assert machine("uma", scopes="audit_event.read").get("/api/v1/audit-events/evidence").status_code == 403


def test_the_auditor_sees_how_the_seal_stands_and_others_do_not(browser, signer):
    page = browser("uma").get("/log/events?actor=ada").text
    for words in ("Sealed and signed", "Behind", "Not yet by anyone outside", signer.vkey.split("+")[0],
                  "Download what fits, with proofs", 'name="actor" value="ada"'):
        assert words in page, words
    assert "Download the whole log" in browser("uma").get("/log/events").text
    assert "Sealed and signed" in browser("uma").get("/log").text
    assert "Sealed and signed" not in browser("ada").get("/log/events").text


def test_before_anything_is_sealed_the_page_says_so(browser):
    assert "Nothing has been sealed yet" in browser("uma").get("/log/events").text


# ── By command ────────────────────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.slow
def test_the_commands_write_a_bundle_and_judge_it(copy, world, signer, tmp_path):
    def casework(*words):
        environment = {**os.environ, "CASEWORK_ENV": "test", "CASEWORK_DATABASE_URL": copy[0], "CASEWORK_KEYS": KEYS,
                       "CASEWORK_SECRET_KEY": "c" * 40}
        return subprocess.run([sys.executable, "-c", "from casework.cli import main; main()", "log", *words],
                              capture_output=True, text=True, env=environment, timeout=60, check=False)
    out = tmp_path / "log.zip"
    done = casework("export", "--out", str(out), "--actor", "ada", "--user", "uma")
    assert done.returncode == 0, done.stderr
    assert sha256(out.read_bytes()).hexdigest() in done.stderr
    assert not (tmp_path / "log.zip.part").exists()
    done = casework("verify", str(out), "--key", signer.vkey, "--json")
    assert json.loads(done.stdout)["verdict"] == "holds", done.stderr
    assert casework("export", "--out", str(out), "--user", "ada").returncode == 1


# ── The verifier's own way of writing JSON against the product's ──────────────────────────────────────────────────

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["\ud7ff", "\ue000", "\U00010000", "\U0010ffff", "\x7f", "\x00\x1f\"\\/", "é", "\u2028"])
JSON = st.recursive(st.none() | st.booleans() | st.integers(-2**53 + 1, 2**53 - 1) | TEXT,
                    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=6), max_leaves=25)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(TEXT, JSON, max_size=8), st.booleans())
def test_what_the_product_hashes_and_what_the_verifier_hashes_are_the_same_bytes(leaf, plain):
    written = json.dumps(leaf, ensure_ascii=plain, indent=1).encode()
    assert verifier.canonical(verifier.read_json(written)) == canonical(leaf)


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, -2**53, "\ud800"])
def test_what_the_one_refuses_the_other_refuses(value):
    with pytest.raises(NotCanonical):
        canonical({"x": value})
    with pytest.raises(ValueError, match=r"exact|whole number|surrogate"):
        verifier.canonical(verifier.read_json(json.dumps({"x": value}).encode()))


# ── Memory ────────────────────────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.slow
def test_memory_does_not_grow_with_the_log(world, signer, truth):
    copy = truth.execute(select(AuditEvent.__table__)).mappings().first()
    plain = {name: value for name, value in copy.items() if name not in ("id", "transaction_id")}

    def peak():
        wanted = of_events(world.uma, zone=UTC)
        tracemalloc.start()
        for _ in take(world.uma, wanted):
            pass
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return wanted.records, highest

    peaks = []
    for count in (1_200, 4_000):
        truth.execute(insert(AuditEvent.__table__), [{**plain, "changes": []}] * count)
        truth.commit()
        sealer.everything(signer)
        peaks.append(peak())
    assert peaks[1][0] > 2 * peaks[0][0]
    assert peaks[1][1] < 1.3 * peaks[0][1]


def test_a_lookup_of_nothing_finds_nothing_and_an_altered_row_is_told_by_the_bundle(world, signer, taken, truth):
    """The same that `test_convicting` does to every column, once through the doors of the told story."""
    with at(now()):
        row = truth.scalars(select(AuditEvent).where(AuditEvent.verb == "case.open")).first()
    if truth.bind.dialect.name == "sqlite":
        truth.connection().exec_driver_sql("DROP TRIGGER audit_event_no_update")
    else:
        truth.connection().exec_driver_sql("SET LOCAL session_replication_role = replica")
    truth.execute(update(AuditEvent.__table__).where(AuditEvent.__table__.c.id == row.id).values(verb="case.close"))
    truth.commit()
    path, _ = taken(of_events(world.uma, zone=UTC))
    status, report, _ = judged(path, signer)
    assert (status, report.first.what, report.first.id) == (1, "altered", str(row.id))
    path, _ = taken(of_events(world.uma, zone=UTC, verb="case.close"))
    assert judged(path, signer)[0] == 1


def cut_off(truth, last):
    """The leaves of the log behind this one are gone, and the tree's own hashes with them."""
    if truth.bind.dialect.name == "sqlite":
        for table in ("log_leaf", "log_node"):
            truth.connection().exec_driver_sql(f"DROP TRIGGER {table}_no_delete")
    else:
        truth.connection().exec_driver_sql("SET LOCAL session_replication_role = replica")
    truth.execute(delete(LogLeaf.__table__).where(LogLeaf.__table__.c.index > last))
    truth.execute(delete(LogNode.__table__))
    truth.commit()


def test_a_part_of_a_log_that_was_cut_off_is_taken_all_the_same_and_convicts_it(world, signer, taken, truth):
    """A part proves with hashes of records that are not in it. Where these are gone it proves nothing, and says so."""
    filtered = {"who": "ada", "zone": UTC}
    assert judged(taken(of_events(world.uma, **filtered))[0], signer)[0] == 0
    cut_off(truth, last=truth.scalar(select(func.max(LogLeaf.index))) // 2)
    for wanted in (of_events(world.uma, **filtered), of_events(world.uma, zone=UTC)):
        assert judged(taken(wanted)[0], signer)[0] == 1
