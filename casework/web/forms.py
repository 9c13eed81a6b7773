"""A marshmallow schema, seen as an HTML form.

    form = Form(RequestDisbursement(), choices={"fund_id": {...}})
    if form.submitted:
        with form.showing_errors():
            disbursement = actions.request(actor(), case, **form.load())
            return redirect(...)
    return render_template("funds/new.html", form=form), form.status

Nothing typed is lost: on an error, on "add another row", and when the page had been open too long.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from flask import g, request
from marshmallow import Schema, ValidationError

from casework.kernel.errors import Conflict, Invalid, Stale

from .inputs import Input, inputs, widget_of
from .options import Groups, Source, given, grouped
from .reading import as_data, as_shown, as_typed, blank, strange
from .words import merged, plain

TOO_LONG_OPEN = ("This page had been open too long, so nothing was sent. "
                 "What you typed is still here: please send it again.")


class Form:
    """`values`: a record or a dict to begin with. `version`: the row version it was read at (If-Match of a page)."""

    def __init__(self, schema: Schema, values: Any = None, *, choices: Mapping[str, Source] | None = None,
                 version: int | None = None) -> None:
        self.schema, self.version = schema, version
        self.choices: dict[str, Groups] = {name: grouped(given(offered)) for name, offered in (choices or {}).items()}
        self.errors: dict[Any, Any] = {}
        self.kept = bool(g.get("form_kept"))
        came = request.method == "POST" or self.kept
        self.raw = as_typed(schema, request.form) if came else as_shown(schema, values or {})
        self._rows()
        if self.kept:
            self.errors = {"_schema": [TOO_LONG_OPEN]}

    @property
    def submitted(self) -> bool:
        """True when it was sent to be done, not merely to get another row."""
        return request.method == "POST" and not self.kept and not {"_add", "_remove"} & set(request.form)

    def load(self) -> dict[str, Any]:
        """The data, or ValidationError with every problem at once."""
        for name, each in self.schema.load_fields.items():
            if widget_of(each) == "rows":
                self.raw[name] = [row for row in self.raw[name] if not blank(row)]
        data, wrong = as_data(self.schema, self.raw)
        wrong = merged({name: ["This field is not known here."] for name in strange(self.schema, request.form)}, wrong)
        wrong = merged(wrong, self._not_offered(data))
        try:
            loaded = self.schema.load(data)
        except ValidationError as error:
            raise ValidationError(merged(error.messages_dict, wrong)) from None
        if wrong:
            raise ValidationError(wrong)
        return dict(loaded)

    def _not_offered(self, data: Mapping[str, Any]) -> dict[str, list[str]]:
        """Choices handed to the form bind as much as those of the schema."""
        offered = {name: {value for _, few in groups for value, _ in few} for name, groups in self.choices.items()}
        return {name: ["Choose one of the answers given."] for name, values in offered.items()
                if data.get(name) and not {str(one) for one in _many(data[name])} <= values}

    @contextmanager
    def showing_errors(self) -> Iterator[None]:
        """A rule is broken? Say so beside the field, whichever layer noticed."""
        try:
            yield
        except ValidationError as error:
            self.errors = plain(error.messages_dict)
        except (Invalid, Conflict, Stale) as refusal:
            self.errors = dict(refusal.fields) or {"_schema": [str(refusal)]}
            self.refused = refusal.status
        finally:
            self._least_rows()

    refused = 422

    @property
    def status(self) -> int:
        """What the page that shows this form answers with."""
        if self.kept:
            return 400
        return self.refused if self.errors else 200

    @property
    def once(self) -> str:
        """The idempotency key of this form: kept when it is shown again."""
        return request.form.get("_once") or str(uuid4())

    def __iter__(self) -> Iterator[Input]:
        return iter(inputs(self.schema, self.raw, self.errors, self.choices))

    def __getitem__(self, name: str) -> Input:
        return next(each for each in self if each.key == name)

    @property
    def has_rows(self) -> bool:
        return any(widget_of(each) == "rows" for each in self.schema.load_fields.values())

    @property
    def groups(self) -> list[tuple[str, list[Input]]]:
        """Fields in fieldsets, in the order of the schema: metadata `group` starts one."""
        found: dict[str, list[Input]] = {}
        for each in self:
            found.setdefault(each.group, []).append(each)
        return list(found.items())

    @property
    def summary(self) -> list[tuple[str, str]]:
        """(where to go, what is wrong) for every problem; what belongs to no box leads nowhere."""
        boxes = [each for top in self for each in top.flat()]
        beside = [(each.target, message) for each in boxes for message in each.errors]
        known = {each.key for each in self}
        loose = {name: found for name, found in self.errors.items() if name not in known}
        return [*(("", message) for message in _messages(loose)), *beside]

    def _rows(self) -> None:
        """The named buttons: one more row, one row fewer; nothing else changes."""
        for name, each in self.schema.load_fields.items():
            if widget_of(each) != "rows":
                continue
            rows, taken = self.raw[name], request.form.get("_remove", "")
            if request.form.get("_add") == name:
                rows.append({})
            if taken.rpartition("-")[0] == name and taken.rpartition("-")[2].isdecimal():
                self.raw[name] = [row for at, row in enumerate(rows) if at != int(taken.rpartition("-")[2])]
        self._least_rows()

    def _least_rows(self) -> None:
        for name, each in self.schema.load_fields.items():
            if widget_of(each) == "rows":
                self.raw[name] += [{} for _ in range(int(each.metadata.get("least", 1)) - len(self.raw[name]))]


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _messages(errors: Any) -> Iterator[str]:
    if isinstance(errors, dict):
        for inner in errors.values():
            yield from _messages(inner)
    elif isinstance(errors, list):
        yield from (str(message) for message in errors)
    else:
        yield str(errors)
