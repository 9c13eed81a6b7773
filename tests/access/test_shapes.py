"""A statement built once for all who hold alike opens to each the same rows as one built for them alone."""
from __future__ import annotations

import pytest
from sqlalchemy import bindparam

from casework import policy
from casework.access import building, walls
from casework.access.models import User
from casework.access.shapes import shape_of, standing_of
from casework.cases.models import Case
from casework.kernel.db import at, db
from casework.kernel.scope import asks
from tests.funds.story import NOW
from tests.world import CAST

ALL = 500
READ = sorted((name, f"{name}.read") for name in walls.models() if f"{name}.read" in policy.VERBS)


@pytest.fixture
def people(world):
    with at(NOW):
        yield [getattr(world, name) for name in CAST]


def alone(person, model, verb):
    ways = policy.ways(person, verb)
    return [row.id for row in db.session.scalars(building.page(ways, model, (), model.id, None, ALL))] if ways else []


def alike(person, model, verb):
    if not policy.ways(person, verb):
        return []
    query = building.first(verb, model, shape_of(person), (), (model.id, False), ALL, ())
    return [row.id for row in db.session.scalars(query, standing_of(person))]


@pytest.mark.parametrize(("kind", "verb"), READ)
def test_each_sees_the_same_rows(people, kind, verb):
    model, opened = walls.models()[kind], 0
    for person in people:
        asks(db.session(), person.id)
        rows = alone(person, model, verb)
        assert alike(person, model, verb) == rows, person.username
        assert _counted(person, model, verb) == len(rows)
        opened += len(rows)
    assert opened > 0, "nobody may ever see this: the test would show nothing"


def _counted(person, model, verb):
    if not policy.ways(person, verb):
        return 0
    counted, mine = building.count_of(verb, model, shape_of(person), (), ALL), standing_of(person)
    return counted.one(**{name: mine[name] for name in counted.names})


def test_whoever_holds_alike_is_answered_by_one_statement_and_sees_their_own(people, world):
    ada, abe = world.ada, world.abe
    assert shape_of(ada) == shape_of(abe) and standing_of(ada) != standing_of(abe)
    one = building.one(Case, "case.read", shape_of(ada), ())
    assert one is building.one(Case, "case.read", shape_of(abe), ())
    found = {}
    for person in (ada, abe):
        asks(db.session(), person.id)
        found[person] = [case for case in (world.rosa.id, world.kit.id) if db.session.scalar(
            one, {"sought": case, **standing_of(person)})]
    assert found == {ada: [world.rosa.id], abe: [world.kit.id]}


def test_a_grant_that_is_lost_is_lost_at_once(people, world):
    """What they hold is asked of the grants of the moment, not of those by which the statement was built."""
    assert shape_of(world.ada).held != shape_of(world.zoe).held == ()
    with at(NOW.replace(year=NOW.year + 40)):
        later = db.session.get_one(User, world.ivy.id)
        assert shape_of(later).held == ()


def test_what_is_asked_for_may_be_a_parameter(people, world):
    asks(db.session(), world.ada.id)
    where = (Case.number == bindparam("number"),)
    query = building.first("case.read", Case, shape_of(world.ada), where, (Case.id, False), ALL, ())
    said = {"number": world.rosa.number, **standing_of(world.ada)}
    assert [case.id for case in db.session.scalars(query, said)] == [world.rosa.id]
    assert not db.session.scalars(query, said | {"number": "VA-0"}).all()
