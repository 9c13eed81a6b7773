"""The life of a case file."""
from __future__ import annotations

from ..kernel.workflow import Step, Workflow
from .models import State as S

WORKFLOW = Workflow(
    "case", S.OPEN,
    #     verb       from                     to
    Step("close",   (S.OPEN, S.REOPENED),    S.CLOSED),
    Step("reopen",   S.CLOSED,               S.REOPENED),
)
