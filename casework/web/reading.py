"""What came with a form: first as typed, so that nothing is lost, then as data for the schema."""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields
from werkzeug.datastructures import MultiDict

from .dates import PARTS, WrongDate, boxes, typed_day, typed_moment
from .inputs import WrongParts, label_of, row_schema, widget_of

Typed = MultiDict[str, str]
MOST_ROWS = 200


def as_typed(schema: Schema, form: Typed, prefix: str = "") -> dict[str, Any]:
    return {name: _typed(each, form, f"{prefix}{name}") for name, each in schema.load_fields.items()}


def _typed(each: fields.Field[Any], form: Typed, id: str) -> Any:
    widget = widget_of(each)
    if widget in ("date", "moment"):
        parts = (*PARTS, "time") if widget == "moment" else PARTS
        return {part: form.get(f"{id}-{part}", "") for part in parts}
    if widget == "checkboxes":
        return form.getlist(id)
    if widget == "rows":
        inner = row_schema(each)
        return [as_typed(inner, form, f"{id}-{at}-") for at in _row_numbers(form, id)]
    return form.get(id, "")


def _row_numbers(form: Typed, id: str) -> list[int]:
    found = (re.match(rf"{re.escape(id)}-(\d{{1,4}})-", name) for name in form)
    return sorted({int(match[1]) for match in found if match})[:MOST_ROWS]


def strange(schema: Schema, form: Typed) -> list[str]:
    """Names no box of this form has. A leading underscore is ours (token, version, buttons)."""
    known = _names(schema, "")
    return [name for name in form if name[:1] != "_" and name != "csrf_token" and not re.fullmatch(known, name)]


def _names(schema: Schema, prefix: str) -> str:
    """A pattern of every name this schema's boxes are sent under."""
    return "|".join(_name(each, f"{prefix}{re.escape(name)}") for name, each in schema.load_fields.items()) or "(?!)"


def _name(each: fields.Field[Any], id: str) -> str:
    widget = widget_of(each)
    if widget == "rows":
        return _names(row_schema(each), rf"{id}-\d{{1,4}}-")
    return rf"{id}-(?:month|day|year|time)" if widget in ("date", "moment") else id


def blank(raw: Any) -> bool:
    if isinstance(raw, Mapping):
        return all(blank(inner) for inner in raw.values())
    return not any(not blank(inner) for inner in raw) if isinstance(raw, list) else not str(raw or "").strip()


def as_data(schema: Schema, raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[Any, Any]]:
    """What the schema shall load, and what is wrong with it already (dates that are none)."""
    data: dict[str, Any] = {}
    errors: dict[Any, Any] = {}
    for name, each in schema.load_fields.items():
        try:
            found = _data(each, raw.get(name, ""), errors.setdefault(name, {}))
        except WrongDate as wrong:
            errors[name] = WrongParts(f"{label_of(name, each)}: {wrong}", wrong.parts)
            continue
        if found is not ...:
            data[name] = found
    return data, {name: found for name, found in errors.items() if found}


def _data(each: fields.Field[Any], raw: Any, errors: dict[Any, Any]) -> Any:
    """One value for the schema; `...` for what was left empty."""
    widget = widget_of(each)
    if widget == "checkbox":
        return not blank(raw)
    if widget == "rows":
        return _rows(row_schema(each), raw, errors)
    if widget == "checkboxes":
        return list(raw)
    if blank(raw):
        return None if each.allow_none else ...
    reader = READERS.get(widget)
    return reader(raw) if reader else raw


def _rows(schema: Schema, raw: list[Mapping[str, Any]], errors: dict[Any, Any]) -> list[dict[str, Any]]:
    rows = []
    for at, row in enumerate(raw):
        data, wrong = as_data(schema, row)
        rows.append(data)
        if wrong:
            errors[at] = wrong
    return rows


def _day(raw: Mapping[str, str]) -> str:
    day = typed_day(raw)
    return day.isoformat() if day else ""


def _moment(raw: Mapping[str, str]) -> str:
    moment = typed_moment(raw)
    return moment.isoformat() if moment else ""


READERS: dict[str, Callable[[Any], Any]] = {"date": _day, "moment": _moment}


def as_shown(schema: Schema, values: Any) -> dict[str, Any]:
    """The boxes filled from a record or a dict."""
    return {name: _shown(each, _get(values, name)) for name, each in schema.load_fields.items()}


def _get(values: Any, name: str) -> Any:
    return values.get(name) if isinstance(values, Mapping) else getattr(values, name, None)


def _shown(each: fields.Field[Any], value: Any) -> Any:
    widget = widget_of(each)
    if widget == "rows":
        return [as_shown(row_schema(each), row) for row in value or []]
    if widget == "checkboxes":
        return [str(one) for one in value or []]
    if widget in ("date", "moment"):
        return boxes(value if isinstance(value, (date, datetime)) else None)
    if isinstance(value, bool):
        return ("yes" if value else "no") if widget == "radio" else ("yes" if value else "")
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return "" if value is None or widget == "password" else str(value)
