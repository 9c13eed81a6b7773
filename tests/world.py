"""The story every test starts from, told once by calling the product's own actions.

Denver (den) and Miami (mia). Ada helps Rosa in Denver, Bea helps Nina in Miami; Kit is under 18. Harbor is Olga's
investigation and Rosa's; Mill is Ned's and Kit's. Max left Rosa's team. Ivy's role has run out. Lou supervises both
offices. Zoe holds nothing.
"""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from casework.access import actions as access
from casework.access.models import Office, RoleGrant, User
from casework.access.rulebook import publish_packaged
from casework.cases import actions as cases
from casework.cases import investigation_actions as investigations
from casework.cases import recording
from casework.cases.files import Contact, Identity
from casework.cases.investigations import Investigation, Nature
from casework.cases.models import Case, Source
from casework.kernel.db import Base, at, db, now
from casework.kernel.rulebook import RulebookEntry
from casework.kernel.scope import asks
from casework.kernel.system import SYSTEM
from casework.policy import Role

PASSWORD = "a plain sentence for tests"
START = datetime(2026, 1, 12, 15, tzinfo=UTC)
CHAPTERS = ("tests.assessments.story", "tests.continued_presence.story", "tests.funds.story")
DEN, MIA, ALL = "den", "mia", None

CAST = {
    "ada": [("specialist", DEN)], "abe": [("specialist", DEN)], "max": [("specialist", DEN)],
    "bea": [("specialist", MIA)],
    "sam": [("program_supervisor", DEN)], "tom": [("program_supervisor", MIA)],
    "lou": [("program_supervisor", DEN), ("program_supervisor", MIA)], "ivy": [("program_supervisor", DEN)],
    "olga": [("investigator", DEN)], "ned": [("investigator", DEN)], "mel": [("investigator", MIA)],
    "fay": [("field_supervisor", DEN)], "gus": [("field_supervisor", MIA)],
    "cora": [("agency_coordinator", ALL)], "cleo": [("agency_coordinator", ALL)],
    "rex": [("cp_reviewer", ALL)], "rue": [("cp_reviewer", ALL)],
    "otto": [("cp_official", ALL)], "oona": [("cp_official", ALL)], "esme": [("escalation_authority", ALL)],
    "hana": [("program_hq", ALL)], "hugo": [("program_hq", ALL)],
    "fern": [("fund_approver", DEN)], "finn": [("fund_approver", MIA)], "carl": [("cardholder", DEN)],
    "bud": [("budget_officer", ALL)], "bree": [("budget_officer", ALL)],
    "cerys": [("certifying_officer", ALL)], "cyril": [("certifying_officer", ALL)],
    "pia": [("payment_recorder", ALL)], "pol": [("payment_recorder", ALL)],
    "uma": [("auditor", ALL)], "priya": [("privacy_officer", ALL)], "root": [("administrator", ALL)], "zoe": [],
}
KINDS = {"user": User, "office": Office, "case": Case, "investigation": Investigation, "identity": Identity,
         "contact": Contact, "role_grant": RoleGrant, "rulebook_entry": RulebookEntry}

# Known before the tables are made: a chapter brings its room's records along.
TOLD = [import_module(chapter) for chapter in CHAPTERS if find_spec(chapter.rpartition(".")[0]) and find_spec(chapter)]


def build() -> dict[str, tuple[str, object]]:
    """Tell it, and say under which name each thing is found again: name -> (kind, id)."""
    w = SimpleNamespace()
    with at(START):
        people(w)
        matters(w)
        files(w)
    for chapter in TOLD:
        chapter.tell(w)
    return {name: (thing.kind, thing.id) for name, thing in vars(w).items()}


def people(w: SimpleNamespace) -> None:
    publish_packaged(SYSTEM)
    w.den = access.create_office(SYSTEM, code="DEN", name="Denver", timezone="America/Denver")
    w.mia = access.create_office(SYSTEM, code="MIA", name="Miami", timezone="America/New_York")
    stored = access.passwords.hashed(PASSWORD)
    for name, grants in CAST.items():
        user = access.create_user(SYSTEM, username=name, name=f"{name.title()} Example", password="", stored=stored)
        setattr(w, name, user)
        for role, office in grants:
            until = now() + timedelta(days=1) if name == "ivy" else None
            access.give_role(SYSTEM, user, role=Role(role), office=office and getattr(w, office), until=until,
                             document="Test designation")


def matters(w: SimpleNamespace) -> None:
    w.harbor = investigations.open_investigation(w.olga, w.den, number="INV-2026-HARBOR", nature=Nature.LABOR)
    w.mill = investigations.open_investigation(w.ned, w.den, number="INV-2026-MILL", nature=Nature.SEX)


def files(w: SimpleNamespace) -> None:
    w.rosa = cases.open_case(w.ada, w.den, referral_source=Source.INVESTIGATOR, language="Spanish", interpreter=True,
                             investigation_id=w.harbor.id)
    w.nina = cases.open_case(w.bea, w.mia, referral_source=Source.TIP_LINE)
    w.kit = cases.open_case(w.abe, w.den, referral_source=Source.INVESTIGATOR, under_18=True,
                            discovered_at=now() - timedelta(hours=2), investigation_id=w.mill.id)
    cases.join_team(w.ada, w.rosa, specialist_id=w.max.id, until=now() + timedelta(days=1))
    for name in ("rosa", "nina", "kit"):
        case = getattr(w, name)
        identity = db.session.query(Identity).filter_by(person_id=case.person_id).one()
        contact = db.session.query(Contact).filter_by(person_id=case.person_id).one()
        setattr(w, f"{name}_identity", identity)
        setattr(w, f"{name}_contact", contact)
    recording.record_identity(w.ada, w.rosa_identity, legal_name="Rosalind Placeholder", goes_by="Rosa",
                              a_number="A012345678", citizenship="noncitizen", country="Freedonia")
    recording.record_contact(w.ada, w.rosa_contact, w.rosa, phone="303-555-0100", whereabouts="Room 4, Birch House",
                             safe_method="Text first", safe_times="After 16:00", code_word="Heron", do_not_call=True)
    w.rosa_note = recording.add_note(w.ada, w.rosa, about="logistics", body="Interpreter booked for Thursday.")


@contextmanager
def looking(session: Session) -> Iterator[None]:
    """The test itself looks, past the wall: not through the eyes of anybody in the story."""
    outer = session.info.get("rules")
    session.info["rules"] = outer or "test"
    try:
        yield
    finally:
        session.info["rules"] = outer


def as_seen_by(person: User) -> User:
    """What is read from here on is read for this person, as the gate says it of a request."""
    asks(db.session(), person.id)
    return person


class World:
    """The same people and things by name, each read when it is first spoken of, without asking through the doors."""

    def __init__(self, ids: dict[str, tuple[str, object]], session: Session) -> None:
        self._ids, self._session = ids, session

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._ids:
            raise AttributeError(f"nobody and nothing in the story is called {name}")
        kind, id = self._ids[name]
        thing = self._session.get_one(_models()[kind], id)
        setattr(self, name, thing)
        return thing

    def everything(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self._ids}

    def people(self) -> list[User]:
        return [getattr(self, name) for name, (kind, _) in self._ids.items() if kind == "user"]


@cache
def _models() -> dict[str, type[Base]]:
    return {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers
            if hasattr(mapper.class_, "__tablename__")}
