"""Many hands at once, over HTTP: the fund obligates what it held, one click is one approval, one key is one effect."""
from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from casework.cases import actions as cases
from casework.funds import actions as funds
from casework.funds import ledger
from casework.funds.models import Account, Disbursement, Signature, Signed
from casework.kernel.clocks import fiscal_year
from casework.kernel.db import db
from casework.kernel.rulebook import today
from tests.funds.story import asked
from tests.serving.server import at_once

pytestmark = pytest.mark.slow
SPENDERS, EACH, HELD = 50, 100, 2000


def sent(world, count, fund):
    """Requests that only await their one signature, each for a person of its own."""
    return [asked(world, world.ada, cases.open_case(world.ada, world.den, referral_source="self"), EACH,
                  fund_id=fund.id).id for _ in range(count)]


def small_fund(world, amount):
    fund = funds.record(world.bud, name=f"Small {uuid4().hex[:6]}", treasury_symbol="70-1", authority="A test act",
                        spending="annual", available_from_on=world.fund.available_from_on)
    funds.apportion(world.bud, fund, fiscal_year=fiscal_year(today()), amount=Decimal(amount), document="A")
    funds.allot(world.bud, fund, office_id=world.den.id, fiscal_year=fiscal_year(today()), amount=Decimal(amount))
    return fund


def test_the_server_is_ready(server):
    answer = server.client("ada").get(f"{server.address}/readyz")
    assert answer.status_code == 200, answer.text


def test_fifty_spenders_on_one_fund_obligate_exactly_what_it_held(server):
    with server.story() as world:
        fund = small_fund(world, HELD)
        line = ledger.Line(fund.id, fiscal_year(today()), world.den.id, Account.AVAILABLE)
        ids = sent(world, SPENDERS, fund)

    def spend(number, id):
        signed = server.post(("sam", "lou")[number % 2], f"/disbursements/{id}/approve",
                             {"amount": f"{EACH}.00", "concurs": True})
        if signed.status_code != 200:
            return signed.status_code
        body = {"amount": f"{EACH}.00", "document": f"ORD-{number}"}
        return server.post("bud", f"/disbursements/{id}/obligate", body).status_code

    answers = at_once([lambda pair=pair: spend(*pair) for pair in enumerate(ids)])
    assert (answers.count(200), answers.count(409)) == (HELD // EACH, SPENDERS - HELD // EACH)
    with server.story():
        kept = ledger.kept()
        assert {account: kept.get(line._replace(account=account), 0)
                for account in (Account.AVAILABLE, Account.COMMITTED, Account.OBLIGATED)} == {
            Account.AVAILABLE: 0, Account.COMMITTED: 0, Account.OBLIGATED: HELD}
        assert ledger.reconcile() == []


def test_twenty_clicks_on_approve_give_one_approval(server):
    with server.story() as world:
        [id] = sent(world, 1, small_fund(world, HELD))
    body = {"amount": f"{EACH}.00", "concurs": True}
    answers = at_once([lambda: server.post("sam", f"/disbursements/{id}/approve", body).status_code] * 20)
    assert answers.count(200) == 1 and set(answers) <= {200, 403, 409}, answers
    assert approvals(server, id) == 1


def test_one_key_has_one_effect_and_one_answer(server):
    with server.story() as world:
        [id] = sent(world, 1, small_fund(world, HELD))
    path, key, body = f"/disbursements/{id}/approve", str(uuid4()), {"amount": f"{EACH}.00", "concurs": True}
    answers = at_once([lambda: server.post("sam", path, body, key)] * 10)
    waits = server.database.startswith("sqlite")
    statuses = {answer.status_code for answer in answers}
    assert statuses == {200} if waits else 200 in statuses <= {200, 409}
    again = server.post("sam", path, body, key)
    assert {answer.text for answer in answers if answer.status_code == 200} == {again.text}
    assert again.headers["ETag"]
    assert approvals(server, id) == 1
    other = server.post("sam", path, {**body, "amount": "1.00"}, key)
    assert other.status_code == 422 and "another request" in other.text
    assert server.client("sam").post(path, json=body).status_code == 400


def approvals(server, id):
    with server.story():
        assert db.session.get(Disbursement, id).approved == EACH
        return db.session.query(Signature).filter_by(disbursement_id=id, verb=Signed.APPROVE).count()
