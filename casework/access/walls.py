"""The same policy, built into PostgreSQL as row security: the wall behind the scope.

Python says who asks (`context.py`); the database verifies it and looks up the grants itself. Without that, no rows.
The runtime role owns nothing, bypasses nothing, and gets a right only where a wall gives it: a table is spoken of by
the policy, or says of itself how it is walled (`kernel.walled`), or it is named in one of the two lists below. The
owner is not forced behind the walls: a migration that saw no rows would mend none.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy.dialects import postgresql

from .. import policy
from ..kernel.conditions import MY_OFFICE, Condition
from ..kernel.constraints import APPEND_ONLY
from ..kernel.db import Base
from ..kernel.people import People
from ..kernel.system import SYSTEM
from ..kernel.walled import Walled

RUNTIME = "casework_runtime"
FOUNDATION = Path(__file__).with_name("walls.sql")

# Not private: read by everybody who works here, and before anybody is known. Their writing is walled like all else.
READ_BY_ALL = {
    "office": "where people work",
    "rulebook_entry": "the rules in force, which are public",
    "user": "the staff: a name is shown beside each deed, and a password is checked before anybody is known",
    "role_grant": "what the staff holds: a person's roles are read to know what to ask for them",
}
# Not private and no part of the record: no person we help is in them. Written by whoever is served.
OPERATIONAL = {
    "sign_in": "sessions, under the digest of a token of 256 bits; looked up before anybody is known",
    "sign_in_failure": "the brake on guessing, counted before anybody is known",
    "refusal_count": "how often somebody was refused at a route",
    "answer": "answers kept for a repeated request, sealed under a key that only its sender holds",
    "disbursement_series": "the last number given in a fiscal year",
}
# Verbs that look and change nothing.
LOOKS = frozenset({"case.search", "case.who_looked", "disbursement.export", "session.use"})
# Said once when a row is made: where it belongs and whom it is about. The runtime role has no right to change them.
GIVEN_ONCE = frozenset({"id", "person_id", "case_id", "office_id", "case_number", "number", "request_id", "user_id",
                        "disbursement_id", "assessment_id", "year", "serial", "fiscal_year", "role", "given_by_id",
                        "author_id", "requested_at", "requested_by_id"})

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
Model = Any
Rows = dict[tuple[Condition, ...], list[str]]


class Unwalled(Exception):
    """A table that nobody has said how to wall."""


def models() -> dict[str, Model]:
    return {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers
            if hasattr(mapper.class_, "__tablename__")}


def statements() -> Iterator[str]:
    """Everything `casework db secure` writes but the secret, in order; each may be run again."""
    yield FOUNDATION.read_text(encoding="utf-8").replace("{system}", str(SYSTEM.id))
    known = models()
    for some in _links(known.values()):
        yield standing(some)
    parents = {parent for model in known.values() for _, parent in _parents(model)}
    changed = {name for name, model in known.items() if name not in OPERATIONAL and changing(model, known)}
    yield from (wrote(name) for name in sorted(parents | changed))
    for name in sorted(known):
        yield from table(name, known)
    yield from rights()


def digest() -> str:
    """Of the policies that this code would write: kept in the database, so that both can be compared."""
    return sha256("\0".join(statements()).encode()).hexdigest()


def rights() -> Iterator[str]:
    yield f"GRANT USAGE ON SCHEMA public, wall TO {RUNTIME}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {RUNTIME}"
    yield "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA wall FROM PUBLIC"
    yield f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA wall TO {RUNTIME}"
    yield f"GRANT SELECT ON wall.built TO {RUNTIME}"
    yield f"GRANT SELECT ON alembic_version TO {RUNTIME}"


def table(name: str, known: dict[str, Model]) -> Iterator[str]:
    """The rights and policies of one table, from none."""
    yield f'REVOKE ALL ON "{name}" FROM PUBLIC, {RUNTIME}'
    if name in OPERATIONAL:
        yield f'ALTER TABLE "{name}" DISABLE ROW LEVEL SECURITY'
        yield f'GRANT SELECT, INSERT, UPDATE ON "{name}" TO {RUNTIME}'
        return
    model = known[name]
    looked, added, changed = reading(model, known), adding(model, known), changing(model, known)
    if not looked:
        raise Unwalled(f"Nobody has said who may see {name}. Write a row `{name}.read` into policy.py, or say on the "
                       f"model how it is walled: `__walled__ = Walled(follows=…, signed=…)` (kernel/walled.py). If "
                       f"nothing in it is private, name it with the reason in READ_BY_ALL or OPERATIONAL "
                       f"(access/walls.py).")
    yield f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY'
    yield f'GRANT SELECT ON "{name}" TO {RUNTIME}'
    yield _policy(name, "see", "SELECT", f"USING ({looked})")
    if added:
        yield f'GRANT INSERT ON "{name}" TO {RUNTIME}'
        yield _policy(name, "add", "INSERT", f"WITH CHECK ({added})")
    yield f'GRANT UPDATE ({", ".join(_changeable(model, known))}) ON "{name}" TO {RUNTIME}'
    yield _policy(name, "hold", "UPDATE", f"USING ({holding(model)}) WITH CHECK (false)")
    if changed:
        yield _policy(name, "change", "UPDATE", f"USING ({changed} OR {_own(name)}) "
                                                 f"WITH CHECK ({changed} OR {_again(name)})")


def _policy(name: str, what: str, command: str, words: str) -> str:
    return (f'DROP POLICY IF EXISTS {what} ON "{name}"; '
            f'CREATE POLICY {what} ON "{name}" FOR {command} TO {RUNTIME} {words}')


def _changeable(model: Model, known: dict[str, Model]) -> list[str]:
    """Columns that may be changed. To lock a row is, for the database, to be allowed to change some of it."""
    table = model.__table__
    key = [f'"{column.name}"' for column in table.primary_key]
    if not changing(model, known):
        return key[:1]
    once = GIVEN_ONCE | {walled(model).signed}
    return [*key[:1], *(f'"{column.name}"' for column in table.columns if column.name not in once)]


# ── Who may see ─────────────────────────────────────────────────────────────────────────────────────────────────────


def reading(model: Model, known: dict[str, Model]) -> str:
    name, said = model.__tablename__, walled(model)
    if name in READ_BY_ALL:
        return "true"
    verbs = [verb for verb in sorted(policy.VERBS) if verb.startswith(f"{name}.read")]
    ways = _ways([said.read] if said.read else verbs, model)
    always = ways.pop((), [])
    found = _clauses(ways, model)
    if said.named:
        found.append(f"{_column(model, said.named)} = (SELECT wall.actor())")
    if not verbs and not said.read:
        found += [_shows(model, key, parent) for key, parent in _parents(model)]
    for child, key in said.shown_by:
        always = list(dict.fromkeys([*always, *_ways([f"{child}.read"], known[child]).get((), [])]))
        found.append(f'EXISTS (SELECT FROM "{child}" WHERE "{child}".{key} = {_column(model, "id")})')
    if not always and not found:
        return ""
    return " OR ".join((f"(SELECT wall.sees({_array(always)}))", *found))


def _shows(model: Model, key: str, parent: str) -> str:
    return f'EXISTS (SELECT FROM "{parent}" WHERE "{parent}".id = {_column(model, key)})'


# ── Who may add ─────────────────────────────────────────────────────────────────────────────────────────────────────


def adding(model: Model, known: dict[str, Model]) -> str:
    """The verbs that make such a row, judged on its parent; or whoever may change the parent, or made it just now."""
    name, said = model.__tablename__, walled(model)
    if said.kept:
        return ""
    found = [_made(verb, model, known) for verb in sorted(policy.VERBS)
               if verb.split(".")[0] == name and policy.judged_on(verb) != name and verb not in LOOKS]
    if said.made_by:
        found.append(f"(SELECT wall.holds({_array(_roles(said.made_by))}))")
    follows = _follows(model, known)
    if follows:
        found.append(follows)
    elif said.signed and not found:
        found.append("true")
    if not found and "insert" not in _system_may(model):
        return ""
    people = f"({' OR '.join(found)}){_signed(model)}" if found else ""
    system = "(SELECT wall.system())" if "insert" in _system_may(model) else ""
    return " OR ".join(filter(None, (people, system)))


def _signed(model: Model) -> str:
    """Nobody adds what another is named for."""
    signed = walled(model).signed
    return f" AND {_column(model, signed)} IS NOT DISTINCT FROM (SELECT wall.signer())" if signed else ""


def _made(verb: str, model: Model, known: dict[str, Model]) -> str:
    parent = policy.judged_on(verb)
    if parent is None:
        return " OR ".join(clauses([verb], model))
    key = next(key for key, of in keys(model) if of == parent)
    may = " OR ".join(clauses([verb], known[parent]))
    return f'EXISTS (SELECT FROM "{parent}" WHERE "{parent}".id = {_column(model, key)} AND ({may}))'


def _follows(model: Model, known: dict[str, Model]) -> str:
    """Whoever may change the parent, or made or changed it in this transaction."""
    found: list[str] = []
    before: list[str] = []
    for key, parent in _parents(model):
        column = _column(model, key)
        may = changing(known[parent], known)
        asked = f'EXISTS (SELECT FROM "{parent}" WHERE "{parent}".id = {column} AND ({may})) OR ' if may else ""
        found.append(" AND ".join((*before, f"({asked}wall.wrote_{parent}({column}))")))
        before.append(f"{column} IS NULL")
    return " OR ".join(found)


# ── Who may change ──────────────────────────────────────────────────────────────────────────────────────────────────


def changing(model: Model, known: dict[str, Model]) -> str:
    """Any verb of its own. What a transaction has written already it may go on writing: a step that signs is still at
    work when its signature stands."""
    name, said = model.__tablename__, walled(model)
    if said.kept or name in APPEND_ONLY:
        return ""
    own = clauses(_judged_on(name), model)
    follows = _follows(model, known) if not own and name not in READ_BY_ALL else ""
    system = "(SELECT wall.system())" if "update" in _system_may(model) else ""
    return " OR ".join(filter(None, (*own, follows, system)))


def holding(model: Model) -> str:
    """Who may lock a row and not change it: the rules, and whoever makes something beneath it."""
    beneath = [verb for verb in sorted(policy.VERBS - LOOKS) if policy.judged_on(verb) == model.__tablename__
               and verb.split(".")[0] != model.__tablename__]
    return " OR ".join(("(SELECT wall.rules())", *clauses(beneath, model)))


def _judged_on(name: str) -> list[str]:
    """The verbs of this kind of record that change one."""
    return [verb for verb in sorted(policy.VERBS - LOOKS) if verb.split(".")[0] == policy.judged_on(verb) == name
            and not verb.split(".")[1].startswith("read")]


def _own(name: str) -> str:
    return f'"{name}".xmin = (SELECT wall.writing())'


def _again(name: str) -> str:
    return f'wall.wrote_{name}("{name}".id)'


def _system_may(model: Model) -> set[str]:
    """What the policy lets Casework do to such a row by itself."""
    name = model.__tablename__
    verbs = [verb for verb in policy.SYSTEM_MAY - LOOKS if verb.split(".")[0] == name]
    return {*walled(model).system,
            *("insert" if verb in policy.JUDGED_ON or (verb not in policy.VERBS and name in READ_BY_ALL) else "update"
              for verb in verbs)}


# ── The policy in SQL ───────────────────────────────────────────────────────────────────────────────────────────────


def clauses(verbs: Iterable[str], model: Model) -> list[str]:
    """Whoever may do any of these to a row of this model: to be joined by OR."""
    return _clauses(_ways(verbs, model), model)


def _ways(verbs: Iterable[str], model: Model) -> Rows:
    """Rows of the policy with the same conditions are one clause for all their roles. Where two offices could meet in
    one row, or a role is compared, each role stays by itself, so that one grant must meet it alone."""
    found: Rows = {}
    for verb in verbs:
        for role, conditions in policy.rows(verb):
            found.setdefault(tuple(conditions), []).append(str(role))
    return {conditions: list(dict.fromkeys(roles)) for conditions, roles in found.items()}


def _clauses(ways: Rows, model: Model) -> list[str]:
    """The cheap ones first."""
    always = ways.get((), [])
    split = [(conditions, some) for conditions, roles in ways.items()
             for some in _together(conditions, [role for role in roles if role not in always or not conditions])]
    return [_clause(conditions, roles, model) for conditions, roles in sorted(split, key=lambda way: len(way[0]))]


def _together(conditions: tuple[Condition, ...], roles: list[str]) -> list[list[str]]:
    of_the_grant = [condition for condition in conditions if condition.of in (MY_OFFICE, "role")]
    if not roles:
        return []
    return [roles] if len(of_the_grant) < 2 and all(each.of != "role" for each in of_the_grant) \
        else [[role] for role in roles]


def _clause(conditions: tuple[Condition, ...], roles: list[str], model: Model) -> str:
    some = _array(roles)
    holds = [] if any(condition.asks_for_a_grant for condition in conditions) else [f"(SELECT wall.holds({some}))"]
    return f"({' AND '.join((*holds, *(condition.wall(some, model) for condition in conditions)))})"


def _roles(verb: str) -> list[str]:
    return list(dict.fromkeys(str(role) for role, _ in policy.rows(verb)))


def _array(roles: list[str]) -> str:
    return "NULL" if policy.ANYONE in roles else f"'{{{','.join(sorted(roles))}}}'"


# ── Tables, keys and links ──────────────────────────────────────────────────────────────────────────────────────────


def walled(model: Model) -> Walled:
    return getattr(model, "__walled__", Walled())


def keys(model: Model) -> Iterator[tuple[str, str]]:
    for column in model.__table__.columns:
        yield from ((column.name, key.column.table.name) for key in column.foreign_keys if key.column.name == "id")


def _parents(model: Model) -> list[tuple[str, str]]:
    """The keys it follows, each with the table it leads to."""
    leads = dict(keys(model))
    return [(key, leads[key]) for key in walled(model).parents]


def _column(model: Model, name: str) -> str:
    return f'"{model.__tablename__}"."{name}"'


def _links(known: Iterable[Model]) -> list[list[People]]:
    """All that the policy asks of one link table, by the function that answers it."""
    found: dict[str, list[People]] = {}
    for people in (each for model in known for kind in model.__mro__ for each in vars(kind).values()
                   if isinstance(each, People)):
        found.setdefault(people.function, []).append(people)
    return [found[name] for name in sorted(found)]


def standing(some: list[People]) -> str:
    """Where the asker, or their office, stands in a link table: asked by the owner, past the link's own wall."""
    people = some[0]
    link: Any = people.link.__table__
    names = sorted({name for each in some for name in (*each.there, *each.only)})
    gives = ", ".join(f'"{name}" {link.columns[name].type.compile(DIALECT)}' for name in names)
    takes = ", ".join(f'l."{name}"' for name in names)
    source = f"({link.element.compile(dialect=DIALECT)})" if hasattr(link, "element") else f'"{link.name}"'
    whose = "= wall.holder(of_roles)" if people.by == "user_id" else "= ANY (ARRAY (SELECT wall.offices(of_roles)))"
    current = " AND l.since <= moment AND (l.until IS NULL OR l.until > moment)" if people.dated else ""
    asks = f"SELECT {takes} FROM {source} l WHERE l.{people.by} {whose}{current}"  # noqa: S608
    return (f"CREATE FUNCTION wall.{people.function}(of_roles text[]) RETURNS TABLE ({gives}) LANGUAGE plpgsql STABLE "
            f"SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$\n#variable_conflict use_column\n"
            f"DECLARE moment timestamptz := (wall.said())[5]::timestamptz;\n"
            f"BEGIN RETURN QUERY {asks}; END $$")


def wrote(parent: str) -> str:
    """Did this very transaction make or change that row?"""
    return (f"CREATE FUNCTION wall.wrote_{parent}(of_id uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER "
            f"SET search_path = pg_catalog, pg_temp AS $$ BEGIN RETURN EXISTS (SELECT FROM public.\"{parent}\" t "
            f"WHERE t.id = of_id AND t.xmin = wall.writing()); END $$")
