"""What forms and API bodies say, turned into what the actions take: an office that goes without saying, an earlier
case by its number, an investigation only if the asker may see it."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from ..access.people import office_for
from ..kernel.conditions import Actor
from . import actions, investigation_actions
from .investigations import Investigation
from .models import Case
from .queries import earlier, investigation_named


def open_case(actor: Actor, *, office_id: UUID | None = None, earlier_case: str | None = None,
              investigation_id: UUID | None = None, **words: Any) -> Case:
    """See `actions.open_case`. Without `office_id`, in the only office where the asker may."""
    return actions.open_case(actor, office_for(actor, "case.open", office_id),
                             same_person_as=earlier(actor, earlier_case),
                             investigation_id=investigation_named(actor, investigation_id), **words)


def change_case(actor: Actor, case: Case, *, expecting: int, **words: Any) -> Case:
    """Only what was sent, on the version that was seen."""
    if "investigation_id" in words:
        words["investigation_id"] = investigation_named(actor, words["investigation_id"])
    return actions.update(actor, case, expecting=expecting, **words)


def open_investigation(actor: Actor, *, office_id: UUID | None = None, **words: Any) -> Investigation:
    return investigation_actions.open_investigation(
        actor, office_for(actor, "investigation.open", office_id), **words)
