"""Who may see, add, change and hold the rows of a table: one SQL clause for each, from the policy and from what the
model says of itself."""
from __future__ import annotations

from .. import policy
from ..kernel.constraints import APPEND_ONLY
from ..kernel.walled import walled
from .open_tables import LOOKS, READ_BY_ALL
from .wall_words import Model, array, clauses, clauses_of, column, keys, parents, repeats, roles_of, ways

# ── Who may see ─────────────────────────────────────────────────────────────────────────────────────────────────────


def reading(model: Model, known: dict[str, Model]) -> str:
    name, said = model.__tablename__, walled(model)
    if name in READ_BY_ALL:
        return "true"
    verbs = [verb for verb in sorted(policy.VERBS) if verb.startswith(f"{name}.read")]
    opened = ways([said.read] if said.read else verbs, model)
    always = opened.pop((), [])
    found = clauses_of(opened, model)
    if said.named:
        found.append(f"{column(model, said.named)} = (SELECT wall.actor())")
    if not verbs and not said.read:
        found += [_shows(model, key, parent) for key, parent in parents(model)]
    for child, key in said.shown_by:
        always = list(dict.fromkeys([*always, *ways([f"{child}.read"], known[child]).get((), [])]))
        found.append(f'EXISTS (SELECT FROM "{child}" WHERE "{child}".{key} = {column(model, "id")})')
    if not always and not found and not said.own:
        return ""
    return " OR ".join((f"(SELECT wall.sees({array(always)}))", *found))


def _shows(model: Model, key: str, parent: str) -> str:
    return f'EXISTS (SELECT FROM "{parent}" WHERE "{parent}".id = {column(model, key)})'


# ── Who may add ─────────────────────────────────────────────────────────────────────────────────────────────────────


def adding(model: Model, known: dict[str, Model]) -> str:
    """The verbs that make such a row, judged on its parent; or whoever may change the parent, or made it just now."""
    name, said = model.__tablename__, walled(model)
    if said.kept:
        return ""
    found = [_made(verb, model, known) for verb in sorted(policy.VERBS)
               if verb.split(".")[0] == name and policy.judged_on(verb) != name and verb not in LOOKS]
    if said.made_by:
        found.append(f"(SELECT wall.holds({array(roles_of(said.made_by))}))")
    follows = _by_deed(model, known) if said.deeds else _follows(model, known)
    if follows:
        found.append(follows)
    elif said.signed and not found:
        found.append("true")
    if not found and "insert" not in _system_may(model):
        return ""
    people = f"({' OR '.join(found)}){_signed(model)}" if found else ""
    system = "(SELECT wall.system())" if "insert" in _system_may(model) else ""
    whoever = " OR ".join(filter(None, (people, system)))
    return " AND ".join((f"({whoever})", *repeats(model), *([said.only] if said.only else [])))


def _signed(model: Model) -> str:
    """Nobody adds what another is named for."""
    signed = walled(model).signed
    return f" AND {column(model, signed)} IS NOT DISTINCT FROM (SELECT wall.signer())" if signed else ""


def _made(verb: str, model: Model, known: dict[str, Model]) -> str:
    parent = policy.judged_on(verb)
    if parent is None:
        return " OR ".join(clauses([verb], model))
    key = next(key for key, of in keys(model) if of == parent)
    may = " OR ".join(clauses([verb], known[parent]))
    return f'EXISTS (SELECT FROM "{parent}" WHERE "{parent}".id = {column(model, key)} AND ({may}))'


def _follows(model: Model, known: dict[str, Model]) -> str:
    """Whoever made or changed the parent in this transaction, which is quickly seen, or else may change it."""
    found: list[str] = []
    before: list[str] = []
    for key, parent in parents(model):
        mine = column(model, key)
        may = changing(known[parent], known)
        asked = f' OR EXISTS (SELECT FROM "{parent}" WHERE "{parent}".id = {mine} AND ({may}))' if may else ""
        found.append(" AND ".join((*before, f"(wall.wrote_{parent}({mine}){asked})")))
        before.append(f"{mine} IS NULL")
    return " OR ".join(found)


def _by_deed(model: Model, known: dict[str, Model]) -> str:
    """Whoever may do to the parent what the row says was done. In the middle of that very deed, when the parent is in
    another state already, it is enough to have changed it by right and to hold a role of the deed."""
    found: list[str] = []
    before: list[str] = []
    for key, parent in parents(model):
        for verb in sorted(policy.VERBS - LOOKS):
            if verb.split(".")[0] == parent and (word := _word_for(verb, model)):
                done = f"{column(model, walled(model).deeds)} = '{word}'"
                found.append(" AND ".join((*before, done, f"({_does(verb, model, key, known[parent])})")))
        before.append(f"{column(model, key)} IS NULL")
    return " OR ".join(f"({each})" for each in found)


def _word_for(verb: str, model: Model) -> str:
    """What the row calls this deed; nothing, where that word means another one, or the verb only reads."""
    deed, called = verb.split(".")[1], walled(model).called
    words = [word for word, meant in called if meant == deed]
    return words[0] if words else "" if deed.startswith("read") or deed in dict(called) else deed


def _does(verb: str, model: Model, key: str, parent: Model) -> str:
    name, mine = parent.__tablename__, column(model, key)
    just_now = f"wall.wrote_{name}({mine}) AND (SELECT wall.holds({array(roles_of(verb))}))"
    if policy.judged_on(verb) != name:
        return just_now
    may = " OR ".join(clauses([verb], parent))
    return f'({just_now}) OR EXISTS (SELECT FROM "{name}" WHERE "{name}".id = {mine} AND ({may}))'


# ── Who may change ──────────────────────────────────────────────────────────────────────────────────────────────────


def changing(model: Model, known: dict[str, Model]) -> str:
    """Any verb of its own. What a transaction has written already it may go on writing: a step that signs is still at
    work when its signature stands."""
    name, said = model.__tablename__, walled(model)
    if said.kept or said.stays or name in APPEND_ONLY:
        return ""
    own = clauses(_judged_on(name), model)
    follows = _follows(model, known) if not own and name not in READ_BY_ALL else ""
    system = "(SELECT wall.system())" if "update" in _system_may(model) else ""
    return " OR ".join(filter(None, (*own, follows, system)))


def holding(model: Model) -> str:
    """Who may lock a row and not change it: the rules, and whoever makes something beneath it, which is all that can be
    done to a row that stays as it is."""
    name = model.__tablename__
    beneath = [verb for verb in sorted(policy.VERBS - LOOKS)
               if policy.judged_on(verb) == name and verb.split(".")[0] != name]
    if name in APPEND_ONLY:
        beneath += _judged_on(name)
    return " OR ".join(("(SELECT wall.rules())", *clauses(beneath, model)))


def _judged_on(name: str) -> list[str]:
    """The verbs of this kind of record that change one."""
    return [verb for verb in sorted(policy.VERBS - LOOKS) if verb.split(".")[0] == policy.judged_on(verb) == name
            and not verb.split(".")[1].startswith("read")]


def own(name: str) -> str:
    return f'"{name}".xmin = (SELECT wall.writing())'


def again(name: str) -> str:
    return f'wall.wrote_{name}("{name}".id)'


def _system_may(model: Model) -> set[str]:
    """What the policy lets Casework do to such a row by itself."""
    name = model.__tablename__
    verbs = [verb for verb in policy.SYSTEM_MAY - LOOKS if verb.split(".")[0] == name]
    return {*walled(model).system,
            *("insert" if verb in policy.JUDGED_ON or (verb not in policy.VERBS and name in READ_BY_ALL) else "update"
              for verb in verbs)}
