"""The questions about one row that the policies of the tables ask, as functions of the database.

A policy is planned and set up whole, with every statement that it stands on; a function only where it is come to. So
what may be asked in many ways is one: who may change a row, who may do one deed to it, whether this very transaction
has written it. They run as whoever asks, who sees no more by them; `wrote` alone looks as the owner.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..kernel.walled import walled
from .open_tables import OPERATIONAL
from .wall_rights import changes, changing, clauses_for, does, holders_of, words_for
from .wall_words import Model, by_uuid, parents

AS_THE_ASKER = "RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp"
AS_THE_OWNER = "RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp"


def functions(known: dict[str, Model]) -> Iterator[str]:
    """All of them, those first that others ask."""
    followed = {parent for model in known.values() for _, parent in parents(model)}
    changed = {name for name, model in known.items() if name not in OPERATIONAL and changing(model)}
    yield from (_wrote(name) for name in sorted(followed | {name for name in changed if by_uuid(known[name])}))
    yield from (_changes(known[name]) for name in sorted(changed) if changes(known[name]))
    yield from (_follows(known[name]) for name in sorted(followed))
    yield from (_does(verb, known[parent]) for verb, parent in sorted(_deeds(known.values())))


def _deeds(known: Iterable[Model]) -> set[tuple[str, str]]:
    """The deeds that some row says were done to a parent of it."""
    return {(verb, parent) for model in known if walled(model).deeds for _, parent in parents(model)
            for verb, _ in words_for(model, parent)}


def _wrote(name: str) -> str:
    """Did this very transaction make or change that row?"""
    return (f"CREATE FUNCTION wall.wrote_{name}(of_id uuid) {AS_THE_OWNER} AS $$ "
            f"DECLARE at_work xid := wall.writing(); "
            f"BEGIN RETURN at_work IS NOT NULL AND EXISTS (SELECT FROM public.\"{name}\" t "
            f"WHERE t.id = of_id AND t.xmin = at_work); END $$")


def _changes(model: Model) -> str:
    """May the asker change this row, as it is or as it would be?"""
    name = model.__tablename__
    asked = " ".join(f"IF {clause} THEN RETURN true; END IF;" for clause in changes(model))
    return (f'CREATE FUNCTION wall.changes_{name}("{name}" public."{name}") {AS_THE_ASKER} AS $$ '
            f"BEGIN {asked} RETURN false; END $$")


def _follows(parent: Model) -> str:
    """May the asker add or change what hangs on this row? Whoever made or changed it in this transaction, which is
    quickly seen, or else may change it."""
    name, may = parent.__tablename__, changing(parent)
    asked = f' OR EXISTS (SELECT FROM public."{name}" WHERE "{name}".id = of_id AND ({may}))' if may else ""
    return (f"CREATE FUNCTION wall.follows_{name}(of_id uuid) {AS_THE_ASKER} AS $$ "
            f"BEGIN RETURN wall.wrote_{name}(of_id){asked}; END $$")


def _does(verb: str, parent: Model) -> str:
    """May the asker do this to that row? In the middle of that very deed, when it is in another state already, it is
    enough to have changed it by right and to hold a role of the deed."""
    name, may = parent.__tablename__, " OR ".join(clauses_for(verb, parent))
    asked = f' OR EXISTS (SELECT FROM public."{name}" WHERE "{name}".id = of_id AND ({may}))' if may else ""
    return (f"CREATE FUNCTION {does(verb)}(of_id uuid) {AS_THE_ASKER} AS $$ "
            f"BEGIN RETURN (wall.wrote_{name}(of_id) AND wall.holds({holders_of(verb)})){asked}; END $$")
