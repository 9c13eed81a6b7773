"""URLs. A page has dozens of links; one that holds nothing but keys is the same text with other keys in it."""
from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

from flask import Flask, has_request_context, request

SHAPES = 1000


class Site(Flask):
    """Flask, whose `url_for` builds the URL of a route with these names once and then fills in the keys."""

    def __init__(self, *args: Any, **words: Any) -> None:
        super().__init__(*args, **words)
        self._shape = lru_cache(SHAPES)(self._built)

    def url_for(self, endpoint: str, *, _anchor: str | None = None, _method: str | None = None,
                _scheme: str | None = None, _external: bool | None = None, **values: Any) -> str:
        plain = _anchor is None is _method and _scheme is None is _external
        keys_only = plain and all(type(value) is UUID for value in values.values())
        if not keys_only or endpoint[:1] == "." or not has_request_context():
            return super().url_for(endpoint, _anchor=_anchor, _method=_method, _scheme=_scheme, _external=_external,
                                   **values)
        shape = self._shape(request.script_root, endpoint, tuple(values))
        return shape.format(*values.values())

    def _built(self, _below: str, endpoint: str, names: tuple[str, ...]) -> str:
        """As `url_for` says it below this root, with a place for each key."""
        marks: dict[str, Any] = {name: UUID(int=nth) for nth, name in enumerate(names)}
        shape = super().url_for(endpoint, **marks).replace("{", "{{").replace("}", "}}")
        for nth, mark in enumerate(marks.values()):
            shape = shape.replace(str(mark), f"{{{nth}}}")
        return shape
