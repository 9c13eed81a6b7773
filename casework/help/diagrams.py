"""A workflow as a drawing: states in a column, each arrow with the number of its line in the table beside it.

Onward arrows run on the right, those that lead back on the left; what follows at once goes straight down.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ..kernel.workflow import Workflow, said

STEP, BOX_WIDTH, BOX_HEIGHT, MARGIN, REACH = 50, 170, 30, 20, 24
STAYS = "stays where it is"


@dataclass(frozen=True)
class Move:
    """One line of the table: a verb, where it may be taken, where it leads."""

    number: int
    verb: str
    sources: list[str]
    target: str


@dataclass(frozen=True)
class Box:
    x: int
    y: int
    words: str
    first: bool
    last: bool

    @property
    def middle(self) -> int:
        return self.y + BOX_HEIGHT // 2


@dataclass(frozen=True)
class Arrow:
    path: str
    label: str
    x: int
    y: int

    @property
    def half(self) -> int:
        """Half the width of the label."""
        return 5 + 4 * len(self.label)


@dataclass(frozen=True)
class Diagram:
    width: int
    height: int
    boxes: list[Box]
    arrows: list[Arrow]

    box_width, box_height = BOX_WIDTH, BOX_HEIGHT


def moves(workflow: Workflow) -> list[Move]:
    """The verbs in the order of the table, numbered."""
    found: dict[tuple[str, str], list[str]] = {}
    for (source, verb), target in workflow.steps.items():
        found.setdefault((verb, _where_to(source, target)), []).append(said(source))
    return [Move(number, verb, sources, target) for number, ((verb, target), sources) in enumerate(found.items(), 1)]


def _where_to(source: StrEnum, target: StrEnum) -> str:
    return STAYS if source == target else said(target)


def draw(workflow: Workflow) -> Diagram:
    places = {state: place for place, state in enumerate(workflow.states)}
    labels = _labels(workflow)
    spans = [abs(places[target] - places[source]) for source, target in labels] or [0]
    side = MARGIN + REACH * max(spans) // 2 + 3 * REACH
    leaves = {source for source, _ in labels}
    boxes = [Box(side, MARGIN + STEP * place, said(state).capitalize(), state == workflow.start, state not in leaves)
             for state, place in places.items()]
    arrows = [_arrow(boxes[places[source]], boxes[places[target]], places[target] - places[source], label)
              for (source, target), label in labels.items()]
    return Diagram(2 * side + BOX_WIDTH, 2 * MARGIN + STEP * len(boxes), boxes, arrows)


def _labels(workflow: Workflow) -> dict[tuple[StrEnum, StrEnum], str]:
    """The numbers on each arrow: several verbs may lead the same way."""
    known = {(move.verb, move.target): move.number for move in moves(workflow)}
    numbers: dict[tuple[StrEnum, StrEnum], list[int]] = {}
    for (source, verb), target in workflow.steps.items():
        number = known[verb, _where_to(source, target)]
        numbers.setdefault((source, target), []).append(number)
    return {pair: _joined(found) for pair, found in numbers.items()}


def _joined(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def _arrow(source: Box, target: Box, span: int, label: str) -> Arrow:
    if span == 1:
        x, top, end = source.x + BOX_WIDTH // 2, source.y + BOX_HEIGHT, target.y
        return Arrow(f"M{x} {top}V{end - 2}", label, x + 8 + 4 * len(label), (top + end) // 2)
    if span == 0:
        x, y = source.x + BOX_WIDTH, source.middle
        return Arrow(f"M{x} {y - 8}c{REACH} -8 {REACH} 24 2 16", label, x + REACH + 6, y)
    edge, out = (source.x + BOX_WIDTH, 1) if span > 0 else (source.x, -1)
    bulge = out * (REACH + REACH * abs(span) // 2)
    tip = edge + 2 * out
    bend, begin, end = edge + bulge, source.middle + 4, target.middle - 4
    path = f"M{edge} {begin}C{bend} {begin - 4} {bend} {end + 4} {tip} {end}"
    return Arrow(path, label, edge + bulge * 3 // 4, (source.middle + target.middle) // 2)
