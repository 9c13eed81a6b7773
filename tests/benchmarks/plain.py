"""The floor: a small Flask application that does the same work with SQL written by hand, and nothing besides.

It signs in by the same token, keeps to the same scopes, writes the same kinds of event rows, seals under the same keys
and answers with nearly the same bytes. It has no policy table, no guards, no forms and no schemas: what the product
costs beyond it is the price of those. Served by `gunicorn tests.benchmarks.plain:app`; FLOOR_DATABASE_URL names the
database.
"""
from __future__ import annotations

import json
import os
import secrets
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, abort, g, render_template, request

from casework.kernel.crypto import Place, seal, unseal
from casework.kernel.data_keys import data_key
from casework.kernel.db import uuid7
from casework.kernel.key_sources import configure
from casework.kernel.rules import clocks_of
from tests.benchmarks import plain_sql as sql
from tests.conftest import KEYS

app = Flask(__name__, template_folder=str(Path(__file__).parent / "templates"))
configure({"ENV": "test", "KEYS": KEYS, "KEYS_FILE": ""})
_lines = threading.local()
_book = {}
DUTIES = {"rapid": "rapid_screen", "full": "full_assessment"}
CP_WARNS = timedelta(days=30)


def line():
    """One connection per thread, kept."""
    if not hasattr(_lines, "line"):
        _lines.line = psycopg.connect(os.environ["FLOOR_DATABASE_URL"])
    return _lines.line


@contextmanager
def transaction():
    try:
        yield line()
        line().commit()
    except BaseException:
        line().rollback()
        raise


def ask(statement, *values, **named):
    return line().execute(statement, named or values).fetchall()


@app.before_request
def who():
    if request.path == "/readyz":
        return
    shown = request.authorization
    rows = ask(sql.WHO, sha256(shown.token.encode()).digest()) if shown and shown.token else []
    if not rows:
        abort(401)
    g.me, g.name, g.zone = rows[0][0], rows[0][1], ZoneInfo(rows[0][5] or "UTC")
    g.grants = [(role, office) for _, _, role, office, _, _ in rows if role in sql.SCOPES]
    g.held = ", ".join(f"{role.replace('_', ' ').capitalize()}, {office}" for _, _, role, _, office, _ in rows)


@app.after_request
def headers(response):
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Request-ID"] = secrets.token_hex(16)
    return response


@app.teardown_request
def over(error):
    if error is not None:
        line().rollback()


def scope():
    """The reader's first grant: everybody of the benchmark holds one."""
    if not g.grants:
        abort(403)
    return sql.SCOPES[g.grants[0][0]], {"me": g.me, "office": g.grants[0][1]}


def remember(*events):
    with line().cursor() as cursor:
        cursor.executemany(sql.READ, events)


def read(verb, rows, case_id=None, office_id=None, **details):
    shown = json.dumps([[verb.split(".")[0], str(row[0]), str(row[0])] for row in rows])
    one = rows[0][0] if len(rows) == 1 else None
    return (g.me, verb, verb.split(".")[0], one, case_id, office_id, json.dumps(details), shown)


def found():
    clause, mine = scope()
    size = min(request.args.get("limit", 50, int), 200)
    asked = {"state": request.args["state"], "limit": size + 1, **mine}
    return ask(sql.LIST.format(scope=clause), **asked)[:size], clause, asked


def text(moment):
    return moment and moment.astimezone(UTC).isoformat()


def case_json(row):
    return {"id": str(row[0]), "number": row[1], "state": row[2], "office": row[4], "office_id": str(row[3]),
            "specialist": row[8], "specialist_id": str(row[7]), "investigation_id": row[10] and str(row[10]),
            "referral_source": row[11], "language": row[12], "interpreter": row[13], "under_18": row[14],
            "do_not_call": row[15], "protected": row[16], "discovered_at": text(row[17]), "hhs_due_at": None,
            "hhs_notified_at": text(row[18]), "opened_at": text(row[19]), "updated_at": text(row[20]),
            "closed_at": text(row[21]), "closed_reason": row[22]}


def answer(body, status=200):
    return app.response_class(json.dumps(body, separators=(",", ":")), status, content_type="application/json")


@app.get("/api/v1/cases")
def list_json():
    with transaction():
        rows, _, asked = found()
        remember(read("case.read", rows, office_id=(rows and rows[0][3]) or None, state=asked["state"]))
    last = [text(rows[-1][20]), str(rows[-1][0])] if rows else None
    return answer({"items": [case_json(row) for row in rows], "next": json.dumps(last)})


@app.get("/cases")
def list_page():
    with transaction():
        rows, clause, asked = found()
        total = ask(sql.COUNT.format(scope=clause), **asked)[0][0]
        due = due_dates(rows)
        offices, helpers = ask(sql.OFFICES), ask(sql.HELPERS)
        remember(read("case.read", rows, office_id=(rows and rows[0][3]) or None, state=asked["state"]))
    lines = [{"id": row[0], "number": row[1], "state": row[2].capitalize(), "office": row[5], "specialist": row[9],
              "language": row[12], "flags": ", ".join(flags(row)), "changed": words(row[20]),
              "due": clock(due[row[0]]) if row[0] in due else None} for row in rows]
    return render_template("list.html", rows=lines, total=total, offices=offices, helpers=helpers,
                           state=asked["state"], token=secrets.token_hex(24), nonce=secrets.token_hex(16))


def flags(row):
    said = (("Do not call", row[15]), (f"Interpreter: {row[12]}", row[13]), ("Under 18", row[14]))
    return [word for word, there in said if there]


def words(moment):
    here, today = moment.astimezone(g.zone), datetime.now(g.zone).date()
    day = {0: "today", -1: "yesterday"}.get((here.date() - today).days) or f"{here.day} {here:%b %Y}"
    return f"{day}, {here:%H:%M}"


def clock(due):
    """(kind, word, rest)"""
    here, now = due.astimezone(g.zone), datetime.now(g.zone)
    days = (here.date() - now.date()).days
    if due <= now:
        return "over", f"Overdue {-days} days", f"since {here.day} {here:%b %Y}"
    return ("soon", "Today", "") if days == 0 else ("later", f"In {days} days", f"{here.day} {here:%b %Y}")


def book():
    """The clocks, read once in the life of a process."""
    if not _book:
        bodies = dict(ask(sql.BOOK))
        _book.update({clock.name: clock for body in bodies.values() for clock in clocks_of(body)})
    return _book


def duties(rows):
    """(case, what, due) of everything that waits in these open cases."""
    still, clocks = {row[0]: row for row in rows if row[2] != "closed"}, book()
    ids = list(still)
    noted, signed, needs = dict(ask(sql.NOTED, ids)), {}, ask(sql.NEEDS, ids)
    for case_id, purpose, state, at, _ in ask(sql.ASSESSED, ids):
        if state == "signed":
            signed.setdefault(case_id, {})[purpose] = at
    urgent = urgencies(needs, noted)
    for id, row in still.items():
        yield from of_needs(row, signed.get(id, {}), urgent.get(id, []), clocks)
    for case_id, number, paid_at, zone in ask(sql.PAPERS, ids):
        yield case_id, f"Add the receipt {number}", clocks["receipt_due"].due(paid_at, ZoneInfo(zone))
    for case_id, end_on in ask(sql.GRANTS, ids):
        yield case_id, "Ask for an extension", datetime.combine(end_on, datetime.min.time(), UTC) - CP_WARNS


def of_needs(row, signed, urgent, clocks):
    id, opened, zone = row[0], row[19], ZoneInfo(row[6])
    if not signed:
        yield id, "Complete the rapid screen", clocks["rapid_screen"].due(opened, zone)
    if "full" not in signed:
        yield id, "Complete the full assessment", clocks["full_assessment"].due(opened, zone)
    else:
        again = "reassess_urgent" if urgent else "reassess"
        yield id, "Repeat the full assessment", clocks[again].due(signed["full"], zone)
    for domain, at in urgent:
        yield id, f"Act on an urgent need: {domain}", clocks["emergency_need"].due(at, zone)


def urgencies(needs, noted):
    urgent = {}
    for case_id, domain, level, at in needs:
        if level is not None and level >= (3 if domain == "SAF" else 4) and (noted.get(case_id) or at) <= at:
            urgent.setdefault(case_id, []).append((domain, at))
    return urgent


def due_dates(rows):
    earliest = {}
    for case_id, _, due in duties(rows):
        earliest[case_id] = min(due, earliest.get(case_id, due))
    return earliest


@app.get("/cases/<uuid:id>")
def case_page(id):
    with transaction():
        clause, mine = scope()
        rows = ask(sql.ONE.format(scope=clause), id=id, **mine)
        if not rows:
            abort(404)
        case = rows[0]
        waiting = sorted(duties(rows), key=lambda duty: duty[2])
        told = ask(sql.STORY, id=id, person=case[23])
        notes, team, confirmed, cp = ask(sql.LINES, id=id, person=case[23])[0]
        asked, needs = ask(sql.REQUESTS, id), ask(sql.NEEDS, [id])
        steps = ask(sql.ASSESSED, [id])
        remember(read("case.read", rows, id, case[3]), read("cp_grant.read", []), read("case.read", []))
    story = [{"at": at, "words": words(at), "says": verb.replace(".", ": ").replace("_", " "), "by": by, "kind": kind,
              "id": subject} for _, at, verb, kind, subject, _, by in told[:12]]
    levels = [level for _, _, level, _ in needs if level is not None]
    return render_template(
        "case.html", case=case, flags=flags(case), story=story, more=told[12][0] if len(told) > 12 else None,
        waiting=[(what, clock(due)) for _, what, due in waiting], notes=notes, team=team, confirmed=confirmed, cp=cp,
        requests=[(request_id, number, f"${cents / 100:,.2f}", state) for request_id, number, cents, state in asked],
        acuity=max(levels, default=None), steps=[(purpose, at) for _, purpose, _, at, _ in steps], words=words,
        since=words(case[19]), token=secrets.token_hex(24), nonce=secrets.token_hex(16))


def assessment_json(row, ratings, **more):
    return {"id": str(row[0]), "case_id": str(row[1]), "case_number": row[4], "purpose": row[5], "state": "draft",
            "version": row[10], "instrument_id": str(row[7]), "started_by_id": str(row[8]), "started_at": text(row[9]),
            "saved_at": text(row[11]), "signed_by_id": None, "signed_at": None, "ratings": ratings, **more}


def changed(what, id, /, **fields):
    return [{"what": what, "id": str(id), "field": field, "from": None, "to": None if to is None else str(to)}
            for field, to in fields.items()]


@app.post("/api/v1/cases/<uuid:case_id>/assessments")
def begin(case_id):
    with transaction():
        clause, mine = scope()
        rows = ask(sql.HOLD_CASE.format(scope=clause), id=case_id, **mine)
        if not rows or rows[0][1] == "closed":
            abort(409)
        _, _, person, office, number, under_18 = rows[0]
        id, purpose, instrument = uuid7(), request.get_json()["purpose"], ask(sql.INSTRUMENT)[0][0]
        started = ask(sql.BEGIN, id, case_id, person, office, number, purpose, under_18, instrument, g.me)[0][0]
        line().execute(sql.TOUCH, (case_id,))
        line().execute(sql.DEED, (g.me, "assessment.begin", "assessment", id, case_id, office, json.dumps(
            changed("assessment", id, id=id, case_id=case_id, person_id=person, office_id=office, case_number=number,
                    purpose=purpose, state="draft", under_18=under_18, instrument_id=instrument, started_by_id=g.me,
                    started_at=started))))
        remember(read("case.read", [(case_id,)], case_id, office))
    return answer(assessment_json((id, case_id, person, office, number, purpose, under_18, instrument, g.me, started, 1,
                                   None), []), 201)


def draft(id):
    clause, mine = scope()
    rows = ask(sql.HOLD_DRAFT.format(scope=clause), id=id, **mine)
    return rows[0] if rows else abort(404)


def key_of(person):
    place = Place("person", "wrapped_key", person)
    return data_key(place, ask(sql.KEY, person)[0][0])


@app.patch("/api/v1/assessments/<uuid:id>")
def save(id):
    with transaction():
        row, given = draft(id), request.get_json()["ratings"]
        key, there = key_of(row[2]), {rating[0] for rating in ask(sql.RATINGS, id)}
        made = [(uuid7(), each["domain"], int(each["answer"]), each.get("note")) for each in given
                if each["domain"] not in there]
        sealed = [note and seal(key, Place("need_rating", "note_sealed", rating), note.encode())
                  for rating, _, _, note in made]
        line().execute(sql.RATE, (id, row[2], [each[0] for each in made], [each[1] for each in made],
                                  [each[2] for each in made], sealed))
        saved = ask(sql.SAVE, id, int(request.headers["If-Match"].strip('"')))[0][0]
        changes = [change for (rating, domain, _, _), note in zip(made, sealed, strict=True) for change in changed(
            "need_rating", rating, id=rating, domain=domain, answer="changed", level="changed",
            note_sealed=note and f"sha256:{sha256(note).hexdigest()}")]
        line().execute(sql.DEED, (g.me, "assessment.save", "assessment", id, row[1], row[3], json.dumps(
            changes + changed("assessment", id, saved_at=saved))))
        remember(read("assessment.read", [(id,)], row[1], row[3]))
    said = [{"domain": domain, "answer": str(level), "level": level, "note": note} for _, domain, level, note in made]
    return answer(assessment_json(row, said, version=row[10] + 1, saved_at=text(saved)))


@app.post("/api/v1/assessments/<uuid:id>/sign")
def sign(id):
    with transaction():
        row = draft(id)
        key, ratings = key_of(row[2]), ask(sql.RATINGS, id)
        if len(ratings) < 10:
            abort(422)
        signed = ask(sql.SIGN, g.me, id)[0][0]
        line().execute(sql.DEED, (g.me, "assessment.sign", "assessment", id, row[1], row[3], json.dumps(
            changed("assessment", id, state="signed", signed_by_id=g.me, signed_at=signed))))
        remember(read("assessment.read", [(id,)], row[1], row[3]))
    said = [{"domain": domain, "answer": str(level), "level": level, "note": note and unseal(
        key, Place("need_rating", "note_sealed", rating), note).decode()} for domain, level, _, note, rating in ratings]
    return answer(assessment_json(row, said, version=row[10] + 1, state="signed", signed_by_id=str(g.me),
                                  signed_at=text(signed)))


@app.post("/api/v1/disbursements/<uuid:id>/obligate")
def obligate(id):
    body, key = request.get_json(), request.headers["Idempotency-Key"]
    mark, cents = sha256(g.me.bytes + key.encode()).digest(), int(Decimal(body["amount"]) * 100)
    with transaction():
        if not ask(sql.LOCK, int.from_bytes(mark[:8], "big", signed=True))[0][0]:
            abort(409)
        if ask(sql.ANSWERED, g.me, mark):
            abort(409)
        said = obligated(id, cents, body["document"])
        line().execute(sql.KEEP, (g.me, mark, sha256(request.get_data()).digest(), kept(key, mark, json.dumps(said))))
    return answer(said)


def kept(key, mark, said):
    """The answer, to be opened only with the key its sender chose."""
    nonce, secret = os.urandom(12), b"a secret of the server" + key.encode()
    cipher = AESGCM(HKDF(SHA256(), 32, salt=g.me.bytes, info=b"floor").derive(secret))
    return nonce + cipher.encrypt(nonce, said.encode(), mark)


def obligated(id, cents, document):
    if not any(role == "budget_officer" for role, in ask("SELECT role FROM role_grant WHERE user_id = %s", g.me)):
        abort(403)
    rows = ask(sql.HOLD_REQUEST, id)
    if not rows or ask(sql.HAS_SIGNED, id, rows[0][4], g.me):
        abort(409)
    fund, year, office, approved, round_, tier, case_id, number, version, exigent, first, last = rows[0][:12]
    today = datetime.now(UTC).date()
    if today < first or (last and last < today):
        abort(409)
    ask(sql.HOLD_MONEY, fund, year, office)
    if not 0 < cents <= approved or ask(sql.HOLDS, id)[0][0] < cents:
        abort(409)
    at = ask(sql.OBLIGATE, cents, g.me, document, id)[0][0]
    line().execute(sql.SIGNATURE, (id, round_, g.me, cents, tier, document))
    line().execute(sql.MOVE, (fund, year, office, cents, id, document, g.me))
    line().execute(sql.DEED, (g.me, "disbursement.obligate", "disbursement", id, case_id, office, json.dumps(
        changed("disbursement", id, state="obligated", obligated=cents, obligated_by_id=g.me, obligated_at=at,
                obligation_document=document, updated_at=at) + changed(
            "signature", id, disbursement_id=id, round=round_, user_id=g.me, verb="obligate", amount=cents, tier=tier,
            document=document, at=at) + changed(
            "movement", id, fund_id=fund, fiscal_year=year, office_id=office, source="committed", target="obligated",
            amount=cents, disbursement_id=id, verb="obligate", document=document, at=at, by_id=g.me))))
    remember(read("disbursement.read", [(id,)], case_id, office))
    told = iter(rows[0][12:])
    return {"id": str(id), "state": "obligated", "case_id": str(case_id), "case_number": number, "fiscal_year": year,
            "fund_id": str(fund), "office_id": str(office), "approved": dollars(approved), "obligated": dollars(cents),
            "obligated_by_id": str(g.me), "obligated_at": text(at), "obligation_document": document, "round": round_,
            "tier": tier, "exigent": exigent, "version": version + 1,
            **{name: None if (value := next(told)) is None else str(value) for name in sql.WORDS},
            **{name: text(next(told)) for name in sql.MOMENTS}, **{name: dollars(next(told)) for name in sql.AMOUNTS}}


def dollars(cents):
    return f"{cents / 100:.2f}"


@app.get("/readyz")
def ready():
    return "ready"

