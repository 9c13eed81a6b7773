"""The key of a person, destroyed by two; and the keys file that follows."""
from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click
from flask import current_app
from sqlalchemy import or_, select

from ..access.queries import visible
from ..audit import remember
from ..cases import destroying
from ..cases import keys as deeds
from ..cases.destruction import KeyDestruction
from ..cases.escrow import nobody_else, require_place, write_keys_file
from ..cases.models import Case, Person, PersonKey
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..kernel.key_sources import source
from ..kernel.scope import rules
from ..kernel.storage import forget_deleted
from ..kernel.system import SYSTEM


def person_of(word: str) -> Person:
    """Whoever a case of this number is about, or the person of this id."""
    by_id = _uuid(word)
    with rules("keys"):
        found = db.session.scalar(select(Person).where(or_(
            Person.id == by_id, Person.id.in_(select(Case.person_id).where(Case.number == word.strip().upper())))))
    if found is None:
        raise click.UsageError(f"{word} is neither the number of a case nor the id of a person.")
    return found


def proposal_for(actor: Actor, person: Person) -> KeyDestruction:
    """The proposal that waits for its second person."""
    waiting = visible(actor, "key_destruction.read", KeyDestruction, where=(
        KeyDestruction.person_id == person.id, KeyDestruction.confirmed_at.is_(None),
        KeyDestruction.withdrawn_at.is_(None)))
    if not waiting:
        raise click.UsageError("Nobody has proposed that this person’s key be destroyed.")
    return waiting[0]


def propose(actor: Actor, person: Person, *, reason: str, document: str) -> None:
    destroying.propose(actor, person, reason=reason, document=document)
    click.echo("Proposed. Another person confirms it: casework keys destroy --person … --confirm. Of a victim "
               "assistance case file no schedule of retention is known: the document you named is the authority it "
               "rests on.")


def confirm(actor: Actor, person: Person) -> None:
    """Nothing is destroyed unless the ring and the keys file can be written, so that they follow at once."""
    file = escrow_file()
    proposal = proposal_for(actor, person)
    with nobody_else():
        source.require_writable()
        require_place(file)
        destroying.confirm(actor, proposal)
        click.echo(f"The key is destroyed, under {proposal.document}. Nothing sealed about this person opens any more.")
        _write_keys(file, turn=True)
    _scrub()


def _scrub() -> None:
    owner = str(current_app.config.get("OWNER_URL") or "")
    if not forget_deleted(db.engine, PersonKey.__tablename__, owner_url=owner):
        click.echo("Its wrapped form may still lie in the database’s files: run casework keys scrub when it is quiet, "
                   "as the tables’ owner.", err=True)
    click.echo("Older backups of the data hold digests of exact identifiers: turn the index key too (keys add index, "
               "rotate, retire and destroy the older).")


def escrow_file() -> Path:
    """Where the newest keys file is kept."""
    if not (named := str(current_app.config["ESCROW_FILE"])):
        raise click.UsageError("Say where the keys file is kept: set CASEWORK_ESCROW_FILE.")
    return Path(named)


def write_keys(file: Path, *, turn: bool) -> None:
    with nobody_else():
        _write_keys(file, turn=turn)


def _write_keys(file: Path, *, turn: bool) -> None:
    """The keys file; with `turn` under a new escrow key, the older ones destroyed once it is on the disk."""
    db.session.rollback()
    if turn:
        deeds.add("escrow")
    made = write_keys_file(file, db.session().connection())
    db.session.rollback()
    remember(SYSTEM, "key_ring.escrow", key=made.escrow, rows=len(made.wrapped))
    if turn:
        deeds.drop_older("escrow")
        click.echo("Every older keys file is noise now. Replace every copy of the key file: the older still open them.")
    click.echo(f"{file} holds {len(made.wrapped)} wrapped keys under {made.escrow}.")


def _uuid(word: str) -> UUID | None:
    try:
        return UUID(word)
    except ValueError:
        return None
