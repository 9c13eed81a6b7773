"""Rows that never change are told and added at once, and say as much as any other row that is made."""
from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import inspect, select

from casework.audit import action, append
from casework.audit.models import AuditEvent
from casework.cases.holds import LegalHold
from casework.cases.models import Case
from casework.funds import actions as funds
from casework.funds.models import Movement, Signature, Signed
from casework.kernel.db import now
from casework.kernel.errors import Conflict
from tests.world import as_seen_by


def test_only_rows_that_never_change_are_added_so(world):
    with pytest.raises(TypeError, match="rows of case may change"):
        append(Case(number="X"))


def test_nothing_is_added_outside_an_action(world):
    with pytest.raises(RuntimeError, match="outside an action: legal_hold"):
        append(LegalHold())


@pytest.mark.parametrize("model", [Signature, Movement])
def test_the_trail_holds_each_word_of_the_row_that_is_stored(world, truth, model):
    """As with a row that the unit of work adds: every column but its version, and what nobody said."""
    funds.obligate(world.bud, world.approved, amount=world.approved.approved, document="ORD-7")
    row = truth.scalars(select(model).where(model.disbursement_id == world.approved.id).order_by(model.id.desc())).first()
    event = truth.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    told = {change["field"]: change["to"] for change in event.changes if change["id"] == str(row.id)}
    stored = {each.key: getattr(row, each.key) for each in inspect(model).column_attrs if each.key != "version"}
    assert told == {name: None if value is None else str(value) for name, value in stored.items() if name in told}
    assert not {name for name in stored.keys() - told.keys() if stored[name] not in (None, False)}
    assert row.version == 1 and event.verb == "disbursement.obligate"


def signature(world, **words):
    return Signature(disbursement_id=world.approved.id, round=world.approved.round, user_id=world.bud.id,
                     verb=Signed.OBLIGATE, amount=Decimal("12.34"), **words)


def test_what_nobody_said_is_the_default_of_its_column(world, truth):
    as_seen_by(world.bud)
    with action(world.bud, "disbursement.obligate", world.approved):
        world.approved.legal_note = "Waits to be written"
        append(said := signature(world))
    row = truth.scalars(select(Signature).where(Signature.id == said.id)).one()
    assert (row.concurs, row.version, row.document, row.at <= now()) == (False, 1, None, True)
    assert row.amount == Decimal("12.34")


def test_what_waits_is_written_and_told_first(world, truth):
    as_seen_by(world.bud)
    with action(world.bud, "disbursement.obligate", world.approved):
        world.approved.legal_note = "Waits to be written"
        append(signature(world))
    event = truth.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert list(dict.fromkeys(change["what"] for change in event.changes)) == ["disbursement", "signature"]


def test_one_that_the_database_refuses_undoes_the_deed_with_words(world, truth):
    as_seen_by(world.bud)
    with pytest.raises(Conflict, match="already signed"), action(world.bud, "disbursement.obligate", world.approved):
        world.approved.legal_note = "Not kept"
        append(signature(world))
        append(signature(world))
    assert truth.scalar(select(Signature.id).where(
        Signature.disbursement_id == world.approved.id, Signature.user_id == world.bud.id)) is None
    assert world.approved.legal_note != "Not kept"
