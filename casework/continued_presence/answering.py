"""Answering one item of the checklist."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from ..audit import action
from ..kernel import rulebook
from ..kernel.conditions import Actor
from ..kernel.db import now
from ..kernel.errors import Conflict, Invalid, Stale
from . import queries
from .items import HHS_NOTICE, RECORD_CHECKS, STATEMENT, TEN_THINGS, TOLD, WRITTEN, ask_of
from .models import ContinuedPresenceRequest
from .package import CPItem
from .words import DECIDED, EDITABLE, Answer


def check_item(actor: Actor, request: ContinuedPresenceRequest, code: str, *, answer: Answer,
               expecting: int | None = None, done_on: date | None = None, planned_on: date | None = None,
               note: str | None = None, language: str | None = None,
               told: Sequence[str] = ()) -> CPItem:
    """Say how far an item is. "Not possible yet" takes a reason and a day, and passes a hard gate.

    After sending, only record checks and what was left open may still be answered. `expecting` is the item's version.
    """
    with action(actor, "cp_request.check_item", request, item=code, answer=answer) as deed:
        item = queries.item_of(request, code)
        if expecting is not None and item.version != expecting:
            raise Stale("Somebody changed this since you opened it. Look at it as it is now, then decide.")
        _still_open(request, item)
        RULES[answer](request, item, {"done_on": done_on, "planned_on": planned_on, "note": note,
                                      "language": language, "told": told})
        item.answer, item.done_on = answer, done_on if answer is Answer.DONE else None
        item.planned_on = planned_on if answer is Answer.NOT_POSSIBLE_YET else None
        item.note, item.language, item.told = note or None, language or None, list(told)
        item.answered_by_id, item.answered_at = actor.id, now()
        request.updated_at = now()
        deed.subject = request
    return item


def _still_open(request: ContinuedPresenceRequest, item: CPItem) -> None:
    later = item.code == RECORD_CHECKS or item.answer in (Answer.NOT_POSSIBLE_YET, Answer.MISSING)
    if request.state in EDITABLE or (later and request.state not in DECIDED):
        return
    raise Conflict("This request has been sent, and this item was answered. It can be changed if it is returned.")


def _done(request: ContinuedPresenceRequest, item: CPItem, said: dict[str, Any]) -> None:
    if item.code == HHS_NOTICE:
        raise Invalid(answer="This is taken from the case: it is done when the notice to HHS is recorded there.")
    if said["done_on"] is None:
        raise Invalid(done_on="Say on which day it was done.")
    if said["done_on"] > rulebook.today():
        raise Invalid(done_on="This day has not come yet.")
    if item.code in WRITTEN:
        _written(request, item)
    _told(item, said)


def _written(request: ContinuedPresenceRequest, item: CPItem) -> None:
    package = queries.package_of(request)
    if not all(getattr(package, name) for name in WRITTEN[item.code]):
        raise Invalid(answer=f"“{ask_of(item.code).title}” is done when the words are written in the package.")


def _told(item: CPItem, said: dict[str, Any]) -> None:
    """All ten, in a language (28 CFR 1100.33)."""
    if item.code != TOLD:
        if said["told"] or said["language"]:
            raise Invalid(told="This belongs to what the person was told.")
        return
    if not said["language"]:
        raise Invalid(language="Say in which language the person was told.")
    if missing := [words for name, words in TEN_THINGS.items() if name not in said["told"]]:
        raise Invalid(told=f"Not told yet: {'; '.join(missing)}. If that is not possible yet, answer so.")


def _not_yet(request: ContinuedPresenceRequest, item: CPItem, said: dict[str, Any]) -> None:
    if item.code == STATEMENT:
        raise Invalid(answer="This statement can always be made. Without it the request cannot be sent.")
    if not said["note"]:
        raise Invalid(note="Say why it is not possible yet.")
    if said["planned_on"] is None:
        raise Invalid(planned_on="Say when it will be possible.")
    if said["planned_on"] < rulebook.today():
        raise Invalid(planned_on="This day has passed.")


def _not_applicable(request: ContinuedPresenceRequest, item: CPItem, said: dict[str, Any]) -> None:
    if item.hard_gate:
        raise Invalid(answer="This item always applies. If it cannot be met now, answer “not possible yet”.")


def _missing(request: ContinuedPresenceRequest, item: CPItem, said: dict[str, Any]) -> None:
    return None


RULES = {Answer.DONE: _done, Answer.NOT_POSSIBLE_YET: _not_yet, Answer.NOT_APPLICABLE: _not_applicable,
         Answer.MISSING: _missing}
