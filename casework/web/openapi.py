"""The description of the API: for programs as OpenAPI 3.1, for people as a page drawn here."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, jsonify, render_template

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Box:
    name: str
    kind: str
    needed: bool
    says: str


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    says: str
    parameters: list[Box]
    body: list[Box]
    answers: list[tuple[str, str]]

    @property
    def id(self) -> str:
        return f"{self.method}{self.path}".replace("/", "-").replace("{", "").replace("}", "")


def document() -> dict[str, Any]:
    return dict(current_app.extensions["casework.api"].spec.to_dict())


def as_json() -> Response:
    return jsonify(document())


def as_page() -> str:
    spec = document()
    groups: dict[str, list[Operation]] = {}
    for tag, operation in operations(spec):
        groups.setdefault(tag, []).append(operation)
    return render_template("web/openapi.html", groups=groups, version=spec["info"]["version"])


def operations(spec: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, item in spec["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            said = item[method]
            tag = (said.get("tags") or ["other"])[0].removesuffix("_api").replace("_", " ")
            given = [*item.get("parameters", []), *said.get("parameters", [])]
            named = [_parameter(each) for each in given if "name" in each]
            yield tag, Operation(method.upper(), path, _says(said), named, _body(spec, said), _answers(said))


def _says(said: dict[str, Any]) -> str:
    return str(said.get("summary") or said.get("description") or "")


def _parameter(given: dict[str, Any]) -> Box:
    schema = given.get("schema", {})
    return Box(given["name"], _kind(schema), bool(given.get("required")), str(given.get("description", _hint(schema))))


def _body(spec: dict[str, Any], said: dict[str, Any]) -> list[Box]:
    content = said.get("requestBody", {}).get("content", {})
    schema = _resolve(spec, content.get("application/json", {}).get("schema", {}))
    needed = schema.get("required", [])
    return [Box(name, _kind(each), name in needed, _hint(each)) for name, each in schema.get("properties", {}).items()]


def _hint(each: dict[str, Any]) -> str:
    return str(each.get("description", ""))


def _answers(said: dict[str, Any]) -> list[tuple[str, str]]:
    return [(status, str(answer.get("description", ""))) for status, answer in said.get("responses", {}).items()
            if status.isdecimal()]


def _resolve(spec: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return dict(spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return schema


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if schema.get("enum"):
        return " | ".join(str(value) for value in schema["enum"])
    kind = schema.get("type", "any")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    inner = f" of {_kind(schema['items'])}" if "items" in schema else ""
    return f"{words}{inner}" + (f" ({schema['format']})" if "format" in schema else "")
