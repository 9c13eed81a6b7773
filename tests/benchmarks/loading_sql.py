"""The loader's words to PostgreSQL: what is copied, what the server makes of it, and text as COPY reads it."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from tests.benchmarks.loading import Cast

Row = dict[str, Any]
OF_CASE = ("id", "version", "case_id", "person_id", "office_id", "case_number")
COPIED: dict[str, tuple[str, ...]] = {
    "person": ("id", "version"),
    "person_key": ("person_id", "wrapped"),
    "case": ("id", "version", "number", "year", "serial", "person_id", "office_id", "specialist_id", "state",
             "referral_source", "language", "interpreter", "under_18", "do_not_call", "protected", "opened_at",
             "updated_at", "closed_at", "closed_reason"),
    "identity": ("id", "version", "person_id", "citizenship", "legal_name_sealed", "goes_by_sealed", "birth_on_sealed",
                 "country_sealed"),
    "contact": ("id", "version", "person_id", "leave_no_message", "do_not_call", "phone_sealed", "safe_method_sealed"),
    "note": (*OF_CASE, "about", "author_id", "written_at", "body_sealed"),
    "disbursement": (
        *OF_CASE, "number", "serial", "fund_id", "fiscal_year", "category", "categories_entry_id", "need_domain",
        "payee_token", "state", "round", "tier", "tiers_entry_id", "rolling_total", "exigent", "requested", "approved",
        "obligated", "received", "paid", "refunded", "deobligated", "requested_by_id", "obligated_by_id",
        "received_by_id", "certified_by_id", "paid_by_id", "reconciled_by_id", "obligation_document", "requested_at",
        "submitted_at", "approved_at", "obligated_at", "received_at", "certified_at", "paid_at", "receipted_at",
        "reconciled_at", "updated_at", "purpose_sealed"),
    "payee": (*OF_CASE, "disbursement_id", "requested_by_id", "token", "held", "name_sealed"),
    "resource_check": (*OF_CASE, "disbursement_id", "resource", "contacted_at", "method", "outcome", "consent",
                       "checked_by_id", "checked_at", "name_sealed"),
}
FILLED = (*COPIED, "team_member", "assessment", "need_rating", "movement", "signature", "audit_event", "audit_look",
          "audit_unfolded")
INDEXES = """SELECT indexdef FROM pg_indexes JOIN pg_class ON relname = indexname
WHERE schemaname = 'public' AND tablename = ANY(%s) AND indexdef NOT LIKE 'CREATE UNIQUE%%'
AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = pg_class.oid)"""

TEAMS = """INSERT INTO team_member (id, version, case_id, person_id, user_id, since)
SELECT uuidv7(), 1, id, person_id, specialist_id, opened_at FROM "case"
"""
ASSESSED = """INSERT INTO assessment (id, version, case_id, person_id, office_id, case_number, purpose, state, under_18,
instrument_id, started_by_id, started_at, saved_at, signed_by_id, signed_at)
SELECT uuidv7(), 3, id, person_id, office_id, number, CASE WHEN mod(serial, 2) = 0 THEN 'full' ELSE 'rapid' END, 'signed',
false, %(instrument)s, specialist_id, opened_at + interval '1 hour', opened_at + interval '2 hours', specialist_id,
opened_at + interval '3 hours' FROM "case"
"""
RATED = """INSERT INTO need_rating (id, version, assessment_id, person_id, domain, answer, level)
SELECT uuidv7(), 1, assessment.id, person_id, asked.code, 'level', mod(asked.place + length(case_number), 4)
FROM assessment, (SELECT row ->> 'code' AS code, row ->> 'tier' AS tier, place
FROM rulebook_entry, json_array_elements(body) WITH ORDINALITY AS each(row, place)
WHERE topic = 'need_domains' AND row ->> 'only_under_18' = 'no') AS asked
WHERE asked.tier = 'immediate' OR purpose = 'full'
"""
APPORTIONED = """INSERT INTO movement (id, version, fund_id, fiscal_year, office_id, source, target, amount, verb, document,
at, by_id)
SELECT uuidv7(), 1, %(fund)s, year, office_id, source, target, amount, verb, 'SF-132', now() - interval '3 years',
%(budget)s FROM generate_series(2020, %(year)s) AS year,
(SELECT NULL::uuid AS office_id, 'appropriation' AS source, 'apportioned' AS target, 10^13::bigint AS amount,
'apportion' AS verb UNION ALL SELECT id, 'apportioned', 'available', 10^11::bigint, 'allot' FROM office) AS given
"""
MOVED = """INSERT INTO movement (id, version, fund_id, fiscal_year, office_id, source, target, amount, disbursement_id, verb,
document, at, by_id)
SELECT uuidv7(), 1, fund_id, fiscal_year, office_id, step.source, step.target, step.amount, disbursement.id, step.verb,
step.document, step.at, step.by_id FROM disbursement, LATERAL (VALUES
('available', 'committed', approved, 'approve', NULL, approved_at, requested_by_id),
('committed', 'obligated', obligated, 'obligate', 'PO-1', obligated_at, obligated_by_id),
('obligated', 'delivered', received, 'receive', NULL, received_at, received_by_id),
('delivered', 'paid', paid, 'pay', 'EFT-1', paid_at, paid_by_id))
AS step(source, target, amount, verb, document, at, by_id) WHERE step.amount > 0
"""
BALANCED = """INSERT INTO balance (fund_id, fiscal_year, office_id, account, amount)
SELECT fund_id, fiscal_year, CASE WHEN account IN ('appropriation', 'apportioned')
THEN '00000000-0000-0000-0000-000000000000' ELSE office_id END AS holder, account, sum(cents) FROM (
SELECT fund_id, fiscal_year, office_id, target AS account, amount AS cents FROM movement UNION ALL
SELECT fund_id, fiscal_year, office_id, source, -amount FROM movement) AS moved
GROUP BY fund_id, fiscal_year, holder, account
"""
SIGNED = """INSERT INTO signature (id, version, disbursement_id, round, user_id, verb, role, amount, tier, concurs, at)
SELECT uuidv7(), 1, disbursement.id, 1, step.user_id, step.verb, step.role, requested, 1, step.verb = 'approve', step.at
FROM disbursement JOIN (SELECT DISTINCT ON (office_id) office_id, user_id FROM role_grant
WHERE role = 'program_supervisor') AS head USING (office_id), LATERAL (VALUES
('request', NULL, requested_by_id, submitted_at), ('approve', 'program_supervisor', head.user_id, approved_at),
('obligate', NULL, obligated_by_id, obligated_at), ('certify', 'certifying_officer', certified_by_id, certified_at),
('pay', NULL, paid_by_id, paid_at)) AS step(verb, role, user_id, at) WHERE step.at IS NOT NULL AND step.user_id IS NOT NULL
"""
REMEMBERED = """INSERT INTO audit_event (at, actor_id, verb, subject_kind, subject_id, case_id, office_id, details, changes,
shown)
SELECT at, actor_id, verb, split_part(verb, '.', 1), subject_id, case_id, office_id, details::json, '[]', shown FROM (
SELECT opened_at AS at, specialist_id AS actor_id, 'case.open' AS verb, id AS subject_id, id AS case_id, office_id,
'{}' AS details, '[]'::json AS shown FROM "case" UNION ALL
SELECT opened_at + interval '1 minute', specialist_id, 'identity.record', identity.id, NULL, NULL, '{}', '[]'::json
FROM "case" JOIN identity USING (person_id) UNION ALL
SELECT opened_at + interval '2 minutes', specialist_id, 'contact.record', contact.id, NULL, NULL, '{}', '[]'::json
FROM "case" JOIN contact USING (person_id) UNION ALL
SELECT written_at, author_id, 'note.add', id, case_id, office_id, '{"about": "needs"}', '[]'::json FROM note UNION ALL
SELECT started_at, started_by_id, 'assessment.begin', id, case_id, office_id, '{}', '[]'::json FROM assessment UNION ALL
SELECT saved_at, started_by_id, 'assessment.save', id, case_id, office_id, '{}', '[]'::json FROM assessment UNION ALL
SELECT signed_at, signed_by_id, 'assessment.sign', id, case_id, office_id, '{}', '[]'::json FROM assessment UNION ALL
SELECT requested_at, requested_by_id, 'disbursement.request', id, case_id, office_id, '{}', '[]'::json
FROM disbursement UNION ALL
SELECT at, user_id, 'disbursement.' || verb, disbursement.id, case_id, office_id, '{}', '[]'::json
FROM signature JOIN disbursement ON disbursement.id = disbursement_id UNION ALL
SELECT updated_at + interval '1 hour' * look, specialist_id, 'case.read', id, id, office_id, '{}',
json_build_array(json_build_array('case', id, id)) FROM "case", generate_series(1, 3) AS look) AS told ORDER BY at
"""
UNFOLDED = """INSERT INTO audit_look SELECT e.id, x.place - 1, x.entry ->> 0, (x.entry ->> 1)::uuid, (x.entry ->> 2)::uuid
FROM audit_event e, json_array_elements(e.shown) WITH ORDINALITY AS x(entry, place)
"""
MARKED = """INSERT INTO audit_unfolded SELECT 1, transaction_id, id, 0 FROM audit_event ORDER BY 2 DESC, 3 DESC LIMIT 1
"""
SERIES = """INSERT INTO disbursement_series (fiscal_year, last)
SELECT fiscal_year, max(serial) FROM disbursement GROUP BY fiscal_year
"""
DERIVED = ((TEAMS, ASSESSED, RATED), (APPORTIONED, MOVED, BALANCED, SIGNED, SERIES))
AFTERWARDS = (REMEMBERED, UNFOLDED, MARKED)


def staff(cast: Cast, key: Callable[[datetime], UUID]) -> dict[str, list[Row]]:
    """The people who work here, with what they hold and the tokens of their programs; and the fund."""
    since, ends = cast.began, datetime.now(cast.began.tzinfo) + timedelta(days=60)
    return {
        "user": [{"id": each.id, "version": 1, "username": each.username, "name": f"{each.username.title()} Example",
                  "password_hash": "nobody comes in by password", "demo": False, "created_at": since}
                 for each in cast.people],
        "role_grant": [{"id": key(since), "version": 1, "user_id": each.id, "role": each.role, "office_id":
                        each.office_id, "document": "Designation", "since": since} for each in cast.people],
        "api_token": [{"id": key(since), "version": 1, "user_id": each.id, "digest":
                       sha256(each.token.encode()).digest(), "label": "benchmark", "scopes": "*", "created_at": since,
                       "expires_at": ends} for each in cast.people],
        "fund": [{"id": cast.ids["fund"], "version": 1, "name": "Emergency fund", "treasury_symbol": "70-X-0000",
                  "authority": "Appropriation for victim assistance (benchmark)", "spending": "noyear",
                  "available_from_on": "2020-10-01", "categories": "[]"}],
    }


def copy(table: str, columns: Sequence[str]) -> str:
    return f'COPY "{table}" ({", ".join(columns)}) FROM STDIN'


def text(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Rows as COPY reads them. Nothing here holds a tab or a backslash of its own."""
    return "".join("\t".join([said(row.get(column)) for column in columns]) + "\n" for row in rows)


def said(value: Any) -> str:
    if value is None:
        return r"\N"
    return rf"\\x{value.hex()}" if isinstance(value, bytes) else str(value)
