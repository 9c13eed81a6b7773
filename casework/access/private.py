"""Which tables anybody's code may read, each with its reason. A table that is not named here is private."""
from __future__ import annotations

from ..kernel.watched import PUBLIC

NOT_PRIVATE: dict[str, str] = {
    "office": "the offices of the agency: a code, a name, a time zone",
    "user": "the people who work here: whoever holds any role may know their colleagues (user.read)",
    "role_grant": "read at each sign-in, before it is known what somebody may; shown to administrators and auditors",
    "sign_in": "read by its digest before it is known who comes; holds digests, never a token",
    "sign_in_failure": "counted before anybody is signed in; holds account names and addresses",
    "refusal_count": "counted for whoever is refused, also for nobody",
    "answer": "answers kept for a repeated request, each sealed under the key that its sender chose",
    "rulebook_entry": "the rules in force: everybody may read them (rulebook_entry.read)",
    "fund": "the name of an appropriation, without an amount",
    "balance": "sums of money by fund, year, office and account, kept by triggers: no person and no request",
    "audit_unfolded": "how far the trail is unfolded: numbers of events",
    "log_node": "digests of the tree over the log",
    "log_key": "the public keys of the log, each signed in by the one before",
    "log_checkpoint": "what is given to witnesses outside anyway",
    "log_witness_receipt": "when a checkpoint was sent to which witness",
    "disbursement_series": "the last number given in a fiscal year",
}

PUBLIC.update(NOT_PRIVATE)
