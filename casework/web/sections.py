"""The sections of the header. Each room adds its own; a reader sees those that a role of theirs opens."""
from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request, url_for

from casework import policy

from .who import actor, signed_in

ORDER = ("Desk", "Cases", "Investigations", "Continued Presence", "Fund", "Log", "Reports", "People", "Help")


@dataclass(frozen=True)
class Section:
    label: str
    endpoint: str
    verbs: tuple[str, ...]

    @property
    def url(self) -> str:
        return url_for(self.endpoint)

    @property
    def open(self) -> bool:
        return self.endpoint in current_app.view_functions and any(policy.ways(actor(), verb) for verb in self.verbs)

    def current(self, named: str = "") -> bool:
        """Named by the page (`{% set section = "Cases" %}`), or of the same blueprint."""
        return self.label == named if named else self.endpoint.partition(".")[0] == request.blueprint


_added: dict[str, Section] = {}


def add(label: str, endpoint: str, *verbs: str) -> None:
    """Show `label` to whoever may use one of `verbs`. Adding twice is adding once."""
    _added[label] = Section(label, endpoint, verbs)


def search(endpoint: str, *verbs: str, placeholder: str = "Case, identifier, name") -> None:
    """The one search box posts its `find` here."""
    _added[placeholder] = Section("", endpoint, verbs)


def mine() -> list[Section]:
    found = [each for each in _added.values() if each.label and each.open] if signed_in() else []
    return sorted(found, key=lambda each: (ORDER.index(each.label) if each.label in ORDER else len(ORDER), each.label))


def search_box() -> tuple[str, str] | None:
    """Where the box leads and what it says, or None for those who may search nothing."""
    boxes = [(each.url, says) for says, each in _added.items() if not each.label and signed_in() and each.open]
    return boxes[0] if boxes else None
