"""The commands about keys, as whoever runs Casework types them, on a copy of the story."""
from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from casework.access import tokens
from casework.audit.models import AuditEvent
from casework.cases.escrow import read_keys_file
from casework.cases.models import PersonKey
from casework.cli import casework as commands
from casework.kernel.db import db
from casework.kernel.errors import Refusal
from casework.kernel.key_sources import configure
from casework.kernel.keyring import KeysRefused
from casework.kernel.system import SYSTEM
from tests.conftest import KEYS
from tests.world import PASSWORD

pytestmark = pytest.mark.slow


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "keys"
    path.write_text(KEYS)
    path.chmod(0o600)
    yield path
    configure({"KEYS": KEYS})


@pytest.fixture
def casework(copy, key_file):
    """`casework("keys", "status")`: (status, what it said, what was refused)."""
    def run(*words, given="", token=""):
        environment = {"CASEWORK_ENV": "test", "CASEWORK_DATABASE_URL": copy[0], "CASEWORK_KEYS_FILE": str(key_file),
                       "CASEWORK_SECRET_KEY": "c" * 40, "CASEWORK_TOKEN": token, "CASEWORK_KEYS": "",
                       "CASEWORK_ESCROW_FILE": str(key_file.with_name("people.keys"))}
        done = CliRunner().invoke(commands, words, input=given, env=environment)
        if done.exception and not isinstance(done.exception, Refusal | KeysRefused | SystemExit):
            raise done.exception
        return done.exit_code, done.output, str(done.exception or "")
    return run


def test_added_rotated_retired_and_told_without_a_secret(casework, key_file):
    assert casework("keys", "add", "master")[0] == 0
    status, said, wrong = casework("keys", "rotate")
    assert status == 0, wrong
    assert casework("keys", "retire", "master-1")[0] == 0
    status, said, wrong = casework("keys", "status")
    lines = {line.split()[0]: line for line in said.splitlines()}
    assert "retired    0 rows" in lines["master-1"] and "current" in lines["master-2"]
    assert not any(word in said for line in key_file.read_text().splitlines() for word in line.split()[1:2])
    status, said, wrong = casework("keys", "destroy", "master-1")
    assert status == 1 and "rest for 10 minutes" in wrong


def test_a_person_s_key_is_destroyed_by_two_and_older_keys_files_are_noise(casework, world, truth, key_file):
    number, person_id = world.rosa.number, world.rosa.person_id
    token = tokens.create(SYSTEM, world.hana, label="keys", scopes="key_destruction.*")
    narrow = tokens.create(SYSTEM, world.hana, label="keys", scopes="case.read")
    db.session.remove()
    assert casework("keys", "escrow")[0] == 0
    older = key_file.with_name("older.keys")
    older.write_bytes(key_file.with_name("people.keys").read_bytes())

    proposing = ("keys", "destroy", "--person", number, "--reason", "Ended", "--document", "DAA-1")
    assert casework(*proposing, given="priya\nwrong words\n")[0] == 1
    status, said, wrong = casework(*proposing, given=f"priya\n{PASSWORD}\n")
    assert status == 0, wrong
    assert "no schedule of retention is known" in said
    confirming = ("keys", "destroy", "--person", number, "--confirm")
    status, _, wrong = casework(*confirming, given=f"priya\n{PASSWORD}\n")
    assert status == 1 and "You may not confirm" in wrong
    assert casework(*confirming, token="cw_nobody")[0] == 1
    assert "was not made for" in casework(*confirming, token=narrow)[2]
    status, said, wrong = casework(*confirming, token=token)
    assert status == 0, wrong
    assert "under DAA-1" in said

    truth.rollback()
    assert truth.get(PersonKey, person_id) is None
    configure({"KEYS_FILE": str(key_file)})
    with pytest.raises(KeysRefused, match="not on the ring"):
        read_keys_file(older)
    kept = read_keys_file(key_file.with_name("people.keys"))
    assert person_id not in kept.wrapped and len(kept.wrapped) >= 2
    assert "escrow-1: destroyed" in key_file.read_text()
    assert "escrow key not turned" not in casework("keys", "status")[1]
    verbs = [event.verb for event in truth.scalars(select(AuditEvent).order_by(AuditEvent.id))]
    deeds = [verb for verb in verbs if verb.startswith(("key_ring", "key_destruction")) and not verb.endswith("read")]
    assert deeds[-5:] == ["key_destruction.propose", "key_destruction.confirm", "key_ring.add", "key_ring.escrow",
                          "key_ring.destroy"]


def test_nothing_is_destroyed_where_the_keys_file_could_not_follow(casework, world, truth, key_file):
    number, person_id = world.rosa.number, world.rosa.person_id
    token = tokens.create(SYSTEM, world.hana, label="keys", scopes="key_destruction.*")
    db.session.remove()
    proposing = ("keys", "destroy", "--person", number, "--reason", "Ended", "--document", "DAA-1")
    assert casework(*proposing, given=f"priya\n{PASSWORD}\n")[0] == 0
    confirming = ("keys", "destroy", "--person", number, "--confirm")
    for in_the_way, says in (("people.keys", "cannot be read: IsADirectoryError"), ("keys.new", "somebody else is changing")):
        key_file.with_name(in_the_way).mkdir()
        status, said, wrong = casework(*confirming, token=token)
        assert status == 1 and says in wrong, (said, wrong)
        key_file.with_name(in_the_way).rmdir()
        truth.rollback()
        assert truth.get(PersonKey, person_id) is not None
    assert casework(*confirming, token=token)[0] == 0
    truth.rollback()
    truth.expire_all()
    assert truth.get(PersonKey, person_id) is None


def test_a_batch_of_nothing_is_no_batch(casework):
    status, said, _ = casework("keys", "rotate", "--batch", "0")
    assert status == 2 and "x>=1" in said


def test_a_hold_is_placed_listed_and_lifted(casework, world):
    token = tokens.create(SYSTEM, world.priya, label="keys")
    number = world.rosa.number
    db.session.remove()
    status, said, wrong = casework("holds", "place", number, "--reason", "Case", "--document", "26-cv-1", token=token)
    assert status == 0, wrong
    hold = said.split()[0]
    assert hold in casework("holds", "list", token=token)[1]
    assert casework("keys", "destroy", "--person", number, "--reason", "x", "--document", "y", token=token)[0] == 1
    assert casework("holds", "lift", hold, "--reason", "Over", "--document", "26-cv-1", token=token)[0] == 0
    assert hold not in casework("holds", "list", token=token)[1]


def test_a_ring_is_created_under_a_passphrase_and_never_over_another(tmp_path):
    (tmp_path / "words").write_text("a sentence that nobody else says")
    (tmp_path / "words").chmod(0o600)
    create = ("keys", "create", str(tmp_path / "keys"), "--passphrase")
    done = [CliRunner().invoke(commands, create, env={"CASEWORK_KEYS_PASSPHRASE_FILE": str(tmp_path / "words")})
            for _ in range(2)]
    assert [one.exit_code for one in done] == [0, 2]
    assert "never written over" in done[1].output
    assert (tmp_path / "keys").read_text().startswith("wrapped-by: passphrase scrypt 17 8 1 ")
