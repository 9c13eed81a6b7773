"""A verb opens records of its own kind only: with another's, the way to read would be wider than the policy."""
from __future__ import annotations

import pytest
from sqlalchemy import true

from casework.access import queries
from casework.access.lines import Lines
from casework.cases.files import Identity
from casework.cases.models import Case
from casework.continued_presence.package import CPItem
from casework.kernel.db import db
from casework.kernel.errors import NotFound

OF_ANOTHER_KIND = {
    "a page": lambda ada: queries.visible(ada, "office.read", Case),
    "a page by a verb that reads another": lambda ada: queries.visible(ada, "note.read", Case),
    "a page by a verb that is judged on nothing": lambda ada: queries.visible(ada, "session.use", Case),
    "one record": lambda ada: queries.find(ada, Case, ada.id, verb="office.read"),
    "a select": lambda ada: queries.scoped(ada, "session.use", Case, Case.number),
    "a count": lambda ada: queries.how_many(ada, "office.read", Identity),
    "lines": lambda ada: queries.listed(ada, "office.read", Lines(Case, {}), said={}, order=Case.number),
    "what waits": lambda ada: queries.either(ada, Case, ("case.read", true()), ("office.read", true())),
    "the ways themselves": lambda ada: queries.open_ways(ada, "office.read", Case),
}


@pytest.mark.parametrize("way", OF_ANOTHER_KIND)
def test_a_verb_of_another_kind_is_a_mistake_in_the_code(app, world, way):
    with pytest.raises(TypeError, match="is not judged on"):
        OF_ANOTHER_KIND[way](world.ada)


def test_a_verb_that_begins_something_opens_what_it_is_judged_on(app, world, copy):
    ada = db.session.get(type(world.ada), world.ada.id)
    with pytest.raises(TypeError, match="is not judged on"):
        queries.find(ada, Case, copy[1]["rosa"][1], verb="api_token.create")
    assert queries.find(ada, Case, copy[1]["rosa"][1], verb="note.add").id == copy[1]["rosa"][1]


def test_a_record_that_says_by_which_verb_it_is_read_is_read_by_it(app, world):
    assert {item.kind for item in queries.visible(world.olga, "cp_package.read", CPItem)} == {"cp_item"}


def test_hidden_and_absent_still_look_the_same(app, world, copy):
    ada = db.session.get(type(world.ada), world.ada.id)
    with pytest.raises(NotFound):
        queries.find(ada, Case, copy[1]["nina"][1])
