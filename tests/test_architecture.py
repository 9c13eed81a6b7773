"""How the product may read, told from its text: what SQLite and PostgreSQL refuse at run time is found here first.

Each finding says what to do instead. Whoever must go another way adds a row to one of the tables below, with a reason
that a reviewer can judge.
"""
from __future__ import annotations

import ast
from pathlib import Path

import pytest

import casework
from casework import create_app
from casework.access.private import NOT_PRIVATE
from casework.kernel.db import Base

ROOT = Path(casework.__file__).parent
FREE = ("kernel", "access")  # the two rooms in which reading itself is written

DO_INSTEAD = {
    "text": "Write it with select(): SQL in words is judged by nobody. (In an index or a server default it is fine.)",
    "__table__": "Select the model, by access.queries: find, visible, how_many, scoped. A core select has no eyes.",
    "connection": "Ask the session, or access.streams.line for a long answer: a bare connection is asked by nobody.",
    "get": "Use find for what is shown, and access.queries.beside for a record that one at hand names.",
}
# (file, what) -> why it may.
ALLOWED = {
    ("audit/refusals.py", "connection"): "a counter is raised in one statement, for somebody who may be nobody",
    ("audit/guards.py", "__table__"): "the guard of writes asks each row which table it is of",
    ("log/sealer.py", "connection"): "leaves are added in one statement each kind, by the one sealer",
    ("backup/checks.py", "connection"): "asks the engine of a scratch database whether its files are whole",
    ("backup/restoring.py", "connection"): "fills an empty database, as the owner",
    ("backup/scratch.py", "connection"): "makes and drops a scratch database, as the owner",
    ("backup/restoring.py", "__table__"): "people get their keys back, in a database where nobody works yet",
    ("backup/sources.py", "connection"): "a backup is of everything, as the owner; nothing of it is shown",
    ("cases/rotation.py", "connection"): "keys are turned by compare-and-set, many rows a statement",
    ("cases/rotation.py", "__table__"): "keys are turned by compare-and-set, many rows a statement",
    ("cli/destroying.py", "connection"): "the keys file is written of everybody; nothing of it is shown",
    ("schema.py", "connection"): "asks where the tables stand, before there are any",
}
# Where the rules of law look beyond the asker: (file, why). Nothing read there is shown but what the rule says.
RULES = {
    ("access/tokens.py", "token"),
    ("cases/actions.py", "number"), ("cases/investigation_actions.py", "number"),
    ("cases/overview.py", "investigation"), ("cases/trail.py", "story"), ("cases/trail.py", "who looked"),
    ("continued_presence/deciding.py", "case"), ("continued_presence/expiry.py", "expiry"),
    ("continued_presence/queries.py", "citizenship"), ("continued_presence/duties.py", "clocks"),
    ("continued_presence/queries.py", "gates"), ("continued_presence/queries.py", "number"),
    ("funds/burning.py", "burn"), ("funds/judging.py", "duplicates"), ("funds/ledger.py", "ledger"),
    ("funds/papers.py", "exceptions"), ("funds/showing.py", "story"), ("funds/tiers.py", "payee"),
    ("funds/tiers.py", "tier"),
    ("backup/checks.py", "restore-verify"), ("backup/log_check.py", "seal"), ("cases/destroying.py", "keys"),
    ("cases/escrow.py", "keys"), ("cases/holding.py", "hold"), ("cases/rotation.py", "keys"),
    ("cli/destroying.py", "keys"), ("log/witnesses.py", "publish"),
    ("log/bundle.py", "evidence"), ("log/events.py", "numbers"), ("log/events.py", "who looked"),
    ("log/naming.py", "numbers"),
    ("log/accepting.py", "seal"), ("log/rotation.py", "seal"), ("log/sealer.py", "seal"),
    ("log/standing.py", "seal"), ("log/unfolding.py", "unfold"),
}
# Who puts the mark of what the policy has narrowed on a condition or a connection, or asks for it.
SCOPES = {"access/building.py", "access/queries.py", "access/streams.py", "audit/around.py", "audit/anchors.py",
          "audit/opened.py", "audit/sources.py"}
MARKS = {"SCOPED", "Opened"}
IN_DDL = {"sqlite_where", "postgresql_where", "server_default"}
RAW = {"raw_connection", "exec_driver_sql", "connection"}
assert create_app, "with the application every model is known"
PRIVATE = {mapper.class_.__name__ for mapper in Base.registry.mappers
           if getattr(mapper.local_table, "name", "") not in NOT_PRIVATE}


def sources():
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in sorted(ROOT.rglob("*.py"))}


def findings(name, tree):
    """(what, line) of each reading that goes around."""
    found = []
    if name.split("/")[0] in FREE:
        return found
    in_ddl = {id(word.value) for call in ast.walk(tree) if isinstance(call, ast.Call)
              for word in call.keywords if word.arg in IN_DDL}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "__table__":
            found.append(("__table__", node.lineno))
        if isinstance(node, ast.Call) and (what := _called(node, in_ddl)):
            found.append((what, node.lineno))
    return found


def _called(call, in_ddl):
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    of = ast.unparse(function.value) if isinstance(function, ast.Attribute) else ""
    if name == "text" and id(call) not in in_ddl and of in ("", "sa", "sqlalchemy"):
        return "text"
    if name in RAW or (name in ("connect", "begin") and of.endswith("engine")):
        return "connection"
    if name in ("get", "get_one") and "session" in of and of != "session" and not of.endswith("info") and _private(call):
        return "get"
    return ""


def _private(call):
    """By key, a model that is private, or one that the text does not name."""
    model = ast.unparse(call.args[0]) if call.args else ""
    known = {mapper.class_.__name__ for mapper in Base.registry.mappers}
    return model.rpartition(".")[2] in PRIVATE or model.rpartition(".")[2] not in known


def test_nothing_private_is_read_around_the_policy():
    wrong = [f"casework/{name}:{line}: {what}. {DO_INSTEAD[what]}" for name, tree in sources().items()
             for what, line in findings(name, tree) if (name, what) not in ALLOWED]
    assert not wrong, "\n".join(wrong)


def test_nobody_is_allowed_who_does_not_need_it():
    used = {(name, what) for name, tree in sources().items() for what, _ in findings(name, tree)}
    assert set(ALLOWED) <= used, set(ALLOWED) - used


def test_who_looks_by_the_rules_is_counted():
    """Each place in which the rules of law look for themselves is a decision: add it here with its word."""
    found = {(name, _why(node)) for name, tree in sources().items() if name != "kernel/scope.py" for node in ast.walk(tree)
             if isinstance(node, ast.With) for item in node.items
             for node in [item.context_expr] if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("rules", "by_itself")}
    assert found == RULES, f"new: {sorted(found - RULES)}; gone: {sorted(RULES - found)}"


def _why(call):
    return call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else "?"


def test_who_opens_the_gate_is_counted():
    found = {name for name, tree in sources().items()
             if any(isinstance(node, ast.Name) and node.id in MARKS for node in ast.walk(tree))
             or any(isinstance(node, ast.Constant) and node.value == "casework_scoped" for node in ast.walk(tree))}
    assert found == SCOPES


AROUND = {
    "text": "from sqlalchemy import text\ndb.session.execute(text('SELECT 1'))",
    "text of a module": "import sqlalchemy as sa\ndb.session.execute(sa.text('SELECT 1'))",
    "__table__": "db.session.execute(select(Case.__table__))",
    "connection": "with db.engine.connect() as line: pass",
    "a connection that begins": "with db.engine.begin() as line: pass",
    "raw": "db.engine.raw_connection()",
    "of the session": "db.session.connection().execute(select(Case))",
    "for the driver": "connection.exec_driver_sql('SELECT 1')",
    "get": "db.session.get(Case, id)",
    "get_one": "db.session().get_one(cases.Case, id)",
    "get of what is not said": "db.session.get(model, id)",
}


@pytest.mark.parametrize("way", AROUND)
def test_a_way_around_is_found(way):
    assert len(findings("desk/somewhere.py", ast.parse(AROUND[way]))) == 1
    assert findings("kernel/somewhere.py", ast.parse(AROUND[way])) == []


FINE = {
    "the index of a table": "Index('x', 'y', sqlite_where=text('closed_at IS NULL'))",
    "a public model": "db.session.get_one(Office, id)",
    "a cookie": "session.get('names')",
    "a dict": "args.get('case')",
    "a select": "db.session.scalars(select(Case).where(Case.id == id))",
}


@pytest.mark.parametrize("way", FINE)
def test_what_is_right_is_left_alone(way):
    assert findings("desk/somewhere.py", ast.parse(FINE[way])) == []
