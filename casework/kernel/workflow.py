"""A state machine is a table. This file is the whole engine."""
from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .errors import Conflict

GOVERNING: dict[str, Workflow] = {}
"""The workflow of each kind of record that has one."""


@dataclass(frozen=True)
class Step:
    """A verb leads out of one state, or several, into one. `by` is the deed to another record that takes this step
    along, as the policy calls it."""

    verb: str
    sources: StrEnum | tuple[StrEnum, ...]
    target: StrEnum
    by: str = ""

    @property
    def leaves(self) -> tuple[StrEnum, ...]:
        return self.sources if isinstance(self.sources, tuple) else (self.sources,)


class Workflow:
    """All the moves of one kind of record. `start` is the state a new one is in; what no step says is refused."""

    def __init__(self, kind: str, start: StrEnum, *steps: Step) -> None:
        self.kind, self.start = kind, start
        self.steps = {(source, step.verb): step.target for step in steps for source in step.leaves}
        if len(self.steps) != sum(len(step.leaves) for step in steps):
            raise ValueError("a verb leads to one place only")
        self.taken_by = {step.verb: step.by or f"{kind}.{step.verb}" for step in steps}
        self.moves = [(source, step) for step in steps for source in step.leaves if source != step.target]
        GOVERNING[kind] = self

    @property
    def verbs(self) -> list[str]:
        return list(dict.fromkeys(verb for _, verb in self.steps))

    @property
    def states(self) -> list[StrEnum]:
        return list(type(self.start))

    def open_to(self, thing: Any) -> list[str]:
        """The verbs that may follow now, in the order of the table."""
        return [verb for source, verb in self.steps if source == thing.state]

    def require(self, thing: Any, verb: str) -> StrEnum:
        """Where this verb leads from here. Raises Conflict when it leads nowhere."""
        target = self.steps.get((thing.state, verb))
        if target is None:
            raise Conflict(f"You cannot {said(verb)} this while it is {said(thing.state)}.")
        return target

    def advance(self, thing: Any, verb: str) -> None:
        """Take the step, or raise Conflict and leave the thing as it is."""
        thing.state = self.require(thing, verb)

    def as_mermaid(self) -> str:
        """The diagram a person can read, kept beside the table by a test."""
        moves = (f"    {source} --> {target}: {said(verb)}" for (source, verb), target in self.steps.items())
        return "\n".join(("stateDiagram-v2", f"    [*] --> {self.start}", *moves))


def said(word: str) -> str:
    """`take_up` as a person says it."""
    return str(word).replace("_", " ")
