"""The same policy, built into PostgreSQL as row security: the wall behind the scope.

Python says who asks (`context.py`); the database verifies it and looks up the grants itself. Without that, no rows.
The runtime role owns nothing, bypasses nothing, and gets a right only where a wall gives it: a table is spoken of by
the policy, or says of itself how it is walled (`kernel.walled`), or it is named in `open_tables`. The
owner is not forced behind the walls: a migration that saw no rows would mend none.
"""
from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from sqlalchemy import FetchedValue

from ..kernel.system import SYSTEM
from ..kernel.walled import RUNTIME, walled
from .open_tables import CHANGES, GIVEN_ONCE, OPERATIONAL, READ_BY_ALL
from .wall_functions import functions, steps
from .wall_rights import adding, again, changing, holding, own, reading
from .wall_words import Model, by_uuid, links, models, own_name, same_as, standing

__all__ = ["OPERATIONAL", "READ_BY_ALL", "RUNTIME", "Unwalled", "digest", "models", "statements", "table"]

FOUNDATION = Path(__file__).with_name("walls.sql").read_text(encoding="utf-8")


class Unwalled(Exception):
    """A table that nobody has said how to wall."""


def statements() -> Iterator[str]:
    """Everything `casework db secure` writes but the secret, in order; each may be run again."""
    yield FOUNDATION.replace("{system}", str(SYSTEM.id)).replace("{runtime}", RUNTIME)
    yield from _nothing()
    known = models()
    for some in links(known.values()):
        yield standing(some)
    yield from functions(known)
    for name in sorted(known.keys() - OPERATIONAL):
        yield from same_as(known[name])
        yield from own_name(known[name])
    yield from steps(known)
    for name in sorted(known):
        yield from table(name, known)
    yield from rights()


def _nothing() -> Iterator[str]:
    """Whatever right was given before, by whomever, also by default or to what does not belong to Casework."""
    for what in ("TABLES", "SEQUENCES"):
        yield f"REVOKE ALL ON ALL {what} IN SCHEMA public, wall FROM PUBLIC, {RUNTIME}"
    yield f"REVOKE ALL ON SCHEMA public, wall FROM {RUNTIME}"


def digest() -> str:
    """Of the policies that this code would write: kept in the database, so that both can be compared."""
    return sha256("\0".join(statements()).encode()).hexdigest()


def rights() -> Iterator[str]:
    yield f"GRANT USAGE ON SCHEMA public, wall TO {RUNTIME}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {RUNTIME}"
    yield "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA wall FROM PUBLIC"
    yield f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA wall TO {RUNTIME}"
    yield f"REVOKE ALL ON FUNCTION wall.said(), wall.granted(text[], text[]) FROM {RUNTIME}"
    yield f"GRANT SELECT ON {', '.join(f'wall.{some[0].view}' for some in links(models().values()))} TO {RUNTIME}"
    yield f"GRANT SELECT ON wall.built TO {RUNTIME}"
    yield f"GRANT SELECT ON alembic_version TO {RUNTIME}"


def table(name: str, known: dict[str, Model]) -> Iterator[str]:
    """The rights and policies of one table, from none."""
    yield f'REVOKE ALL ON "{name}" FROM PUBLIC, {RUNTIME}'
    model = known[name]
    if name in OPERATIONAL:
        yield f'ALTER TABLE "{name}" DISABLE ROW LEVEL SECURITY'
        yield f'GRANT SELECT, INSERT ON "{name}" TO {RUNTIME}'
        yield f'GRANT UPDATE ({", ".join(_not_once(model))}) ON "{name}" TO {RUNTIME}'
        return
    looked, added, changed = reading(model, known), adding(model, known), changing(model)
    if not looked:
        raise Unwalled(f"Nobody has said who may see {name}. Write a row `{name}.read` into policy.py, or say on the "
                       f"model how it is walled: `__walled__ = Walled(follows=…, signed=…)` (kernel/walled.py). If "
                       f"nothing in it is private, name it with the reason in READ_BY_ALL or OPERATIONAL "
                       f"(access/open_tables.py).")
    yield f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY'
    yield f'GRANT SELECT ON "{name}" TO {RUNTIME}'
    yield _policy(name, "see", "SELECT", f"USING ({looked})")
    if added:
        yield f'GRANT INSERT ({", ".join(_written(model))}) ON "{name}" TO {RUNTIME}'
        yield _policy(name, "add", "INSERT", f"WITH CHECK ({added})")
    yield f'GRANT UPDATE ({", ".join(_changeable(model))}) ON "{name}" TO {RUNTIME}'
    yield _policy(name, "hold", "UPDATE", f"USING ({holding(model)}) WITH CHECK (false)")
    if changed:
        mine, twice = (f"{own(name)} OR ", f"{again(name)} OR ") if by_uuid(model) else ("", "")
        yield _policy(name, "change", "UPDATE", f"USING ({mine}{changed}) WITH CHECK ({twice}{changed})")
    if "delete" in walled(model).system:
        yield f'GRANT DELETE ON "{name}" TO {RUNTIME}'
        yield _policy(name, "remove", "DELETE", "USING ((SELECT wall.system()))")


def _policy(name: str, what: str, command: str, words: str) -> str:
    return (f'DROP POLICY IF EXISTS {what} ON "{name}"; '
            f'CREATE POLICY {what} ON "{name}" FOR {command} TO {RUNTIME} {words}')


def _written(model: Model) -> list[str]:
    """Columns that are said when a row is made: none that the database itself fills in."""
    return [f'"{column.name}"' for column in model.__table__.columns
            if column is not model.__table__.autoincrement_column and type(column.server_default) is not FetchedValue]


def _changeable(model: Model) -> list[str]:
    """Columns that may be changed. To lock a row is, for the database, to be allowed to change some of it."""
    free = [name for name in _not_once(model) if name != f'"{walled(model).signed}"']
    lock = ['"version"'] if '"version"' in free else [f'"{column.name}"' for column in model.__table__.primary_key][:1]
    return free if changing(model) else lock


def _not_once(model: Model) -> list[str]:
    """All but its key and what is said once."""
    table = model.__table__
    return [f'"{column.name}"' for column in table.columns if not column.primary_key
            and (column.name not in GIVEN_ONCE or (table.name, column.name) in CHANGES)]
