"""Opening an investigation and saying who works on it."""
from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from ..access.models import Office, User
from ..audit import action
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.errors import Invalid
from ..kernel.scope import rules
from ..policy import Role
from .investigations import Investigation, InvestigationMember, Nature


def open_investigation(actor: Actor, office: Office, *, number: str, nature: Nature) -> Investigation:
    """A matter as the agency numbers it. Whoever opens it is its first member."""
    with rules("number"):
        taken = db.session.scalar(select(Investigation.id).where(Investigation.number == number))
    if taken:
        raise Invalid(number="An investigation with this number is on record.")
    with action(actor, "investigation.open", office) as deed:
        deed.subject = matter = Investigation(number=number, nature=nature, office_id=office.id, opened_at=now())
        db.session.add(matter)
        db.session.flush()
        db.session.add(InvestigationMember(investigation_id=matter.id, user_id=actor.id, since=now()))
    return matter


def add_member(actor: Actor, investigation: Investigation, *, user_id: UUID,
               until: datetime | None = None) -> Investigation:
    """One more investigator. Only investigators are members: membership is what lets somebody request."""
    with action(actor, "investigation.add_member", investigation):
        user = db.session.get(User, user_id)
        if user is None or not user.holds(Role.INVESTIGATOR):
            raise Invalid(user_id="Choose an investigator.")
        members = select(InvestigationMember).where(InvestigationMember.investigation_id == investigation.id,
                                                    InvestigationMember.user_id == user_id)
        if any(member.current for member in db.session.scalars(members)):
            raise Invalid(user_id="They work on it already.")
        db.session.add(InvestigationMember(investigation_id=investigation.id, user_id=user_id, since=now(),
                                           until=until))
    return investigation
