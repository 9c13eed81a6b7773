"""Whoever can insert one row, or set one witness wrongly, stops neither sealing nor the export nor the worker."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from http.server import ThreadingHTTPServer
from threading import Event

import pytest
from sqlalchemy import select

from casework.cli import working
from casework.cli.working import Job
from casework.kernel.errors import Refusal
from casework.log import notes, sealer, witnesses
from casework.log.evidence import of_events, take
from casework.log.models import LogLeaf, LogWitnessReceipt
from casework.log.verifier import casework_verify as verifier
from tests.log.sealing import ORIGIN, checked, every_event_once, write_events
from tests.log.test_witnesses import SECRETS, Bucket, listening

pytestmark = pytest.mark.usefixtures("in_time")


@pytest.fixture
def key():
    return notes.generate(ORIGIN)


@pytest.fixture
def judged(world, tmp_path, key):
    """What the verifier says of an export made now: (status, the first finding, why none)."""
    def run():
        path = tmp_path / "now.zip"
        path.write_bytes(b"".join(take(world.uma, of_events(world.uma, zone=UTC))))
        status, report, why = verifier.judged(str(path), key.vkey, [])
        return status, report.first, why
    return run


def change(id, what="movement"):
    return {"what": what, "id": id, "field": "id", "from": None, "to": None}


@pytest.mark.parametrize("id", ["garbage", 5, None, "\u0661", ["x"], {"x": 1}], ids=repr)
def test_an_event_that_names_what_is_no_key_is_sealed_as_it_stands_and_the_verifier_says_what_is_missing(
        world, truth, judged, key, id):
    sealer.everything(key)
    write_events(1, changes=[change(id)])
    assert judged()[0] == 0, "not sealed yet: nothing is said of it"
    sealer.everything(key)
    write_events(1)
    assert sealer.everything(key).events, "and sealing goes on"
    checked(truth)
    every_event_once(truth)
    status, first, why = judged()
    assert (status, why) == (1, "") and first.what == "missing" and first.kind == "movement"


@pytest.mark.parametrize("changes", [7, "text", [7, None, "x"], [{"id": "1"}], [change("x", ["movement"])], {"what": 1}],
                         ids=repr)
def test_changes_that_are_no_list_of_changes_name_nothing_and_stop_nothing(world, truth, judged, key, changes):
    write_events(1, changes=changes)
    sealer.everything(key)
    every_event_once(truth)
    assert judged()[0] == 0


def test_beside_what_names_nothing_a_record_is_sealed_all_the_same(world, truth, key):
    sealer.everything(key)
    grant = truth.scalar(select(LogLeaf.record_id).where(LogLeaf.what == "role_grant").limit(1))
    write_events(1, changes=[change("garbage"), change(grant.upper(), "role_grant")])
    assert sealer.everything(key).events
    checked(truth)


def test_an_event_that_has_no_one_written_form_is_refused_in_words_that_name_it(world, key):
    write_events(1, details={"half": 0.5})
    with pytest.raises(Refusal, match=r"Event \d+ cannot be sealed: no one way to write a float"):
        sealer.everything(key)


# ── Witnesses ─────────────────────────────────────────────────────────────────────────────────────────────────────────

BAD = ["s3+https://bucket.example:44x/b", "s3+https://bucket.example:99999999/b", "smtp://127.0.0.1:99999999/?to=a@b",
       "smtp://[::1/?to=a@b", "smtp://127.0.0.1:port/?to=a@b", "s3+http://127.0.0.1:1x/b", "s3+https://b c/x",
       f"s3+https://{'x' * 80}.example/b"]


@pytest.mark.parametrize("bad", BAD)
def test_a_witness_set_wrongly_gets_a_receipt_that_says_so_and_the_others_go_on(world, truth, tmp_path, key, bad):
    sealer.everything(key)
    [wrong, right] = witnesses.publish(SECRETS | {"WITNESSES": f"{bad}; folder:{tmp_path}"})
    assert (wrong.witness, wrong.well, right.well) == (bad, False, True) and wrong.answer
    assert [one.well for one in truth.scalars(select(LogWitnessReceipt).order_by(LogWitnessReceipt.id))] == [False, True]


class Odd(Bucket):
    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(503)
        self.end_headers()
        self.wfile.write(b"gone \0 away\n\x1b[1m")


def test_what_no_database_keeps_is_cleaned_out_of_an_answer(world, truth, tmp_path, key):
    sealer.everything(key)
    with listening(ThreadingHTTPServer, Odd) as server:
        odd = f"s3+http://127.0.0.1:{server.server_address[1]}/b"
        assert [one.well for one in witnesses.publish(SECRETS | {"WITNESSES": f"{odd}; folder:{tmp_path}"})] == [False, True]
    kept = truth.scalar(select(LogWitnessReceipt.answer).where(LogWitnessReceipt.witness == odd))
    assert kept == "503 Service Unavailable gone   away  [1m"


@pytest.mark.parametrize("bare", ["folder:", "folder: ", "s3+https://", "smtp:"])
def test_a_witness_that_says_no_place_is_refused_in_words(bare):
    with pytest.raises(Refusal, match="says no place"):
        witnesses.named({"WITNESSES": f"folder:/a; {bare}"})
    with pytest.raises(Refusal, match="at most 300"):
        witnesses.named({"WITNESSES": f"folder:/{'x' * 300}"})


# ── The worker ────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_what_ends_one_job_of_the_worker_ends_no_other_and_it_begins_anew(monkeypatch, caplog):
    monkeypatch.setattr(working, "LOOK", 0.01)
    stop, sealed, published = Event(), [], []

    def seal():
        sealed.append(stop.wait(60))

    def publish():
        published.append(True)
        if len(published) == 3:
            stop.set()
        raise AssertionError("a bug")

    rows = Job("seal", 1, seal), Job("publish", 1, publish)
    with ThreadPoolExecutor(2) as pool:
        working._watch(lambda job: pool.submit(job.do), rows, stop, None)
    assert (len(published), sealed) == (3, [True])
    assert "AssertionError" in caplog.text


def test_the_sentence_of_a_refusal_is_for_whoever_runs_the_worker(app, capsys):
    stop = Event()

    def refuse():
        stop.set()
        raise Refusal("the log does not hold")

    working._again_and_again(app, Job("seal", 0, refuse), stop)
    assert capsys.readouterr().err == "the log does not hold\n"
