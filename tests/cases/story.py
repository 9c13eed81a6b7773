"""Proposals in the story: Priya proposes that Nina's key be destroyed, Hana that Kit's be, each for another to confirm;
and a hold on Kit."""
from __future__ import annotations

from datetime import timedelta

from casework.cases import destroying, holding
from casework.cases.models import Person
from casework.kernel.db import at, db
from tests.world import START


def tell(w):
    nina, kit = (db.session.get_one(Person, case.person_id) for case in (w.nina, w.kit))
    with at(START + timedelta(days=2)):
        w.nina_proposal = destroying.propose(w.priya, nina, reason="Duplicate intake.", document="Test schedule 1")
        w.kit_proposal = destroying.propose(w.hana, kit, reason="Duplicate intake.", document="Test schedule 2")
        w.kit_hold = holding.place(w.hana, kit, reason="Civil case", document="26-cv-0001")
