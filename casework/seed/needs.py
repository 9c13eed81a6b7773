"""One case, from the night it is opened: who the person is, what they need, how that changes, and how it ends."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select

from ..access.models import Office, User
from ..assessments import actions as assessing
from ..assessments.models import NeedsAssessment, Purpose
from ..assessments.queries import domains
from ..cases import actions as cases
from ..cases import recording
from ..cases.closing import CHECKLIST
from ..cases.files import Citizenship, Contact, Identity, NoteKind
from ..cases.investigations import Investigation
from ..cases.models import Case, Reason, Source
from ..kernel.db import db
from ..policy import Role
from .cast import Cast
from .timeline import Timeline

LANGUAGES = ("English", "English", "English", "Spanish", "Spanish", "Tagalog", "Mandarin", "Thai", "Tigrinya",
             "Romanian")
GIVEN = ("Ari", "Bly", "Cato", "Dove", "Enid", "Fenn", "Gwen", "Hale", "Iris", "Juno", "Kit", "Lark", "Moss", "Nell",
         "Ona", "Pim", "Rue", "Sage", "Teal", "Uma", "Vesper", "Wyn")
FAMILY = ("Fictional", "Imagined", "Invented", "Madeup", "Notreal", "Supposed", "Unreal")
COUNTRIES = ("Freedonia", "Ruritania", "Sylvania", "Graustark", "Illyria")
NOTES = ((NoteKind.LOGISTICS, "Interpreter booked for the next meeting."),
         (NoteKind.NEEDS, "Clothing voucher given."), (NoteKind.CONTACT, "Reached by text at the agreed time."),
         (NoteKind.RIGHTS, "Rights explained and understood."),
         (NoteKind.SAFETY, "Safety plan gone through again; no change."))


@dataclass
class Told:
    """What the other chapters need to know of a case while it is told."""

    case: Case
    office: Office
    lead: User
    noncitizen: bool
    agent: User
    matter: Investigation | None
    open: int = 0  # stories of this case that have not come to their end

    def settled(self) -> bool:
        return self.open == 0


def opened(cast: Cast, line: Timeline, office: Office, agent: User, matter: Investigation | None,
           moment: datetime) -> Told:
    """The case as it stands an hour after it was opened. Call it at `moment`."""
    chance = line.chance
    lead = chance.choice(cast.of(Role.SPECIALIST, office))
    minor, noncitizen = chance.random() < 0.22, chance.random() < 0.62 or line.recent(moment, 62)
    language = chance.choice(LANGUAGES) if noncitizen else "English"
    case = cases.open_case(lead, office, referral_source=chance.choice(tuple(Source)), language=language,
                           interpreter=language != "English", under_18=minor,
                           discovered_at=moment - timedelta(hours=1) if minor else None,
                           investigation_id=matter.id if matter else None)
    _person(lead, case, chance, minor=minor, noncitizen=noncitizen)
    return Told(case, office, lead, noncitizen, agent, matter)


def _person(lead: User, case: Case, chance: Random, *, minor: bool, noncitizen: bool) -> None:
    identity = db.session.scalars(select(Identity).where(Identity.person_id == case.person_id)).one()
    contact = db.session.scalars(select(Contact).where(Contact.person_id == case.person_id)).one()
    given, age = chance.choice(GIVEN), chance.randrange(12, 18) if minor else chance.randrange(19, 55)
    recording.record_identity(
        lead, identity, legal_name=f"{given} {chance.choice(FAMILY)}", goes_by=given,
        birth_on=case.opened_at.date() - timedelta(days=365 * age + chance.randrange(300)),
        citizenship=Citizenship.NONCITIZEN if noncitizen else Citizenship.US_CITIZEN,
        country=chance.choice(COUNTRIES) if noncitizen else "United States",
        a_number=f"A{chance.randrange(10**8, 10**9)}" if noncitizen and chance.random() < 0.5 else None)
    recording.record_contact(
        lead, contact, case, phone=f"555-{chance.randrange(200, 999)}-01{chance.randrange(100):02}",
        safe_method="Text first", safe_times="After 16:00", do_not_call=chance.random() < 0.3,
        whereabouts=f"Room {chance.randrange(1, 40)}, {chance.choice(('Birch', 'Cedar', 'Maple'))} House (made up)",
        code_word=chance.choice(("Heron", "Lantern", "Saffron")))


def assessed(told: Told, line: Timeline, moment: datetime) -> Iterator[datetime]:
    """Rapid screen the same night, full assessment within the month, again every quarter, notes in between, an end."""
    case, lead, chance = told.case, told.lead, line.chance
    if case.under_18:
        yield (moment := line.later(moment, 0.2))
        recording.record_hhs_notice(lead, case, about="under_18", sent_at=moment, method="Shepherd")
    yield (moment := line.later(moment, 0.4))
    begun = assessing.begin(lead, case, purpose=Purpose.RAPID)
    assessing.save(lead, begun, ratings=_ratings(begun, chance, severity=2.2))
    assessing.sign(lead, begun)
    yield (moment := line.later(moment, 0.3))
    recording.add_note(lead, case, about=NoteKind.SAFETY, body="Met at once; a safe place found for the night.")
    severity, quarters, wait = 1.9, chance.choice((1, 2, 2, 3, 20)), 12
    while quarters > 0 or told.open:
        yield (moment := line.later(moment, wait))
        _again(lead, case, chance, severity)
        if severity > 0.9:
            yield (moment := line.later(moment, 0.2))
            recording.add_note(lead, case, about=NoteKind.NEEDS, body="What is urgent was gone through; help arranged.")
        severity, quarters, wait = severity * 0.6, quarters - 1, 26 if severity > 1.5 else 84
    yield (moment := line.later(moment, 20))
    if told.settled():
        reason = chance.choice((Reason.GOALS_MET, Reason.GOALS_MET, Reason.MOVED, Reason.WITHDREW))
        cases.close(lead, case, reason=reason, checklist=dict.fromkeys(CHECKLIST, True))
    if line.recent(moment, 60):
        yield line.later(moment, 9)
        cases.reopen(lead, case, reason="The person came back")


def _again(lead: User, case: Case, chance: Random, severity: float) -> None:
    """A full assessment, signed, and a note beside it."""
    draft = assessing.begin(lead, case, purpose=Purpose.FULL)
    assessing.save(lead, draft, ratings=_ratings(draft, chance, severity=severity))
    assessing.sign(lead, draft)
    about, body = chance.choice(NOTES)
    recording.add_note(lead, case, about=about, body=body)


def _ratings(assessment: NeedsAssessment, chance: Random, *, severity: float) -> list[dict[str, str]]:
    """An answer for every domain: mostly a level, now and then none."""
    def answer() -> str:
        other = chance.random()
        if other < 0.06:
            return chance.choice(("declined", "not_applicable", "not_assessed"))
        return str(min(4, max(0, round(chance.gauss(severity - 0.6, 1.0)))))
    return [{"domain": domain.code, "answer": answer()} for domain in domains(assessment)]
