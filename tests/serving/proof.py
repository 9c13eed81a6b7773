"""What must be true of the database after a crash, read past every guard in one snapshot.

Every row tells of itself twice: as it stands, and as the events say it came about. The two are held against each other
both ways, and against what the posters were answered.
"""
from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from decimal import Decimal
from uuid import UUID

from sqlalchemy import create_engine, inspect, select
from sqlalchemy.orm import Session

from casework.audit.guards import _columns, _committed, _guarded, _key, _plain
from casework.audit.models import AuditEvent
from casework.funds import ledger
from casework.funds.models import Account, Disbursement, Movement
from casework.kernel.db import Base, db
from casework.kernel.scope import rules
from tests.serving.posting import CREATES

MODELS = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers
          if hasattr(mapper.class_, "__tablename__")}


@contextmanager
def snapshot(url):
    """One look at the whole database, as if nothing else were happening."""
    engine = create_engine(url)
    isolation = {} if url.startswith("sqlite") else {"isolation_level": "REPEATABLE READ"}
    try:
        with engine.connect().execution_options(**isolation) as connection, Session(connection) as session:
            yield session
    finally:
        engine.dispose()


def require_balanced(app):
    """Every balance is what its movements add up to."""
    with app.app_context(), rules("the books after a crash"):
        if db.engine.dialect.name == "postgresql":
            db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        try:
            assert ledger.reconcile() == []
        finally:
            db.session.remove()


def require_whole(session, story, answered):
    """One disbursement: every deed of `answered` is there once, in order, and after them at most what was sent since.
    It moved what it says, and is what its events say."""
    events = deeds_on(session, UUID(story.id))
    done, begun = [event.verb.split(".")[1] for event in events], story.begun()
    assert done == begun[:len(done)], (story, done)
    assert len(done) >= len(answered), (story, done)
    row = session.get_one(Disbursement, UUID(story.id))
    moved = list(session.scalars(select(Movement).where(Movement.disbursement_id == row.id)))
    named = [c["id"] for event in events for c in event.changes if (c["what"], c["field"]) == ("movement", "verb")]
    assert sorted(named) == sorted(str(movement.id) for movement in moved), story
    assert held(moved) == said(row), (story, held(moved))
    require_as_told(session, events, without=("case",))


def deeds_on(session, id):
    events = session.scalars(select(AuditEvent).where(AuditEvent.subject_id == id).order_by(AuditEvent.id))
    return [event for event in events if event.changes]


def held(movements):
    found = defaultdict(Decimal)
    for movement in movements:
        found[movement.target] += movement.amount
        found[movement.source] -= movement.amount
    return {account: amount for account, amount in found.items() if amount and account is not Account.AVAILABLE}


def said(row):
    """Where the amounts on a request say that its money is (none of these requests gave anything back)."""
    stands = {Account.COMMITTED: row.approved if not row.obligated else Decimal(0),
              Account.OBLIGATED: row.obligated - row.received, Account.DELIVERED: row.received - row.paid,
              Account.PAID: row.paid}
    return {account: amount for account, amount in stands.items() if amount}


def require_as_told(session, events, *, without=()):
    """Each column of each row that these events touched holds what the last of them says of it. `without` are kinds
    that other events touch too."""
    told = {(change["what"], change["id"], change["field"]): change["to"]
            for event in events for change in event.changes if change["what"] not in without}
    rows = {(what, id): session.get(MODELS[what], key_of(MODELS[what], id)) for what, id, _ in told}
    for (what, id, field), last in told.items():
        assert rows[what, id] is not None, f"an event made {what} {id}, and there is none"
        now = as_told(rows[what, id], field)
        assert alike(now, last), f"{what} {id}: {field} is {now}, and was told to be {last}"


def key_of(model, said):
    kinds = [column.type.python_type for column in inspect(model).primary_key]
    return tuple(kind(part) for kind, part in zip(kinds, said.split(":", len(kinds) - 1), strict=True))


def as_told(row, field):
    told = _committed if _columns(inspect(row).mapper)[field] else _plain
    return told([getattr(row, field)])


def alike(now, told):
    return now == told or (None not in (now, told) and number(now) == number(told) is not None)


def number(words):
    try:
        return Decimal(words)
    except ArithmeticError:
        return None


def require_every_row_told(session):
    """The whole database: no row without the event that made it, no event without its row, no row otherwise than told."""
    events = list(session.scalars(select(AuditEvent).order_by(AuditEvent.id)))
    told = {(change["what"], change["id"]) for event in events for change in event.changes}
    there = {(name, _key(row)) for name, model in MODELS.items() if _made_by_deeds(model)
             for row in session.scalars(select(model))}
    assert there == told, (sorted(there - told)[:5], sorted(told - there)[:5])
    require_as_told(session, events)


def _made_by_deeds(model):
    """Not the trail itself, and not what a trigger keeps."""
    return _guarded(model.__table__) and model.__tablename__ not in ("audit_event", "balance")


def require_only(session, fund_id, stories):
    """No disbursement that its poster does not know of, save one whose request was never answered."""
    there = set(map(str, session.scalars(select(Disbursement.id).where(Disbursement.fund_id == UUID(fund_id)))))
    known = {story.id for story in stories if story.id}
    unanswered = sum(1 for story in stories for sent in story.sent if sent.verb == CREATES and not sent.answered)
    assert known <= there
    assert len(there - known) <= unanswered




def done_before(session, stories):
    """How many deeds were done although no answer came, so that the same key only fetched the answer."""
    at = {(str(event.subject_id), event.verb.split(".")[1]): event.at for event in session.scalars(select(AuditEvent))}
    return sum(1 for story in stories for sent in story.sent
               if sent.lost and at[story.id, sent.verb] < sent.tried_at)
