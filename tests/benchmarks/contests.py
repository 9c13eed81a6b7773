"""What is asked of the product and of the floor alike. Each answer is checked before its time counts."""
from __future__ import annotations

import json
from collections import deque
from uuid import uuid4

import psycopg

from tests.benchmarks.loading import Cast, Person
from tests.benchmarks.serving import Answer, Client
from tests.benchmarks.timing import AT_ONCE, Contest, NothingLeft

PAGE, SHORT = 50, 10
ASKED = "state=open&sort=-updated&limit={}"
DOMAINS = ("SAF", "SHE", "FOO", "CLO", "MED", "FME", "MHC", "LAN", "TRN", "COM")
RATINGS = json.dumps({"ratings": [{"domain": domain, "answer": str(nth % 3), "note": "Spoken about at length today."}
                                  for nth, domain in enumerate(DOMAINS)]}).encode()


class Wrong(AssertionError):
    """An answer that is not the right one: then no time means anything."""


def contests(uri: str, cast: Cast, page: int = PAGE) -> list[Contest]:
    """All of them, for the people and records of this database; lists of so many rows."""
    with psycopg.connect(uri) as line:
        readers = _readers(cast)
        first = {each.token: _first_page(line, each, page) for each in readers}
        helpers = readers[1::2]
        files = {each.token: _open_cases(line, each) for each in helpers}
        waiting = deque(line.execute("SELECT id, approved FROM disbursement WHERE state = 'approved'"))
    tokens = [each.token for each in readers]
    return [
        Contest("list, JSON", tokens, lambda client, *_: _list_json(client, first[client.token], page)),
        Contest("list, HTML", tokens, lambda client, *_: _list_page(client, first[client.token], page)),
        Contest("case page", [each.token for each in helpers], lambda client, nth, count: _case(
            client, files[client.token][(nth + count) % len(files[client.token])])),
        Contest("post an assessment", [each.token for each in helpers], lambda client, nth, count: _assess(
            client, _own(files[client.token], nth, count))),
        Contest("post a disbursement step", [cast.of("budget_officer")[0].token], lambda client, *_: _obligate(
            client, *_next(waiting))),
    ]


def _readers(cast: Cast) -> list[Person]:
    """A supervisor, who sees an office, and a specialist of another, who sees a team's cases; and so on."""
    offices = list(cast.offices)
    roles = ("program_supervisor", "specialist") * (AT_ONCE // 2)
    return [cast.of(role, office)[0] for role, office in zip(roles, offices, strict=False)]


def _first_page(line: psycopg.Connection, reader: Person, page: int) -> list[str]:
    """What the first page has to show, asked of the database behind everybody's back."""
    mine, whose = ("office_id", reader.office_id) if reader.role == "program_supervisor" else (
        "specialist_id", reader.id)
    return [str(id) for id, in line.execute(
        f"""SELECT id FROM "case" WHERE {mine} = %s AND state = 'open' ORDER BY updated_at DESC, id DESC LIMIT %s""",
        (whose, page))]


def _open_cases(line: psycopg.Connection, helper: Person) -> list[str]:
    """Theirs, the longest untouched first, so that the lists' first pages stay as they are."""
    return [str(id) for id, in line.execute(
        "SELECT id FROM \"case\" WHERE specialist_id = %s AND state = 'open' ORDER BY updated_at LIMIT 200",
        (helper.id,))]


def _own(files: list[str], nth: int, count: int) -> str:
    """Two clients never fill the same draft."""
    mine = files[nth::AT_ONCE]
    return mine[count % len(mine)]


def _right(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise Wrong(f"{answer.status} instead of {status}: {answer.body[:400]!r}")
    return answer


def _list_json(client: Client, first: list[str], page: int) -> None:
    body = json.loads(_right(client.get(f"/api/v1/cases?{ASKED.format(page)}"), 200).body)
    if len(body["items"]) != len(first) or {each["state"] for each in body["items"]} != {"open"}:
        raise Wrong(f"{len(body['items'])} open cases instead of {len(first)}")
    if [each["id"] for each in body["items"]] != first:
        raise Wrong("other cases, or another order")


def _list_page(client: Client, first: list[str], page: int) -> None:
    body = _right(client.get(f"/cases?{ASKED.format(page)}"), 200).body.decode()
    if body.count('<th scope="row"') != len(first):
        raise Wrong(f"{body.count('<th scope=')} rows instead of {len(first)}")
    if any(f'"/cases/{id}"' not in body for id in (first[0], first[-1])):
        raise Wrong("the first or the last case is missing")


def _case(client: Client, id: str) -> None:
    body = _right(client.get(f"/cases/{id}"), 200).body
    if id.encode() not in body or b'id="story"' not in body or b"cw-story" not in body:
        raise Wrong("not the case asked for, or without its story")


def _assess(client: Client, case_id: str) -> None:
    """Begin, fill ten domains with a sealed note each, sign."""
    begun = _right(client.send("POST", f"/api/v1/cases/{case_id}/assessments", b'{"purpose": "rapid"}'), 201)
    path = f"/api/v1/assessments/{json.loads(begun.body)['id']}"
    kept = json.loads(_right(client.send("PATCH", path, RATINGS, If_Match='"1"'), 200).body)
    signed = json.loads(_right(client.send("POST", f"{path}/sign", b"{}"), 200).body)
    if len(kept["ratings"]) != len(DOMAINS) or signed["state"] != "signed":
        raise Wrong(f"{len(kept['ratings'])} answers, {signed['state']}")
    if {each["note"] for each in signed["ratings"]} != {"Spoken about at length today."}:
        raise Wrong("the notes do not open")


def _next(waiting: deque[tuple[object, int]]) -> tuple[object, int]:
    """The next request that waits for money."""
    try:
        return waiting.popleft()
    except IndexError:
        raise NothingLeft from None


def _obligate(client: Client, id: object, cents: int) -> None:
    body = json.dumps({"amount": f"{cents / 100:.2f}", "document": "PO-2027"}).encode()
    answer = _right(client.send("POST", f"/api/v1/disbursements/{id}/obligate", body, Idempotency_Key=str(uuid4())), 200)
    said = json.loads(answer.body)
    if said["state"] != "obligated" or said["obligated"] != f"{cents / 100:.2f}":
        raise Wrong(f"{said['state']}, {said['obligated']}")
