"""The honest sealer signs no log but the one that it signed before: not one rewritten, cut back or begun anew."""
from __future__ import annotations

import pytest
from sqlalchemy import create_engine, delete, insert, select, text, update
from sqlalchemy.orm import Session

from casework.audit.models import AuditEvent
from casework.kernel.db import db
from casework.log import accepting, log_keys, notes, rotation, sealer, standing, tree
from casework.log.continuity import DoesNotHold
from casework.log.log_keys import KeyProblem
from casework.log.memory import NOTHING, InFile, MemoryLost, OfProcess, Signed
from casework.log.models import LogCheckpoint, LogKey, LogLeaf, LogNode, LogWitnessReceipt
from casework.log.tiles import Tiles
from tests.log.sealing import ORIGIN, checked, every_event_once, write_events

pytestmark = pytest.mark.usefixtures("in_time")


@pytest.fixture
def settings(tmp_path):
    log_keys.create(tmp_path / "key", ORIGIN)
    return {"LOG_KEY_FILE": str(tmp_path / "key"), "LOG_KEY": "", "LOG_ORIGIN": ORIGIN, "LOG_MEMORY_FILE": ""}


@pytest.fixture
def key(settings):
    return log_keys.signer(settings)


@pytest.fixture
def bare(key):
    """The same key, which remembers nothing."""
    return notes.Signer(key.name, key.secret)


class Owner:
    """Of the database: whom no trigger stops."""

    def __init__(self, url):
        self.engine = create_engine(url)

    def do(self, *statements):
        with self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            else:
                for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                    connection.execute(text(f'DROP TRIGGER "{name}"'))
            for statement in statements:
                connection.execute(statement)

    def wipe(self):
        self.do(*(delete(model.__table__) for model in (LogWitnessReceipt, LogCheckpoint, LogNode, LogLeaf, LogKey)))

    def cut_back(self, size):
        """To an earlier checkpoint, as a backup of then would have it; the events stay."""
        self.do(delete(LogCheckpoint.__table__).where(LogCheckpoint.size > size),
                delete(LogLeaf.__table__).where(LogLeaf.index >= size), delete(LogNode.__table__))
        with Session(self.engine) as session:
            hashes = list(session.scalars(select(LogLeaf.hash).order_by(LogLeaf.index)))
            nodes = Tiles(session).grow(0, hashes)
        if nodes:
            self.do(insert(LogNode.__table__).values(nodes))

    def spoil(self, index, hash=b"\1" * 32):
        self.do(update(LogLeaf.__table__).where(LogLeaf.index == index).values(hash=hash))

    def recompute(self):
        """Every node from the leaves."""
        self.do(delete(LogNode.__table__))
        with Session(self.engine) as session:
            nodes = Tiles(session).grow(0, list(session.scalars(select(LogLeaf.hash).order_by(LogLeaf.index))))
        if nodes:
            self.do(insert(LogNode.__table__).values(nodes))


@pytest.fixture
def owner(copy):
    it = Owner(copy[0])
    yield it
    it.engine.dispose()


def sealed(key, count=1):
    write_events(count)
    return sealer.everything(key).size


def points(truth):
    truth.rollback()
    return list(truth.scalars(select(LogCheckpoint.size).order_by(LogCheckpoint.size)))


def refuses(key, truth, why):
    """Nothing is signed, and nothing is half done."""
    before = points(truth)
    write_events(1)
    with pytest.raises(DoesNotHold, match=why):
        sealer.everything(key)
    assert points(truth) == before
    db.session.remove()


# ── The tree against its last checkpoint, for any key ─────────────────────────────────────────────────────────────────

def test_a_log_of_which_leaves_and_nodes_were_rewritten_is_not_signed_on(world, owner, truth, bare):
    size = sealed(bare)
    owner.spoil(3)
    owner.recompute()
    refuses(bare, truth, "do not make the root of the last checkpoint")
    assert size in points(truth) and not standing.holds()


def test_nor_is_one_whose_last_checkpoint_says_the_same_and_is_not_signed(world, owner, truth, bare):
    sealed(bare)
    owner.spoil(3)
    owner.recompute()
    truth.rollback()
    root = tree.root(Tiles(truth), truth.scalar(select(LogCheckpoint.size)))
    truth.rollback()
    stranger = notes.generate(ORIGIN)
    note = stranger.sign(notes.checkpoint(ORIGIN, points(truth)[-1], root))
    truth.rollback()
    for values in ({"root": root}, {"note": note}, {"vkey": stranger.vkey}):
        owner.do(update(LogCheckpoint.__table__).values(**values))
        refuses(bare, truth, "not signed by a key of the log")


def test_nor_is_one_that_lacks_hashes_or_its_keys(world, owner, truth, bare):
    size = sealed(bare)
    owner.do(delete(LogLeaf.__table__).where(LogLeaf.index == size - 1))
    refuses(bare, truth, "lack hashes")
    owner.do(delete(LogKey.__table__))
    refuses(bare, truth, "not signed by a key of the log")


def test_a_hash_that_is_spoilt_while_a_pass_is_made_poisons_nothing(world, owner, truth, bare):
    """The sealer stops where it would have built on it; put back, the log goes on and is whole."""
    size = sealed(bare)
    right = truth.scalar(select(LogLeaf.hash).where(LogLeaf.index == size - 1))
    truth.rollback()
    owner.spoil(size - 1)
    refuses(bare, truth, "do not make the root")
    owner.spoil(size - 1, right)
    assert sealer.everything(bare).size > size and standing.holds()
    truth.rollback()
    checked(truth)


# ── What the key remembers ────────────────────────────────────────────────────────────────────────────────────────────

def test_what_was_signed_is_remembered_beside_the_key_for_its_owner_alone(world, truth, tmp_path, key):
    size = sealed(key)
    [signed] = key.memory.read()
    assert signed == Signed(size, sealer.newest(truth).root)
    kept = tmp_path / "key.signed"
    assert kept.stat().st_mode & 0o777 == 0o600 and sorted(file.name for file in tmp_path.iterdir()) == ["key", "key.signed"]


def test_a_log_begun_anew_is_not_signed_by_a_key_that_signed_before(world, owner, truth, settings, key):
    size = sealed(key)
    owner.wipe()
    refuses(log_keys.signer(settings), truth, f"has signed a log of {size} leaves; the one in the database ends at 0")


def test_nor_one_cut_back_nor_one_that_then_was_signed_on_by_other_hands(world, owner, truth, key, bare):
    early = sealed(key)
    sealed(key, 300)
    owner.cut_back(early)
    refuses(key, truth, f"ends at {early}")
    newest = truth.scalar(select(AuditEvent.id).order_by(AuditEvent.id.desc()).limit(1))
    truth.rollback()
    owner.do(update(AuditEvent.__table__).where(AuditEvent.id == newest - 10).values(verb="test.other"))
    sealed(bare, 600)
    assert points(truth)[-1] > key.memory.read()[0].size
    refuses(key, truth, "says something else there")


def test_nor_one_wiped_and_sealed_anew_over_rows_that_were_edited(world, owner, truth, key, bare):
    sealed(key)
    owner.wipe()
    owner.do(update(AuditEvent.__table__).where(AuditEvent.id == 3).values(verb="test.other"))
    sealed(bare, 5)
    refuses(key, truth, "says something else there")


def test_a_log_that_somebody_else_carried_on_honestly_is_gone_on_from(world, truth, key, bare):
    """As after another process sealed with the same key, or an older memory was put back."""
    sealed(key)
    for count in (1, 300, 7):
        sealed(bare, count)
    assert sealed(key) == points(truth)[-1] == key.memory.read()[0].size
    checked(truth)


def test_a_key_that_knows_nothing_begins_with_what_the_database_says(world, truth, tmp_path, key):
    size = sealed(key)
    (tmp_path / "key.signed").unlink()
    assert sealer.seal(key) == (0, size)
    assert [one.size for one in key.memory.read()] == [size], "also when there is nothing to seal"


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_between_remembering_and_committing_it_goes_on_from_either(world, truth, key, monkeypatch, moment):
    """`before`: it is remembered and not committed; `after`: it is committed, and still remembered beside the other."""
    for count in (1, 40):
        held = key.memory.read()[-1] if key.memory.read() else NOTHING
        write_events(count)
        cut_short(key, monkeypatch, moment)
        remembered = list(key.memory.read())
        assert len(remembered) == 2 and remembered[0] == held
        assert sealer.everything(key).size == points(truth)[-1] == key.memory.read()[-1].size
        assert len(key.memory.read()) == 1
    truth.rollback()
    checked(truth)
    every_event_once(truth)


def cut_short(key, monkeypatch, moment):
    """One pass dies when it writes down what it signs, for the first or for the second time."""
    write, die = InFile.write, (1 if moment == "before" else 2)
    done = []

    def dying(self, *signed):
        done.append(signed)
        if len(signed) == 2 or len(done) > 1:
            if moment == "before":
                write(self, *signed)
            if len(done) == die or (moment == "before" and len(signed) == 2):
                raise SystemExit
        write(self, *signed)

    with monkeypatch.context() as patched:
        patched.setattr(InFile, "write", dying)
        with pytest.raises(SystemExit):
            sealer.seal(key)
    db.session.remove()


@pytest.mark.parametrize("spoilt", ["", "nonsense", "what this log's key signed last: size, root\n7 !!\n"])
def test_a_memory_that_cannot_be_read_is_not_taken_for_none(world, truth, tmp_path, key, spoilt):
    sealed(key)
    (tmp_path / "key.signed").write_text(spoilt)
    with pytest.raises(MemoryLost, match="cannot be read"):
        sealer.everything(key)


def test_what_cannot_be_remembered_is_not_signed(world, truth, tmp_path, settings):
    (tmp_path / "away.new").mkdir()
    away = log_keys.signer(settings | {"LOG_MEMORY_FILE": str(tmp_path / "away")})
    with pytest.raises(MemoryLost, match="CASEWORK_LOG_MEMORY_FILE"):
        sealer.everything(away)
    assert points(truth) == []


def test_a_key_that_is_set_as_text_is_remembered_by_the_process_or_where_the_settings_say(
        world, owner, truth, tmp_path, settings, key):
    as_text = settings | {"LOG_KEY": key.written, "LOG_KEY_FILE": ""}
    size = sealed(log_keys.signer(as_text))
    owner.wipe()
    refuses(log_keys.signer(as_text), truth, f"{size} leaves")
    assert log_keys.signer(as_text | {"LOG_MEMORY_FILE": str(tmp_path / "m")}).memory == InFile(tmp_path / "m")
    with pytest.raises(KeyProblem.__base__, match="start that one anew"):
        accepting.accept(as_text)
    OfProcess(key.vkey).write()


def test_a_turned_key_remembers_what_the_old_one_signed(world, owner, truth, tmp_path, settings, key):
    sealed(key)
    new = rotation.rotate(settings, tmp_path / "second")
    assert new.memory.read() == key.memory.read() == [Signed(points(truth)[-1], sealer.newest(truth).root)]
    truth.rollback()
    owner.wipe()
    refuses(new, truth, "ends at 0")
    refuses(log_keys.signer(settings), truth, "ends at 0")


# ── Going on from an older one on purpose ─────────────────────────────────────────────────────────────────────────────

def test_an_older_log_is_gone_on_from_when_somebody_says_so_and_the_trail_keeps_it(world, owner, truth, settings, key):
    early = sealed(key)
    late = sealed(key, 20)
    owner.cut_back(early)
    refuses(key, truth, "casework log accept")
    assert accepting.accept(settings) == (str(late), early)
    assert sealer.everything(key).events
    truth.rollback()
    checked(truth)
    event = truth.scalars(select(AuditEvent).where(AuditEvent.verb == "log.accept")).one()
    assert (event.details["signed"], event.details["size"]) == (str(late), early)
    assert truth.scalar(select(LogLeaf.index).where(LogLeaf.event_id == event.id)) is not None


def test_a_log_begun_anew_can_be_accepted_and_a_lost_memory_made_good(world, owner, truth, tmp_path, settings, key):
    sealed(key)
    owner.wipe()
    accepting.accept(settings)
    sealed(key)
    (tmp_path / "key.signed").write_text("spoilt")
    assert accepting.accept(settings).before == "an unknown number of"
    sealed(key)
    truth.rollback()
    checked(truth)


def test_what_is_sound_needs_no_accepting_and_what_was_rewritten_cannot_be(world, owner, truth, settings, key):
    sealed(key)
    with pytest.raises(Exception, match="nothing to accept"):
        accepting.accept(settings)
    owner.spoil(3)
    owner.recompute()
    with pytest.raises(DoesNotHold):
        accepting.accept(settings)
    assert truth.scalars(select(AuditEvent.id).where(AuditEvent.verb == "log.accept")).all() == []
