"""Taking the log away: the three forms agree, cells are harmless, the trail comes first, and memory stays flat."""
from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tracemalloc
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Integer, Text, cast, column, insert, literal, literal_column, null, select, text, values

from casework.access.models import User
from casework.access.streams import ahead, copied, line
from casework.audit.models import AuditEvent
from casework.funds.models import Disbursement, Fund
from casework.kernel.db import db, now, uuid7
from casework.kernel.errors import Forbidden
from casework.kernel.system import SYSTEM
from casework.log import exports, rendering
from casework.log.exports import FORMULA, HEADER, Manifest, csv_rows, export, neutral
from casework.log.queries import TAKE
from casework.log.rendering import PART
from casework.log.schemas import Format
from tests.conftest import KEYS
from tests.world import as_seen_by

pytestmark = pytest.mark.usefixtures("in_time")


def taken_events():
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.verb == TAKE).order_by(AuditEvent.id)))


def many(truth, world, count):
    """That many more requests, put straight into the table."""
    whole = {column.name: getattr(world.paid, column.name) for column in Disbursement.__table__.columns}
    rows = [{**whole, "id": uuid7(), "number": f"X-{at:06}", "serial": 100_000 + at,
             "requested_at": now() - timedelta(minutes=at)} for at in range(count)]
    for first in range(0, count, 500):
        truth.execute(insert(Disbursement), rows[first:first + 500])
    truth.commit()


# ── Forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_csv_and_json_lines_and_json_say_the_same(machine):
    client = machine("uma")
    pages = client.get("/api/v1/disbursement-log?limit=200").json["items"]
    lines = [json.loads(line) for line in client.get("/api/v1/disbursement-log?format=jsonl").text.splitlines()]
    cells = list(csv.DictReader(io.StringIO(client.get("/api/v1/disbursement-log?format=csv").text)))
    by_number = {row["number"]: row for row in pages}
    assert {row["number"]: row for row in lines[:-1]} == by_number
    assert {row["number"]: row for row in cells} == {
        number: {name: neutral(value) for name, value in row.items()} for number, row in by_number.items()}


def test_the_last_line_says_what_the_file_holds(world):
    data = b"".join(export(world.uma, Format.JSONL, office="DEN"))
    *rows, last = data.splitlines(keepends=True)
    manifest = json.loads(last)["manifest"]
    assert manifest["rows"] == len(rows) > 5
    assert manifest["filter"] == "office DEN"
    assert manifest["sha256"] == sha256(b"".join(rows)).hexdigest()


def test_a_manifest_handed_in_is_filled(world):
    manifest = Manifest("")
    data = b"".join(export(world.uma, Format.CSV, manifest=manifest))
    assert manifest.as_dict()["sha256"] == sha256(data).hexdigest()
    assert manifest.rows == data.count(b"\r\n") - 1


def test_a_filter_holds_for_the_file_too(machine):
    client = machine("uma")
    cells = list(csv.DictReader(io.StringIO(client.get("/api/v1/disbursement-log?format=csv&state=paid").text)))
    assert {row["state"] for row in cells} == {"paid"}


def test_an_empty_file_has_its_header_and_its_manifest(world):
    assert b"".join(export(world.uma, Format.CSV, office="NOW")).count(b"\r\n") == 1
    assert json.loads(b"".join(export(world.uma, Format.JSONL, office="NOW")))["manifest"]["rows"] == 0


# ── Harmless cells ────────────────────────────────────────────────────────────────────────────────────────────────

@given(st.text())
def test_no_cell_begins_like_a_formula_and_nothing_is_lost(text):
    cell = neutral(text)
    assert not cell.startswith(FORMULA)
    assert cell in (text, f"'{text}")


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20), min_size=29, max_size=29))
def test_a_row_survives_the_way_through_csv(cells):
    row = dict(zip(HEADER, cells, strict=True))
    read = next(csv.reader(io.StringIO(csv_rows(iter([row])).decode(), newline="")))
    assert read == [neutral(cell) for cell in cells]
    assert not [cell for cell in read if cell.startswith(FORMULA)]


def test_a_payee_token_that_looks_like_a_formula_is_disarmed(world, truth):
    truth.execute(Disbursement.__table__.update().where(Disbursement.id == world.paid.id).values(
        payee_token="=HYPERLINK(1)"))
    truth.commit()
    data = b"".join(export(world.uma, Format.CSV)).decode()
    assert "'=HYPERLINK(1)" in data
    assert ",=HYPERLINK" not in data


# ── The trail comes first ─────────────────────────────────────────────────────────────────────────────────────────

def test_before_each_thousand_rows_leave_the_trail_names_them(world, truth):
    many(truth, world, 2_100)
    rows, seen = 0, []
    for chunk in export(world.uma, Format.JSONL):
        named = sum(len(event.shown) for event in taken_events())
        rows += chunk.count(b'"number"')
        seen.append(named >= rows)
    events = taken_events()
    assert all(seen)
    assert [len(event.shown) for event in events][:2] == [1000, 1000]
    assert sum(len(event.shown) for event in events) == rows
    assert len(events) == 4


def test_the_end_is_written_down_with_filter_count_and_digest(world):
    data = b"".join(export(world.uma, Format.CSV, office="MIA"))
    last = taken_events()[-1]
    assert last.details["sha256"] == sha256(data).hexdigest()
    assert last.details["rows"] == data.count(b"\r\n") - 1
    assert last.details["filter"] == "office MIA"


def test_a_file_broken_off_has_no_end_in_the_trail(world, truth):
    many(truth, world, 1_500)
    stream = export(world.uma, Format.CSV)
    next(stream)
    next(stream)
    stream.close()
    assert [event.details.get("sha256") for event in taken_events()] == [None]


def test_who_may_not_take_it_away_is_refused_before_the_first_byte(world):
    for name in ("ada", "sam", "olga", "priya", "root"):
        with pytest.raises(Forbidden):
            export(getattr(world, name), Format.CSV)
    assert taken_events() == []


# ── By command ────────────────────────────────────────────────────────────────────────────────────────────────────

@pytest.fixture
def casework(copy):
    """`casework("disbursements", "export")` in a process of its own: (status, standard output, standard error)."""
    def run(*words):
        environment = {**os.environ, "CASEWORK_ENV": "test", "CASEWORK_DATABASE_URL": copy[0], "CASEWORK_KEYS": KEYS,
                       "CASEWORK_SECRET_KEY": "c" * 40}
        done = subprocess.run([sys.executable, "-c", "from casework.cli import main; main()", "disbursements", "export",
                               *words], capture_output=True, env=environment, timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr.decode()
    return run


@pytest.mark.slow
def test_the_command_writes_the_same_bytes_with_their_manifest_beside_them(casework, world, tmp_path):
    status, said, wrong = casework("--format", "csv", "--user", "uma", "--office", "DEN")
    assert status == 0, wrong
    assert said == b"".join(export(world.uma, Format.CSV, office="DEN"))
    file = tmp_path / "log.jsonl"
    status, _, wrong = casework("--format", "jsonl", "--out", str(file), "--from", "2026-03-01")
    assert status == 0, wrong
    rows = file.read_bytes().splitlines(keepends=True)[:-1]
    manifest = json.loads((tmp_path / "log.jsonl.manifest.json").read_text())
    assert manifest["sha256"] == sha256(b"".join(rows)).hexdigest()
    assert manifest["rows"] == len(rows) > 0
    assert not (tmp_path / "log.jsonl.part").exists()
    assert {event.actor_id for event in taken_events()} == {world.uma.id, SYSTEM.id}


@pytest.mark.slow
def test_the_command_refuses_in_one_line(casework):
    assert casework("--user", "ada")[0] == 1
    assert "Who may" in casework("--user", "ada")[2]
    assert casework("--state", "lost")[0] == 2
    assert casework("--user", "nobody-here")[0] == 2


# ── At the doors ──────────────────────────────────────────────────────────────────────────────────────────────────

def test_the_page_gives_the_file_as_an_attachment(browser):
    answer = browser("uma").get("/log/download?format=csv&office=DEN")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.content_type.startswith("text/csv")
    assert answer.text.startswith("number,case_number")


def test_what_was_taken_stands_on_the_page_with_its_digest(browser):
    client = browser("uma")
    digest = sha256(client.get("/log/download?format=csv").data).hexdigest()
    assert digest in client.get("/log").text
    assert digest not in browser("hana").get("/log").text


@pytest.mark.parametrize("name", ["ada", "sam", "cerys", "olga", "priya"])
def test_no_other_role_downloads(browser, machine, name):
    assert browser(name).get("/log/download?format=csv").status_code == 403
    assert machine(name).get("/api/v1/disbursement-log?format=csv").status_code == 403


def test_a_token_for_reading_does_not_take_away(machine):
    client = machine("uma", scopes="disbursement.read")
    assert client.get("/api/v1/disbursement-log").status_code == 200
    assert client.get("/api/v1/disbursement-log?format=jsonl").status_code == 403


# ── Memory ────────────────────────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.slow
@pytest.mark.parametrize("form", [Format.CSV, Format.JSONL])
def test_memory_does_not_grow_with_the_rows(world, truth, form):
    many(truth, world, 20_000)

    def peak(**asked):
        tracemalloc.start()
        count = sum(chunk.count(b"\n") for chunk in export(world.uma, form, **asked))
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return count, highest

    peak(office="MIA")
    few, small = peak(from_on=(now() - timedelta(hours=180)).date(), to_on=now().date())
    all_of_them, large = peak()
    assert 2 * exports.TOGETHER * PART < few < 12_500
    assert all_of_them > 20_000
    assert large < 1.2 * small


@pytest.mark.parametrize("reading", [ahead, iter])
def test_no_more_is_read_than_leaves_next_and_what_comes_after_it(reading):
    read, left = [], 0
    parts = (read.append(number) or number for number in range(30))
    for block in reading(exports._together(parts)):
        left += len(block)
        assert read == list(range(len(read)))
        assert len(read) - left <= exports.TOGETHER
    assert left == len(read) == 30


def test_the_first_thousand_leave_alone():
    assert [len(block) for block in exports._together(iter(range(10)))] == [1, 4, 4, 1]


# ── By the database ───────────────────────────────────────────────────────────────────────────────────────────────

AWKWARD = ["", "=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝x", "＠x", 'a "quoted" word', "a,b", "two\r\nlines", "'",
           '"', '""', ",", "\\", "\\n", "\\.", "\\N", "NULL", "null", " leading", "trailing ", "ü–日本🏠", "\u2028", "\x01\x1f\x7f",
           "{}", "[1]", "a" * 119, "İ", "e\u0301", "%s", "%%", ":name", "$1", "'; DROP TABLE x; --", "\b\f", "</script>"]


def awkward(truth, world):
    """As many more requests, each with strange words, days on the edge of a year, and amounts of every size."""
    many(truth, world, len(AWKWARD))
    db.session.commit()
    for name in truth.scalars(text("SELECT conname FROM pg_constraint WHERE contype = 'c' "
                                   "AND conrelid = 'disbursement'::regclass")).all():
        truth.execute(text(f'ALTER TABLE disbursement DROP CONSTRAINT "{name}"'))
    rows = truth.scalars(select(Disbursement).where(Disbursement.number.like("X-%")).order_by(Disbursement.number)).all()
    table = Disbursement.__table__
    for at, (row, words) in enumerate(zip(rows, AWKWARD, strict=True)):
        edge = datetime(2026, 1, 1, 4 + at % 4, 59, 59, 999999, tzinfo=UTC)
        changes = {"payee_token": words, "case_number": words[:118] + "x", "requested_at": edge, "paid_at": edge,
                   "category": ("E01", "E02", "E05", "E07")[at % 4], "paid": Decimal(at) / 2 + Decimal("0.09"),
                   "refunded": Decimal("0.01") * at, "exigent": bool(at % 2)}
        if at % 3 == 0:
            changes |= {"approved_at": None, "obligated_at": None, "paid_at": None, "tier": None,
                        "tiers_entry_id": None, "received_by_id": None, "paid_by_id": None}
        truth.execute(table.update().where(table.c.id == row.id).values(changes))
    truth.execute(Fund.__table__.update().values(name='A "fund", for\n=all'))
    truth.execute(User.__table__.update().where(User.id == world.ada.id).values(username="=ada, \"a\""))
    truth.commit()


@pytest.mark.postgresql
@pytest.mark.parametrize("copy", ["postgresql"], indirect=True)
@pytest.mark.parametrize("form", [Format.CSV, Format.JSONL])
def test_the_database_writes_the_same_bytes_as_we_do(world, truth, form):
    awkward(truth, world)
    as_seen_by(world.uma)
    with line(world.uma) as connection:
        theirs = list(rendering.parts(connection, form, []))
        ours = list(exports._by_us(connection, form, []))
    assert b"".join(part.data for part in theirs) == b"".join(part.data for part in ours)
    assert sum(len(part.ids) for part in theirs) > len(AWKWARD)
    for one, other in zip(theirs, ours, strict=True):
        assert (one.ids, one.case_ids, one.paid) == (other.ids, other.case_ids, other.paid)
        assert set(one.office_ids) == set(other.office_ids)


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from(
    '\\\t\r\n",\'=+-@\x1f\x1e＝ü'))
WORDS = ("number", "fund", "payee_token")


@pytest.mark.postgresql
@pytest.mark.parametrize("copy", ["postgresql"], indirect=True)
def test_whatever_a_cell_holds_it_leaves_as_we_write_it(world):
    """In parts of every size, so that each row stands at an edge once."""
    def sent(form, rows, size):
        columns = (column("at", Integer), *(column(name, Text) for name in WORDS))
        table = values(*columns, name="rows").data([(at, *cells) for at, cells in enumerate(rows)])
        cells = dict.fromkeys(HEADER, cast(null(), Text)) | dict(zip(WORDS, table.c[1:], strict=True))
        keys = [literal_column(f"'{uuid7()}'")] * 3
        query = select(*keys, literal(rendering.RAISED), *rendering.LINES[form](cells)).order_by(table.c.at)
        with line(world.uma) as connection:
            found = list(copied(connection, query, rendering.COPIED[form], rows=size))
        return b"".join(rendering._part(form, some).data for some in found)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT, ANY_TEXT), min_size=1, max_size=5), st.integers(1, 3))
    def judge(rows, size):
        for form, write in exports.WRITERS.items():
            ours = write(dict.fromkeys(HEADER) | dict(zip(WORDS, row, strict=True)) for row in rows)
            assert sent(form, rows, size) == ours

    judge()


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.parametrize("copy", ["postgresql"], indirect=True)
def test_part_by_part_nothing_is_lost_and_nothing_stands_twice(world, truth):
    many(truth, world, 4_200)
    with line(world.uma) as connection:
        ids = [id for part in rendering.parts(connection, Format.CSV, []) for id in part.ids]
    assert ids == sorted(str(id) for id in truth.scalars(select(Disbursement.id)))
