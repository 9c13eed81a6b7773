"""Who works on a case, and who looked at it."""
from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import render_template, url_for
from sqlalchemy import func, or_, select

from .. import policy
from ..access.models import User
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..web.gate import opens_to
from ..web.who import actor
from . import numbers, sections
from .blueprint import pages
from .investigations import InvestigationMember
from .models import Case, TeamMember
from .numbers import CASE_ID, MOMENT
from .queries import case, lead_of, team_of
from .sections import Line
from .trail import looks

LOOKED = timedelta(days=30)
numbers.ask("team", select(func.count(TeamMember.user_id.distinct())).where(
    TeamMember.case_id == CASE_ID, TeamMember.since <= MOMENT,
    or_(TeamMember.until.is_(None), TeamMember.until > MOMENT)))


def summary(actor: Actor, case: Case) -> Line:
    says = f"{lead_of(case).name} leads, {numbers.of(case)['team']} on the team"
    if not policy.may(actor, "case.join_team", case):
        return Line(says)
    return Line(says, next="Add to the team", next_url=url_for("cases.case_join_team", id=case.id))


def watched(actor: Actor, case: Case) -> str:
    if not policy.may(actor, "case.who_looked", case):
        return "Each opening is logged; supervisors and auditors see by whom"
    people = {look.by for look in looks(case, now() - LOOKED)}
    return f"{len(people)} {'person' if len(people) == 1 else 'people'} in 30 days"


sections.add("People", "cases.people", summary, verb="case.read")
sections.add("Who looked", "cases.who_looked", watched, verb="case.read")


@pages.get("/cases/<uuid:case_id>/people")
@opens_to("case.read")
def people(case_id: UUID) -> str:
    found = case(actor(), case_id)
    return render_template("cases/people.html", case=found, team=team_of(found), members=_members(found))


def _members(case: Case) -> list[Any]:
    """Members of the investigation, who see the case as far as the policy lets them."""
    if case.investigation_id is None:
        return []
    query = select(User, InvestigationMember).join(InvestigationMember, InvestigationMember.user_id == User.id)
    return list(db.session.execute(query.where(
        InvestigationMember.investigation_id == case.investigation_id).order_by(InvestigationMember.since)))


@pages.get("/cases/<uuid:case_id>/who-looked")
@opens_to("case.read")
def who_looked(case_id: UUID) -> str:
    """For the supervisor of the office; anybody else is told who can see it."""
    found = case(actor(), case_id)
    theirs = policy.may(actor(), "case.who_looked", found)
    return render_template("cases/who_looked.html", case=found, theirs=theirs,
                           looks=looks(found, now() - LOOKED) if theirs else [])
