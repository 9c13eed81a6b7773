"""The life of an assessment: a draft is saved as often as one likes and signed once."""
from __future__ import annotations

from ..kernel.workflow import Step, Workflow
from .models import State as S

WORKFLOW = Workflow(
    "assessment", S.DRAFT,
    #     verb     from      to
    Step("save",   S.DRAFT,  S.DRAFT),
    Step("sign",   S.DRAFT,  S.SIGNED),
)
