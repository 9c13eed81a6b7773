"""Every route, asked by every role and by strangers, about one's own file, another office's, another investigation's.

What the answer must be follows from the policy. Nothing is changed by asking: whatever a deed would commit is taken
back at the last moment, so every question is asked of the same world.
"""
from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from uuid import UUID

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy import event
from werkzeug.routing import UUIDConverter

from casework import policy
from casework.kernel.db import db
from casework.kernel.errors import Refusal
from tests import world as story
from tests.conftest import app_on, as_browser, as_machine
from tests.matrix import ANYWHERE, RECORDS, ROUTES

PEOPLE = {
    "specialist": "ada", "program_supervisor": "sam", "investigator": "olga", "field_supervisor": "fay",
    "agency_coordinator": "cora", "cp_reviewer": "rex", "cp_official": "otto", "escalation_authority": "esme",
    "program_hq": "hana", "fund_approver": "fern", "cardholder": "carl", "budget_officer": "bud",
    "certifying_officer": "cerys", "payment_recorder": "pia", "auditor": "uma", "privacy_officer": "priya",
    "administrator": "root", "nobody": "zoe",
}
WHERE = ("of their own", "of another office", "of another investigation")
ABSENT = UUID("0199aaaa-0000-7000-8000-00000000abcd")
REFUSED = (401, 403, 404)
LEAVING = ("web.hide_now", "access.sign_out")  # asked last: afterwards this browser is shown nothing


class WouldBeDone(Refusal):
    """Everything was allowed and nothing stood in the way. Taken back."""

    status, title = 299, "It would be done"


@dataclass(frozen=True)
class Question:
    endpoint: str
    method: str
    about: str
    url: str
    absent_url: str
    version: int
    expected: int | None  # None: anything but a refusal

    def __str__(self):
        return f"{self.method} {self.endpoint} {self.about}"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stage(request):
    """One application on one copy of the world, for the whole matrix."""
    url, ids = request.getfixturevalue(f"{request.param}_copies")()
    app = app_on(url)
    yield SimpleNamespace(app=app, ids=ids)
    with app.app_context():
        db.engine.dispose()


@contextmanager
def nothing_is_kept():
    """A deed is taken back when it is about to be committed. What only records a look is kept."""
    def wrote(session, _context):
        session.info["wrote"] = True

    def take_back(session):
        if session.info.pop("wrote", False) and session.info.get("transaction"):
            raise WouldBeDone

    hooks = (("after_flush", wrote), ("before_commit", take_back))
    for name, hook in hooks:
        event.listen(Session, name, hook)
    try:
        yield
    finally:
        for name, hook in hooks:
            event.remove(Session, name, hook)


def routes(app):
    return [(rule, method) for rule in app.url_map.iter_rules()
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]


def test_every_route_has_a_row(stage):
    endpoints = {rule.endpoint for rule, _ in routes(stage.app)}
    missing, gone = sorted(endpoints - set(ROUTES)), sorted(set(ROUTES) - endpoints)
    assert not missing, (f"add a row to ROUTES in tests/matrix.py that says which kind of record the address names, "
                         f"for: {', '.join(missing)}")
    assert not gone, f"take the rows of routes that are no more out of tests/matrix.py: {', '.join(gone)}"


@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_is_answered_as_the_policy_says(stage, role):
    asked, questions = prepared(stage, PEOPLE[role])
    with nothing_is_kept():
        wrong = [complaint for question in questions for complaint in answered(asked, question)]
    assert not wrong, f"{role}:\n" + "\n".join(wrong)


def test_every_role_is_here():
    assert set(PEOPLE) == {str(role) for role in policy.ROLES} | {"nobody"}


def test_a_stranger_is_led_to_the_sign_in_or_refused(stage):
    _, questions = prepared(stage, "zoe")
    client, wrong = stage.app.test_client(), []
    for question in questions:
        if ROUTES[question.endpoint].public:
            continue
        body = {} if question.method == "GET" else {"json": ROUTES[question.endpoint].body}
        answer = client.open(question.url, method=question.method, **body)
        led = answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in")
        if not led and answer.status_code not in (401, 403):
            wrong.append(f"{question}: {answer.status}")
    assert not wrong, "\n".join(wrong)


def prepared(stage, name):
    """Their browser and their program, and every question with the answer that the policy gives for them."""
    with stage.app.app_context():
        w = story.World(stage.ids, db.session())
        records = {kind: choose(w) for kind, choose in RECORDS.items()}
        person, urls = getattr(w, name), stage.app.url_map.bind("localhost")
        with story.looking(db.session()):
            asked = [question(stage.app, urls, person, records, rule, method, at)
                     for rule, method in routes(stage.app) if rule.endpoint in ROUTES
                     for at in places(stage.app, person, rule.endpoint)]
        clients = {"page": as_browser(stage.app, person), "api": as_machine(stage.app, person)}
        db.session.remove()
    return clients, sorted((each for each in asked if each), key=lambda each: each.endpoint in LEAVING)


def places(app, person, endpoint):
    row = ROUTES[endpoint]
    return range(3) if row.on and not shut(person, verbs_of(app, endpoint)) else range(1)


def verbs_of(app, endpoint):
    return getattr(app.view_functions[endpoint], "verbs", frozenset())


def question(app, urls, person, records, rule, method, at):
    row = ROUTES[rule.endpoint]
    thing = records[row.on][at] if row.on else None
    part = records[row.part][at] if row.part else None
    if row.on and thing is None:
        return None
    verbs = verbs_of(app, rule.endpoint)
    return Question(
        rule.endpoint, method, WHERE[at] if row.on else "", address(urls, rule, method, row, thing and thing.id),
        address(urls, rule, method, row, ABSENT), getattr(part or thing, "version", 1),
        404 if row.closed else None if row.public else expected(person, row, verbs, method, thing, part))


def address(urls, rule, method, row, id):
    words = {name: id if isinstance(converter, UUIDConverter) else row.words.get(name, ANYWHERE)
             for name, converter in rule._converters.items()}
    return urls.build(rule.endpoint, words, method)


def shut(person, verbs):
    """Whether the gate is shut to them, whatever the record: then one record is enough to ask about."""
    return not any(policy.ways(person, verb) for verb in verbs)


def expected(person, row, verbs, method, thing, part):
    """No row for any of their roles: 403. A row, but not for this record: 404. Seen, but not theirs to change: 403."""
    if shut(person, verbs):
        return 403
    looks = [(row.looks, thing)] if row.on and not row.alone else []
    looks += [(f"{row.part}.read", part)] if row.part else []
    for verb, record in looks:
        if not policy.ways(person, verb):
            return 403
        if record is None or not policy.may(person, verb, record):
            return 404
    deeds = {row.post} if row.post and method != "GET" else verbs
    judged = [(verb, record) for kind, record in ((row.on, thing), (row.part, part)) if kind
              for verb in deeds if policy.judged_on(verb) == kind]
    return None if not judged or any(policy.may(person, verb, record) for verb, record in judged) else 403


def answered(asked, question):
    """What is wrong with the answer, if anything; and whether an absent record is answered in any other way."""
    answer = ask(asked, question, question.url)
    if isinstance(answer, str):
        return [f"{question}: {answer}"]
    found, wrong = answer[0], []
    fine = found not in REFUSED if question.expected is None else found == question.expected
    if not fine:
        wrong.append(f"{question}: {found}, not {question.expected or 'allowed'}")
    if question.expected == 404 and fine:
        key = question.endpoint, question.method
        if key not in asked:
            asked[key] = ask(asked, question, question.absent_url)
        absent = asked[key]
        if absent != answer:
            wrong.append(f"{question}: hidden and absent differ: {difference(answer, absent)}")
    return wrong


def ask(asked, question, url):
    """Status, headers and body, without the request's own id and the address that was asked; or what broke."""
    row, machine = ROUTES[question.endpoint], question.url.startswith("/api/")
    headers = {"If-Match": f'"{question.version}"', "Idempotency-Key": "one of the matrix"}
    sent = {} if question.method == "GET" else {"json": row.body} if machine else {"data": dict(row.form)}
    try:
        answer = asked["api" if machine else "page"].open(url, method=question.method, headers=headers, **sent)
    except Exception as error:  # noqa: BLE001
        return f"broke with {type(error).__name__}: {error}"
    if answer.status_code == 303 and answer.headers["Location"].startswith(("/sign-in", "/blank")) \
            and question.endpoint not in LEAVING:
        return f"led away to {answer.headers['Location']}"
    id = answer.headers["X-Request-ID"]

    def without(said):
        return said.replace(id, "ID").replace(url, "URL")
    headers = sorted((name, without(said)) for name, said in answer.headers)
    return answer.status_code, headers, without(answer.get_data(as_text=True))


def difference(one, other):
    """Where two answers part, in a few words."""
    if isinstance(other, str):
        return other
    for a, b in zip(one, other, strict=True):
        at = next((n for n, (x, y) in enumerate(zip(str(a), str(b), strict=False)) if x != y), None)
        if a != b:
            start = max((at or 0) - 40, 0)
            return f"{str(a)[start:start + 120]!r} against {str(b)[start:start + 120]!r}"
    return "nothing"
