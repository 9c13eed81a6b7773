"""A small application of its own: two people, one kind of thing, every widget."""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from flask import Blueprint, Flask, flash, redirect, render_template, session, url_for
from flask.testing import FlaskClient
from marshmallow import Schema, fields

from casework.kernel.db import db, now
from casework.kernel.errors import Conflict, Invalid, NotFound, Stale
from casework.web import deeds as deed_routes
from casework.web import names, sections, setup, stands, versions
from casework.web.api import Api, PageArgs, page_of, paged
from casework.web.deeds import Deed
from casework.web.fields import Choice, Choices, Count, Day, Moment, Money, Rows, Secret, Text, YesNo
from casework.web.forms import Form
from casework.web.gate import opens_to
from casework.web.hooks import Hooks
from casework.web.idempotency import once
from casework.web.tables import Column, Table


class State(StrEnum):
    OPEN = "open"
    CLOSED_EARLY = "closed_early"


class Check(Schema):
    kind = Choice("Kind of help", {"shelter": "Shelter", "food": "Food"}, required=True)
    asked_on = Day("Asked on", required=True)
    says = Text("What they said")


class Everything(Schema):
    title = Text("Title", required=True, most=40, metadata={"group": "About it"})
    story = Text("What is needed", long=True, hint="Facts, no names", metadata={"group": "About it"})
    amount = Money("Amount", required=True, metadata={"group": "How much"})
    nights = Count("Nights", least=1, most=30, metadata={"group": "How much"})
    first_on = Day("First night", required=True, hint="For example November 23 2026", metadata={"group": "When"})
    asked_at = Moment("Asked at", metadata={"group": "When"})
    category = Choice("Category", {"A place": {"hotel": "Hotel", "rent": "Rent"}, "Daily": {"food": "Food"}},
                      required=True)
    state = Choice("State", State, widget="radio")
    helped = YesNo("Was it enough?", widget="radio")
    exigent = YesNo("It cannot wait", hint="Someone approves by voice")
    kinds = Choices("Which of these", {"a": "Apples", "b": "Bread"})
    code = Secret("Password")
    trail = Text(metadata={"widget": "hidden"})
    checks = Rows(Check, "Other help", add="Add another check")


class Approve(Schema):
    amount = Money("Amount", required=True)
    reason = Text("Reason", long=True)


class ThingView(Schema):
    id = fields.UUID()
    title = fields.String()
    amount = fields.Decimal(places=2, as_string=True)


class Args(PageArgs):
    state = Choice("State", State)


class Edit(Schema):
    title = Text("Title", required=True)


@dataclass
class Thing:
    title: str = "A thing"
    amount: Decimal = Decimal("420.00")
    version: int = 3
    kind: str = "disbursement"
    requested_by_id: UUID | None = None
    id: UUID = field(default_factory=uuid4)
    state: str = "open"


@dataclass
class Person:
    id: UUID
    roles: tuple[str, ...]
    is_authenticated: bool = True

    @property
    def current_grants(self) -> list[Any]:
        return [SimpleNamespace(role=role, user_id=self.id, office_id=None) for role in self.roles]


class World:
    def __init__(self) -> None:
        self.specialist = Person(uuid4(), ("specialist", "program_hq", "budget_officer"))
        self.auditor = Person(uuid4(), ("auditor",))
        self.people = {str(each.id): each for each in (self.specialist, self.auditor)}
        self.thing, self.did, self.loaded = Thing(), [], {}

    def find(self, id: UUID) -> Thing:
        if id != self.thing.id:
            raise NotFound(f"no row {id} in table thing")
        return self.thing

    def approve(self, _actor: Any, thing: Thing, **data: Any) -> Thing:
        if data.get("amount", Decimal(0)) > 500:
            raise Invalid(amount="At most $500.00 is left.")
        if data.get("reason") == "late":
            raise Conflict("It is closed.")
        self.did.append(("approve", data))
        return thing

    def press(self, _actor: Any, thing: Thing) -> Thing:
        self.did.append(("press", {}))
        return thing


@pytest.fixture
def world() -> World:
    return World()


def deeds_of(world: World) -> dict[str, Deed]:
    return {"cancel": Deed(Approve, world.approve, label="Approve", done="Approved.", once=True),
            "deobligate": Deed(None, world.press, label="Press")}


def reveal(password: str) -> bool:
    return password == "right" and bool(session.pop("hidden", True))


def make(world: World, tmp_path: Path, **config: Any) -> Flask:
    """Everything but the gate's last check: `setup.close` is for the caller."""
    app = Flask("small", root_path=str(Path(__file__).parent), static_folder=None)
    app.config.update({"SECRET_KEY": "made-up" * 8, "TESTING": True,
                       "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/web.sqlite", **config})
    db.init_app(app)
    setup.begin(app, Hooks(
        by_session=lambda request: world.people.get(request.cookies.get("who", "")), by_token=world.people.get,
        zone=lambda: ZoneInfo("America/Denver"), me=lambda _: ("Alex Example", "Specialist, Lakeport"), reveal=reveal))
    app.register_blueprint(pages(world))
    setup.apis(app, api(world))
    sections.add("Cases", "things.index", "case.read")
    sections.add("Log", "things.index", "role_grant.read")
    return app


def pages(world: World) -> Blueprint:
    pages = Blueprint("things", __name__, root_path=str(Path(__file__).parent), template_folder="templates")

    @pages.get("/")
    @opens_to("case.read")
    def index() -> Any:
        columns = (Column("title", "Title", sort=True, link=lambda row: url_for("things.show", id=row.id)),
                   Column("amount", "Amount", right=True, total="$1,240.50"), Column("state", "State"))
        return render_template("things/index.html", shown=names.shown(),
                               table=Table(columns, [world.thing] * 3, noun="thing", total=1_001, order="newest first"))

    @pages.get("/things/<uuid:id>")
    @opens_to("case.read")
    def show(id: UUID) -> Any:
        thing = world.find(id)
        where = stands.Stands(
            "Sent, one signature of two", stands.line({"draft": "Draft", "open": "Open", "paid": "Paid"}, "open"),
            must_act="Kit Specimen", since=now(), due=now() - timedelta(days=1, minutes=1), rule="Thirty days.",
            acts=stands.acts(thing, ["cancel", "deobligate"], deeds_of(world), "things"),
            not_now=[("Not yours: pay.", "Only a payment recorder may.")])
        return render_template("things/show.html", thing=thing, where=where, names=names.shown())

    @pages.route("/things/new", methods=["GET", "POST"])
    @opens_to("case.open")
    def new() -> Any:
        form = Form(Everything())
        if form.submitted:
            with form.showing_errors():
                world.loaded = form.load()
                world.did.append(("new", world.loaded))
                flash("Kept.", "success")
                return redirect(url_for("things.index"), 303)
        return render_template("things/new.html", form=form), form.status

    @pages.route("/things/<uuid:id>/edit", methods=["GET", "POST"])
    @opens_to("case.update")
    @once
    def edit(id: UUID) -> Any:
        thing = world.find(id)
        form = Form(Edit(), thing, version=thing.version)
        if form.submitted:
            with form.showing_errors():
                versions.check_match(thing)
                world.did.append(("edit", form.load()))
                return redirect(url_for("things.show", id=id), 303)
        return render_template("things/new.html", form=form), form.status

    @pages.get("/broken")
    @opens_to("case.read")
    def broken() -> Any:
        raise ZeroDivisionError("Maria Placeholder lives at 12 Example Street")

    deed_routes.on_pages(pages, deeds_of(world), kind="disbursement", at="/things", find=world.find, show="things.show")
    return pages


def api(world: World) -> Api:
    api = Api("things_api")

    @api.get("/things")
    @opens_to("case.read")
    @api.arguments(Args, location="query")
    @api.response(200, paged(ThingView))
    def index(args: dict[str, Any]) -> Any:
        """Things, newest first."""
        return page_of([world.thing] * args["limit"])

    @api.get("/things/<uuid:id>")
    @opens_to("case.read")
    @api.response(200, ThingView)
    def show(id: UUID) -> Any:
        """One thing."""
        return world.find(id)

    @api.patch("/things/<uuid:id>")
    @opens_to("case.update")
    @api.arguments(Everything(only=("title", "checks"), partial=True))
    @api.response(200, ThingView)
    def change(data: dict[str, Any], id: UUID) -> Any:
        """Change one thing."""
        thing = world.find(id)
        if versions.expected_version() != thing.version:
            raise Stale("Look again.")
        world.did.append(("change", data))
        return thing

    deed_routes.on_api(api, deeds_of(world), kind="disbursement", at="/things", find=world.find, view=ThingView)
    return api


@pytest.fixture
def app(world: World, tmp_path: Path) -> Iterator[Flask]:
    app = make(world, tmp_path)
    setup.close(app)
    with app.app_context():
        db.create_all()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


class Browser(FlaskClient):
    """Keeps to what a browser does: reads a page, then sends its form with the hidden boxes."""

    def send(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        if "csrf_token" not in (data or {}):
            data = {"csrf_token": self.token(), **(data or {})}
        return self.post(path, data=data, **more)

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/").text)
        assert found, "no page carries a token"
        return found[1]


@pytest.fixture
def browser(app: Flask, world: World) -> Browser:
    app.test_client_class = Browser
    client: Any = app.test_client()
    client.set_cookie("who", str(world.specialist.id))
    return client


@pytest.fixture
def auditor(app: Flask, world: World) -> Browser:
    app.test_client_class = Browser
    client: Any = app.test_client()
    client.set_cookie("who", str(world.auditor.id))
    return client


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def machine(app: Flask, world: World) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {world.specialist.id}"
    return client
