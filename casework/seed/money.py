"""Money: a fund for each year, allotted to offices; what one case needs, asked and paid step by step."""
from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count, cycle
from uuid import UUID

from ..funds import actions as funds
from ..funds.evidence import Method, Outcome, Resource
from ..funds.models import Disbursement, Fund, FundKind
from ..funds.tiers import waiting_for
from ..kernel.clocks import fiscal_year, fiscal_year_days
from ..kernel.db import now
from ..policy import Role
from .cast import Cast
from .needs import Told
from .timeline import Story, Timeline

APPORTIONED, TO_DENVER, TO_OTHERS = Decimal(180_000), Decimal(40_000), Decimal(22_000)
# category, need, payee, purpose, weight: lodging first, then food and clothing, transport, medical, phone and papers
WANTED = (("E01", "SHE", "Birch House (made up)", "A room until the shelter has a bed", 35),
          ("E04", "FOO", "Corner Grocer (made up)", "Groceries for the first week", 14),
          ("E05", "CLO", "Thrift Hall (made up)", "Weather-appropriate clothing", 11),
          ("E07", "TRN", "City Transit (made up)", "Rides to the clinic and to court", 15),
          ("E09", "MED", "Elm Clinic (made up)", "Prescription that cannot wait", 8),
          ("E15", "COM", "Plain Phones (made up)", "A phone that is not traced", 4),
          ("E16", "DOC", "State Office (made up)", "Copy of a birth certificate", 3),
          ("E12", "LAN", "Spoken Word (made up)", "Interpreter for intake", 10))
ENDED = {"reconcile": 84, "denied": 5, "withdrawn": 4, "cancelled": 4, "refunded": 3}
AT_REST = ("submit", "failed", "approve", "obligate", "receive", "certify", "pay", "receipt", "draft", "returned",
           "reconcile", "denied", "refunded", "cancelled", "withdrawn", "submit")
STEPS = ("obligate", "receive", "certify", "pay", "receipt", "reconcile")
ANSWERED = (Outcome.NO_CAPACITY, Outcome.TOO_SLOW, Outcome.INELIGIBLE)
ASKED = (Resource.STATE_COMPENSATION, Resource.SERVICE_PROVIDER, Resource.SHELTER_OR_NGO)


class Treasury:
    """The funds, one for each fiscal year, and a counter for references."""

    def __init__(self) -> None:
        self.funds: dict[int, Fund] = {}
        self.numbers, self.at_rest = count(1), cycle(AT_REST)

    def fund_id(self) -> UUID:
        return self.funds[fiscal_year(now().date())].id

    def reference(self, what: str) -> str:
        return f"{what}-{next(self.numbers):05}"


def recorded(cast: Cast, treasury: Treasury, year: int, begin: datetime) -> Story:
    """The fund of one fiscal year: recorded, apportioned, allotted to every office, half at first and then the rest."""
    first, last = fiscal_year_days(year)
    yield max(begin, datetime.combine(first, datetime.min.time(), begin.tzinfo) + timedelta(hours=14))
    budget = cast.one(Role.BUDGET_OFFICER)
    fund = funds.record(budget, name=f"Emergency fund {year}", treasury_symbol=f"70-{year % 100}-0000 (demo)",
                        authority="Appropriation for victim assistance (demo)", spending=FundKind.ANNUAL,
                        available_from_on=first, available_until_on=last)
    treasury.funds[year] = fund
    funds.apportion(budget, fund, fiscal_year=year, amount=APPORTIONED, document=f"SF-132 {year} (demo)")
    for office in cast.offices:
        amount = TO_DENVER if office.code == "DEN" else TO_OTHERS
        funds.allot(budget, fund, office_id=office.id, fiscal_year=year, amount=amount)


def needed(cast: Cast, line: Timeline, treasury: Treasury, told: Told, moment: datetime) -> Story:
    """A few payments for one person, one after another, each on its own way."""
    told.open += 1
    for _ in range(line.chance.choice((1, 1, 2, 3))):
        yield (moment := _in_time(line.later(moment, line.chance.choice((1.2, 9, 20)))))
        told.open += 1
        line.add(_one(cast, line, treasury, told, moment))
    told.open -= 1


def _in_time(moment: datetime) -> datetime:
    """Nothing is asked in the last weeks of a fiscal year: an approval after its end could no longer be obligated."""
    return moment.replace(month=10, day=3) if moment.month == 9 and moment.day > 8 else moment


def _one(cast: Cast, line: Timeline, treasury: Treasury, told: Told, moment: datetime) -> Story:
    yield moment
    ended = line.chance.choices(tuple(ENDED), weights=tuple(ENDED.values()))[0]
    ending = next(treasury.at_rest) if line.recent(moment, 36) else ended
    asked = _request(line, treasury, told)
    if ending == "draft":
        return
    yield (moment := moment + timedelta(minutes=20))
    funds.submit(told.lead, asked)
    if ending in ("submit", "withdrawn", "returned", "denied"):
        yield from _turned(cast, line, told, asked, ending, moment)
        return
    while waiting_for(asked):
        yield (moment := line.later(moment, 1.1))
        _sign(cast, told, asked)
    yield from _spent(cast, line, treasury, told, asked, ending, moment)


def _request(line: Timeline, treasury: Treasury, told: Told) -> Disbursement:
    chance, today = line.chance, now().date()
    category, need, payee, purpose, _ = chance.choices(WANTED, weights=[row[4] for row in WANTED])[0]
    amount = Decimal(min(6000, max(15, round(chance.lognormvariate(5.75, 0.8)))))
    nights = {"service_from_on": today, "service_until_on": today + timedelta(days=chance.randrange(2, 9))}
    checks = [{"resource": resource, "name": "Asked by phone (made up)", "contacted_at": now() - timedelta(hours=3),
               "method": Method.PHONE, "outcome": chance.choice(ANSWERED)} for resource in ASKED]
    return funds.request(
        told.lead, told.case, checks=checks, fund_id=treasury.fund_id(), category=category, need_domain=need,
        amount=amount, payee=payee, purpose=purpose,
        condition="No coverage that pays in time" if category == "E09" else None,
        **(nights if category in ("E01", "E09") else {}))


def _turned(cast: Cast, line: Timeline, told: Told, asked: Disbursement, ending: str, moment: datetime) -> Story:
    supervisor = cast.one(Role.PROGRAM_SUPERVISOR, told.office)
    if ending != "submit":
        yield line.later(moment, 0.3)
    if ending == "withdrawn":
        funds.withdraw(told.lead, asked, reason="Other help came in time")
    elif ending == "returned":
        funds.return_(supervisor, asked, reason="Please ask the shelter once more, then send it again.")
    elif ending == "denied":
        funds.deny(supervisor, asked, reason="The state program pays for this within two days.")
    told.open -= ending in ("withdrawn", "denied")


def _sign(cast: Cast, told: Told, asked: Disbursement) -> None:
    role = waiting_for(asked)[0]
    held = cast.of(role, None if role is Role.PROGRAM_HQ else told.office)
    signer = held[len(waiting_for(asked)) % len(held)]
    note = "Legal note 1 (demo)" if role is Role.PROGRAM_HQ else None
    funds.approve(signer, asked, amount=asked.approved or asked.requested, concurs=True, legal_note=note)


def _spent(cast: Cast, line: Timeline, treasury: Treasury, told: Told, asked: Disbursement, ending: str,
           moment: datetime) -> Story:
    """From the order to the reconciled payment, by a different person each time."""
    if ending in ("approve", "cancelled"):
        if ending == "cancelled":
            yield line.later(moment, 2)
            supervisor = cast.one(Role.PROGRAM_SUPERVISOR, told.office)
            funds.cancel(supervisor, asked, reason="The person found a room of their own")
            told.open -= 1
        return
    until = {"failed": "pay", "refunded": "receipt"}.get(ending, ending)
    for verb in STEPS[:STEPS.index(until) + 1]:
        yield (moment := line.later(moment, {"pay": 4, "receipt": 3, "reconcile": 12}.get(verb, 1.2)))
        _step(cast, treasury, told, asked, verb)
    recorder = cast.of(Role.PAYMENT_RECORDER)[0]
    if ending in ("failed", "refunded"):
        yield line.later(moment, 3)
        back = funds.fail if ending == "failed" else funds.refund
        back(recorder, asked, amount=asked.paid, reference=treasury.reference("BACK"), paid_on=now().date(),
             reason="The account was closed")
    told.open -= ending in ("reconcile", "refunded")


def _step(cast: Cast, treasury: Treasury, told: Told, asked: Disbursement, verb: str) -> None:
    first, second = cast.of(Role.BUDGET_OFFICER)[:2]
    payer, certifier = cast.of(Role.PAYMENT_RECORDER)[0], cast.of(Role.CERTIFYING_OFFICER)[0]
    today: date = now().date()
    doing = {
        "obligate": lambda: funds.obligate(first, asked, amount=asked.approved, document=treasury.reference("PO")),
        "receive": lambda: funds.receive(told.lead, asked, amount=asked.obligated),
        "certify": lambda: funds.certify(certifier, asked),
        "pay": lambda: funds.pay(payer, asked, amount=asked.received, reference=treasury.reference("CONF"),
                                 paid_on=today),
        "receipt": lambda: funds.receipt(told.lead, asked, reference=treasury.reference("R"), issued_on=today,
                                         amount=asked.paid),
        "reconcile": lambda: funds.reconcile(second, asked, statement=treasury.reference("STMT")),
    }
    doing[verb]()
