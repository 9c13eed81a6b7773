"""The law in the words of PostgreSQL: rows of the policy, keys, links. `walls.py` builds policies from them."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy.dialects import postgresql

from .. import policy
from ..kernel.conditions import MY_OFFICE, Condition, among
from ..kernel.constraints import APPEND_ONLY
from ..kernel.db import Base, Record
from ..kernel.people import People
from ..kernel.walled import walled
from .open_tables import OF_A_CASE, REPEATED

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]

Model = Any
Rows = dict[tuple[Condition, ...], list[str]]
BELONGING = ("case", "disbursement", "cp_request", "assessment")
ALSO_NAMED = frozenset({"supervisor_id"})


def clauses(verbs: Iterable[str], model: Model) -> list[str]:
    """Whoever may do any of these to a row of this model: to be joined by OR."""
    return clauses_of(ways(verbs, model), model)


def ways(verbs: Iterable[str], model: Model) -> Rows:
    """Rows of the policy with the same conditions are one clause for all their roles."""
    found: Rows = {}
    for verb in verbs:
        for role, conditions in policy.rows(verb):
            found.setdefault(tuple(conditions), []).append(str(role))
    return {conditions: list(dict.fromkeys(roles)) for conditions, roles in found.items()}


def clauses_of(ways: Rows, model: Model) -> list[str]:
    """The cheap ones first."""
    always = ways.get((), [])
    split = [(conditions, some) for conditions, roles in ways.items()
             for some in _together(conditions, [role for role in roles if role not in always or not conditions])]
    return [_clause(conditions, roles, model) for conditions, roles in sorted(split, key=lambda way: len(way[0]))]


def _together(conditions: tuple[Condition, ...], roles: list[str]) -> list[list[str]]:
    """One grant must meet a row of the policy alone. Of two offices in one row two grants could meet one each, so that
    is not written; where a role is compared, each role stays by itself."""
    of_the_grant = [condition.of for condition in conditions if condition.of in (MY_OFFICE, "role")]
    if of_the_grant.count(MY_OFFICE) > 1:
        raise TypeError("two offices in one row of the policy: two grants could meet them, one each")
    return [[role] for role in roles] if "role" in of_the_grant else [roles] if roles else []


def _clause(conditions: tuple[Condition, ...], roles: list[str], model: Model) -> str:
    some = array(roles)
    holds = [] if any(condition.asks_for_a_grant for condition in conditions) else [f"(SELECT wall.holds({some}))"]
    return f"({' AND '.join((*holds, *(condition.wall(some, model) for condition in conditions)))})"


def roles_of(verb: str) -> list[str]:
    return list(dict.fromkeys(str(role) for role, _ in policy.rows(verb)))


def array(roles: list[str]) -> str:
    return "NULL" if policy.ANYONE in roles else f"'{{{','.join(sorted(roles))}}}'"


# ── Tables, keys and links ──────────────────────────────────────────────────────────────────────────────────────────


def models() -> dict[str, Model]:
    return {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers
            if hasattr(mapper.class_, "__tablename__")}


def by_uuid(model: Model) -> bool:
    """Has each of its rows a key of its own that is known before it is written?"""
    return issubclass(model, Record)


def keys(model: Model) -> Iterator[tuple[str, str]]:
    for column in model.__table__.columns:
        yield from ((column.name, key.column.table.name) for key in column.foreign_keys if key.column.name == "id")


def parents(model: Model) -> list[tuple[str, str]]:
    """The keys it follows, each with the table it leads to."""
    leads = dict(keys(model))
    return [(key, leads[key]) for key in walled(model).parents]


def column(model: Model, name: str) -> str:
    return f'"{model.__tablename__}"."{name}"'


def links(known: Iterable[Model]) -> list[list[People]]:
    """All that the policy asks of one link table, by the view that answers it."""
    found: dict[str, list[People]] = {}
    for people in (each for model in known for kind in model.__mro__ for each in vars(kind).values()
                   if isinstance(each, People)):
        found.setdefault(people.view, []).append(people)
    return [found[name] for name in sorted(found)]


def standing(some: list[People]) -> str:
    """Where the asker, or their office, stands in a link table, by each of their grants: looked up as the owner, past
    the link's own wall. It is a view, so that the planner may ask it for one row by index or hash it for many. A name
    that this very transaction signs does not bar the step it belongs to."""
    people, roles = some[0], array(_asked_of(some[0].view))
    link: Any = people.link.__table__
    names = sorted({name for each in some for name in (*each.there, *each.only)})
    takes = ", ".join(f'l."{name}"' for name in names)
    source = f"({link.element.compile(dialect=DIALECT)})" if hasattr(link, "element") else f'"{link.name}"'
    current = " AND l.since <= g.moment AND (l.until IS NULL OR l.until > g.moment)" if people.dated else ""
    earlier = " AND l.xmin IS DISTINCT FROM (SELECT wall.writing())" if link.name in APPEND_ONLY else ""
    asked = "" if roles == "NULL" else f" WHERE g.role = ANY ({roles})"
    return (f"CREATE VIEW wall.{people.view} WITH (security_barrier) AS SELECT g.role, {takes} "  # noqa: S608
            f"FROM wall.grants() g JOIN {source} l ON l.{people.by} = g.{people.by}{current}{earlier}{asked}")


def _asked_of(view: str) -> list[str]:
    """The roles of which some row of the policy asks whether they stand there: nobody else is told."""
    asked = (str(role) for verb in sorted(policy.VERBS) for role, conditions in policy.rows(verb)
             for condition in conditions if isinstance(condition, among)
             if any(getattr(getattr(model, condition.column, None), "view", "") == view for model in models().values()))
    return list(dict.fromkeys(asked))


def repeated(model: Model) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """The keys of records that this row belongs to, and what it repeats of each: (key, table, [(mine, theirs)])."""
    for key, parent in keys(model):
        if parent in BELONGING:
            names, theirs = OF_A_CASE if parent == "case" else REPEATED, models()[parent].__table__.columns
            pairs = [(mine, of) for mine, of in names.items()
                     if mine in model.__table__.columns and of in theirs and mine != key]
            if pairs:
                yield key, parent, pairs


def repeats(model: Model) -> list[str]:
    """What must be true of every row that is added: it says the same as the record it belongs to."""
    return [f"wall.repeats_{model.__tablename__}_{key}({', '.join(column(model, name) for name in (key, *dict(said)))})"
            for key, _, said in repeated(model)]


def same_as(model: Model) -> Iterator[str]:
    """The functions that `repeats` asks: they look as the owner, since what one makes one may not see yet."""
    for key, parent, pairs in repeated(model):
        types = [model.__table__.columns[mine].type.compile(dialect=DIALECT) for mine, _ in pairs]
        alike = " AND ".join(f'p."{of}" IS NOT DISTINCT FROM ${nth}' for nth, (_, of) in enumerate(pairs, 2))
        yield (f"CREATE FUNCTION wall.repeats_{model.__tablename__}_{key}(uuid, {', '.join(types)}) RETURNS boolean "
               f"LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ BEGIN RETURN "
               f'$1 IS NULL OR EXISTS (SELECT FROM public."{parent}" p WHERE p.id = $1 AND {alike}); END $$')


def named(model: Model) -> list[str]:
    """The columns that say who did something: whoever writes a name there writes their own."""
    return [column.name for column in model.__table__.columns
            if column.name.endswith("by_id") or column.name in ALSO_NAMED]


def own_name(model: Model) -> Iterator[str]:
    """The trigger that sees to it."""
    if names := named(model):
        said, called = ", ".join(f'"{name}"' for name in names), ", ".join(f"'{name}'" for name in names)
        yield (f'CREATE TRIGGER wall_own_name BEFORE INSERT OR UPDATE OF {said} ON "{model.__tablename__}" '
               f"FOR EACH ROW EXECUTE FUNCTION wall.own_name({called})")
