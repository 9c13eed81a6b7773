"""Continued Presence in one case: drafted by an investigator, carried up, decided, issued; some end on the way."""
from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import cycle

from ..access.models import User
from ..cases.recording import record_hhs_notice
from ..continued_presence import actions as presence
from ..continued_presence import queries
from ..continued_presence.duties import CERTIFICATION
from ..continued_presence.items import HHS_NOTICE, TEN_THINGS, TOLD, WRITTEN
from ..continued_presence.models import ContinuedPresenceRequest
from ..continued_presence.words import Answer, Basis, Mechanism, Trafficking, Withdrawal
from ..kernel.clocks import local_day
from ..kernel.db import now
from ..policy import Role
from .cast import Cast
from .needs import Told
from .timeline import Story, Timeline

STAGES = ("draft", "send", "endorse", "submit", "take_up", "approve", "issue")
AT_REST = cycle(("submit", "endorse", "approve", "send", "returned", "take_up", "draft", "issue"))
SUMMARY = "Recruited for one job and made to do another; documents kept by the employer (made up)."
WITNESS = "Can describe who recruited, and where the documents were kept."
STATUS = "Entered with a visa that has since run out; no proceedings."


def asked(cast: Cast, line: Timeline, told: Told, moment: datetime) -> Story:
    """One request from draft to papers, unless it ends or rests on the way."""
    chance, case, office = line.chance, told.case, told.office
    agent = told.agent
    told.open += 1
    yield (moment := line.later(moment, 6))
    request = presence.draft(agent, case, identified_on=local_day(moment, office.zone) - timedelta(days=4))
    ending = next(AT_REST) if line.recent(moment, 80) else chance.choices(("issue", "withdrawn"), weights=(92, 8))[0]
    if ending == "draft":
        return
    yield (moment := line.later(moment, 5))
    _fill(agent, request)
    presence.send(agent, request)
    if ending == "withdrawn":
        yield line.later(moment, 2)
        presence.withdraw(agent, request, reason=Withdrawal.VICTIM_DECLINED)
        told.open -= 1
        return
    chief, headquarters = cast.one(Role.FIELD_SUPERVISOR, office), chance.choice(cast.of(Role.AGENCY_COORDINATOR))
    if ending == "returned" or chance.random() < 0.15:
        yield (moment := line.later(moment, 1.5))
        presence.send_back(chief, request, reason="Please say where the documents were kept, and by whom.")
        if ending == "returned":
            return
        yield (moment := line.later(moment, 1.5))
        presence.send(agent, request)
    yield from _carried(cast, line, told, request, (chief, headquarters), moment, ending)


def _carried(cast: Cast, line: Timeline, told: Told, request: ContinuedPresenceRequest, chain: tuple[User, User],
             moment: datetime, ending: str) -> Story:
    """Up the chain, to the decision and the papers."""
    reviewer = line.chance.choice(cast.of(Role.CP_REVIEWER))
    official = line.chance.choice(cast.of(Role.CP_OFFICIAL))
    steps = (("endorse", 1.5, lambda: presence.endorse(chain[0], request)),
             ("submit", 1.5, lambda: presence.submit(chain[1], request, transmission_reference=f"T-{request.number}")),
             ("take_up", 1, lambda: presence.take_up(reviewer, request)),
             ("approve", 16, lambda: _approve(official, request, told)),
             ("issue", 3, lambda: _issue(reviewer, request)))
    last = STAGES.index(ending)
    for verb, wait, step in steps:
        if STAGES.index(verb) > last:
            return
        yield (moment := line.later(moment, wait))
        step()
    if not told.case.under_18:
        yield (moment := line.later(moment, 0.4))
        record_hhs_notice(told.lead, told.case, about=CERTIFICATION, sent_at=moment, method="Shepherd")
    told.open -= 1


def _fill(agent: User, request: ContinuedPresenceRequest) -> None:
    """The package and every line of the checklist."""
    presence.edit(agent, request, trafficking=Trafficking.LABOR, basis=Basis.POTENTIAL_WITNESS,
                  known_as="As in the identity record (made up)", birth_on=date(1999, 1, 1),
                  summary=SUMMARY, witness=WITNESS, status_now=STATUS)
    today = now().date() - timedelta(days=1)
    for item in queries.items_of(request):
        if item.code == HHS_NOTICE or item.code in WRITTEN:
            continue
        told = item.code == TOLD
        presence.check_item(agent, request, item.code, answer=Answer.DONE, done_on=today,
                            language="Spanish" if told else None, told=list(TEN_THINGS) if told else ())


def _approve(official: User, request: ContinuedPresenceRequest, told: Told) -> None:
    start = local_day(now(), told.office.zone) + timedelta(days=1)
    presence.approve(official, request, mechanism=Mechanism.DEFERRED_ACTION, start_on=start,
                     end_on=start + timedelta(days=364 if told.case.serial % 3 == 0 else 729))


def _issue(reviewer: User, request: ContinuedPresenceRequest) -> None:
    day = now().date() - timedelta(days=1)
    presence.issue(reviewer, request, i94_number=f"DEMO{request.serial:07}", i94_issued_on=day, ead_requested_on=day)


