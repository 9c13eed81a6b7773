"""Destroying a person's key: proposed by one, confirmed by another, never under a legal hold. The database says so too.

Of a victim assistance case file no schedule of retention is known, and what is not scheduled may not be destroyed
(44 USC 3105, 36 CFR 1220.18): so each destruction names the document that allows it.
"""
from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ..kernel.constraints import trigger
from ..kernel.db import Moment, Name, Prose, Record
from ..kernel.walled import Walled
from .models import PersonKey


class KeyDestruction(Record):
    """A proposal to destroy a person's key, and how it ended."""

    __tablename__ = "key_destruction"
    __walled__ = Walled(signed="proposed_by_id")
    __table_args__ = (
        CheckConstraint("confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id", name="two_people",
                        info={"says": "Whoever proposes that a key be destroyed cannot be the one who confirms it."}),
        CheckConstraint("(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="confirmed_by_somebody"),
        CheckConstraint("(withdrawn_by_id IS NULL) = (withdrawn_at IS NULL)", name="withdrawn_by_somebody"),
        CheckConstraint("confirmed_at IS NULL OR withdrawn_at IS NULL", name="one_end"),
        CheckConstraint("length(trim(document)) > 0", name="names_its_authority",
                        info={"says": "Name the document that allows the destruction."}),
        Index("uq_key_destruction_one", "person_id", unique=True,
              sqlite_where=text("withdrawn_at IS NULL"), postgresql_where=text("withdrawn_at IS NULL"),
              info={"says": "That this person's key be destroyed is proposed already."}),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[Prose] = mapped_column(info={"private": True})
    document: Mapped[Name]
    proposed_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    proposed_at: Mapped[Moment]
    confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    confirmed_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    withdrawn_at: Mapped[datetime | None]


ENDED = ("OLD.confirmed_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL OR NEW.person_id <> OLD.person_id "
         "OR NEW.document <> OLD.document OR NEW.reason <> OLD.reason OR NEW.proposed_by_id <> OLD.proposed_by_id")
ALLOWED = "SELECT 1 FROM key_destruction d WHERE d.person_id = OLD.person_id AND d.confirmed_at IS NOT NULL"
HELD = ("SELECT 1 FROM legal_hold h WHERE h.person_id = OLD.person_id "
        "AND NOT EXISTS (SELECT 1 FROM hold_lift l WHERE l.hold_id = h.id)")
NOT_YET = f"NOT EXISTS ({ALLOWED}) OR EXISTS ({HELD})"
GONE = "SELECT 1 FROM person p WHERE p.id = NEW.person_id AND p.key_destroyed_at IS NOT NULL"
STAYS = "a proposal stays as it was made and ended"
KEPT = "a key goes when two people say so, and never under a legal hold"
BACK = "a key that was destroyed does not come back"
THEIRS = "a key stays with its person"
ALL_SEEING = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"  # whatever the asker may see

trigger(KeyDestruction, "key_destruction_no_update", sqlite=(
    f"CREATE TRIGGER key_destruction_no_update BEFORE UPDATE ON key_destruction WHEN {ENDED} "
    f"BEGIN SELECT RAISE(ABORT, '{STAYS}'); END"))
trigger(KeyDestruction, "key_destruction_no_delete", sqlite=(
    "CREATE TRIGGER key_destruction_no_delete BEFORE DELETE ON key_destruction "
    f"BEGIN SELECT RAISE(ABORT, '{STAYS}'); END"))
trigger(KeyDestruction, "key_destruction_stays", postgresql=(
    "CREATE FUNCTION key_destruction_stays() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN IF TG_OP <> 'UPDATE' THEN RAISE EXCEPTION '{STAYS}'; END IF; "
    f"IF {ENDED} THEN RAISE EXCEPTION '{STAYS}'; END IF; RETURN NEW; END $$;"
    "CREATE TRIGGER key_destruction_stays BEFORE UPDATE OR DELETE ON key_destruction "
    "FOR EACH ROW EXECUTE FUNCTION key_destruction_stays();"
    "CREATE TRIGGER key_destruction_kept BEFORE TRUNCATE ON key_destruction "
    "FOR EACH STATEMENT EXECUTE FUNCTION key_destruction_stays()"))
trigger(PersonKey, "person_key_kept", sqlite=(
    f"CREATE TRIGGER person_key_kept BEFORE DELETE ON person_key WHEN {NOT_YET} "
    f"BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"), postgresql=(
    f"CREATE FUNCTION person_key_kept() RETURNS trigger {ALL_SEEING} AS "
    f"$$ BEGIN IF TG_OP = 'TRUNCATE' THEN RAISE EXCEPTION '{KEPT}'; END IF; "
    f"IF {NOT_YET} THEN RAISE EXCEPTION '{KEPT}'; END IF; RETURN OLD; END $$;"
    "CREATE TRIGGER person_key_kept BEFORE DELETE ON person_key FOR EACH ROW EXECUTE FUNCTION person_key_kept();"
    "CREATE TRIGGER person_key_stays BEFORE TRUNCATE ON person_key "
    "FOR EACH STATEMENT EXECUTE FUNCTION person_key_kept()"))
trigger(PersonKey, "person_key_gone", sqlite=(
    f"CREATE TRIGGER person_key_gone BEFORE INSERT ON person_key WHEN EXISTS ({GONE}) "
    f"BEGIN SELECT RAISE(ABORT, '{BACK}'); END"), postgresql=(
    f"CREATE FUNCTION person_key_gone() RETURNS trigger {ALL_SEEING} AS "
    f"$$ BEGIN IF TG_OP = 'UPDATE' THEN RAISE EXCEPTION '{THEIRS}'; END IF; "
    f"IF EXISTS ({GONE}) THEN RAISE EXCEPTION '{BACK}'; END IF; RETURN NEW; END $$;"
    "CREATE TRIGGER person_key_gone BEFORE INSERT OR UPDATE OF person_id ON person_key "
    "FOR EACH ROW EXECUTE FUNCTION person_key_gone()"))
trigger(PersonKey, "person_key_theirs", sqlite=(
    "CREATE TRIGGER person_key_theirs BEFORE UPDATE OF person_id ON person_key "
    f"BEGIN SELECT RAISE(ABORT, '{THEIRS}'); END"))
