"""Which tables anybody's code may read on SQLite, each with its reason. A table that is not named is private."""
from __future__ import annotations

from ..kernel.watched import PUBLIC
from .open_tables import OPERATIONAL, READ_BY_ALL

# PostgreSQL has rows of the policy, or the rules alone, even for these.
NO_PERSON = {
    "fund": "the name of an appropriation, without an amount",
    "balance": "sums of money by fund, year, office and account, kept by triggers: no person and no request",
    "audit_unfolded": "how far the trail is unfolded: numbers of events",
}
NOT_PRIVATE = {**READ_BY_ALL, **OPERATIONAL, **NO_PERSON}

PUBLIC.update(NOT_PRIVATE)
