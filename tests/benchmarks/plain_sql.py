"""The floor's statements, written by hand: what somebody would write who wants these pages and nothing else."""
from __future__ import annotations

WHO = """SELECT u.id, u.name, g.role, g.office_id, o.name, o.timezone FROM api_token t JOIN "user" u ON u.id = t.user_id
JOIN role_grant g ON g.user_id = u.id LEFT JOIN office o ON o.id = g.office_id
WHERE t.digest = %s AND t.expires_at > now() AND t.ended_at IS NULL AND u.disabled_at IS NULL
AND g.since <= now() AND (g.until IS NULL OR g.until > now())"""

SCOPES = {
    "specialist": 'id IN (SELECT case_id FROM team_member WHERE user_id = %(me)s AND since <= now() '
                  "AND (until IS NULL OR until > now()))",
    "program_supervisor": "office_id = %(office)s",
    "program_hq": "true",
}
CASES = """SELECT c.id, c.number, c.state, c.office_id, o.code, o.name, o.timezone, c.specialist_id, u.username, u.name,
c.investigation_id, c.referral_source, c.language, c.interpreter, c.under_18, c.do_not_call, c.protected,
c.discovered_at, c.hhs_notified_at, c.opened_at, c.updated_at, c.closed_at, c.closed_reason, c.person_id, c.version
FROM {found} c JOIN office o ON o.id = c.office_id JOIN "user" u ON u.id = c.specialist_id {rest}"""
LIST = CASES.format(found="""(SELECT * FROM "case" WHERE {scope} AND state = %(state)s
ORDER BY updated_at DESC, id DESC LIMIT %(limit)s)""", rest="ORDER BY c.updated_at DESC, c.id DESC")
ONE = CASES.format(found="""(SELECT * FROM "case" WHERE id = %(id)s AND {scope})""", rest="")
COUNT = 'SELECT count(*) FROM (SELECT FROM "case" WHERE {scope} AND state = %(state)s LIMIT 1001) AS few'
OFFICES = "SELECT code, name FROM office ORDER BY name"
HELPERS = """SELECT username, name FROM "user" WHERE disabled_at IS NULL AND id IN (SELECT user_id FROM role_grant
WHERE role IN ('specialist', 'program_supervisor') AND since <= now() AND (until IS NULL OR until > now()))
ORDER BY name"""
READ = """INSERT INTO audit_event (at, actor_id, verb, subject_kind, subject_id, case_id, office_id, details, changes, shown)
VALUES (now(), %s, %s, %s, %s, %s, %s, %s, '[]', %s)"""
DEED = """INSERT INTO audit_event (at, actor_id, verb, subject_kind, subject_id, case_id, office_id, details, changes, shown)
VALUES (now(), %s, %s, %s, %s, %s, %s, '{}', %s, '[]')"""

NOTED = """SELECT case_id, max(written_at) FROM note WHERE case_id = ANY(%s) AND about IN ('needs', 'safety')
GROUP BY case_id"""
ASSESSED = "SELECT case_id, purpose, state, signed_at, id FROM assessment WHERE case_id = ANY(%s) ORDER BY signed_at"
NEEDS = """SELECT DISTINCT ON (a.case_id, r.domain) a.case_id, r.domain, r.level, a.signed_at FROM need_rating r
JOIN assessment a ON a.id = r.assessment_id WHERE a.case_id = ANY(%s) AND a.state = 'signed'
AND r.answer <> 'not_assessed' ORDER BY a.case_id, r.domain, a.signed_at DESC, a.id DESC"""
GRANTS = "SELECT case_id, end_on FROM cp_grant WHERE case_id = ANY(%s) AND state = 'active'"
PAPERS = """SELECT d.case_id, d.number, d.paid_at, o.timezone FROM disbursement d JOIN office o ON o.id = d.office_id
WHERE d.case_id = ANY(%s) AND (d.state = 'paid' AND d.paid_at IS NOT NULL OR d.exigent AND d.state IN ('submitted',
'approved', 'obligated', 'received', 'certified', 'paid', 'receipted', 'failed')) ORDER BY d.id"""
BOOK = "SELECT topic, body FROM rulebook_entry WHERE topic IN ('clocks', 'fund_rules')"

STORY = """SELECT e.id, e.at, e.verb, e.subject_kind, e.subject_id, e.details ->> 'about', u.name FROM (
(SELECT * FROM audit_event WHERE case_id = %(id)s AND verb NOT LIKE '%%.read' ORDER BY id DESC LIMIT 13) UNION ALL
(SELECT * FROM audit_event WHERE subject_id IN (SELECT id FROM identity WHERE person_id = %(person)s UNION ALL
SELECT id FROM contact WHERE person_id = %(person)s) AND verb NOT LIKE '%%.read' ORDER BY id DESC LIMIT 13)) e
LEFT JOIN "user" u ON u.id = e.actor_id ORDER BY e.id DESC LIMIT 13"""
LINES = """SELECT (SELECT count(*) FROM (SELECT FROM note WHERE case_id = %(id)s LIMIT 1001) AS few),
(SELECT count(DISTINCT user_id) FROM team_member WHERE case_id = %(id)s AND since <= now()
AND (until IS NULL OR until > now())), (SELECT confirmed_at FROM contact WHERE person_id = %(person)s),
(SELECT number FROM cp_request WHERE case_id = %(id)s ORDER BY id DESC LIMIT 1)"""
REQUESTS = "SELECT id, number, requested, state FROM disbursement WHERE case_id = %s ORDER BY id DESC LIMIT 200"

HOLD_CASE = 'SELECT id, state, person_id, office_id, number, under_18 FROM "case" WHERE id = %(id)s AND {scope} FOR UPDATE'
INSTRUMENT = "SELECT id FROM rulebook_entry WHERE topic = 'need_domains' AND effective_on <= now() ORDER BY version DESC LIMIT 1"
BEGIN = """INSERT INTO assessment (id, version, case_id, person_id, office_id, case_number, purpose, state, under_18,
instrument_id, started_by_id, started_at) VALUES (%s, 1, %s, %s, %s, %s, %s, 'draft', %s, %s, %s, now())
RETURNING started_at"""
TOUCH = 'UPDATE "case" SET updated_at = now(), version = version + 1 WHERE id = %s'
HOLD_DRAFT = """SELECT id, case_id, person_id, office_id, case_number, purpose, under_18, instrument_id, started_by_id,
started_at, version, saved_at FROM assessment WHERE id = %(id)s AND state = 'draft' AND case_id IN (
SELECT id FROM "case" WHERE {scope}) FOR UPDATE"""
KEY = "SELECT wrapped FROM person_key WHERE person_id = %s"
RATINGS = "SELECT domain, level, answer, note_sealed, id FROM need_rating WHERE assessment_id = %s ORDER BY domain"
RATE = """INSERT INTO need_rating (id, version, assessment_id, person_id, domain, answer, level, note_sealed)
SELECT rated.id, 1, %s, %s, rated.domain, 'level', rated.level, rated.note
FROM unnest(%s::uuid[], %s::text[], %s::int[], %s::bytea[]) AS rated(id, domain, level, note)"""
SAVE = "UPDATE assessment SET saved_at = now(), version = version + 1 WHERE id = %s AND version = %s RETURNING saved_at"
SIGN = """UPDATE assessment SET state = 'signed', signed_at = now(), signed_by_id = %s, version = version + 1
WHERE id = %s RETURNING signed_at"""

LOCK = "SELECT pg_try_advisory_xact_lock(%s)"
ANSWERED = "SELECT status, headers, sealed FROM answer WHERE user_id = %s AND key_digest = %s"
KEEP = """INSERT INTO answer (user_id, key_digest, body_digest, status, headers, sealed, created_at)
VALUES (%s, %s, %s, 200, '{}', %s, now())"""
WORDS = ("number", "category", "need_domain", "payee_token", "categories_entry_id", "tiers_entry_id", "requested_by_id",
         "received_by_id", "certified_by_id", "paid_by_id", "reconciled_by_id", "legal_note", "designation", "statement")
MOMENTS = ("requested_at", "submitted_at", "approved_at", "received_at", "certified_at", "paid_at", "receipted_at",
           "reconciled_at", "closed_at")
AMOUNTS = ("rolling_total", "requested", "received", "paid", "refunded", "deobligated")
HOLD_REQUEST = f"""SELECT d.fund_id, d.fiscal_year, d.office_id, d.approved, d.round, d.tier, d.case_id, d.case_number,
d.version, d.exigent, f.available_from_on, f.available_until_on, {', '.join(
    f'd.{name}' for name in (*WORDS, *MOMENTS, *AMOUNTS))} FROM disbursement d
JOIN fund f ON f.id = d.fund_id WHERE d.id = %s AND d.state = 'approved' FOR UPDATE OF d"""
HAS_SIGNED = "SELECT FROM signature WHERE disbursement_id = %s AND round = %s AND user_id = %s"
HOLDS = """SELECT sum(CASE WHEN target = 'committed' THEN amount ELSE 0 END) - sum(CASE WHEN source = 'committed'
THEN amount ELSE 0 END) FROM movement WHERE disbursement_id = %s"""
OBLIGATE = """UPDATE disbursement SET state = 'obligated', obligated = %s, obligated_by_id = %s, obligation_document = %s,
obligated_at = now(), updated_at = now(), version = version + 1 WHERE id = %s RETURNING obligated_at"""
SIGNATURE = """INSERT INTO signature (id, version, disbursement_id, round, user_id, verb, amount, tier, concurs, document, at)
VALUES (uuidv7(), 1, %s, %s, %s, 'obligate', %s, %s, false, %s, now())"""
HOLD_MONEY = """SELECT amount FROM balance WHERE fund_id = %s AND fiscal_year = %s AND office_id = %s
AND account = 'available' FOR NO KEY UPDATE"""
MOVE = """INSERT INTO movement (id, version, fund_id, fiscal_year, office_id, source, target, amount, disbursement_id,
verb, document, at, by_id) VALUES (uuidv7(), 1, %s, %s, %s, 'committed', 'obligated', %s, %s, 'obligate', %s, now(), %s)"""
