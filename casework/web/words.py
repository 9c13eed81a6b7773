"""Words: of errors, one wording for pages and for the API; and of our own terms as people write them."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PLAIN = {
    "Missing data for required field.": "This needs an answer.",
    "Field may not be null.": "This needs an answer.",
    "Unknown field.": "This field is not known here.",
    "Invalid input type.": "This is not in a form that can be read.",
    "Not a valid string.": "Enter words.",
    "Not a valid integer.": "Enter a whole number.",
    "Not a valid number.": "Enter a number.",
    "Not a valid boolean.": "Answer yes or no.",
    "Not a valid date.": "Enter a date, for example 2026-11-23.",
    "Not a valid datetime.": "Enter a date and a time.",
    "Not a valid UUID.": "Choose one of the answers given.",
    "Not a valid list.": "Send a list.",
    "Not a valid mapping type.": "Send an object with named fields.",
}
ACRONYMS = frozenset({"ngo", "hhs", "hq", "cp"})


def plain(messages: Any) -> Any:
    """The same tree of messages in plain words; the parts of a date stay known."""
    if isinstance(messages, Mapping):
        return {key: plain(inner) for key, inner in messages.items()}
    if isinstance(messages, list):
        messages[:] = [PLAIN.get(str(message), str(message)) for message in messages]
    return messages


def merged(first: Mapping[Any, Any], over: Mapping[Any, Any]) -> dict[Any, Any]:
    """Both trees of messages; where both speak of one field, the second has the word."""
    both = dict(first)
    for key, found in over.items():
        before = both.get(key)
        both[key] = merged(before, found) if isinstance(before, Mapping) and isinstance(found, Mapping) else found
    return both


def by_field(messages: Any, path: str = "") -> dict[str, list[str]]:
    """A tree of messages as one list per field: `checks.0.kind`. What is about the whole is under `form`."""
    if not isinstance(messages, Mapping):
        return {path or "form": [str(message) for message in (messages if isinstance(messages, list) else [messages])]}
    found: dict[str, list[str]] = {}
    for key, inner in messages.items():
        inside = path if key == "_schema" else f"{path}.{key}" if path else str(key)
        for name, said in by_field(inner, inside).items():
            found.setdefault(name, []).extend(said)
    return found


def in_words(word: str) -> str:
    """`shelter_or_ngo` as it begins a line: "Shelter or NGO"."""
    said = word.replace("_", " ").capitalize()
    return " ".join(part.upper() if part.lower() in ACRONYMS else part for part in said.split(" "))
