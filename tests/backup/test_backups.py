"""A backup becomes the same database again; what is missing, altered or out of date is said; keys stay apart."""
from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import func, select, text

from casework import schema
from casework.access import actions as access
from casework.audit.models import AuditEvent
from casework.backup import checks, log_check, programs, sources
from casework.backup.checks import all_of, encrypted
from casework.backup.restoring import look
from casework.backup.scratch import scratch
from casework.cases import destroying, escrow, rotation
from casework.cases.escrow import read_keys_file
from casework.cases.files import Identity
from casework.cases.models import Person, PersonKey
from casework.funds import actions as funds
from casework.kernel.crypto import HEADER, TAG, Unreadable
from casework.kernel.db import db, now
from casework.kernel.errors import Conflict
from casework.kernel.keyring import KeysRefused, RingKey, ring
from casework.kernel.streams import HEAD, NotWhole
from tests.backup.conftest import SIGNER
from tests.counts import times
from tests.funds.story import asked
from tests.serving import proof
from tests.serving.posting import rich_fund
from tests.world import World

pytestmark = pytest.mark.slow
CHUNK = 65536
WHOLE = CHUNK + TAG


def test_a_backup_becomes_the_same_database_and_all_of_it_holds(house, world):
    checkpoint = house.seal()
    taken = house.take()
    found = house.verify(taken, checkpoint)
    assert all(check.holds for check in found.values()), found
    assert list(found) == ["whole", "integrity", "tables", "rows", "ledger", "keys", "search index", "encrypted columns", "log",
                           "outside checkpoint"]
    with house.restored(taken):
        assert db.session.get(Identity, world.rosa_identity.id).legal_name == "Rosalind Placeholder"
        proof.require_every_row_told(db.session)


@pytest.mark.parametrize(("extension", "says"), [("amcheck", checks.SOUND), ("not_there", checks.NOT_LOOKED_INTO)])
def test_where_nothing_can_look_into_the_indexes_it_says_so(house, world, monkeypatch, extension, says):
    monkeypatch.setattr(checks, "LOOKS_INTO", extension)
    found = house.verify(house.take())["integrity"]
    assert found.holds
    assert found.says == (says if db.engine.dialect.name == "postgresql" else checks.SOUND)


def test_it_says_what_it_is_and_only_its_owner_may_read_it(house):
    house.seal()
    taken = house.take()
    manifest = look(taken.file)
    assert (manifest.database, manifest.sealed) == (db.engine.dialect.name, taken.manifest.sealed)
    assert manifest.counts["disbursement"] > 10
    assert manifest.checkpoint.splitlines()[1] == str(manifest.sealed)
    assert [file.stat().st_mode & 0o777 for file in (taken.file, taken.keys)] == [0o600, 0o600]
    assert sorted(file.name for file in house.folder.iterdir() if file.name.startswith(("one", "."))) == [
        "one", "one.keys"]


def test_taking_one_is_in_the_trail(house, truth):
    taken = house.take()
    event = truth.scalars(select(AuditEvent).where(AuditEvent.verb == "backup.take")).one()
    assert event.details["sha256"] == taken.sha256
    assert (event.details["key"], event.details["escrow"]) == ("backup-1", "escrow-1")


def test_no_persons_key_is_in_the_data(house, truth):
    wrapped = list(truth.scalars(select(PersonKey.wrapped)))
    taken = house.take()
    with house.restored(taken, keys=None) as restored:
        assert db.session.scalar(select(func.count()).select_from(PersonKey)) == 0
        assert (restored.given, restored.without) == (0, len(wrapped))
        if restored.manifest.database == "sqlite":
            content = Path(restored.url.removeprefix("sqlite:///")).read_bytes()
            assert len(wrapped) > 3
            assert not any(key in content for key in wrapped)
    assert set(read_keys_file(taken.keys).wrapped.values()) == set(wrapped)


def test_without_the_keys_file_nobody_can_be_read(house):
    house.seal()
    found = house.verify(house.take(), keys=None)
    assert {what for what, check in found.items() if not check.holds} == {"keys", "encrypted columns"}


def test_a_person_whose_key_was_destroyed_stays_unreadable_from_an_older_backup(house, world):
    """The older data never held the key; the older keys file is noise; the newer keys file does not hold it."""
    house.seal()
    taken, before = house.take(), ring.keys
    rosa = db.session.get(Person, world.rosa.person_id)
    destroying.confirm(world.hana, destroying.propose(world.priya, rosa, reason="Asked for", document="Order 7"))
    try:
        fresh = RingKey("escrow", 2, os.urandom(32))
        ring.load([*(key.destroyed(now()) if key.purpose == "escrow" else key for key in before), fresh])
        house.seal()
        newer = house.take("newer")
        with pytest.raises(KeysRefused):
            read_keys_file(taken.keys)
        with house.restored(taken, keys=read_keys_file(newer.keys)) as restored:
            assert restored.without == 1
            assert db.session.get(Identity, world.nina_identity.id).own_key()
            with pytest.raises(Unreadable):
                db.session.get(Identity, world.rosa_identity.id).legal_name  # noqa: B018
        assert all(check.holds for check in house.verify(newer).values()), "what was destroyed by right is no fault"
    finally:
        ring.load(before)


def destroy(world, person_id):
    person = db.session.get(Person, person_id)
    destroying.confirm(world.hana, destroying.propose(world.priya, person, reason="Asked for", document="Order 7"))


@pytest.mark.parametrize("turned", [True, False])
def test_a_key_destroyed_while_a_backup_is_taken_is_in_no_keys_file(house, world, monkeypatch, turned):
    """The data is of a moment before, and would bring back under the new escrow key what was destroyed."""
    house.seal()
    before, describe = ring.keys, sources.describe

    def meanwhile(*given):
        destroy(world, world.rosa.person_id)
        if turned:
            ring.load([*(key.destroyed(now()) if key.purpose == "escrow" else key for key in before),
                       RingKey("escrow", 2, os.urandom(32))])
        return describe(*given)

    monkeypatch.setattr(sources, "describe", meanwhile)
    try:
        with pytest.raises(Conflict, match="destroyed meanwhile"):
            house.take()
        assert not [file.name for file in house.folder.iterdir() if file.name.startswith(("one", "."))]
    finally:
        ring.load(before)


def test_while_a_backup_is_taken_no_key_is_destroyed(house, world, truth, monkeypatch):
    describe, refused = sources.describe, []

    def meanwhile(*given):
        with pytest.raises(Conflict) as caught, escrow.nobody_else():
            pass
        refused.append(str(caught.value))
        return describe(*given)

    monkeypatch.setattr(sources, "describe", meanwhile)
    house.take()
    assert refused == [escrow.BUSY]


def test_a_backup_under_a_key_that_is_not_on_the_ring_is_refused(house):
    taken, before = house.take(), ring.keys
    try:
        ring.load([RingKey("backup", 1, os.urandom(32)) if key.purpose == "backup" else key for key in before])
        with pytest.raises(NotWhole):
            look(taken.file)
        ring.load([RingKey("backup", 2, key.secret) if key.purpose == "backup" else key for key in before])
        with pytest.raises(NotWhole, match="backup-1, which is not on the ring"):
            look(taken.file)
    finally:
        ring.load(before)


def test_an_altered_cut_or_mixed_file_is_refused_before_anything_is_restored(house):
    taken, other = house.take(chunk=CHUNK), house.take("two", chunk=CHUNK)
    content, second = taken.file.read_bytes(), other.file.read_bytes()
    parts = [content[at:at + WHOLE] for at in range(HEAD, len(content), WHOLE)]
    assert len(parts) > 3
    borders = [HEAD + WHOLE * number for number in range(len(parts))]
    places = [0, 15, 16, 19, 20, 23, 24, HEAD - 1, *borders, *(at - 1 for at in borders), len(content) - 1]
    wrong = [content[:at] + bytes([content[at] ^ 1]) + content[at + 1:] for at in places]
    wrong += [content[:at] for at in (*borders, len(content) - 1, HEAD + 9, 3, 0)]
    wrong += [content[:HEAD] + b"".join([parts[1], parts[0], *parts[2:]]), content[:HEAD] + b"".join(parts[1:]),
              second[:HEAD] + content[HEAD:], content[:HEAD + WHOLE] + second[HEAD + WHOLE:], content + b"\0",
              content + content[HEAD:]]
    for number, altered in enumerate(wrong):
        file = house.folder / f"altered-{number}"
        file.write_bytes(altered)
        with pytest.raises(NotWhole):
            house.put_back(type(taken)(**{**vars(taken), "file": file}), f"sqlite:///{house.folder}/never.db")
    assert not (house.folder / "never.db").exists()


def test_an_altered_keys_file_is_refused(house):
    taken = house.take()
    content = bytearray(taken.keys.read_bytes())
    content[-1] ^= 1
    taken.keys.write_bytes(content)
    with pytest.raises(KeysRefused):
        read_keys_file(taken.keys)


def test_it_is_never_written_over(house):
    house.take()
    with pytest.raises(Conflict, match="never written over"):
        house.take()


def test_an_older_backup_is_told_by_the_range_that_it_lacks(house, world):
    first = house.seal()
    taken = house.take()
    access.create_office(world.root, code="BOS", name="Boston", timezone="America/New_York")
    newer = house.seal()
    low, high = (int(kept.read_text().splitlines()[1]) for kept in (first, newer))
    found = house.verify(taken, first, newer)
    assert found["log"].holds
    assert not found["outside checkpoint"].holds
    said = found["outside checkpoint"].says
    assert f"Missing from this backup: records {low} to {high - 1} of the log (from " in said
    assert log_check.check("this database", SIGNER.vkey, [newer]).holds


def test_an_empty_folder_is_no_checkpoint_that_anything_goes_on_from(house):
    kept = house.seal()
    empty = house.folder / "witness"
    empty.mkdir()
    (empty / ".hidden").write_text("nothing")
    for held in ([empty], [kept, empty]):
        found = house.verify(house.take(f"with-{len(held)}"), *held)["outside checkpoint"]
        assert not found.holds
        assert f"no checkpoint in {empty}" in found.says
    assert not log_check.check("this database", SIGNER.vkey, [empty]).holds
    assert house.verify(house.take(), kept)["outside checkpoint"].holds


@pytest.mark.parametrize("kind", ["wal", "shm", "journal"])
def test_a_left_journal_is_in_the_way_of_a_restore(house, kind):
    """SQLite would write what it holds into the database that takes the name."""
    if house.url.startswith("postgresql"):
        pytest.skip("PostgreSQL keeps no journal beside a database")
    taken, target = house.take(), house.folder / "new.db"
    left = house.folder / f"new.db-{kind}"
    left.write_bytes(b"left by whoever was here before")
    with pytest.raises(Conflict, match=f"new.db-{kind} is there already"):
        house.put_back(taken, f"sqlite:///{target}")
    assert not target.exists()
    left.unlink()
    house.put_back(taken, f"sqlite:///{target}")


def test_an_older_backup_put_into_production_is_told_too(house, world, copy):
    house.seal()
    taken = house.take()
    access.create_office(world.root, code="BOS", name="Boston", timezone="America/New_York")
    newer = house.seal()
    with house.restored(taken):
        verdict = log_check.check("this database", SIGNER.vkey, [newer])
        assert not verdict.holds
        assert verdict.missing.startswith("Missing from this database: records ")
        access.create_office(World(copy[1], db.session()).root, code="NYC", name="New York", timezone="America/New_York")
        house.seal()
        rewritten = log_check.check("this database", SIGNER.vkey, [newer])
        assert not rewritten.holds, "sealing on does not hide it"


TAMPERING = {
    "ledger": "UPDATE balance SET amount = amount + 100 WHERE account = 'obligated'",
    "log": "UPDATE audit_event SET verb = 'case.read' WHERE id = 3",
}


@pytest.mark.parametrize("what", TAMPERING)
def test_what_was_wrong_before_the_backup_is_found_in_it(house, truth, what):
    house.seal()
    behind_the_curtain(truth, TAMPERING[what])
    found = house.verify(house.take())
    assert {name for name, check in found.items() if not check.holds} == {what}, found
    assert what != "log" or "audit_event 3" in found["log"].says


def behind_the_curtain(truth, statement):
    """As the owner of the database would, who is stopped by no trigger."""
    if truth.bind.dialect.name == "sqlite":
        for name in truth.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            truth.execute(text(f'DROP TRIGGER "{name}"'))
    else:
        truth.execute(text("SET session_replication_role = replica"))
    truth.execute(text(statement))
    truth.commit()


def test_a_key_that_is_lost_for_one_column_is_found(house, truth, world):
    house.seal()
    behind_the_curtain(truth, "UPDATE contact SET code_word_sealed = goes_by_sealed FROM identity "
                              "WHERE identity.person_id = contact.person_id")
    found = house.verify(house.take())
    assert not found["encrypted columns"].holds
    assert "contact.code_word" in found["encrypted columns"].says


def test_each_key_that_does_not_open_is_counted(house, truth):
    house.seal()
    people = truth.scalars(select(PersonKey.person_id).order_by(PersonKey.person_id)).all()
    noise = people[len(people) // 2:]
    for person_id in noise:
        row = truth.get(PersonKey, person_id)
        row.wrapped = row.wrapped[:HEADER] + os.urandom(len(row.wrapped) - HEADER)
    truth.commit()
    found = house.verify(house.take())["keys"]
    assert not found.holds
    assert f"{len(noise)} of the keys cannot be opened ({noise[0]}" in found.says


def test_a_backup_from_before_the_index_key_was_turned_says_that_rotating_is_needed(house):
    house.seal()
    taken, before = house.take(), ring.keys
    try:
        ring.load([*(key.destroyed(now()) if key.purpose == "index" else key for key in before),
                   RingKey("index", 2, os.urandom(32))])
        found = house.verify(taken)
        assert {what for what, check in found.items() if not check.holds} == {"search index"}
        assert "casework keys rotate" in found["search index"].says
        with house.restored(taken):
            assert rotation.rows_under_no_key()
            list(rotation.reindex())
            assert not rotation.rows_under_no_key()
    finally:
        ring.load(before)


def test_tables_of_an_older_revision_are_refused_in_words(house, monkeypatch):
    taken = house.take()
    monkeypatch.setattr(schema, "head", lambda: "9999")
    with pytest.raises(Conflict, match="run casework db upgrade first"):
        house.take("two")
    found = house.verify(taken)
    assert list(found) == ["whole", "integrity", "tables"]
    assert not found["tables"].holds
    assert "casework db upgrade" in found["tables"].says


def test_an_owner_who_may_not_make_a_database_is_told_what_is_needed(house):
    if house.url.startswith("sqlite"):
        pytest.skip("SQLite has no rights to give")
    taken = house.take()
    with db.engine.connect() as connection:
        role = connection.exec_driver_sql("SELECT current_user").scalar_one()
    assert role == "casework_runtime"
    weak = house.url.replace("//postgres@", f"//{role}@")
    with pytest.raises(Conflict, match="CREATEDB"), scratch(taken.file, None, weak, house.settings):
        pass


def test_no_password_is_on_a_command_line_wherever_it_stands_in_the_address():
    for url in ("postgresql+psycopg://me:secret@db/x", "postgresql+psycopg://me@db/x?password=secret&sslmode=require"):
        assert "secret" not in programs._without_password(url)
        assert programs._environment(url)["PGPASSWORD"] == "secret"
    assert "sslmode=require" in programs._without_password(url)


def test_every_encrypted_column_is_asked():
    assert len(encrypted()) >= 34
    assert {("identity", "legal_name"), ("contact", "code_word"), ("payee", "name")} <= {
        (model.__tablename__, name) for model, name, _ in encrypted()}


def test_a_backup_taken_while_people_write_is_of_one_moment(house, copy):
    house.seal()
    enough, done = Event(), []

    def write():
        with house.app.app_context():
            mine = World(copy[1], db.session())
            fund = rich_fund(mine)
            while not enough.is_set():
                draft = asked(mine, mine.ada, mine.rosa, 1, fund_id=fund)
                funds.approve(mine.sam, draft, amount=Decimal(1), concurs=True)
                done.append(draft.id)
            db.session.remove()

    writer = Thread(target=write)
    writer.start()
    try:
        while not done:
            assert writer.is_alive()
        taken = [house.take(f"while-{number}") for number in range(times(small=1, full=10))]
    finally:
        enough.set()
        writer.join()
    for each in taken:
        with house.restored(each) as restored:
            found = list(all_of(restored, SIGNER.vkey, []))
            assert all(check.holds for check in found), found
            proof.require_every_row_told(db.session)
