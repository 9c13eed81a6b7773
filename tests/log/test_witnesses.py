"""Witnesses: real servers on loopback take the checkpoint; what they took is what was signed; one that fails stops no
other, and is remembered."""
from __future__ import annotations

import hmac
import re
import socketserver
from contextlib import contextmanager
from email import message_from_bytes
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from sqlalchemy import select

from casework.kernel.errors import Conflict
from casework.log import notes, sealer, witnesses
from casework.log.models import LogWitnessReceipt
from casework.log.standing import standing, witnessed
from casework.log.witness import Sent
from tests.log.sealing import ORIGIN, write_events

SECRETS = {"WITNESS_S3_KEY": "AKIATEST", "WITNESS_S3_SECRET": "bucket secret", "WITNESS_SMTP_USER": "",
           "WITNESS_SMTP_PASSWORD": "", "WITNESS_HOURS": 24, "WITNESSES": ""}
SIGNER = notes.generate(ORIGIN)
NOTE = SIGNER.sign(notes.checkpoint(ORIGIN, 7, sha256(b"root").digest())).encode()


class Bucket(BaseHTTPRequestHandler):
    """An S3 of its own: it recomputes Signature Version 4 from what arrived, by the words of AWS's description."""

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = 200 if self.signature(body) == self.told["Signature"] and self.path not in self.server.full else 403
        self.server.took.append((self.path, body, status))
        self.send_response(status)
        self.send_header("ETag", '"tag"')
        self.end_headers()
        self.wfile.write(b"" if status == 200 else b"<Error><Code>SignatureDoesNotMatch</Code></Error>")

    @property
    def told(self):
        return dict(re.findall(r"(\w+)=([^,\s]+)", self.headers["Authorization"]))

    def signature(self, body):
        names = self.told["SignedHeaders"].split(";")
        assert {"host", "x-amz-content-sha256", "x-amz-date"} <= set(names)
        assert self.headers["x-amz-content-sha256"] == sha256(body).hexdigest()
        canonical = "\n".join([self.command, self.path, "", *(f"{name}:{self.headers[name].strip()}" for name in names),
                               "", ";".join(names), self.headers["x-amz-content-sha256"]])
        access, *scope = self.told["Credential"].split("/")
        assert access == SECRETS["WITNESS_S3_KEY"] and scope[2:] == ["s3", "aws4_request"]
        string = "\n".join(["AWS4-HMAC-SHA256", self.headers["x-amz-date"], "/".join(scope),
                            sha256(canonical.encode()).hexdigest()])
        key = b"AWS4" + SECRETS["WITNESS_S3_SECRET"].encode()
        for part in [*scope, string]:
            key = hmac.new(key, part.encode(), "sha256").digest()
        return key.hex()

    def log_message(self, *_):
        pass


class Mailbox(socketserver.StreamRequestHandler):
    """Just enough of RFC 5321 to take one message."""

    def handle(self):
        self.say("220 mailbox")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "DATA":
                self.say("354 go on")
                self.server.took.append(self.whole())
                self.say("250 kept as 42")
            elif verb == "RCPT" and "nobody@" in line:
                self.say("550 no such mailbox")
            else:
                self.say({"QUIT": "221 bye"}.get(verb, "250 fine"))
            if verb == "QUIT":
                return

    def say(self, words):
        self.wfile.write(f"{words}\r\n".encode())

    def whole(self):
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)


@contextmanager
def listening(kind, handler):
    with kind(("127.0.0.1", 0), handler) as server:
        server.daemon_threads, server.took, server.full = True, [], set()
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def bucket():
    with listening(ThreadingHTTPServer, Bucket) as server:
        yield server


@pytest.fixture
def mailbox():
    with listening(socketserver.ThreadingTCPServer, Mailbox) as server:
        yield server


def sent(address, note=NOTE, **settings):
    return witnesses.attempt(Sent(address, 7, note), SECRETS | settings)


def test_a_folder_keeps_a_file_for_each_size_and_never_writes_over_another(tmp_path):
    assert sent(f"folder:{tmp_path}").well
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("checkpoint-0000000000000007.txt", NOTE)]
    assert sent(f"folder:{tmp_path}").answer == "there already"
    other = sent(f"folder:{tmp_path}", SIGNER.sign(notes.checkpoint(ORIGIN, 7, b"x" * 32)).encode())
    assert (other.well, other.answer) == (False, "the folder holds another checkpoint of this size")
    assert (tmp_path / "checkpoint-0000000000000007.txt").read_bytes() == NOTE


def test_a_folder_that_is_away_is_trouble(tmp_path):
    answer = sent(f"folder:{tmp_path / 'away'}")
    assert not answer.well and answer.answer.startswith("FileNotFoundError")


def test_a_bucket_takes_what_is_signed_as_it_reckons_itself(bucket):
    port = bucket.server_address[1]
    answer = sent(f"s3+http://127.0.0.1:{port}/audit bucket/pre fix?region=us-gov-west-1")
    assert (answer.well, answer.answer) == (True, '200 ETag "tag"')
    assert bucket.took == [("/audit%20bucket/pre%20fix/checkpoint-0000000000000007.txt", NOTE, 200)]


def test_a_wrong_secret_is_refused_by_the_bucket_and_what_it_said_is_kept(bucket):
    address = f"s3+http://127.0.0.1:{bucket.server_address[1]}/b"
    answer = sent(address, WITNESS_S3_SECRET="another")
    assert not answer.well and answer.answer.startswith("403 Forbidden") and "SignatureDoesNotMatch" in answer.answer
    assert "CASEWORK_WITNESS_S3_KEY" in sent(address, WITNESS_S3_KEY="").answer


def test_a_bucket_elsewhere_is_spoken_to_over_https_only():
    assert sent("s3+http://s3.example/b").answer == "a bucket is spoken to over https only"


def test_a_mailbox_gets_it_to_read_and_byte_for_byte(mailbox):
    answer = sent(f"smtp://127.0.0.1:{mailbox.server_address[1]}/?to=auditor@example.gov&from=casework@example.gov")
    assert (answer.well, answer.answer) == (True, "250 kept as 42")
    mail = message_from_bytes(mailbox.took[0])
    assert (mail["To"], mail["From"], mail["Subject"]) == (
        "auditor@example.gov", "casework@example.gov", "Checkpoint of the log at 7 leaves")
    readable, kept = mail.get_payload()
    assert readable.get_payload(decode=True).decode().replace("\r\n", "\n") == NOTE.decode()
    assert kept.get_payload(decode=True) == NOTE
    assert notes.opened(kept.get_payload(decode=True).decode(), SIGNER.vkey)


def test_a_mailbox_that_is_not_there_is_trouble(mailbox):
    port = mailbox.server_address[1]
    assert sent(f"smtp://127.0.0.1:{port}/?to=nobody@example.gov") == (
        f"smtp://127.0.0.1:{port}/?to=nobody@example.gov", False, "550 no such mailbox")
    assert "to=mailbox" in sent(f"smtp://127.0.0.1:{port}/").answer
    assert not sent("smtp://127.0.0.1:9/?to=a@example.gov").well


@pytest.mark.parametrize(("wrong", "why"), [("ftp://host/", "begins with folder:"),
                                            ("s3+https://me:secret@s3.example/b", "no user and no password")])
def test_a_witness_of_no_kind_or_with_a_secret_in_it_is_refused(wrong, why):
    with pytest.raises(Conflict, match=why) as told:
        witnesses.named({"WITNESSES": f"folder:/a;{wrong}"})
    assert "secret" not in str(told.value)


def test_each_receipt_is_kept_and_one_that_fails_stops_no_other(world, truth, tmp_path, bucket):
    away, there = tmp_path / "away", tmp_path / "there"
    there.mkdir()
    store = f"s3+http://127.0.0.1:{bucket.server_address[1]}/b"
    settings = SECRETS | {"WITNESSES": f"folder:{away}; {store} ;folder:{there}"}
    assert witnesses.publish(settings) == [], "there is no checkpoint yet"
    write_events(3)
    sealer.everything(SIGNER)
    assert [receipt.well for receipt in witnesses.publish(settings)] == [False, True, True]
    away.mkdir()
    assert [(receipt.witness, receipt.well) for receipt in witnesses.publish(settings)] == [(f"folder:{away}", True)]
    assert witnesses.publish(settings) == []
    note = sealer.newest(truth).note.encode()
    kept = truth.scalars(select(LogWitnessReceipt).order_by(LogWitnessReceipt.id)).all()
    assert [(one.witness, one.well, one.sha256) for one in kept] == [
        (f"folder:{away}", False, sha256(note).hexdigest()), (store, True, sha256(note).hexdigest()),
        (f"folder:{there}", True, sha256(note).hexdigest()), (f"folder:{away}", True, sha256(note).hexdigest())]
    assert bucket.took[0][1] == note == next(there.iterdir()).read_bytes()


def test_the_auditor_sees_who_heard_when_and_what_went_wrong(world, tmp_path):
    (tmp_path / "there").mkdir()
    settings = SECRETS | {"WITNESSES": f"folder:{tmp_path / 'there'}"}
    write_events(1)
    sealer.everything(SIGNER)
    [before] = standing(settings).witnesses
    assert (before.heard_at, before.trouble) == (None, None) and not witnessed(settings)
    witnesses.publish(settings)
    [well] = standing(settings).witnesses
    assert well.heard_at is not None and well.size == standing(settings).checkpoint.size and well.trouble is None
    assert witnessed(settings) and witnessed(SECRETS)
    assert not witnessed(settings | {"WITNESS_HOURS": 0})
    (tmp_path / "there").rename(tmp_path / "elsewhere")
    write_events(1)
    sealer.everything(SIGNER)
    witnesses.publish(settings)
    [failing] = standing(settings).witnesses
    assert failing.heard_at == well.heard_at and "FileNotFoundError" in failing.trouble
