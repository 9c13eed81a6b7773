"""The story itself: every state is reached, and the books agree."""
from casework.funds import ledger
from casework.funds.models import Disbursement, State
from casework.kernel.db import db


def test_every_state_is_reached(world):
    told = {getattr(world, name).state for name in world.everything() if isinstance(getattr(world, name), Disbursement)}
    assert told == set(State)


def test_the_books_agree_when_the_story_is_told(world):
    assert ledger.reconcile() == []
    assert db.session.query(Disbursement).count() > 15
