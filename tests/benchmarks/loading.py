"""A full database in about a minute: rows by COPY, in the shape of a program that has run for three years.

Nothing here goes through the product's actions; only its tables, its rulebook and its envelopes are used, so that what
is sealed really opens under the keys of the tests. The staff is that of one agency, whatever the number of cases:
twelve offices with twenty specialists each, so that in a database ten times as large each carries ten times as many.
"""
from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from flask import Flask
from psycopg.rows import scalar_row

from casework import create_app, schema
from casework.access.rulebook import publish_packaged
from casework.kernel.clocks import fiscal_year
from casework.kernel.crypto import Key, Place, seal
from casework.kernel.data_keys import data_key, new_data_key
from casework.kernel.db import db
from casework.kernel.system import SYSTEM
from tests.benchmarks import loading_sql as sql
from tests.conftest import KEYS

OFFICES = (("DEN", "Denver", "America/Denver"), ("MIA", "Miami", "America/New_York"),
           ("LAX", "Los Angeles", "America/Los_Angeles"), ("HOU", "Houston", "America/Chicago"),
           ("SEA", "Seattle", "America/Los_Angeles"), ("NYC", "New York", "America/New_York"),
           ("ATL", "Atlanta", "America/New_York"), ("CHI", "Chicago", "America/Chicago"),
           ("PHX", "Phoenix", "America/Phoenix"), ("DET", "Detroit", "America/Detroit"),
           ("ELP", "El Paso", "America/Denver"), ("HNL", "Honolulu", "Pacific/Honolulu"))
NATIONAL = ("program_hq", "budget_officer", "budget_officer", "certifying_officer", "payment_recorder", "auditor")
CHUNK, YEARS = 2_000, 3
STAFF = {"program_supervisor": 1, "fund_approver": 1, "investigator": 1, "specialist": 20}
SOURCES = ("investigator", "tip_line", "state_or_local", "service_provider", "other_agency", "self")
LANGUAGES = ("English", "Spanish", "Spanish", "Mandarin", "Tagalog", "French")
CATEGORIES = (("E01", "SHE"), ("E04", "FOO"), ("E05", "CLO"), ("E07", "TRN"), ("E09", "MED"))
# Of ten requests: what has ended, what is on its way, what waits to be obligated.
STATES = ("reconciled", "reconciled", "reconciled", "paid", "certified", "received", "approved", "approved", "approved",
          "submitted")
STEPS = ("submitted", "approved", "obligated", "received", "certified", "paid", "receipted", "reconciled")
HANDS = (("obligated", "budget_officer", 0), ("received", "program_hq", 0), ("certified", "certifying_officer", 0),
         ("paid", "payment_recorder", 0), ("reconciled", "budget_officer", 1))
FORGET = "SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '256MB'"


class Person(NamedTuple):
    """Somebody who works here, and the token of their program."""

    id: UUID
    username: str
    role: str
    office_id: UUID | None

    @property
    def token(self) -> str:
        return f"cw_{self.username}_of_the_benchmark"


@dataclass
class Cast:
    """Everybody, by role and office; `ids` are the rulebook's entries and the fund."""

    began: datetime
    offices: dict[UUID, str] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    ids: dict[str, UUID] = field(default_factory=dict)

    def of(self, role: str, office_id: UUID | None = None) -> list[Person]:
        return [each for each in self.people if each.role == role and office_id in (None, each.office_id)]


class Loader:
    """Makes the rows of one database. The same size gives the same database, but for nonces and today's date."""

    def __init__(self, cases: int) -> None:
        self.cases, self.chance = cases, random.Random(cases)
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.cast = Cast(self.now - timedelta(days=365 * YEARS))
        self.serials: dict[int, int] = {}

    def key(self, moment: datetime) -> UUID:
        """Sorts by its moment, as the product's keys do."""
        stamp, bits = int(moment.timestamp() * 1000), self.chance.getrandbits
        return UUID(int=stamp << 80 | 7 << 76 | bits(12) << 64 | 2 << 62 | bits(62))

    def between(self, first: datetime, last: datetime) -> datetime:
        return first + (last - first) * self.chance.random()

    def offices(self) -> Iterator[dict[str, Any]]:
        for code, name, zone in OFFICES:
            id = self.key(self.cast.began)
            self.cast.offices[id] = code
            yield {"id": id, "version": 1, "code": code, "name": name, "timezone": zone}

    def staff(self) -> None:
        """The staff of each office, and a few for the nation."""
        for office_id, code in self.cast.offices.items():
            for role, count in STAFF.items():
                for nth in range(count):
                    self._enter(f"{role}.{code.lower()}.{nth}", role, office_id)
        for nth, role in enumerate(NATIONAL):
            self._enter(f"{role}.{nth}", role, None)

    def _enter(self, username: str, role: str, office_id: UUID | None) -> None:
        self.cast.people.append(Person(self.key(self.cast.began), username, role, office_id))

    def chunk(self, numbers: Iterable[int]) -> dict[str, list[dict[str, Any]]]:
        """The rows of these cases, by table."""
        made: dict[str, list[dict[str, Any]]] = {table: [] for table in sql.COPIED}
        for number in numbers:
            self._case(number, made)
        return made

    def _case(self, number: int, made: dict[str, list[dict[str, Any]]]) -> None:
        opened = self.cast.began + (self.now - self.cast.began) * ((number + 0.5) / self.cases)
        office_id = list(self.cast.offices)[number % len(OFFICES)]
        helpers = self._helpers[office_id]
        lead, person_id = helpers[number // len(OFFICES) % len(helpers)], self.key(opened)
        wrapped = new_data_key(place := Place("person", "wrapped_key", person_id))
        key = data_key(place, wrapped)
        made["person"].append({"id": person_id, "version": 1})
        made["person_key"].append({"person_id": person_id, "wrapped": wrapped})
        made["case"].append(case := self._file(number, opened, office_id, person_id, lead))
        of_case = {"case_id": case["id"], "person_id": person_id, "office_id": office_id,
                   "case_number": case["number"], "version": 1}
        made["identity"].append(self._identity(number, opened, person_id, key))
        made["contact"].append(self._contact(number, opened, person_id, key))
        made["note"].append(self._note(opened, of_case, lead, key))
        if number % 2 == 0:
            self._request(number // 2, opened, of_case, lead, key, made)

    @property
    def _helpers(self) -> dict[UUID, list[Person]]:
        if not hasattr(self, "_by_office"):
            self._by_office = {office_id: self.cast.of("specialist", office_id) for office_id in self.cast.offices}
        return self._by_office

    def _file(self, number: int, opened: datetime, office_id: UUID, person_id: UUID, lead: Person) -> dict[str, Any]:
        serial, code = number // len(OFFICES) + 1, self.cast.offices[office_id]
        closed = self.chance.random() < 0.65
        updated = self.between(opened, self.now)
        return {"id": self.key(opened), "version": 3, "number": f"V-{code}-{opened.year}-{serial:05}",
                "year": opened.year, "serial": serial, "person_id": person_id, "office_id": office_id,
                "specialist_id": lead.id, "state": "closed" if closed else "open",
                "referral_source": self.chance.choice(SOURCES), "language": self.chance.choice(LANGUAGES),
                "interpreter": number % 3 == 0, "under_18": False, "do_not_call": number % 10 == 0, "protected": True,
                "opened_at": opened, "updated_at": updated, "closed_at": updated if closed else None,
                "closed_reason": "goals_met" if closed else None}

    def _identity(self, number: int, opened: datetime, person_id: UUID, key: Key) -> dict[str, Any]:
        id = self.key(opened)
        return {"id": id, "version": 2, "person_id": person_id, "citizenship": "noncitizen", **sealed(
            key, "identity", id, legal_name=f"Example Person {number}", goes_by=f"Ex {number}", birth_on="1994-05-17",
            country="Freedonia")}

    def _contact(self, number: int, opened: datetime, person_id: UUID, key: Key) -> dict[str, Any]:
        id = self.key(opened)
        return {"id": id, "version": 2, "person_id": person_id, "leave_no_message": True, "do_not_call": False, **sealed(
            key, "contact", id, phone=f"303-555-{number % 10_000:04}", safe_method="Text first")}

    def _note(self, opened: datetime, of_case: dict[str, Any], lead: Person, key: Key) -> dict[str, Any]:
        written = self.between(opened, self.now)
        id = self.key(written)
        return {**of_case, "id": id, "about": "needs", "author_id": lead.id, "written_at": written, **sealed(
            key, "note", id, body="Spoke with the clinic; the appointment is kept, transport is arranged.")}

    def _request(self, number: int, opened: datetime, of_case: dict[str, Any], lead: Person, key: Key,
                 made: dict[str, list[dict[str, Any]]]) -> None:
        asked = self.between(opened, self.now - timedelta(hours=2))
        id, year, state = self.key(asked), fiscal_year(asked.date()), STATES[number % len(STATES)]
        serial = self.serials[year] = self.serials.get(year, 0) + 1
        category, need = CATEGORIES[number % len(CATEGORIES)]
        made["disbursement"].append({
            **of_case, "id": id, "version": 2, "number": f"D-{year}-{serial:05}", "serial": serial, "fund_id":
            self.cast.ids["fund"], "fiscal_year": year, "category": category, "categories_entry_id":
            self.cast.ids["expense_categories"], "need_domain": need, "payee_token": f"P-{number:010X}", "state": state,
            "round": 1, "tier": 1, "tiers_entry_id": self.cast.ids["tiers"], "rolling_total": 25_000, "exigent": False,
            "requested_by_id": lead.id, "requested_at": asked, **self._steps(state, asked),
            **sealed(key, "disbursement", id, purpose="A room until the shelter has a bed")})
        payee, check = self.key(asked), self.key(asked)
        made["payee"].append({
            **of_case, "id": payee, "disbursement_id": id, "requested_by_id": lead.id, "token": f"P-{number:010X}",
            "held": category == "E01", **sealed(key, "payee", payee, name="Birch House (made up)")})
        made["resource_check"].append({
            **of_case, "id": check, "disbursement_id": id, "resource": "shelter_or_ngo", "contacted_at": asked,
            "method": "phone", "outcome": "no_capacity", "consent": False, "checked_by_id": lead.id,
            "checked_at": asked, **sealed(key, "resource_check", check, name="Harbor Shelter (made up)")})

    def _steps(self, state: str, asked: datetime) -> dict[str, Any]:
        """Amounts, moments and hands as far as this request has come."""
        came, cents = STEPS.index(state), self.chance.randrange(2_000, 40_000)
        amounts = {"requested": cents, "refunded": 0, "deobligated": 0}
        amounts |= {step: cents if came >= STEPS.index(step) else 0 for step in ("approved", "obligated", "received", "paid")}
        moments = {f"{step}_at": asked + timedelta(minutes=10 * (nth + 1)) for nth, step in enumerate(STEPS[:came + 1])}
        hands = {f"{step}_by_id": self.cast.of(role)[nth].id for step, role, nth in HANDS if came >= STEPS.index(step)}
        papers = {"obligation_document": "PO-1"} if came >= STEPS.index("obligated") else {}
        return {**amounts, **moments, **hands, **papers, "updated_at": max(moments.values())}


def sealed(key: Key, table: str, id: UUID, **clear: str) -> dict[str, bytes]:
    return {f"{name}_sealed": seal(key, Place(table, f"{name}_sealed", id), said.encode())
            for name, said in clear.items()}


def app_of(**addresses: str) -> Flask:
    """The product in this process, at these addresses."""
    given = {name.removeprefix("CASEWORK_"): address for name, address in addresses.items()}
    return create_app(ENV="test", SECRET_KEY="t" * 40, KEYS=KEYS, **given)


def load(uri: str, cases: int) -> Cast:
    """Make the tables by the migrations and fill them. `uri` names an empty database and its owner."""
    app, loader = app_of(CASEWORK_DATABASE_URL=uri), Loader(cases)
    with app.app_context():
        schema.upgrade()
        publish_packaged(SYSTEM)
        db.session.remove()
        db.engine.dispose()
    with psycopg.connect(uri, autocommit=True) as line:
        line.execute(FORGET)
        _scene(line, loader)
        indexes = line.cursor(row_factory=scalar_row).execute(sql.INDEXES, [list(sql.FILLED)]).fetchall()
        for index in indexes:
            line.execute(f'DROP INDEX "{index.split()[index.split().index("INDEX") + 1]}"')
        _copy(uri, loader)
        _derive(uri, loader, indexes)
    return loader.cast


def _scene(line: psycopg.Connection, loader: Loader) -> None:
    """Offices, people, their roles and tokens, the fund."""
    cast = loader.cast
    cast.ids.update(line.execute("SELECT topic, id FROM rulebook_entry").fetchall())
    cast.ids["fund"] = loader.key(cast.began)
    _fill(line, "office", loader.offices())
    loader.staff()
    for table, rows in sql.staff(cast, loader.key).items():
        _fill(line, table, rows)


def _copy(uri: str, loader: Loader) -> None:
    """One line for each table, so that the server works while the rows are made."""
    with ExitStack() as stack:
        lines = {}
        for table, columns in sql.COPIED.items():
            line = stack.enter_context(psycopg.connect(uri))
            line.execute(FORGET)
            lines[table] = stack.enter_context(line.cursor().copy(sql.copy(table, columns)))
        for first in range(0, loader.cases, CHUNK):
            for table, rows in loader.chunk(range(first, min(first + CHUNK, loader.cases))).items():
                lines[table].write(sql.text(rows, sql.COPIED[table]))


def _fill(line: psycopg.Connection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    found = list(rows)
    with line.cursor().copy(sql.copy(table, tuple(found[0]))) as copy:
        copy.write(sql.text(found, tuple(found[0])))


def _derive(uri: str, loader: Loader, indexes: list[str]) -> None:
    """What follows from the rows that are there, made by the server; then the indexes again."""
    at_hand = {"fund": loader.cast.ids["fund"], "instrument": loader.cast.ids["need_domains"],
               "budget": loader.cast.of("budget_officer")[0].id, "year": fiscal_year(loader.now.date())}

    def run(statements: tuple[str, ...]) -> None:
        with psycopg.connect(uri, autocommit=True) as line:
            line.execute(FORGET)
            for statement in statements:
                line.execute(statement, at_hand if "%(" in statement else None)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, sql.DERIVED))
        run(sql.AFTERWARDS)
        list(pool.map(run, [(index,) for index in indexes]))
        list(pool.map(run, [(statement,) for statement in ("VACUUM ANALYZE", "CHECKPOINT")]))
