"""The chapter of Continued Presence.

Denver: Rosa's request by Olga is issued, with a grant; Kit's by Ned lies with Fay, the supervisor. Seattle has a
specialist, an investigation and seven cases of its own. Some of the chain once had other work: Fay and Rue and Cleo
investigated for a while, Oona too before she decided requests, and reviewed for a week; Cleo supervised.
"""
from __future__ import annotations

from datetime import timedelta

from casework.access import actions as access
from casework.access.models import RoleGrant
from casework.cases import actions as cases
from casework.cases import investigation_actions as investigations
from casework.cases import recording
from casework.cases.files import Identity
from casework.cases.investigations import Nature
from casework.cases.models import Source
from casework.continued_presence import queries
from casework.continued_presence.actions import (
    approve,
    check_item,
    draft,
    edit,
    endorse,
    issue,
    send,
    send_back,
    submit,
    take_up,
)
from casework.continued_presence.grants import CPGrant
from casework.continued_presence.items import TEN_THINGS
from casework.continued_presence.words import Answer, Basis, Mechanism, Trafficking
from casework.kernel.db import at, db, now
from casework.kernel.rulebook import today
from casework.kernel.system import SYSTEM
from casework.policy import Role
from tests.world import START

WORDS = {"trafficking": Trafficking.LABOR, "summary": "Held by threats and a debt that grew. Marigold Cannery.",
         "basis": Basis.POTENTIAL_WITNESS, "witness": "Saw who collected the papers.",
         "known_as": "Perdita Placeholder", "a_number": "A098765432", "status_now": "No proceedings are open."}
DAY = timedelta(days=1)


def tell(w):
    with at(START + 2 * DAY):
        seattle(w)
        once_had_other_work(w)
    with at(START + 3 * DAY):
        denver(w)
    with at(START + 4 * DAY):
        west(w)


def seattle(w):
    w.sea = access.create_office(SYSTEM, code="SEA", name="Seattle", timezone="America/Los_Angeles")
    w.sky = person(w, "sky", Role.SPECIALIST)
    w.ines = person(w, "ines", Role.INVESTIGATOR)
    w.fritz = person(w, "fritz", Role.FIELD_SUPERVISOR)


def person(w, name, role):
    user = access.create_user(SYSTEM, username=name, name=f"{name.title()} Example", password="",
                              stored=w.ada.password_hash)
    access.give_role(SYSTEM, user, role=role, office=w.sea, document="Test designation")
    return user


def once_had_other_work(w):
    """For ten days. Roles that exclude each other follow one another."""
    until = now() + 10 * DAY
    official = db.session.query(RoleGrant).filter_by(user_id=w.oona.id).one()
    access.end_role(w.root, official)
    for user in (w.fay, w.rue, w.cleo, w.oona):
        access.give_role(SYSTEM, user, role=Role.INVESTIGATOR, office=w.sea, until=until, document="Detail")
    access.give_role(SYSTEM, w.cleo, role=Role.FIELD_SUPERVISOR, office=w.sea, until=until, document="Detail")
    access.give_role(SYSTEM, w.otto, role=Role.CP_REVIEWER, until=until, document="Detail")
    w.sound = investigations.open_investigation(w.ines, w.sea, number="INV-2026-SOUND", nature=Nature.LABOR)
    for user in (w.fay, w.rue, w.cleo, w.oona):
        investigations.add_member(w.ines, w.sound, user_id=user.id)
    with at(until + DAY):
        access.give_role(SYSTEM, w.oona, role=Role.CP_OFFICIAL, document="Test designation")


def denver(w):
    recording.record_identity(w.abe, w.kit_identity, citizenship="noncitizen")
    recording.record_hhs_notice(w.abe, w.kit, about="under_18", sent_at=now() - DAY, method="Shepherd")
    w.rosa_request = ready(w.olga, w.rosa)
    w.kit_request = ready(w.ned, w.kit)
    send(w.ned, w.kit_request)
    send(w.olga, w.rosa_request)
    endorse(w.fay, w.rosa_request)
    submit(w.cora, w.rosa_request, transmission_reference="T-0001")
    take_up(w.rex, w.rosa_request)
    approve(w.otto, w.rosa_request, mechanism=Mechanism.DEFERRED_ACTION, start_on=today(),
            end_on=today() + 700 * DAY)
    issue(w.rue, w.rosa_request, i94_number="I94-TEST-1", i94_issued_on=today(), ead_requested_on=today())
    w.rosa_grant = db.session.query(CPGrant).filter_by(request_id=w.rosa_request.id).one()
    w.rosa_package = queries.package_of(w.rosa_request)
    w.kit_package = queries.package_of(w.kit_request)


def west(w):
    """In Seattle, each drafted by whoever is named."""
    names = {"draft": w.ines, "returned": w.fay, "agency": w.cleo, "submitted": w.rue, "barred": w.oona,
             "reviewed": w.ines, "approved": w.ines}
    for name, investigator in names.items():
        case = cases.open_case(w.sky, w.sea, referral_source=Source.INVESTIGATOR, investigation_id=w.sound.id)
        identity = db.session.query(Identity).filter_by(person_id=case.person_id).one()
        recording.record_identity(w.sky, identity, citizenship="noncitizen")
        setattr(w, f"{name}_case", case)
        request = draft(investigator, case, identified_on=today() - DAY)
        setattr(w, f"{name}_request", request)
        if name != "draft":
            fill(investigator, request)
            send(investigator, request)
    send_back(w.fritz, w.returned_request, reason="The facts on the debt need their dates.")
    endorse(w.fritz, w.agency_request)
    submitted(w, w.submitted_request, w.cleo)
    for request, reviewer in ((w.barred_request, w.otto), (w.reviewed_request, w.rex), (w.approved_request, w.rex)):
        submitted(w, request, w.fritz)
        take_up(reviewer, request)
    with at(now() + 10 * DAY):
        approve(w.oona, w.approved_request, mechanism=Mechanism.PAROLE, start_on=today(), end_on=today() + 365 * DAY)


def submitted(w, request, supervisor):
    endorse(supervisor, request)
    submit(w.cora, request, transmission_reference=f"T-{request.serial:04}")


def ready(investigator, case):
    """A request that lacks nothing."""
    request = draft(investigator, case, identified_on=today() - DAY)
    return fill(investigator, request)


def fill(investigator, request):
    edit(investigator, request, **WORDS)
    for item in queries.items_of(request):
        if item.answer is Answer.MISSING and item.code != "CP-13":
            told = {"language": "Spanish", "told": list(TEN_THINGS)} if item.code == "CP-15" else {}
            check_item(investigator, request, item.code, answer=Answer.DONE, done_on=today(), **told)
    return request
