"""The API's manners, around flask-smorest: it documents, we decide.

    api = Api("funds_api", url_prefix="/api/v1")

    @api.get("/disbursements")
    @opens_to("disbursement.read")
    @api.arguments(DisbursementArgs, location="query")
    @api.response(200, paged(DisbursementView))
    def index(args): return page_of(visible(...))
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, wraps
from typing import Any, NoReturn, TypeVar

import flask_smorest
from flask import Flask, Response
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from webargs.flaskparser import FlaskParser

from .rows import RowsOf
from .versions import etag

View = TypeVar("View", bound=Callable[..., Any])
PREFIX = "/api/v1"


class Parser(FlaskParser):
    """Refuses what it does not know, wherever it came; every problem reaches our own error page."""

    DEFAULT_UNKNOWN_BY_LOCATION = dict.fromkeys(("json", "query", "form", "files", "headers"), RAISE)

    def handle_error(self, error: ValidationError, req: Any, schema: Schema, **_: Any) -> NoReturn:
        inner = error.messages_dict
        raise ValidationError(next(iter(inner.values())) if len(inner) == 1 else inner)


class Api(flask_smorest.Blueprint):  # type: ignore[misc]
    """A blueprint whose routes are documented by their schemas. Decorate from the outside in: route, `opens_to`,
    `arguments`, `response`."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, *, url_prefix: str = PREFIX, description: str = "") -> None:
        super().__init__(name, name, url_prefix=url_prefix, description=description or name.removesuffix("_api"))

    def get(self, rule: str, **options: Any) -> Callable[[View], View]:
        return super().get(rule, **options)  # type: ignore[no-any-return]

    def post(self, rule: str, **options: Any) -> Callable[[View], View]:
        return super().post(rule, **options)  # type: ignore[no-any-return]

    def put(self, rule: str, **options: Any) -> Callable[[View], View]:
        return super().put(rule, **options)  # type: ignore[no-any-return]

    def patch(self, rule: str, **options: Any) -> Callable[[View], View]:
        return super().patch(rule, **options)  # type: ignore[no-any-return]

    def arguments(self, schema: type[Schema] | Schema, *, location: str = "json",
                  **more: Any) -> Callable[[View], View]:
        made = schema() if isinstance(schema, type) else schema  # once, not for each request
        return super().arguments(made, location=location, **more)  # type: ignore[no-any-return]

    def response(self, status: int, schema: type[Schema] | Schema | None = None, **more: Any) -> Callable[[View], View]:
        """Dump what the view returns; a thing with a row version brings its ETag."""
        dump = super().response(status, schema, **more)

        def decorate(view: View) -> View:
            return dump(_with_etag(view))  # type: ignore[no-any-return]
        return decorate


def _with_etag(view: View) -> View:
    @wraps(view)
    def telling(*args: Any, **kwargs: Any) -> Any:
        thing = view(*args, **kwargs)
        if isinstance(getattr(thing, "version", None), int):
            return thing, None, {"ETag": etag(thing)}
        return thing
    return telling  # type: ignore[return-value]


class PageArgs(Schema):
    """What every list takes. Subclass it for filters; set `sorts` by `sorting`."""
    sort = fields.String(metadata={"description": "A field of this list; a leading minus turns it round."})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200, error="Ask for 1 to 200 at once."))
    after = fields.String(validate=validate.Length(max=500), metadata={"description": "The `next` of the page before."})


@cache
def paged(view: type[Schema]) -> type[Schema]:
    """The schema of one page of a list: {"items": [...], "next": cursor or null}."""
    name = f"{view.__name__.removesuffix('View')}Page"
    return Schema.from_dict({"items": RowsOf(view, many=True, required=True),
                             "next": fields.String(required=True, allow_none=True)}, name=name)


def page_of(page: Sequence[Any], view: type[Schema] | None = None) -> dict[str, Any]:
    """One page for `paged(View)` to dump; give the view to get it dumped here."""
    items = view(many=True).dump(page) if view else list(page)
    return {"items": items, "next": getattr(page, "next", None)}


def sorting(asked: str | None, columns: Mapping[str, Any], default: str) -> Any:
    """The order for `visible()`: `number` or `-number`, of the columns offered. Raises ValidationError for others."""
    name = (asked or default).removeprefix("-")
    if name not in columns:
        raise ValidationError({"sort": [f"Sort by one of: {', '.join(columns)}."]})
    return columns[name].desc() if (asked or default).startswith("-") else columns[name].asc()


def init_app(app: Flask, *, version: str = "1", blueprints: Iterable[Api] = ()) -> flask_smorest.Api:
    """Set up before the error handlers of `web.errors`: they have the last word."""
    app.config.update(API_TITLE="Casework", API_VERSION=version, OPENAPI_VERSION="3.1.0", OPENAPI_URL_PREFIX=None)
    api = flask_smorest.Api(app)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.spec.options["security"] = [{"token": []}]
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    app.extensions["casework.api"] = api
    return api


def operation_id(method: str, path: str) -> str:
    return re.sub(r"\W+", "_", f"{method} {path}").strip("_").lower()


def no_content() -> Response:
    return Response(status=204)
