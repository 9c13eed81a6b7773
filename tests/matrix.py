"""What each route is asked about, for the matrix of `test_matrix.py`. One row per endpoint of the URL map.

A row says which kind of record the address names. What must be open then follows from the policy: the verb that looks
the record up (`<kind>.read` unless `look` says otherwise), and the verbs the route declares, where they are judged on
that kind. `part` is a further record of the same file, looked up after it, or `alone`. `post` is the verb asked only
when something is sent. `body` is what a program sends, right enough to come as far as the policy; `form` what a page
sends.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

NOW, DAY = "2026-11-20T15:00:00+00:00", "2026-11-20"
SOMEBODY = "00000000-0000-7000-8000-000000000000"
ANYWHERE = "CP-01"


@dataclass(frozen=True)
class Row:
    on: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)
    look: str = ""
    part: str = ""
    alone: bool = False
    post: str = ""
    words: dict[str, str] = field(default_factory=dict)
    public: bool = False

    @property
    def looks(self) -> str:
        return self.look or (f"{self.on}.read" if self.on else "")


# Of each kind: of one's own file, of another office, of another investigation in the same office.
RECORDS = {
    "case": lambda w: (w.rosa, w.nina, w.kit),
    "identity": lambda w: (w.rosa_identity, w.nina_identity, w.kit_identity),
    "contact": lambda w: (w.rosa_contact, w.nina_contact, w.kit_contact),
    "investigation": lambda w: (w.harbor, w.sound, w.mill),
    "assessment": lambda w: (w.rosa_full, w.nina_rapid, w.kit_draft),
    "cp_request": lambda w: (w.rosa_request, w.agency_request, w.kit_request),
    "cp_grant": lambda w: (w.rosa_grant, None, None),
    "disbursement": lambda w: (w.stay, w.obligated, w.half_signed),
    "payee": lambda w: (w.stay_payee, w.nina_payee, w.hotel_payee),
    "fund": lambda w: (w.fund, w.fund, w.fund),
    "user": lambda w: (w.ada, w.bea, w.abe),
    "role_grant": lambda w: (w.ada.grants[0], w.bea.grants[0], w.abe.grants[0]),
}

MONEY = {"amount": "5.00"}
PAID = {**MONEY, "reference": "REF-1", "paid_on": DAY}
BECAUSE = {"reason": "For the sake of the matrix."}
CHECK = {"resource": "charity", "name": "Harbor Pantry", "contacted_at": NOW, "method": "phone",
         "outcome": "no_capacity"}
ASK = {"fund_id": SOMEBODY, "category": "E04", "need_domain": "FOO", "amount": "5.00", "payee": "Corner Grocery",
       "purpose": "Groceries", "checks": [CHECK]}
FUND = {"name": "Second fund", "treasury_symbol": "70-0001", "authority": "A test act", "spending": "annual",
        "available_from_on": DAY}
NOTICE = {"about": "certification", "sent_at": NOW, "method": "email"}

# What a program sends with each deed. The page of a deed is asked without.
DEEDS: dict[str, dict[str, dict[str, Any]]] = {
    "case": {"assign": {"specialist_id": SOMEBODY}, "join_team": {"specialist_id": SOMEBODY},
             "leave_team": {"user_id": SOMEBODY}, "close": {"reason": "moved"}, "reopen": BECAUSE,
             "record_discovery": {"discovered_at": NOW}},
    "assessment": {"sign": {}},
    "cp_request": {"send": {}, "return": BECAUSE, "endorse": {}, "submit": {"transmission_reference": "T-1"},
                   "take_up": {}, "approve": {"mechanism": "parole", "start_on": DAY, "end_on": DAY},
                   "issue": {"i94_number": "I94-1", "i94_issued_on": DAY}, "withdraw": {"reason": "departed"},
                   "correct_moment": {"what": "le_received", "at": NOW, **BECAUSE}},
    "disbursement": {"submit": {}, "check_resource": CHECK, "approve": {**MONEY, "concurs": True}, "return": BECAUSE,
                     "deny": BECAUSE, "withdraw": BECAUSE, "cancel": BECAUSE, "certify": {},
                     "obligate": {**MONEY, "document": "ORD-1"}, "deobligate": {**MONEY, **BECAUSE}, "receive": MONEY,
                     "pay": PAID, "fail": {**PAID, **BECAUSE}, "refund": {**PAID, **BECAUSE},
                     "receipt": {**MONEY, "reference": "RC-1", "issued_on": DAY}, "reconcile": {"statement": "ST-1"}},
    "fund": {"apportion": {**MONEY, "fiscal_year": 2026, "document": "APP-1"},
             "allot": {**MONEY, "fiscal_year": 2026, "office_id": SOMEBODY}},
}
ROOM_OF = {"case": "cases", "assessment": "assessments", "cp_request": "continued_presence", "disbursement": "funds",
           "fund": "funds"}

OPEN, ANYBODY = Row(public=True), Row()
CASE, PERSON, REQUEST, DISBURSEMENT = Row("case"), Row("user"), Row("cp_request"), Row("disbursement")

ROUTES: dict[str, Row] = {
    **{f"{ROOM_OF[kind]}{door}.{kind}_{verb}": Row(kind, body)
       for kind, verbs in DEEDS.items() for verb, body in verbs.items() for door in ("", "_api")},

    "web.livez": OPEN, "web.readyz": OPEN, "access.sign_in": OPEN, "access.sign_out": OPEN,
    "web.api_page": ANYBODY, "web.api_json": ANYBODY, "web.names": ANYBODY, "web.hide_now": ANYBODY,
    "web.blank": ANYBODY,
    "desk.index": ANYBODY,
    "help.index": ANYBODY, "help.recorded": ANYBODY, "help.promised": ANYBODY, "help.roles": ANYBODY, "help.clocks": ANYBODY,
    "help.rules": Row(words={"topic": "tiers"}), "help_api.rulebook": Row(words={"topic": "tiers"}),
    "help.workflow": Row(words={"name": "case"}),

    "access.me": ANYBODY, "access_api.me": ANYBODY, "access.password": ANYBODY, "access_api.offices": ANYBODY,
    "access_api.people": ANYBODY, "access.people": ANYBODY, "access.person_new": ANYBODY,
    "access_api.person_new": Row(body={"name": "N", "username": "n.n", "password": "a plain sentence for tests"}),
    "access.person": Row("user", post="role_grant.give"),
    "access_api.role_new": Row("user", {"role": "auditor"}),
    "access.person_disable": PERSON,
    "access.grant_end": Row("role_grant"), "access_api.role_end": Row("role_grant"),

    "cases.index": ANYBODY, "cases.new": ANYBODY, "cases.find": ANYBODY, "cases.investigations": ANYBODY,
    "cases.investigation_new": ANYBODY, "cases_api.index": ANYBODY, "cases_api.investigations": ANYBODY,
    "cases_api.new": Row(body={"referral_source": "tip_line"}), "cases_api.find_cases": Row(body={"query": "VA-"}),
    "cases_api.investigation_new": Row(body={"number": "INV-1", "nature": "labor"}),
    "cases.investigation": Row("investigation", post="investigation.add_member"),
    "cases_api.investigation": Row("investigation"),
    "cases_api.member_new": Row("investigation", {"user_id": SOMEBODY}),
    "cases.show": CASE, "cases_api.show": CASE, "cases.story": CASE, "cases.people": CASE, "cases.who_looked": CASE,
    "cases_api.team": CASE, "cases.edit": CASE, "cases_api.edit": Row("case", {"language": "Dari"}),
    "cases.identity": Row("case", part="identity"), "cases.identity_edit": Row("case", part="identity"),
    "cases_api.identity": Row("case", part="identity"), "cases_api.identity_put": Row("case", part="identity"),
    "cases.contact": Row("case", part="contact"), "cases.contact_edit": Row("case", part="contact"),
    "cases.contact_confirm": Row("case", part="contact"),
    "cases_api.contact": Row("case", part="contact"), "cases_api.contact_put": Row("case", part="contact"),
    "cases.notes": CASE, "cases_api.notes": CASE, "cases.note_new": CASE,
    "cases_api.note_new": Row("case", {"about": "logistics", "body": "Words."}),
    "cases.hhs_notices": Row("case", post="hhs_notice.record"), "cases_api.notices": CASE,
    "cases_api.notice_new": Row("case", NOTICE),

    "assessments.index": Row("case", form={"purpose": "rapid"}, post="assessment.begin"),
    "assessments_api.index": CASE, "assessments_api.begin": Row("case", {"purpose": "rapid"}),
    "assessments.show": Row("assessment"), "assessments_api.show": Row("assessment"),
    "assessments.change": Row("assessment"), "assessments.fill": Row("assessment"),
    "assessments_api.save": Row("assessment", {"ratings": []}),

    "continued_presence.index": ANYBODY, "continued_presence_api.index": ANYBODY,
    "continued_presence.of_case": CASE, "continued_presence_api.of_case": CASE,
    "continued_presence.new": Row("case", look="cp_request.draft"),
    "continued_presence_api.draft": Row("case", {"identified_on": DAY}, look="cp_request.draft"),
    "continued_presence.show": REQUEST, "continued_presence_api.show": REQUEST, "continued_presence.edit": REQUEST,
    "continued_presence_api.edit": REQUEST, "continued_presence_api.moments": REQUEST,
    "continued_presence.item": Row("cp_request", words={"code": "CP-01"}),
    "continued_presence_api.answer": Row("cp_request", {"answer": "missing"}, words={"item": "CP-01"}),
    "continued_presence_api.package": Row("cp_request", look="cp_package.read"),
    "continued_presence_api.checklist": Row("cp_request", look="cp_package.read"),
    "continued_presence_api.item": Row("cp_request", look="cp_package.read", words={"item": "CP-01"}),
    "continued_presence_api.grant": Row("cp_request", part="cp_grant", alone=True),

    "funds.index": ANYBODY, "funds.record": ANYBODY, "funds.fund": Row("fund"), "funds.index_of_requests": ANYBODY,
    "funds.show": DISBURSEMENT, "funds.edit": DISBURSEMENT, "funds.of_case": CASE, "funds.new": CASE,
    "funds.hints": CASE,
    "funds_api.index": ANYBODY, "funds_api.of_case": CASE, "funds_api.ask": Row("case", ASK),
    "funds_api.show": DISBURSEMENT, "funds_api.change": Row("disbursement", {"amount": "5.00"}),
    "funds_api.payee": DISBURSEMENT, "funds_api.words": DISBURSEMENT, "funds_api.checks": DISBURSEMENT,
    "funds_api.check_add": Row("disbursement", CHECK), "funds_api.receipts": DISBURSEMENT,
    "funds_api.receipt_add": Row("disbursement", {**MONEY, "reference": "RC-1", "issued_on": DAY}),
    "funds_api.signatures": DISBURSEMENT, "funds_api.payments": DISBURSEMENT,
    "funds_api.funds": ANYBODY, "funds_api.fund_record": Row(body=FUND), "funds_api.fund_show": Row("fund"),
    "funds_api.movements": Row("fund"),

    "log.index": ANYBODY, "log.audit_events": ANYBODY, "log.download": ANYBODY, "log.disbursement": DISBURSEMENT,
    "log.event_evidence": ANYBODY, "log.log_evidence": ANYBODY,
    "log_api.event_evidence": ANYBODY, "log_api.log_evidence": ANYBODY,
    "log_api.audit_events": ANYBODY, "log_api.disbursement_log": ANYBODY,
}
