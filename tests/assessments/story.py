"""Needs in the story: Rosa's screen and her full assessment, signed by Ada; Kit's screen, begun by Abe; Nina's, signed
by Bea in Miami."""
from __future__ import annotations

from datetime import timedelta

from casework.assessments import actions
from casework.assessments.instrument import TOPIC, asked
from casework.kernel import rulebook
from casework.kernel.db import at
from tests.world import START

ROSA_RAPID = {"SAF": "3", "SHE": "4", "FOO": "2", "MED": "2", "FME": "declined", "TRN": "1"}
ROSA_FULL = {"SAF": "2", "SHE": "2", "FOO": "1", "MED": "2", "FME": "declined", "MHC": "3", "IMM": "3", "LEG": "2",
             "DOC": "3", "EMP": "3", "SUB": "not_assessed", "CHI": "not_applicable"}


def answers(purpose, under_18=False, **given):
    """An answer for every domain that is asked: those given, and "no need" for the rest."""
    domains = asked(rulebook.current(TOPIC).body, purpose, under_18=under_18)
    return [{"domain": domain.code, "answer": given.get(domain.code, "0")}
            for domain in domains if under_18 or not domain.only_under_18]


def assessed(actor, case, purpose, under_18=False, **given):
    """Begun, filled and signed in one go."""
    assessment = actions.begin(actor, case, purpose=purpose)
    actions.save(actor, assessment, ratings=answers(purpose, under_18, **given))
    return actions.sign(actor, assessment)


def tell(w):
    with at(START + timedelta(hours=3)):
        w.rosa_rapid = assessed(w.ada, w.rosa, "rapid", **ROSA_RAPID)
    with at(START + timedelta(hours=4)):
        w.kit_draft = actions.begin(w.abe, w.kit, purpose="rapid")
        actions.save(w.abe, w.kit_draft, ratings=[
            {"domain": "GUA", "answer": "4", "note": "Placement was asked for at once."},
            {"domain": "SAF", "answer": "2"}, {"domain": "FME", "answer": "not_assessed"}])
    with at(START + timedelta(hours=5)):
        w.nina_rapid = assessed(w.bea, w.nina, "rapid", SHE="2", LAN="3")
    with at(START + timedelta(days=10)):
        w.rosa_full = assessed(w.ada, w.rosa, "full", **ROSA_FULL)
