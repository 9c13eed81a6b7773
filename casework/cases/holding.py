"""Placing a legal hold on a person, and lifting it."""
from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from ..access.queries import visible
from ..audit import action
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..kernel.errors import Conflict, Invalid
from ..kernel.scope import rules
from .holds import HoldLift, LegalHold
from .models import Person


def place(actor: Actor, person: Person, *, reason: str, document: str) -> LegalHold:
    """From here on nothing of theirs is destroyed. Several holds may stand side by side; each is lifted by itself."""
    said(reason=reason, document=document)
    with action(actor, "legal_hold.place", person, document=document) as deed:
        if person.key_destroyed_at:
            raise Conflict("This person’s key was destroyed already.")
        deed.subject = hold = LegalHold(person_id=person.id, reason=reason, document=document, placed_by_id=actor.id)
        db.session.add(hold)
    return hold


def lift(actor: Actor, hold: LegalHold, *, reason: str, document: str) -> HoldLift:
    """The hold ends now. It stays on record as it was placed."""
    said(reason=reason, document=document)
    with action(actor, "legal_hold.lift", hold, document=document):
        if hold.lift:
            raise Conflict("This hold is lifted already.")
        lifted = HoldLift(hold_id=hold.id, reason=reason, document=document, lifted_by_id=actor.id)
        db.session.add(lifted)
    db.session.expire(hold, ["lift"])
    return lifted


def holds(actor: Actor) -> Sequence[LegalHold]:
    """Those that stand, the latest first."""
    return visible(actor, "legal_hold.read", LegalHold, where=(~LegalHold.lift.has(),), limit=200,
                   order=LegalHold.placed_at.desc())


def held(person: Person) -> bool:
    """Is anything of theirs under a hold now? The rule asks, whoever it is that may see the hold."""
    with rules("hold"):
        standing = select(LegalHold.id).where(LegalHold.person_id == person.id, ~LegalHold.lift.has())
        return db.session.execute(standing.limit(1)).first() is not None


def said(**words: str) -> None:
    if missing := [name for name, word in words.items() if not word.strip()]:
        raise Invalid(**dict.fromkeys(missing, "Say this: it stays on record."))
