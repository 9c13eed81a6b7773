"""The demo story: told by the right people at the right moments, so that its log is complete and its books add up."""
from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from casework import seed
from casework.access.models import RoleGrant, User
from casework.audit.guards import letting_through
from casework.audit.models import AuditEvent
from casework.cases.models import Case
from casework.continued_presence.models import ContinuedPresenceRequest
from casework.funds import ledger
from casework.funds.models import Disbursement
from casework.kernel.db import db
from casework.policy import ROLES
from tests.conftest import app_on

ENDS = [datetime(2026, 11, 23, 21, tzinfo=UTC), datetime(2027, 10, 4, 9, tzinfo=UTC), datetime(2028, 2, 29, 3, tzinfo=UTC)]


@pytest.fixture(params=ENDS, ids=lambda end: f"{end:%Y-%m-%d}")
def told(request, tmp_path):
    app = app_on(f"sqlite:///{tmp_path / 'demo.db'}")
    with app.app_context():
        with letting_through():
            db.create_all()
        steps = list(seed.tell(request.param, count=40))
        yield request.param, steps
        db.session.remove()
        db.engine.dispose()


@pytest.mark.slow
def test_the_story_is_whole_whenever_it_is_told(told):
    end, steps = told
    assert steps[-1][0] == steps[-1][1]
    assert db.session.scalar(select(func.count(Case.id))) == 40
    assert set(db.session.scalars(select(RoleGrant.role))) == set(ROLES)
    assert {str(role) for role in ROLES} <= set(db.session.scalars(select(User.username)))
    by_verb = Counter(db.session.scalars(select(AuditEvent.verb)))
    assert by_verb["case.open"] == 40
    assert by_verb["disbursement.request"] == db.session.scalar(select(func.count(Disbursement.id)))
    assert by_verb["cp_request.draft"] == db.session.scalar(select(func.count(ContinuedPresenceRequest.id)))
    moments = db.session.scalars(select(AuditEvent.at).order_by(AuditEvent.id)).all()
    assert all(earlier <= later for earlier, later in pairwise(moments))
    assert moments[-1] <= end
    assert ledger.reconcile() == []
