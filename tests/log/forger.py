"""Who alters the log: past the triggers, as the owner of the database, or with the key that signs it.

The log is a small one: of the told story a few events of each kind with what they made, sealed in several passes, with a
role that was given and ended between two of them. The altering is done in the database; a real export and the real
verifier follow, and the tables are put back.
"""
from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import create_engine, delete, event, insert, select, text, update
from sqlalchemy.orm import Session

from casework.access import actions as people
from casework.access.models import RoleGrant
from casework.audit.models import AuditEvent
from casework.kernel.db import db
from casework.kernel.system import SYSTEM
from casework.log import again, leaves, notes, sealer, tree
from casework.log.evidence import of_events, take
from casework.log.models import LogCheckpoint, LogKey, LogLeaf, LogNode
from casework.log.notes import generate
from casework.log.tiles import Tiles
from casework.log.verifier import casework_verify as verifier
from casework.policy import Role
from tests.conftest import app_on
from tests.world import World

ORIGIN = "casework.example/log"
SEALED = (AuditEvent, *leaves.RECORDS.values())
TABLES = (*SEALED, LogLeaf, LogNode, LogCheckpoint, LogKey)
OTHERS, EACH = 8, 2


@dataclass
class Scene:
    """The database, the key, and what a witness and an auditor hold of the log as it was."""

    url: str
    folder: Path
    signer: Any
    actor: Any = None
    needed: tuple[UUID, ...] = ()
    witness: list[str] = field(default_factory=list)
    kept: Path | None = None
    before: dict[Any, list[dict[str, Any]]] = field(default_factory=dict)

    @contextmanager
    def as_owner(self):
        """A connection that no trigger and no foreign key stops."""
        with self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield connection

    def __post_init__(self):
        self.engine = create_engine(self.url)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _let_all_pass)

    def export(self, name="now.zip"):
        path = self.folder / name
        path.write_bytes(b"".join(take(self.actor, of_events(self.actor, zone=UTC))))
        db.session.remove()
        return path

    def verdict(self, *held):
        """(status, the first finding, why none) of an export made now."""
        return self.judge(self.export(), *held)

    def judge(self, path, *held):
        status, report, why = verifier.judged(str(path), self.signer.vkey, [str(one) for one in held])
        return status, report.first, why

    def rows(self, model):
        with self.engine.connect() as connection:
            order = list(model.__table__.primary_key)
            return [dict(row) for row in connection.execute(select(model.__table__).order_by(*order)).mappings()]

    def keep(self):
        self.before = {model: self.rows(model) for model in TABLES}

    def put_back(self):
        with self.as_owner() as connection:
            for model in reversed(TABLES):
                connection.execute(delete(model.__table__))
            for model, rows in self.before.items():
                if rows:
                    connection.execute(insert(model.__table__), rows)

    # ── What is done to it ────────────────────────────────────────────────────────────────────────────────────────

    def edit(self, model, key, **values):
        with self.as_owner() as connection:
            done = connection.execute(update(model.__table__).where(model.__table__.c.id == key).values(**values))
            assert done.rowcount == 1

    def remove(self, model, **where):
        with self.as_owner() as connection:
            wanted = [model.__table__.c[name] == value for name, value in where.items()]
            assert connection.execute(delete(model.__table__).where(*wanted)).rowcount == 1

    def add(self, model, row):
        with self.as_owner() as connection:
            connection.execute(insert(model.__table__), [row])

    def reindex(self, order):
        """Write the leaves anew: `order` gives the old rows (or new ones) in their new places."""
        with self.as_owner() as connection:
            connection.execute(delete(LogLeaf.__table__))
            connection.execute(insert(LogLeaf.__table__), [{**row, "index": at} for at, row in enumerate(order)])

    def recompute(self, renamed=()):
        """Every leaf and node from the records as they are now, as their owner can. `renamed`: (kind, old, new) ids."""
        with self.as_owner() as connection:
            for kind, old, new in renamed:
                column, old, new = (("event_id", old, new) if kind == leaves.EVENT else ("record_id", str(old), str(new)))
                connection.execute(update(LogLeaf.__table__).where(
                    LogLeaf.__table__.c["kind"] == kind, LogLeaf.__table__.c[column] == old).values({column: new}))
        with self.as_owner() as connection, Session(connection) as session:
            rows = session.execute(select(*again.SHOWN).order_by(LogLeaf.index)).all()
            hashes = []
            for line in again.lines(session, rows, set()):
                data = leaves.data(line.leaf)
                hashes.append(tree.leaf_hash(data))
                new = {"hash": hashes[-1], **({"body": data.decode()} if line.kind in leaves.MAY_CHANGE else {})}
                session.connection().execute(
                    update(LogLeaf.__table__).where(LogLeaf.__table__.c["index"] == line.index).values(**new))
            session.connection().execute(delete(LogNode.__table__))
            nodes = Tiles(session).grow(0, list(hashes))
            if nodes:
                session.connection().execute(insert(LogNode.__table__), nodes)

    def sign_again(self):
        """Every checkpoint anew, as whoever holds the key can; one past the end goes, and the end has one."""
        hashes = [row["hash"] for row in self.rows(LogLeaf)]
        last = self.rows(LogCheckpoint)[-1]
        with self.as_owner() as connection:
            table = LogCheckpoint.__table__
            for row in self.rows(LogCheckpoint):
                if row["size"] > len(hashes):
                    connection.execute(delete(table).where(table.c.id == row["id"]))
                else:
                    connection.execute(update(table).where(table.c.id == row["id"]).values(**self._signed(row["size"], hashes)))
            if len(hashes) not in [row["size"] for row in self.rows(LogCheckpoint) if row["size"] <= len(hashes)]:
                connection.execute(insert(table), [{**last, "id": last["id"] + 1, "size": len(hashes),
                                                    **self._signed(len(hashes), hashes)}])

    def _signed(self, size, hashes):
        root = tree.root(lambda level, position: _whole(hashes, level, position), size)
        return {"root": root, "note": self.signer.sign(notes.checkpoint(ORIGIN, size, root))}


def _whole(hashes, level, position):
    width = tree.WIDTH**level
    return tree.merged(list(hashes[position * width:(position + 1) * width]))


@contextmanager
def scene(url, ids, folder):
    """The small log, sealed, exported and witnessed."""
    app, signer = app_on(url), generate(ORIGIN)
    it = Scene(url, folder, signer)
    with app.app_context():
        world = World(ids, db.session())
        it.actor, it.needed = world.uma, (world.uma.id, world.root.id)
        _pare(it)
        while sealer.seal(signer, at_most=6).events:
            pass
        person = people.create_user(SYSTEM, username="new.one", name="New One", password="", stored=world.ada.password_hash)
        people.give_role(SYSTEM, person, role=Role.PROGRAM_HQ, document="D-1")
        sealer.everything(signer)
        people.end_role(world.root, db.session.scalar(select(RoleGrant).where(RoleGrant.user_id == person.id)))
        sealer.everything(signer)
        db.session.remove()
        it.witness = [row["note"] for row in it.rows(LogCheckpoint)]
        it.kept = it.export("kept.zip")
        (folder / "witness").mkdir()
        for number, note in enumerate(it.witness):
            (folder / "witness" / f"{number:03}").write_text(note)
        it.keep()
        yield it
        db.session.remove()
        db.engine.dispose()
    it.engine.dispose()


def _pare(it):
    """Of all events only a few of each kind, and only the records that these made."""
    events, kept, named = it.rows(AuditEvent), [], []
    wanted = dict.fromkeys(leaves.RECORDS, EACH) | {"": OTHERS}
    for row in events:
        names = list(leaves.named(row["changes"]))
        kinds = {kind for kind, _ in names} or {""}
        if any(wanted[kind] > 0 for kind in kinds) and (len(names) < 6):
            wanted |= {kind: wanted[kind] - 1 for kind in kinds}
            kept.append(row["id"])
            named += names
    with it.as_owner() as connection:
        for model in SEALED:
            _let_all(connection, model.__tablename__)
        connection.execute(delete(AuditEvent.__table__).where(AuditEvent.__table__.c.id.not_in(kept)))
        for kind, model in leaves.RECORDS.items():
            ids = [UUID(id) for of, id in named if of == kind]
            assert ids, f"the story holds no {kind}"
            if model is not RoleGrant:
                connection.execute(delete(model.__table__).where(model.__table__.c.id.not_in(ids)))
    _grants_are_of_the_log(it, [UUID(id) for of, id in named if of == "role_grant"])


def _grants_are_of_the_log(it, ids):
    """The roles of three people must stay for anything to be done: an event is made to name those that have none."""
    table = RoleGrant.__table__
    with it.as_owner() as connection:
        connection.execute(delete(table).where(table.c.id.not_in(ids), table.c.user_id.not_in(it.needed)))
        others = list(connection.scalars(select(table.c.id).where(table.c.id.not_in(ids))))
        changes = [{"what": "role_grant", "id": str(id), "field": "id", "from": None, "to": str(id)} for id in others]
        connection.execute(insert(AuditEvent.__table__), [{
            "at": datetime(2026, 1, 1, tzinfo=UTC), "actor_id": None, "verb": "role_grant.give",
            "subject_kind": "role_grant", "subject_id": None, "case_id": None, "office_id": None, "details": {},
            "changes": changes, "shown": [], "transaction_id": 1 if it.engine.dialect.name == "postgresql" else None}])


def _let_all_pass(line, _):
    for pragma in ("foreign_keys=OFF", "ignore_check_constraints=ON", "synchronous=OFF"):
        line.execute(f"PRAGMA {pragma}")


TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND (tbl_name = :of OR tbl_name LIKE 'log_%')"
CHECKS = "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = CAST(:of AS regclass)"


def _let_all(connection, table):
    """No trigger and no check of this table stands in the way any more: its owner drops them."""
    if connection.dialect.name == "sqlite":
        for name in list(connection.scalars(text(TRIGGERS), {"of": table})):
            connection.execute(text(f"DROP TRIGGER {name}"))
    else:
        for name in list(connection.scalars(text(CHECKS), {"of": table})):
            connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))


def another(column, value):
    """A value that the column could hold as well, and that is not this one."""
    if isinstance(value, Enum):
        return next(other for other in type(value) if other is not value)
    if value is None:
        return _some(column)
    simple = {bool: lambda: not value, int: lambda: value + 1, str: lambda: f"{value}x", bytes: lambda: value + b"x",
              UUID: uuid4, datetime: lambda: value - timedelta(days=30), dict: lambda: {**value, "x": "y"},
              list: lambda: [*value, ["x", "y", None]]}
    return simple[type(value)]() if type(value) in simple else value + 1


def _some(column):
    kind = column.type.python_type
    if issubclass(kind, Enum):
        return next(iter(column.type.enum_class or kind))
    some = {str: "x", int: 7, UUID: uuid4(), bytes: b"x"}
    return some.get(kind, datetime(2020, 1, 1, tzinfo=UTC))
