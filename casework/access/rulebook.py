"""Publishing the rulebook: a new version of a topic is added, the old ones stay."""
from __future__ import annotations

from sqlalchemy import select

from ..audit import action
from ..kernel.conditions import Actor
from ..kernel.db import db
from ..kernel.rulebook import RulebookEntry, packaged


def publish_packaged(actor: Actor) -> int:
    """Add the packaged version of each topic that has none yet; says how many were added."""
    known = set(db.session.scalars(select(RulebookEntry.topic)))
    missing = [entry for entry in packaged() if entry.topic not in known]
    for entry in missing:
        with action(actor, "rulebook_entry.publish", None, topic=entry.topic) as deed:
            deed.subject = row = RulebookEntry(**entry._asdict())
            db.session.add(row)
    return len(missing)
