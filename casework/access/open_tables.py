"""What the wall of the database leaves open, each with its reason, and what it takes for granted. A test fails when any
other table has no wall."""
from __future__ import annotations

# Not private: read by everybody who works here, and before anybody is known. Their writing is walled like all else.
READ_BY_ALL = {
    "office": "the offices of the agency: a code, a name, a time zone",
    "rulebook_entry": "the rules in force, which are public",
    "user": "the staff: a name is shown beside each deed, and a password is checked before anybody is known",
    "role_grant": "what the staff holds: a person's roles are read to know what to ask for them",
    "log_node": "digests of the tree over the log",
    "log_key": "the public keys of the log, each signed in by the one before",
    "log_checkpoint": "what is given to witnesses outside anyway",
    "log_witness_receipt": "when a checkpoint was sent to which witness",
}
# Not private and no part of the record: no person we help is in them. Written by whoever is served.
OPERATIONAL = {
    "sign_in": "sessions, under the digest of a token of 256 bits; looked up before anybody is known",
    "sign_in_failure": "the brake on guessing, counted before anybody is known",
    "refusal_count": "how often somebody was refused at a route",
    "answer": "answers kept for a repeated request, sealed under a key that only its sender holds",
    "disbursement_series": "the last number given in a fiscal year",
}
# Verbs that look and change nothing.
LOOKS = frozenset({"case.search", "case.who_looked", "disbursement.export", "audit_event.export",
                   "session.use"})
# Said once when a row is made: where it belongs and whom it is about. The runtime role has no right to change them.
GIVEN_ONCE = frozenset({"id", "person_id", "case_id", "office_id", "case_number", "number", "request_id", "user_id",
                        "disbursement_id", "assessment_id", "investigation_id", "extends_id", "year", "serial",
                        "fiscal_year", "role", "given_by_id", "author_id", "requested_at", "requested_by_id", "digest",
                        "began_at"})
CHANGES = frozenset({("case", "investigation_id")})  # a case may come to hang on an investigation later
# What a row repeats of the record it belongs to is what stands there, whoever writes it.
REPEATED = {"person_id": "person_id", "office_id": "office_id", "case_id": "case_id", "case_number": "case_number",
            "fund_id": "fund_id", "fiscal_year": "fiscal_year", "round": "round"}
OF_A_CASE = {"person_id": "person_id", "office_id": "office_id", "case_number": "number"}
