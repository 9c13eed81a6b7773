"""One box of a form, or one row of boxes: what a template needs to draw it."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema, fields, validate

from .options import Groups, grouped

WIDGETS: tuple[tuple[type, str], ...] = (
    (fields.Date, "date"), (fields.DateTime, "moment"), (fields.Boolean, "checkbox"), (fields.Decimal, "money"),
    (fields.Integer, "number"), (fields.Email, "email"))
YES_NO: Groups = [("", [("yes", "Yes"), ("no", "No")])]


@dataclass
class Input:
    """`id` is also the `name` it is sent under; `raw` is what was typed, never what was understood."""
    id: str
    key: str
    label: str
    hint: str
    widget: str
    required: bool
    raw: Any
    errors: list[str]
    choices: Groups = field(default_factory=list)
    rows: list[list[Input]] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)
    wrong_parts: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        return str(self.about.get("group", ""))

    @property
    def target(self) -> str:
        """The element a line of the error summary leads to."""
        if self.widget in ("date", "moment"):
            return f"{self.id}-{(self.wrong_parts or ('month',))[0]}"
        return f"{self.id}-0" if self.widget in ("radio", "checkboxes") else self.id

    def flat(self) -> Iterator[Input]:
        yield self
        for row in self.rows:
            for inner in row:
                yield from inner.flat()


class WrongParts(list[str]):
    """Errors of a date that know which of its boxes they are about."""

    def __init__(self, reason: str, parts: tuple[str, ...]) -> None:
        super().__init__([reason])
        self.parts = parts


def inputs(schema: Schema, raw: Mapping[str, Any], errors: Mapping[Any, Any],
           choices: Mapping[str, Groups] | None = None, prefix: str = "") -> list[Input]:
    return [_input(name, each, raw.get(name), errors.get(name, []), (choices or {}).get(name), f"{prefix}{name}")
            for name, each in schema.load_fields.items()]


def _input(key: str, each: fields.Field[Any], raw: Any, errors: Any, given: Groups | None, id: str) -> Input:
    widget, about = widget_of(each), dict(each.metadata)
    said = errors if isinstance(errors, list) else list(errors.get("_schema", []))
    made = Input(id, key, label_of(key, each), str(about.get("hint", "")), widget, each.required, raw, said,
                 given if given is not None else options_of(each), about=about)
    made.wrong_parts = errors.parts if isinstance(errors, WrongParts) else ()
    if widget == "rows":
        made.rows = [inputs(row_schema(each), row, _row_errors(errors, at), None, f"{id}-{at}-")
                     for at, row in enumerate(raw or [])]
    return made


def _row_errors(errors: Any, at: int) -> Mapping[Any, Any]:
    found = errors.get(at, {}) if isinstance(errors, dict) else {}
    return found if isinstance(found, dict) else {}


def widget_of(each: fields.Field[Any]) -> str:
    said = str(each.metadata.get("widget", ""))
    if said:
        return said
    if isinstance(each, fields.List):
        return "rows" if isinstance(each.inner, fields.Nested) else "checkboxes"
    if any(isinstance(rule, validate.OneOf) for rule in each.validators):
        return "select"
    return next((widget for kind, widget in WIDGETS if isinstance(each, kind)), "text")


def options_of(each: fields.Field[Any]) -> Groups:
    own = getattr(each, "options", None)
    if own is not None:
        return own()  # type: ignore[no-any-return]
    one_of = next((rule for rule in each.validators if isinstance(rule, validate.OneOf)), None)
    if one_of is not None:
        return grouped([(str(value), words or str(value)) for value, words in one_of.options()])
    return YES_NO if isinstance(each, fields.Boolean) else []


def row_schema(each: fields.Field[Any]) -> Schema:
    if not isinstance(each, fields.List) or not isinstance(each.inner, fields.Nested):
        raise TypeError("rows are a list of nested schemas")
    return each.inner.schema


def label_of(key: str, each: fields.Field[Any]) -> str:
    return str(each.metadata.get("label") or key.replace("_", " ").removesuffix(" id").capitalize())
