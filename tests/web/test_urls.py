"""URLs filled in are those that Flask builds."""
from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask, url_for

from casework.web.urls import Site


def routes(app):
    """Every route that takes keys, or nothing."""
    return [rule for rule in app.url_map.iter_rules() if all(
        type(converter).__name__ == "UUIDConverter" for converter in rule._converters.values())]


@pytest.mark.parametrize("below", ["", "/casework", "/{0}/%s"])
def test_each_is_what_flask_itself_would_build(one_app, below):
    with one_app.test_request_context("/", environ_overrides={"SCRIPT_NAME": below}):
        for rule in [*routes(one_app), *routes(one_app)]:  # once built, and once filled in
            keys = {name: uuid4() for name in rule.arguments}
            assert url_for(rule.endpoint, **keys) == Flask.url_for(one_app, rule.endpoint, **keys)


@pytest.fixture
def site():
    made = Site("site")
    made.add_url_rule("/of/<uuid:b>/in/<uuid:a>", "two")
    made.add_url_rule("/{}/<uuid:a>", "braces")
    made.add_url_rule("/<name>", "named")
    with made.test_request_context("/"):
        yield made


@pytest.mark.parametrize("given", [
    ("two", {"a": uuid4(), "b": uuid4()}),
    ("two", {"b": uuid4(), "a": uuid4()}),
    ("two", {"a": uuid4(), "b": uuid4(), "asked": uuid4()}),
    ("braces", {"a": uuid4()}),
    ("named", {"name": "a b/c"}),
    ("named", {"name": uuid4()}),
    ("two", {"a": uuid4(), "b": uuid4(), "_anchor": "end", "page": 2}),
    ("two", {"a": uuid4(), "b": uuid4(), "_external": True}),
])
def test_whatever_is_given_and_in_whatever_order(site, given):
    endpoint, values = given
    for _ in range(2):
        assert site.url_for(endpoint, **values) == Flask.url_for(site, endpoint, **values)


def test_the_keys_of_one_never_stand_in_another(site):
    some = [{"a": uuid4(), "b": uuid4()} for _ in range(3)]
    assert [site.url_for("two", **keys) for keys in some] == [f"/of/{keys['b']}/in/{keys['a']}" for keys in some]


def test_whoever_asks_flask_finds_the_one_that_was_built(site):
    """It says `_anchor=None` and the like along with the keys, which is to say nothing."""
    for _ in range(3):
        assert url_for("two", a=uuid4(), b=uuid4()).startswith("/of/")
    built = site._shape.cache_info()
    assert (built.misses, built.hits) == (1, 2)
