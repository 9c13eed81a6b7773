"""A workflow as a drawing: states in a column, arrows between them, and at each arrow's head the numbers of the lines
of the table that lead there.

Onward arrows run on the right, those that lead back on the left; what follows at once goes straight down. What stays
where it is stands inside its box.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..kernel.workflow import Workflow, said

STEP, BOX_WIDTH, BOX_HEIGHT, MARGIN, REACH = 56, 260, 30, 12, 22
STAYS = "the same"
Pair = tuple[StrEnum, StrEnum]


@dataclass(frozen=True)
class Move:
    """One line of the table: a verb, where it may be taken, where it leads."""

    number: int
    verb: str
    sources: list[str]
    target: str


@dataclass(frozen=True)
class Box:
    """`stays` are the numbers of the moves that change nothing here."""

    x: int
    y: int
    words: str
    first: bool
    last: bool
    stays: str = ""

    @property
    def middle(self) -> int:
        return self.y + BOX_HEIGHT // 2


@dataclass(frozen=True)
class Label:
    """Numbers at an arrow's head; `x` and `y` are its middle."""

    x: int
    y: int
    words: str

    @property
    def half(self) -> int:
        """Half its width."""
        return 6 + 4 * len(self.words)


@dataclass(frozen=True)
class Diagram:
    width: int
    height: int
    boxes: list[Box]
    arrows: list[str]
    labels: list[Label]

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
    numbers = _numbers(workflow)
    spans = [abs(places[target] - places[source]) for source, target in numbers]
    side = MARGIN + _bulge(max(spans, default=0))
    leaves = {source for source, target in numbers if source != target}
    boxes = {state: Box(side, MARGIN + STEP * place, said(state).capitalize(), state == workflow.start,
                        state not in leaves, _joined(numbers.get((state, state), ())))
             for state, place in places.items()}
    arrows = [_arrow(boxes[source], boxes[target], places[target] - places[source])
              for source, target in numbers if source != target]
    height = 2 * MARGIN + STEP * (len(boxes) - 1) + BOX_HEIGHT
    return Diagram(2 * side + BOX_WIDTH, height, list(boxes.values()), arrows, list(_labels(boxes, places, numbers)))


def _numbers(workflow: Workflow) -> dict[Pair, list[int]]:
    """Which lines of the table lead from one state to another: several verbs may."""
    known = {(move.verb, move.target): move.number for move in moves(workflow)}
    found: dict[Pair, list[int]] = {}
    for (source, verb), target in workflow.steps.items():
        found.setdefault((source, target), []).append(known[verb, _where_to(source, target)])
    return found


def _joined(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in sorted(set(numbers)))


def _bulge(span: int) -> int:
    return REACH + REACH * span // 2


def _arrow(source: Box, target: Box, span: int) -> str:
    if span == 1:
        return f"M{source.x + BOX_WIDTH // 2} {source.y + BOX_HEIGHT}V{target.y - 2}"
    edge, out = (source.x + BOX_WIDTH, 1) if span > 0 else (source.x, -1)
    bend, begin, end = edge + out * _bulge(abs(span)), source.middle + 5 * out, target.middle - 5 * out
    return f"M{edge} {begin}C{bend} {begin} {bend} {end} {edge + 2 * out} {end}"


def _labels(boxes: Mapping[StrEnum, Box], places: Mapping[StrEnum, int],
            numbers: Mapping[Pair, list[int]]) -> Iterator[Label]:
    """One at each place where arrows arrive: above, right or left of a box."""
    heads: dict[tuple[StrEnum, int], list[int]] = {}
    for (source, target), found in numbers.items():
        span = places[target] - places[source]
        if span:
            heads.setdefault((target, 0 if span == 1 else 1 if span > 0 else -1), []).extend(found)
    for (target, at), found in heads.items():
        box, words = boxes[target], _joined(found)
        half = 6 + 4 * len(words)
        x = {0: box.x + BOX_WIDTH // 2 + half + 6, 1: box.x + BOX_WIDTH + half + 14, -1: box.x - half - 14}[at]
        yield Label(x, {0: box.y - (STEP - BOX_HEIGHT) // 2, 1: box.middle - 5, -1: box.middle + 5}[at], words)
