"""Help: what the tables say, in the reader's words."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from ..kernel.db import Base
from ..kernel.errors import NotFound
from ..kernel.rulebook import TOPICS as ALL_TOPICS
from ..kernel.rulebook import current
from ..kernel.workflow import Workflow
from ..log.words import to_do
from ..policy import ROLES, Role
from ..web import sections
from ..web.gate import ANYBODY, opens_to
from ..web.who import actor
from . import diagrams, promises, queries
from .words import TOPICS, a, begun, role_words
from .workflows import WORKFLOWS

pages = Blueprint("help", __name__)
sections.add("Help", "help.index", ANYBODY)


@pages.get("/help")
@opens_to(ANYBODY)
def index() -> str:
    return render_template("help/index.html", workflows=WORKFLOWS, topics=TOPICS)


@pages.get("/help/roles")
@opens_to(ANYBODY)
def roles() -> str:
    """What may one role do? Without a choice: the reader's own."""
    role = _role(request.args.get("role") or _own())
    names = [(each, begun(role_words(each))) for each in ROLES]
    return render_template("help/roles.html", role=role, roles=names, title=queries.title(role), may=queries.may(role),
                           may_not=queries.may_not(role), counted=queries.counted(role),
                           never_with=begun(", ".join(queries.never_with(role))), one=a(role_words(role)),
                           version=queries.version_words())


@pages.get("/help/workflows/<name>")
@opens_to(ANYBODY)
def workflow(name: str) -> str:
    title, table = WORKFLOWS.get(name) or _nothing()
    return render_template("help/workflow.html", title=title, moves=_moves(table), diagram=diagrams.draw(table),
                           mermaid=table.as_mermaid(), states=len(table.states))


@pages.get("/help/clocks")
@opens_to("rulebook_entry.read")
def clocks() -> str:
    return render_template("help/clocks.html", duties=queries.duties())


@pages.get("/help/rules/<topic>")
@opens_to("rulebook_entry.read")
def rules(topic: str) -> str:
    """One table of the rulebook as it is in force today."""
    if topic not in ALL_TOPICS:
        _nothing()
    entry = current(topic)
    return render_template("help/rules.html", title=TOPICS[topic], entry=entry,
                           columns=list(dict.fromkeys(name for row in entry.body for name in row)))


@pages.get("/help/recorded")
@opens_to(ANYBODY)
def recorded() -> str:
    """What is written down and what is not, read from the tables themselves."""
    return render_template("help/recorded.html", sealed=queries.sealed(Base.metadata),
                           unrecorded=queries.unrecorded(Base.metadata))


@pages.get("/help/promises")
@opens_to(ANYBODY)
def promised() -> str:
    """What may be relied on, what not, and the test that proves it."""
    return render_template("help/promises.html", topics=promises.by_topic())


def _moves(table: Workflow) -> list[dict[str, Any]]:
    return [{"number": move.number, "does": to_do(f"{table.kind}.{move.verb}"), "sources": " or ".join(move.sources),
             "target": move.target, "who": queries.who_takes(table.taken_by[move.verb])}
            for move in diagrams.moves(table)]


def _role(asked: str) -> Role:
    found = next((role for role in ROLES if role == asked), None)
    return found or _nothing()


def _own() -> str:
    return next((str(grant.role) for grant in actor().current_grants), "specialist")


def _nothing() -> Any:
    raise NotFound("There is nothing here.")
