"""Destroying a person's key, so that what is sealed about them is unreadable everywhere, backups included."""
from __future__ import annotations

from hashlib import sha256
from typing import Any

from sqlalchemy import delete, select

from ..audit import Deed, action
from ..audit.guards import letting_through
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.errors import Conflict
from ..kernel.keyring import KeysRefused, ring
from ..kernel.scope import rules
from ..kernel.system import SYSTEM
from .destruction import KeyDestruction
from .files import SCOPES
from .holding import held, said
from .models import Person, PersonKey


def propose(actor: Actor, person: Person, *, reason: str, document: str) -> KeyDestruction:
    """The first of two. `document` names what allows it: a schedule, an order of a court."""
    said(reason=reason, document=document)
    with action(actor, "key_destruction.propose", person, document=document) as deed:
        _possible(person)
        deed.subject = proposal = KeyDestruction(person_id=person.id, reason=reason, document=document,
                                                 proposed_by_id=actor.id)
        db.session.add(proposal)
    return proposal


def withdraw(actor: Actor, proposal: KeyDestruction) -> KeyDestruction:
    with action(actor, "key_destruction.withdraw", proposal):
        _open(proposal)
        proposal.withdrawn_by_id, proposal.withdrawn_at = actor.id, now()
    return proposal


def confirm(actor: Actor, proposal: KeyDestruction) -> Person:
    """The second of two: the key is gone from the database with this commit. The escrow key must be turned next:
    `escrow_turn_owed` says so until it is."""
    with action(actor, "key_destruction.confirm", proposal, document=proposal.document):
        with rules("keys"):
            person = db.session.scalars(select(Person).where(Person.id == proposal.person_id).with_for_update(
                of=Person).execution_options(populate_existing=True)).one()
        _open(proposal)
        _possible(person)
        proposal.confirmed_by_id, proposal.confirmed_at = actor.id, now()
        db.session.flush()
        _forget(person, proposal.document)
    db.session.expire(person, ["key"])
    return person


def _forget(person: Person, document: str) -> None:
    """What two people have decided Casework does by itself: neither has a right to a person's keys."""
    with action(SYSTEM, "person_key.destroy", person, document=document) as deed:
        person.key_destroyed_at, person.key_destroyed_under = now(), document
        db.session.flush()
        _drop(deed, person)


def escrow_turn_owed() -> bool:
    """Is there a keys file somewhere that still opens and may hold a key destroyed since?"""
    with rules("keys"):
        latest = db.session.scalar(select(KeyDestruction.confirmed_at).where(
            KeyDestruction.confirmed_at.is_not(None)).order_by(KeyDestruction.confirmed_at.desc()).limit(1))
    escrow = [key for key in ring.keys if key.purpose == "escrow" and key.secret]
    return latest is not None and any(key.made_at is None or key.made_at <= latest for key in escrow)


def _drop(deed: Deed, person: Person) -> None:
    """The wrapped key, and the exact indexes: whoever had the index key could try identifiers against them."""
    if person.key is not None:
        deed.changes.append({"what": "person_key", "id": str(person.id), "field": "wrapped", "to": None,
                             "from": f"sha256:{sha256(person.key.wrapped).hexdigest()}"})
    with rules("keys"):
        for scope, model in SCOPES.items():
            rows: Any = db.session.scalars(select(model).where(model.person_id == person.id))
            for row in rows.unique():
                setattr(row, f"{scope}_index", None)
        db.session.flush()
        with letting_through():
            db.session.execute(delete(PersonKey).where(PersonKey.person_id == person.id))


def _open(proposal: KeyDestruction) -> None:
    if proposal.confirmed_at or proposal.withdrawn_at:
        raise Conflict("This proposal has ended: the key was destroyed, or somebody withdrew it.")


def _possible(person: Person) -> None:
    if person.key_destroyed_at:
        raise Conflict("This person’s key was destroyed already.")
    if held(person):
        raise Conflict("A legal hold is on this person: nothing of theirs may be destroyed until it is lifted.")
    if not any(key.purpose == "escrow" and key.secret for key in ring.keys):
        raise KeysRefused("There is no escrow key, so no keys file could be written afterwards: "
                          "casework keys add escrow.")
