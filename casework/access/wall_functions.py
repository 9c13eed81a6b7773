"""The questions about one row that the policies of the tables ask, as functions of the database.

A policy is planned and set up whole, with every statement that it stands on; a function only where it is come to. So
what may be asked in many ways is one: who may change a row, who may do one deed to it, whether this very transaction
has written it, whether a step leads from its state to another. They run as whoever asks, who sees no more by them;
`wrote` alone looks as the owner.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .. import policy
from ..kernel.walled import RUNTIME, walled
from ..kernel.workflow import GOVERNING, Step, Workflow
from .open_tables import OPERATIONAL
from .wall_rights import changes, changing, clauses_for, does, holders_of, may, words_for
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
    deeds = _deeds(known.values())
    yield from (_may(verb, known[parent]) for verb, parent in sorted(deeds | _steps(known)))
    yield from (_does(verb, known[parent]) for verb, parent in sorted(deeds))


def steps(known: dict[str, Model]) -> Iterator[str]:
    """The triggers that keep each record on the way of its workflow."""
    for name in sorted(GOVERNING.keys() & known.keys()):
        yield from _on_its_way(name, GOVERNING[name], walled(known[name]).along)


def _steps(known: dict[str, Model]) -> set[tuple[str, str]]:
    """The steps of workflows that somebody may take."""
    return {(deed, name) for name in GOVERNING.keys() & known.keys() for _, step in GOVERNING[name].moves
            if (deed := f"{name}.{step.verb}") in policy.VERBS}


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
    name = parent.__tablename__
    return (f"CREATE FUNCTION wall.follows_{name}(of_id uuid) {AS_THE_ASKER} AS $$ BEGIN "
            f"IF wall.wrote_{name}(of_id) THEN RETURN true; END IF; RETURN {_one(name, changing(parent))}; END $$")


def _one(name: str, words: str) -> str:
    """The row of this key is there, for the asker, and this holds of it."""
    return f'EXISTS (SELECT FROM public."{name}" WHERE "{name}".id = of_id AND ({words}))' if words else "false"


def _may(verb: str, parent: Model) -> str:
    """May the asker do this to that row, as it is stored?"""
    clauses = clauses_for(verb, parent)
    return (f"CREATE FUNCTION {may(verb)}(of_id uuid) {AS_THE_ASKER} AS $$ "
            f"BEGIN RETURN {_one(parent.__tablename__, ' OR '.join(clauses))}; END $$")


def _does(verb: str, parent: Model) -> str:
    """Does the asker do this to that row? In the middle of that very deed, when it is in another state already, it is
    enough to have changed it by right and to hold a role of the deed."""
    return (f"CREATE FUNCTION {does(verb)}(of_id uuid) {AS_THE_ASKER} AS $$ BEGIN "
            f"IF wall.wrote_{parent.__tablename__}(of_id) AND wall.holds({holders_of(verb)}) THEN RETURN true; END IF; "
            f"RETURN {may(verb)}(of_id); END $$")


def _on_its_way(name: str, workflow: Workflow, along: Sequence[tuple[str, str]]) -> Iterator[str]:
    """A record begins where its workflow does, and goes on by a step that the asker may take. What changes along with a
    step changes with no other."""
    onward = " OR ".join(f"(OLD.state = '{source}' AND NEW.state = '{step.target}' AND ({_takes(name, step)}))"
                         for source, step in workflow.moves)
    yield (f"CREATE FUNCTION wall.step_of_{name}() RETURNS trigger LANGUAGE plpgsql "
           f"SET search_path = pg_catalog, public, pg_temp AS $$ BEGIN "
           f"IF current_user <> '{RUNTIME}' THEN RETURN NEW; END IF; "
           f"IF TG_OP = 'INSERT' THEN IF NEW.state = '{workflow.start}' THEN RETURN NEW; END IF; "
           f"ELSIF {' OR '.join((*(_stray(workflow, *each) for each in along), 'false'))} THEN NULL; "
           f"ELSIF OLD.state = NEW.state OR {onward} THEN RETURN NEW; END IF; "
           f"RAISE EXCEPTION 'no step of theirs leads there' USING ERRCODE = 'insufficient_privilege'; END $$")
    yield (f'CREATE TRIGGER wall_begins BEFORE INSERT ON "{name}" FOR EACH ROW EXECUTE FUNCTION wall.step_of_{name}()')
    watched = ["state", *(column for column, _ in along)]
    moved = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in watched)
    yield (f'CREATE TRIGGER wall_step BEFORE UPDATE OF {", ".join(watched)} ON "{name}" FOR EACH ROW '
           f"WHEN ({moved}) EXECUTE FUNCTION wall.step_of_{name}()")


def _stray(workflow: Workflow, column: str, verb: str) -> str:
    """This column changes, and not along with its step."""
    steps = " OR ".join(f"OLD.state = '{source}' AND NEW.state = '{step.target}'" for source, step in workflow.moves
                        if step.verb == verb)
    return f"(OLD.{column} IS DISTINCT FROM NEW.{column} AND NOT ({steps}))"


def _takes(name: str, step: Step) -> str:
    """Whoever may do it, or does the deed that takes it along; Casework by itself, where it may. Nobody takes a step of
    which no row of the policy speaks."""
    deed = f"{name}.{step.verb}"
    people = f"wall.holds({holders_of(step.by)})" if step.by else f"{may(deed)}(OLD.id)" if deed in policy.VERBS else ""
    system = "wall.system()" if deed in policy.SYSTEM_MAY else ""
    return " OR ".join(filter(None, (people, system))) or "false"
