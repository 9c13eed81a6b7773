"""People who post money all the time, over HTTP, and do not give up when no answer comes: they send the same key again."""
from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Event, Thread
from uuid import uuid4

import httpx

from casework.funds import actions as funds
from casework.kernel.clocks import fiscal_year
from casework.kernel.rulebook import today

AMOUNT = "2.00"
PATIENCE = 60
CREATES = "request"
LENGTH = 9


@dataclass
class Sent:
    """One deed, sent until it is answered. `tries` that brought no answer, then the answer."""

    who: str
    verb: str
    path: str
    body: dict
    key: str = field(default_factory=lambda: str(uuid4()))
    lost: int = 0
    tried_at: datetime | None = None
    status: int = 0
    text: str = ""
    etag: str | None = None
    replayed: bool = False

    @property
    def answered(self):
        return bool(self.status)


@dataclass
class Story:
    """One disbursement from request to reconciliation, as its poster lived it."""

    sent: list[Sent] = field(default_factory=list)
    id: str = ""
    looked_at: bool = False

    def answered(self):
        """The deeds that were acknowledged so far, in order."""
        return [sent.verb for sent in list(self.sent) if sent.answered]

    def begun(self):
        """Those, and the one that is under way."""
        return [sent.verb for sent in list(self.sent)]

    @property
    def over(self):
        return len(self.answered()) == LENGTH


@dataclass
class Poster:
    """Takes one disbursement after another through every step, each step by the hand that may take it."""

    address: str
    tokens: dict[str, str]
    cases: list[str]
    fund: str
    stories: list[Story] = field(default_factory=list)
    enough: Event = field(default_factory=Event)
    resting: Event = field(default_factory=Event)
    failure: BaseException | None = None

    @property
    def under_way(self):
        """Whether a deed is on its way at this moment."""
        return any(not sent.answered for story in self.stories[-1:] for sent in list(story.sent))

    def run(self):
        try:
            with httpx.Client(base_url=f"{self.address}/api/v1", timeout=15) as self.client:
                while not self.enough.is_set():
                    self.live()
        except BaseException as error:
            self.failure = error
            raise

    def live(self):
        story = Story()
        self.stories.append(story)
        for who, verb, body in steps(self.fund):
            at = f"/disbursements/{story.id}/{verb}" if story.id else f"/cases/{self.case()}/disbursements"
            sent = Sent(who, verb, at, body)
            self.rest()
            story.sent.append(sent)
            self.post(sent)
            story.id = story.id or self.last["id"]
            if self.enough.is_set():
                return

    def rest(self):
        while self.resting.is_set() and not self.enough.is_set():
            time.sleep(0.01)

    def case(self):
        """A case for each hundred stories, so that the small sums of one person stay small."""
        return self.cases[len(self.stories) // 100 % len(self.cases)]

    def post(self, sent):
        """Until it is answered. No answer, or one that says the server has no answer just now: the same key again."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            sent.tried_at = datetime.now(UTC)
            answer = self.tried(sent)
            if answer is not None:
                sent.text, sent.etag, self.last = answer.text, answer.headers.get("ETag"), answer.json()
                sent.status = answer.status_code
                return
            sent.lost += 1
            time.sleep(0.03)
        raise AssertionError(f"no answer to {sent} in {PATIENCE} seconds")

    def tried(self, sent):
        try:
            answer = send(self.client, self.tokens, sent)
        except httpx.TransportError:
            return None
        if answer.status_code >= 500 or (answer.status_code == 409 and "still being done" in answer.text):
            return None
        assert answer.status_code in (200, 201), (sent, answer.status_code, answer.text)
        return answer


def rich_fund(w):
    """A fund that does not run out."""
    year, plenty = fiscal_year(today()), Decimal(1_000_000)
    fund = funds.record(w.bud, name=f"Rich {uuid4().hex[:6]}", treasury_symbol="70-1", authority="A test act",
                        spending="annual", available_from_on=w.fund.available_from_on)
    funds.apportion(w.bud, fund, fiscal_year=year, amount=plenty, document="A")
    funds.allot(w.bud, fund, office_id=w.den.id, fiscal_year=year, amount=plenty)
    return fund.id


def send(client, tokens, sent):
    headers = {"Authorization": f"Bearer {tokens[sent.who]}", "Idempotency-Key": sent.key}
    return client.post(sent.path, json=sent.body, headers=headers)


def steps(fund) -> Iterator[tuple[str, str, dict]]:
    """Every step of a small request, with the hand that may take it."""
    day, then = datetime.now(UTC).date().isoformat(), (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    checks = [{"resource": resource, "name": "Harbor Pantry", "contacted_at": then, "method": "phone",
               "outcome": outcome} for resource, outcome in (
        ("charity", "no_capacity"), ("state_compensation", "too_slow"), ("service_provider", "denied"))]
    yield "ada", CREATES, {"fund_id": fund, "category": "E04", "need_domain": "FOO", "amount": AMOUNT,
                           "payee": "Corner Grocery", "purpose": "A week of groceries", "checks": checks}
    yield "ada", "submit", {}
    yield "sam", "approve", {"amount": AMOUNT, "concurs": True}
    yield "bud", "obligate", {"amount": AMOUNT, "document": "ORD-1"}
    yield "ada", "receive", {"amount": AMOUNT}
    yield "cerys", "certify", {}
    yield "pia", "pay", {"amount": AMOUNT, "reference": "PAY-1", "paid_on": day}
    yield "ada", "receipt", {"amount": AMOUNT, "reference": "RC-1", "issued_on": day}
    yield "bree", "reconcile", {"statement": "ST-1"}


@contextmanager
def posting(posters):
    """All of them at it for as long as the block lasts; what one of them met that must not be is raised here."""
    threads = [Thread(target=poster.run, daemon=True) for poster in posters]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for poster in posters:
            poster.enough.set()
        for thread in threads:
            with suppress(RuntimeError):
                thread.join(PATIENCE)
    require_no_failure(posters)


@contextmanager
def at_rest(posters):
    """Everybody gets the answer they wait for, and sends nothing new for as long as the block lasts."""
    for poster in posters:
        poster.resting.set()
    while any(poster.under_way and not poster.failure for poster in posters):
        time.sleep(0.01)
    require_no_failure(posters)
    yield
    for poster in posters:
        poster.resting.clear()


def require_no_failure(posters):
    for poster in posters:
        if poster.failure:
            raise poster.failure
