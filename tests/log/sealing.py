"""What the tests of the sealed log share: events in bulk, and the naive truth to hold the tables against."""
from __future__ import annotations

from sqlalchemy import insert, select

from casework.audit.guards import letting_through
from casework.audit.models import AuditEvent
from casework.kernel.db import begin_writing, db, now
from casework.kernel.scope import asks
from casework.log import leaves, notes, tree
from casework.log.models import LogCheckpoint, LogKey, LogLeaf
from casework.log.tiles import Tiles

ORIGIN = "casework.example/log"


def an_event(number=0, **words):
    return {"at": now(), "actor_id": None, "verb": "refusal.count", "subject_kind": "test", "subject_id": None,
            "case_id": None, "office_id": None, "details": {"number": number}, "changes": [], "shown": [], **words}


def write_events(count, connection=None, **words):
    """So many events, in the session's transaction, or through a connection past the guards."""
    if connection is not None:
        connection.execute(insert(AuditEvent), [an_event(number, **words) for number in range(count)])
        return
    with letting_through():
        begin_writing(db.session())
        asks(db.session(), None)  # as whoever is named in them: nobody
        db.session.connection().execute(insert(AuditEvent).inline(), [an_event(number, **words) for number in range(count)])
        db.session.commit()


def checked(session):
    """Everything that must hold of the tables, recomputed from the records: returns the size."""
    rows = session.execute(select(LogLeaf.index, LogLeaf.what, LogLeaf.event_id, LogLeaf.record_id, LogLeaf.hash,
                                  LogLeaf.body).order_by(LogLeaf.index)).all()
    assert [row.index for row in rows] == list(range(len(rows)))
    records = {kind: by_key(session, kind) for kind in {row.what for row in rows} - leaves.MAY_CHANGE}
    hashes = [tree.leaf_hash(data_of(records, row)) for row in rows]
    assert hashes == [row.hash for row in rows]
    events = [row.event_id for row in rows if row.event_id is not None]
    assert len(events) == len(set(events))
    for point in session.execute(select(LogCheckpoint.size, LogCheckpoint.root, LogCheckpoint.note, LogCheckpoint.vkey)):
        assert naive_root(tuple(hashes[: point.size])) == point.root == tree.root(Tiles(session), point.size)
        text = notes.opened(point.note, point.vkey)
        assert text == notes.checkpoint(ORIGIN, point.size, point.root)
    assert session.scalar(select(LogCheckpoint.size).order_by(LogCheckpoint.size.desc()).limit(1)) in (None, len(rows))
    return len(rows)


def by_key(session, kind):
    """Every record of a kind, as columns, by its key in text."""
    return {str(row["id"]): row for row in session.execute(select(*leaves.columns(kind))).mappings()}


def data_of(records, row):
    """A leaf's bytes, from the record itself; of one that may have changed since, from the text that was kept."""
    if row.what in leaves.MAY_CHANGE:
        return row.body.encode()
    return leaves.data(leaves.leaf(row.what, records[row.what][str(row.event_id or row.record_id)]))


def naive_root(hashes):
    """RFC 6962, 2.1, over leaf hashes."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    return tree.node_hash(naive_root(hashes[:k]), naive_root(hashes[k:]))


def every_event_once(session):
    ids = sorted(session.scalars(select(AuditEvent.id)))
    assert sorted(id for id in session.scalars(select(LogLeaf.event_id)) if id is not None) == ids


def keys_of(session):
    return list(session.scalars(select(LogKey).order_by(LogKey.id)))
