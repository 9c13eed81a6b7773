"""A ring whose secrets are wrapped: by a passphrase, or by a key management service that answers on loopback."""
from __future__ import annotations

import socket
import subprocess
import sys
import time

import boto3
import pytest

from casework.kernel import crypto, kms, passphrase
from casework.kernel.key_sources import configure, generate_file, source
from casework.kernel.keyring import KeysRefused, RingKey, ring

WORDS = "a sentence that nobody else would say"
SECONDS_TO_START = 120


@pytest.fixture(autouse=True)
def _ring_put_back(monkeypatch):
    monkeypatch.setattr(ring, "_keys", {})
    monkeypatch.setattr(ring, "_anew", lambda: None)
    monkeypatch.setattr(crypto, "on_unreadable", [])
    yield
    source.use()


@pytest.fixture
def said(tmp_path, monkeypatch):
    """`said("…")`: the passphrase, in a file of the owner's alone."""
    path = tmp_path / "passphrase"

    def write(words, mode=0o600):
        path.write_text(f"{words}\n")
        path.chmod(mode)
        monkeypatch.setenv("CASEWORK_KEYS_PASSPHRASE_FILE", str(path))
    write(WORDS)
    return write


def secrets_in(text):
    return [word for line in text.splitlines() if not line.startswith("wrapped-by") for word in line.split()[1:2]]


def goes_round(path, wrapping):
    """Written, read by another process's eyes, changed, read again; no secret stands in the file."""
    generate_file(path, wrapping=wrapping)
    configure({"KEYS_FILE": str(path)})
    before = {key.name: key.secret for key in ring.keys}
    assert len(before) == 4
    source.change(lambda keys: [*keys, RingKey("master", 2, b"n" * 32)])
    assert ring.current.secret == b"n" * 32
    configure({"KEYS_FILE": str(path)})
    assert {key.name: key.secret for key in ring.keys} == {**before, "master-2": b"n" * 32}
    shown = path.read_bytes()
    assert not any(secret in shown or crypto.framed(secret) in shown for secret in before.values())


class TestPassphrase:
    def test_the_file_holds_no_secret_and_opens_with_the_passphrase(self, tmp_path, said):
        goes_round(tmp_path / "keys", passphrase.fresh(WORDS))

    def test_another_passphrase_opens_nothing(self, tmp_path, said):
        generate_file(tmp_path / "keys", wrapping=passphrase.fresh(WORDS))
        said("a sentence that somebody else would say")
        with pytest.raises(KeysRefused, match="passphrase is not right"):
            configure({"KEYS_FILE": str(tmp_path / "keys")})

    def test_two_secrets_exchanged_are_refused(self, tmp_path, said):
        generate_file(tmp_path / "keys", wrapping=passphrase.fresh(WORDS))
        master, index, *_ = secrets_in(text := (tmp_path / "keys").read_text())
        (tmp_path / "keys").write_text(text.replace(master, "-").replace(index, master).replace("-:", "-").replace(
            " - ", f" {index} "))
        with pytest.raises(KeysRefused):
            configure({"KEYS_FILE": str(tmp_path / "keys")})

    def test_a_short_passphrase_and_one_open_to_others_are_refused(self, tmp_path, said):
        with pytest.raises(KeysRefused, match="15 characters"):
            passphrase.fresh("too short")
        said(WORDS, mode=0o644)
        with pytest.raises(KeysRefused, match="open to others"):
            passphrase.asked_for()

    def test_without_file_and_terminal_it_says_what_to_do(self, tmp_path, said, monkeypatch):
        monkeypatch.delenv("CASEWORK_KEYS_PASSPHRASE_FILE")
        monkeypatch.setattr(sys, "stdin", (tmp_path / "passphrase").open())
        with pytest.raises(KeysRefused, match="CASEWORK_KEYS_PASSPHRASE_FILE"):
            passphrase.asked_for()
        sys.stdin.close()

    @pytest.mark.parametrize("wrong", ["scrypt 10 8 1 AAAA", "scrypt 17 8 1 !", "argon 17 8 1 AAAA", "scrypt x 8 1 AA"])
    def test_a_weaker_or_garbled_wrapping_is_refused(self, said, wrong):
        with pytest.raises(KeysRefused):
            passphrase.opening(f"passphrase {wrong}")


@pytest.mark.slow
class TestKms:
    @pytest.fixture(scope="class")
    def service(self, tmp_path_factory):
        """A KMS that is not ours (moto), in a process of its own, on loopback."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = (tmp_path_factory.mktemp("kms") / "log").open("wb")
        server = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                                  stdout=log, stderr=log)
        try:
            answers(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(10)
            log.close()

    @pytest.fixture
    def arn(self, service, monkeypatch):
        for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_MAX_ATTEMPTS": "1",
                            "AWS_ENDPOINT_URL_KMS": service, "AWS_EC2_METADATA_DISABLED": "true"}.items():
            monkeypatch.setenv(name, value)
        made = boto3.client("kms", region_name="us-gov-west-1").create_key()
        return made["KeyMetadata"]["Arn"]

    def test_the_service_holds_the_key_and_the_file_only_what_it_wrapped(self, tmp_path, arn):
        goes_round(tmp_path / "keys", kms.Kms(arn))

    def test_a_secret_opens_under_its_own_name_and_whole_only(self, arn):
        wrapping = kms.Kms(arn)
        wrapped = wrapping.wrap("master-1", b"m" * 32)
        assert wrapping.unwrap("master-1", wrapped) == b"m" * 32
        for name, content in (("master-2", wrapped), ("master-1", wrapped[:-1] + bytes([wrapped[-1] ^ 1]))):
            with pytest.raises(KeysRefused, match="AWS KMS refused to decrypt"):
                wrapping.unwrap(name, content)

    def test_a_key_that_is_disabled_there_opens_nothing_here(self, tmp_path, arn):
        generate_file(tmp_path / "keys", wrapping=kms.Kms(arn))
        boto3.client("kms", region_name="us-gov-west-1").disable_key(KeyId=arn)
        with pytest.raises(KeysRefused, match="refused to decrypt master-1"):
            configure({"KEYS_FILE": str(tmp_path / "keys")})

    def test_when_nobody_answers_it_says_so(self, arn, monkeypatch):
        monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:9")
        with pytest.raises(KeysRefused, match="could not be asked to encrypt"):
            kms.Kms(arn).wrap("master-1", b"m" * 32)

    def test_a_key_is_named_by_its_arn(self):
        with pytest.raises(KeysRefused, match="ARN"):
            kms.opening("aws-kms alias/casework")


def answers(port):
    give_up = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < give_up:
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the key management service did not start")
