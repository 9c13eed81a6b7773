"""What only some may see of a person: identity, contact, notes. Each is a record of its own, and sealed."""
from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..access.models import User
from ..kernel.db import Moment, Name, Record
from ..kernel.people import People
from ..kernel.sealed import Envelope, OptionalEnvelope, Sealed, SealedDay
from ..kernel.walled import Walled
from .investigations import InvestigationMember
from .models import OfPerson, SealedInCase


class Citizenship(StrEnum):
    """What is known of it now. Services never depend on the answer; a Continued Presence request does."""

    UNKNOWN = "unknown"
    US_CITIZEN = "us_citizen"
    PERMANENT_RESIDENT = "permanent_resident"
    NONCITIZEN = "noncitizen"


class Identity(OfPerson, Record):
    """Who a person is."""

    __tablename__ = "identity"
    __walled__ = Walled(follows="person_id", system=("update",))

    legal_name_sealed: Mapped[OptionalEnvelope]
    goes_by_sealed: Mapped[OptionalEnvelope]
    birth_on_sealed: Mapped[OptionalEnvelope]
    a_number_sealed: Mapped[OptionalEnvelope]
    passport_sealed: Mapped[OptionalEnvelope]
    country_sealed: Mapped[OptionalEnvelope]
    citizenship: Mapped[Citizenship] = mapped_column(default=Citizenship.UNKNOWN, info={"private": True})
    a_number_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True, info={"private": True})
    passport_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True, info={"private": True})

    legal_name = Sealed(optional=True)
    goes_by = Sealed(optional=True)
    birth_on = SealedDay(optional=True)
    a_number = Sealed(optional=True)
    passport = Sealed(optional=True)
    country = Sealed(optional=True)


class Contact(OfPerson, Record):
    """Where a person is and how to reach them without putting them in danger."""

    __tablename__ = "contact"
    __walled__ = Walled(follows="person_id", system=("update",))

    phone_sealed: Mapped[OptionalEnvelope]
    email_sealed: Mapped[OptionalEnvelope]
    whereabouts_sealed: Mapped[OptionalEnvelope]
    mailing_sealed: Mapped[OptionalEnvelope]
    safe_method_sealed: Mapped[OptionalEnvelope]
    safe_times_sealed: Mapped[OptionalEnvelope]
    code_word_sealed: Mapped[OptionalEnvelope]
    never_tell_sealed: Mapped[OptionalEnvelope]
    leave_no_message: Mapped[bool] = mapped_column(default=True)
    do_not_call: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[datetime | None]
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True, info={"private": True})
    email_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True, info={"private": True})

    phone = Sealed(optional=True)
    email = Sealed(optional=True)
    whereabouts = Sealed(optional=True)
    mailing = Sealed(optional=True)
    safe_method = Sealed(optional=True)
    safe_times = Sealed(optional=True)
    code_word = Sealed(optional=True)
    never_tell = Sealed(optional=True)


# Which identifiers are looked up whole, and where each stands.
SCOPES: dict[str, type[Identity] | type[Contact]] = {
    "a_number": Identity, "passport": Identity, "phone": Contact, "email": Contact,
}


class NoteKind(StrEnum):
    """Facts of service, by kind; what is said to a counsellor is never written down here."""

    LOGISTICS = "logistics"
    CONTACT = "contact"
    NEEDS = "needs"
    SAFETY = "safety"
    RIGHTS = "rights"
    CRIME_DISCLOSURE = "crime_disclosure"


SHARED_WITH_INVESTIGATION = frozenset({NoteKind.LOGISTICS, NoteKind.CRIME_DISCLOSURE})


class Note(SealedInCase, Record):
    """A dated entry. `investigation_id` is set only on the kinds that the investigation's members may read."""

    __tablename__ = "note"
    __walled__ = Walled(follows="case_id", signed="author_id", stays=True)

    about: Mapped[NoteKind]
    body_sealed: Mapped[Envelope]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    written_at: Mapped[Moment]
    advised_at: Mapped[datetime | None]
    advised_language: Mapped[Name | None]
    investigation_id: Mapped[UUID | None] = mapped_column(ForeignKey("investigation.id"), index=True)

    body = Sealed()
    members = People(InvestigationMember, investigation_id="investigation_id")
    author: Mapped[User] = relationship(lazy="raise", viewonly=True)
