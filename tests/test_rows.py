"""The quick rows of a list tell a client what marshmallow's own dump would, for every list that the API has."""
from __future__ import annotations

from datetime import UTC
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import Schema, fields, post_dump, pre_dump

from casework.access.models import User
from casework.access.schemas import PersonView
from casework.cases.models import Case, Source
from casework.cases.views import CaseView
from casework.web.api import paged
from casework.web.rows import RowsOf
from tests.world import looking

OF_THE_STORY = {CaseView: Case, PersonView: User}  # what they say hangs on other records
WORDS = st.text(max_size=9) | st.sampled_from(Source)
MOMENTS = st.datetimes(timezones=st.timezones() | st.just(UTC))
VALUES = {
    fields.UUID: st.uuids(), fields.String: WORDS, fields.Boolean: st.booleans(), fields.Integer: st.integers(-(2**53), 2**53),
    fields.DateTime: MOMENTS, fields.AwareDateTime: MOMENTS, fields.Date: st.dates(),
    fields.Decimal: st.decimals(-(10**9), 10**9, places=2), fields.Dict: st.dictionaries(st.text(max_size=5), WORDS),
}


def values(field):
    """What the field may find on a row: also nothing."""
    if isinstance(field, fields.Nested):
        some = rows(field.schema)
    elif isinstance(field, fields.List):
        some = st.lists(values(field.inner), max_size=3)
    elif isinstance(field, fields.Enum):
        some = st.sampled_from(field.enum)
    else:
        some = VALUES[type(field)]
    return st.none() | some


def rows(schema):
    """Objects, or dicts, with what the schema looks for; at times without some of it."""
    found = {field.attribute or name: values(field) for name, field in schema.dump_fields.items()}
    made = st.fixed_dictionaries({}, optional=found)
    return made.map(lambda row: SimpleNamespace(**row)) | st.fixed_dictionaries(found).map(lambda row: SimpleNamespace(**row))


def lists(app):
    """The view of the rows of each list of the API."""
    answers = [answer for view in app.view_functions.values() for answer, *_ in
               getattr(view, "_apidoc", {}).get("response", {}).get("responses", {}).values()]
    pages = [one.get("schema") for one in answers if isinstance(one, dict)]
    items = [page.fields["items"] for page in pages if isinstance(page, Schema) and "items" in page.fields]
    return {type(each.schema) for each in items if isinstance(each, RowsOf)}


def require_the_same(app, view, rows, page=None):
    """As a client reads it: what was left to the writer of JSON counts as it was written."""
    with app.test_request_context():
        quick = app.json.response((page or paged(view))().dump({"items": rows, "next": None})).json
    assert quick["items"] == app.json.loads(app.json.dumps(view(many=True).dump(rows)))


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_made_up_rows_of_every_list_are_said_as_marshmallow_says_them(one_app, data):
    for view in lists(one_app) - set(OF_THE_STORY):
        drawn = data.draw(st.lists(rows(view()), max_size=3), view.__name__)
        require_the_same(one_app, view, drawn)
        require_the_same(one_app, view, [vars(row) for row in drawn])


@pytest.mark.parametrize("copy", ["sqlite"], indirect=True)
def test_the_rows_of_the_story_are_said_as_marshmallow_says_them(app, world):
    assert len(lists(app)) > 10 and set(OF_THE_STORY) <= lists(app)
    for view, model in OF_THE_STORY.items():
        with looking(world._session):
            found = world._session.query(model).all()
            assert found
            require_the_same(app, view, found)


class Odd(Schema):
    """What no list says today, and one may tomorrow."""

    outside = fields.String(data_key="Outside", attribute="inside")
    deep = fields.String(attribute="other.name")
    known = fields.String(dump_default="as ever")
    stamp = fields.AwareDateTime(format="timestamp")
    said = fields.DateTime(format="%d.%m.%Y")
    loud = fields.Function(lambda row: f"{row.inside}!")
    quiet = fields.String(load_only=True)
    digits = fields.Integer(as_string=True)


class Before(Odd):
    @pre_dump
    def other(self, row, **_):
        return SimpleNamespace(**{**vars(row), "inside": "before"})


class After(Odd):
    @post_dump
    def more(self, said, **_):
        return {**said, "more": 1}


class AfterAll(Odd):
    @post_dump(pass_collection=True, pass_original=True)
    def counted(self, said, rows, many, **_):
        return [{**words, "of": row.inside} for words, row in zip(said, rows, strict=True)]


class ByAnotherWay(Odd):
    def get_attribute(self, obj, attr, default):
        return "another" if attr == "inside" else super().get_attribute(obj, attr, default)


class Kind(SimpleNamespace):
    """Rows of one list may be of two kinds, and one of them may have a word from its class."""

    known = "of the class"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.builds(
    lambda kind, **words: kind(**words), st.sampled_from([SimpleNamespace, Kind]), inside=WORDS, stamp=MOMENTS,
    other=st.builds(SimpleNamespace, name=WORDS), said=MOMENTS, digits=st.integers(-(2**53), 2**53), quiet=WORDS)))
def test_a_shape_that_is_not_plain_is_left_to_marshmallow(one_app, rows):
    for view in (Odd, Before, After, AfterAll, ByAnotherWay):
        require_the_same(one_app, view, rows, Schema.from_dict({"items": RowsOf(view, many=True)}))
