"""The row in Python, the filter in SQL and the wall of the database say the same: for every person, verb and record."""
from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import false, insert, or_, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from casework import policy
from casework.access import walls
from casework.access.models import User
from casework.access.open_tables import LOOKS
from casework.access.wall_words import clauses, keys, named, repeated
from casework.kernel.constraints import APPEND_ONLY
from casework.kernel.system import SYSTEM
from casework.kernel.walled import walled
from casework.kernel.workflow import GOVERNING
from tests.world import CAST

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]
KNOWN = walls.models()
SPOKEN_OF = sorted(verb for verb in policy.VERBS if policy.judged_on(verb) in KNOWN)
READ = sorted(name for name in KNOWN if f"{name}.read" in policy.VERBS and name not in walls.READ_BY_ALL
              and not walled(KNOWN[name]).shown_by)


@pytest.fixture
def told(owner):
    """The owner's session: what the first two answers are taken from."""
    with Session(owner.connection) as session:
        yield session


def people(told):
    return list(told.scalars(select(User).where(User.username.in_(CAST)).order_by(User.username)))


def ways_of(person, *verbs):
    return [way for verb in verbs for way in policy.ways(person, verb)]


def by_filter(told, model, ways):
    return set(told.scalars(select(model.id).where(or_(false(), *(way.clause(model) for way in ways)))))


@pytest.mark.parametrize("verb", SPOKEN_OF)
def test_each_verb_is_answered_alike_three_times(owner, told, verb):
    """The third is asked as the owner, whom no other wall hides a row from, in the person's name."""
    model = KNOWN[policy.judged_on(verb)]
    rows, opened = list(told.scalars(select(model))), 0
    clause = " OR ".join(clauses([verb], model))
    asked = text(f'SELECT id FROM "{model.__tablename__}" WHERE {clause}')
    for person in people(told):
        ways = policy.ways(person, verb)
        by_row = {row.id for row in rows if any(way.opens(row) for way in ways)}
        owner.speak_for(person.id)
        assert by_row == by_filter(told, model, ways) == set(owner.scalars(asked)), person.username
        opened += len(by_row)
    assert opened > 0, "nobody may ever do this: the test would show nothing"


@pytest.mark.parametrize("table", READ)
def test_the_policies_as_they_stand_show_what_the_policy_says(raw, told, table):
    model = KNOWN[table]
    reads = [verb for verb in policy.VERBS if verb.startswith(f"{table}.read")]
    for person in people(told):
        raw.speak_for(person.id)
        seen = set(raw.scalars(text(f'SELECT id FROM "{table}"')))
        assert seen == by_filter(told, model, ways_of(person, *reads)), person.username


CHANGED = sorted({policy.judged_on(verb) for verb in policy.VERBS - LOOKS if ".read" not in verb} - {None})


@pytest.mark.parametrize("table", CHANGED)
def test_whoever_may_do_something_to_a_row_may_hold_it_and_nobody_else(raw, told, table):
    model = KNOWN[table]
    verbs = [verb for verb in policy.VERBS - LOOKS if policy.judged_on(verb) == table and ".read" not in verb]
    for person in people(told):
        raw.speak_for(person.id)
        shown = set(raw.scalars(text(f'SELECT id FROM "{table}"')))
        held = set(raw.scalars(text(f'SELECT id FROM "{table}" FOR UPDATE')))
        may = by_filter(told, model, ways_of(person, *verbs))
        assert held == may & shown, person.username
        raw.rollback()


@pytest.mark.parametrize("table", sorted(set(CHANGED) - {"office", "investigation"} - APPEND_ONLY))
def test_only_a_verb_of_its_own_kind_changes_a_row(raw, told, table):
    model = KNOWN[table]
    verbs = [verb for verb in policy.VERBS - LOOKS
             if policy.judged_on(verb) == table == verb.split(".")[0] and ".read" not in verb]
    for person in people(told):
        may = by_filter(told, model, ways_of(person, *verbs))
        for id in told.scalars(select(model.id)):
            raw.speak_for(person.id)
            assert changes(raw, table, id) == (id in may & visible(told, person, model)), person.username
    raw.rollback()


def changes(raw, table, id):
    try:
        with raw.begin_nested() as part:
            done = raw.execute(text(f'UPDATE "{table}" SET version = version WHERE id = :id'), {"id": id}).rowcount
            part.rollback()
        return bool(done)
    except DBAPIError as error:
        if "row-level security" not in str(error) and "stays as it is" not in str(error):
            raise
        return "stays as it is" in str(error)


def visible(told, person, model):
    table = model.__tablename__
    if table in walls.READ_BY_ALL:
        return set(told.scalars(select(model.id)))
    return by_filter(told, model, ways_of(person, *(v for v in policy.VERBS if v.startswith(f"{table}.read"))))


MADE = sorted(verb for verb in policy.JUDGED_ON if policy.judged_on(verb) and verb.split(".")[0] in KNOWN
              and verb not in LOOKS)


@pytest.mark.parametrize("verb", MADE)
def test_whoever_may_make_something_may_add_its_row_and_nobody_else(raw, told, verb):
    """A row like one of the story's, with another parent: the wall answers before any constraint does."""
    made, parent = KNOWN[verb.split(".")[0]], KNOWN[policy.judged_on(verb)]
    key = next(key for key, of in keys(made) if of == parent.__tablename__)
    row = told.execute(select(made.__table__).limit(1)).mappings().first()
    if row is None:
        row = {"id": uuid4(), "version": 1, "digest": b"x", "label": "x", "scopes": "*"}
    signs = {walled(made).signed, *named(made)} - {""}
    same = [pair for _, of, pairs in repeated(made) if of == parent.__tablename__ for pair in pairs]
    for person in people(told):
        ways = policy.ways(person, verb)
        for thing in told.scalars(select(parent)):
            like = {**row, "id": uuid4(), key: thing.id, **dict.fromkeys(signs, person.id), **begun(made),
                    **{mine: getattr(thing, theirs) for mine, theirs in same}}
            raw.speak_for(person.id)
            assert adds(raw, made, like) == any(way.opens(thing) for way in ways), (person.username, thing)
    raw.rollback()


def begun(made):
    """In the state in which its workflow begins, where it has one (test_steps.py)."""
    workflow = GOVERNING.get(made.__tablename__)
    return {"state": workflow.start} if workflow else {}


def adds(raw, model, row):
    try:
        with raw.begin_nested() as part:
            raw.execute(insert(model.__table__).values(row))
            part.rollback()
    except DBAPIError as error:
        return "row-level security" not in str(error)
    return True


def test_the_system_and_the_rules_see_everything(raw, owner):
    for kind in ("asks", "rules"):
        raw.speak_for(SYSTEM.id, kind=kind)
        for table in KNOWN:
            assert raw.rows(table) == owner.rows(table), table
