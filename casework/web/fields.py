"""Words for schemas. The same field draws the form, loads the page and the API, and documents itself."""
from __future__ import annotations

import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, validate

from casework.kernel import money

from .options import Groups, Source, given, grouped, pairs

NEEDED = "Please answer “{label}”."
MOST = Decimal("9999999999.99")


def _labelled(label: str, hint: str, more: dict[str, Any], **words: Any) -> dict[str, Any]:
    """Gather what a field says about itself into marshmallow's `metadata`."""
    described = ". ".join(part for part in (label, hint) if part)
    said = {"label": label, "hint": hint, "description": described, **words, **more.pop("metadata", {})}
    needed = {"required": NEEDED.format(label=label or "this")}
    return {**more, "metadata": {key: value for key, value in said.items() if value},
            "error_messages": {**needed, "null": needed["required"], **more.pop("error_messages", {})}}


class Text(fields.String):
    """Words typed by a person: trimmed, composed (NFC), at most `most` characters, no control characters.

    A `long` text keeps its line breaks; any other is one line.
    """

    def __init__(self, label: str = "", *, most: int = 0, long: bool = False, hint: str = "", **more: Any) -> None:
        self.long, self.most = long, most or (20_000 if long else 200)
        super().__init__(**_labelled(label, hint, more, widget=more.pop("widget", "long" if long else "")))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = unicodedata.normalize("NFC", super()._deserialize(value, attr, data, **kwargs).replace("\r\n", "\n"))
        kept = "\n\t" if self.long else ""
        if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in kept for sign in text):
            raise ValidationError("This has a character that cannot be kept. Please type it again.")
        text = text.strip()
        if len(text) > self.most:
            raise ValidationError(f"This is {len(text):,} characters long; at most {self.most:,} fit.")
        if self.required and not text:
            raise self.make_error("required")
        return text


class Secret(Text):
    """A password: never trimmed, never shown again."""

    def __init__(self, label: str = "", *, hint: str = "", **more: Any) -> None:
        super().__init__(label, most=more.pop("most", 1_000), hint=hint, widget="password", **more)
        self.load_only = True

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        secret = fields.String._deserialize(self, value, attr, data, **kwargs)
        if len(secret) > self.most or "\0" in secret:
            raise ValidationError("This cannot be a password here.")
        return secret


class Money(fields.Decimal):
    """US dollars, exact to the cent, more than nothing (or nothing, with `zero`); a string in JSON."""

    def __init__(self, label: str = "", *, hint: str = "", zero: bool = False, most: Decimal = MOST,
                 **more: Any) -> None:
        self.zero, self.most = zero, most
        super().__init__(places=2, as_string=True, **_labelled(label, hint, more, widget="money"))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        try:
            amount = money.parse(value) if isinstance(value, str) else money.exact(value)
        except money.NotMoney as error:
            raise ValidationError(str(error)) from None
        except TypeError:
            raise ValidationError("Send an amount as a string, such as \"1240.50\".") from None
        if amount < 0 or (amount == 0 and not self.zero):
            raise ValidationError("Enter $0.00 or more." if self.zero else "Enter an amount of more than $0.00.")
        if amount > self.most:
            raise ValidationError(f"Enter at most {money.dollars(self.most)}.")
        return amount


class Day(fields.Date):
    """A calendar day, `2026-11-23` in JSON, three boxes on a page."""

    def __init__(self, label: str = "", *, hint: str = "", **more: Any) -> None:
        more.setdefault("error_messages", {})["invalid"] = "Enter a date, for example November 23 2026."
        super().__init__(**_labelled(label, hint, more, widget="date"))


class Moment(fields.AwareDateTime):
    """A day and a time. JSON carries the offset; a page means the time of the reader's office."""

    def __init__(self, label: str = "", *, hint: str = "", **more: Any) -> None:
        more.setdefault("error_messages", {})["invalid"] = "Enter a date and a time with its offset from UTC."
        super().__init__(**_labelled(label, hint, more, widget="moment"))


class YesNo(fields.Boolean):
    """A box to tick; with `widget="radio"` a question that has to be answered."""

    def __init__(self, label: str = "", *, hint: str = "", widget: str = "checkbox", **more: Any) -> None:
        super().__init__(**_labelled(label, hint, more, widget=widget))


class Count(fields.Integer):
    """A whole number between `least` and `most`."""

    def __init__(self, label: str = "", *, hint: str = "", least: int = 0, most: int = 1_000_000, **more: Any) -> None:
        said = validate.Range(least, most, error=f"Enter a whole number from {least:,} to {most:,}.")
        more.setdefault("error_messages", {})["invalid"] = f"Enter a whole number from {least:,} to {most:,}."
        super().__init__(strict=True, validate=said, **_labelled(label, hint, more, widget="number"))

    def _validated(self, value: Any) -> int:
        return super()._validated(int(value) if isinstance(value, str) and value.strip().isdecimal() else value)


class Choice(fields.Field[Any]):
    """One of few. `options`: a StrEnum, {value: words}, {group: {value: words}}, or a function giving one of these.

    Without options (they depend on the page) the form is handed them: `Form(schema, choices={"fund_id": {...}})`.
    `kind` turns what was chosen into a value (UUID, int); an enum does so by itself.
    """

    def __init__(self, label: str = "", options: Source | None = None, *, hint: str = "", widget: str = "select",
                 kind: Callable[[str], Any] = str, **more: Any) -> None:
        self.source, self.kind = options, kind
        fixed = options is not None and (isinstance(options, type) or not callable(options))
        known = [value for value, _ in pairs(given(options))] if fixed else []
        super().__init__(**_labelled(label, hint, more, widget=widget, enum=known, type="string"))

    def options(self) -> Groups:
        """Groups of (value, words); a plain list is one group without a name."""
        return grouped(given(self.source)) if self.source is not None else []

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        offered = {key for key, _ in pairs(given(self.source))} if self.source is not None else {str(value)}
        try:
            if str(value) not in offered:
                raise ValueError
            return self._kind()(str(value))
        except (ValueError, TypeError):
            raise ValidationError("Choose one of the answers given.") from None

    def _kind(self) -> Callable[[str], Any]:
        return self.source if isinstance(self.source, type) else self.kind

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)


class Reference(Choice):
    """One record, chosen by name on a page and by id in JSON."""

    def __init__(self, label: str = "", options: Source | None = None, **more: Any) -> None:
        super().__init__(label, options, kind=UUID, **more)


class Choices(fields.List[Any]):
    """Any number out of few: check boxes."""

    def __init__(self, label: str = "", options: Source | None = None, *, hint: str = "", **more: Any) -> None:
        self.one = Choice("", options)
        super().__init__(self.one, **_labelled(label, hint, more, widget="checkboxes"))

    def options(self) -> Groups:
        return self.one.options()


class Rows(fields.List[Any]):
    """Repeating rows, each a small schema. `add` is what the button says; `least` are drawn, at most `most` kept."""

    def __init__(self, schema: type[Schema], label: str = "", *, add: str = "Add another", hint: str = "",
                 least: int = 1, most: int = 50, **more: Any) -> None:
        words = _labelled(label, hint, more, widget="rows", add=add, least=least)
        super().__init__(fields.Nested(schema), validate=validate.Length(
            max=most, error=f"At most {most} rows fit."), **words)
