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
    follows = _by_deed(model) if said.deeds else _follows(model)
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
    them = " OR ".join(clauses([verb], known[parent]))
    return f'EXISTS (SELECT FROM "{parent}" WHERE "{parent}".id = {column(model, key)} AND ({them}))'


def _follows(model: Model) -> str:
    """Of several parents the first that is there counts."""
    found: list[str] = []
    before: list[str] = []
    for key, parent in parents(model):
        mine = column(model, key)
        found.append(" AND ".join((*before, f"wall.follows_{parent}({mine})")))
        before.append(f"{mine} IS NULL")
    return " OR ".join(found)


def _by_deed(model: Model) -> str:
    """Whoever may do to the parent what the row says was done."""
    found: list[str] = []
    before: list[str] = []
    for key, parent in parents(model):
        for verb, word in words_for(model, parent):
            done = f"{column(model, walled(model).deeds)} = '{word}'"
            found.append(" AND ".join((*before, done, f"{does(verb)}({column(model, key)})")))
        before.append(f"{column(model, key)} IS NULL")
    return " OR ".join(f"({each})" for each in found)


def words_for(model: Model, parent: str) -> list[tuple[str, str]]:
    """The deeds to this parent by which such a row is added, each with what the row calls it."""
    said = ((verb, _word_for(verb, model)) for verb in sorted(policy.VERBS - LOOKS) if verb.split(".")[0] == parent)
    return [(verb, word) for verb, word in said if word]


def _word_for(verb: str, model: Model) -> str:
    """What the row calls this deed; nothing, where that word means another one, or the verb only reads."""
    deed, called = verb.split(".")[1], walled(model).called
    words = [word for word, meant in called if meant == deed]
    return words[0] if words else "" if deed.startswith("read") or deed in dict(called) else deed


def clauses_for(verb: str, parent: Model) -> list[str]:
    """Who may do this to such a parent; nobody, where it is judged on something else."""
    return clauses([verb], parent) if policy.judged_on(verb) == parent.__tablename__ else []


def holders_of(verb: str) -> str:
    return array(roles_of(verb))


def does(verb: str) -> str:
    """The function that says whether the asker may do this to the record of this key, or is just doing it."""
    return f"wall.does_{verb.replace('.', '_')}"


def may(verb: str) -> str:
    """The function that says whether the asker may do this to the record of this key."""
    return f"wall.may_{verb.replace('.', '_')}"


# ── Who may change ──────────────────────────────────────────────────────────────────────────────────────────────────


def changing(model: Model) -> str:
    """Casework by itself, or a person: what they may is a function of the row, asked clause by clause, so that a
    statement that changes one row does not plan and set up all that could have been asked of it."""
    name = model.__tablename__
    if _is_final(model):
        return ""
    system = "(SELECT wall.system())" if "update" in _system_may(model) else ""
    people = f'wall.changes_{name}("{name}")' if changes(model) else ""
    return " OR ".join(filter(None, (system, people)))


def changes(model: Model) -> list[str]:
    """The people who may: by any verb of its own, or with its parent."""
    name = model.__tablename__
    if _is_final(model):
        return []
    own = clauses(_judged_on(name), model)
    return own or ([_follows(model)] if parents(model) and name not in READ_BY_ALL else [])


def _is_final(model: Model) -> bool:
    said = walled(model)
    return said.kept or said.stays or model.__tablename__ in APPEND_ONLY


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
