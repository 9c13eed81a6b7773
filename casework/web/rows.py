"""Rows of a list, dumped quickly: marshmallow says and documents the shape, which is read once and not once per row.

The words are those that marshmallow would say, in a fraction of the time: keys and moments are left to the writer of
JSON (`web.json`), which says them alike.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, cast

from marshmallow import Schema, fields, missing
from marshmallow.decorators import POST_DUMP, PRE_DUMP

Say = Callable[[Any], Any]
Shape = list[tuple[str, Say]]  # of each field its name outside, and what it says of a row


class RowsOf(fields.Nested):
    """`Nested(View, many=True)` whose rows are said by the shape."""

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **how: Any) -> Any:
        rows, schema = obj[attr], self.schema
        odd = schema._hooks[PRE_DUMP] or type(schema).get_attribute is not Schema.get_attribute
        if odd or any(isinstance(row, Mapping) for row in rows[:1]):
            return super().serialize(attr, obj, accessor, **how)
        return dumped(schema, rows)


def dumped(schema: Schema, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """What `schema.dump(rows, many=True)` gives once it is JSON, for rows that are objects."""
    shapes: dict[type, Shape] = schema.__dict__.setdefault("shapes", {})
    said: Any = [_said(shapes.get(type(row)) or _shape(shapes, schema, type(row)), row) for row in rows]
    if schema._hooks[POST_DUMP]:
        said = schema._invoke_dump_processors(POST_DUMP, said, many=True, original_data=rows)
    return list(said)


def _said(shape: Shape, row: Any) -> dict[str, Any]:
    return {name: value for name, say in shape if (value := say(row)) is not missing}


def _shape(shapes: dict[type, Shape], schema: Schema, kind: type) -> Shape:
    shapes[kind] = [(field.data_key or name, _saying(field, field.attribute or name, kind))
                    for name, field in schema.dump_fields.items()]
    return shapes[kind]


def _saying(field: Any, name: str, kind: type) -> Say:
    """In one step where the kind of field is plain, by the field itself where it is not."""
    if type(field) is fields.Function and field.serialize_func:
        return cast(Say, field.serialize_func)
    if type(field) in PLAIN and getattr(field, "format", None) in (None, "iso") and (
            field.dump_default is missing and "." not in name):
        return _then(_finding(name, kind), PLAIN[type(field)])
    return lambda row: field.serialize(name, row)


def _then(find: Say, say: Say | None) -> Say:
    """Find a value and say it. None stays None; and where there is nothing to do, so does every other value."""
    if say is None:
        return find

    def found(row: Any) -> Any:
        value = find(row)
        return value if value is None or value is missing else say(value)
    return found


def _finding(name: str, kind: type) -> Say:
    """An attribute that rows of this kind have need not be looked for with care."""
    return attrgetter(name) if hasattr(kind, name) else lambda row: getattr(row, name, missing)


def _moment(value: datetime) -> datetime | str:
    """Only of those in UTC is it sure that the writer says them alike."""
    return value if value.tzinfo is UTC else value.isoformat()


PLAIN: dict[type, Say | None] = {fields.UUID: None, fields.String: str, fields.Boolean: bool,
                                 fields.AwareDateTime: _moment}
