"""Who may do what.

Read each row aloud: a SPECIALIST may "case.read" a case ON_THEIR_TEAM. What no row allows is refused.
Roles are grants, and each current grant is asked in turn, so a person with two offices has exactly the union of both.

The roles and what parts them: 31 USC 3325, 3528 and 3512(c) for money, 22 USC 7105(c)(3) and 28 CFR 1100.35 for
Continued Presence, 8 USC 1367 and 5 USC 552a(b)(1) for who may know.
"""
from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, true

from .kernel.conditions import ME, MY_OFFICE, Actor, Condition, Grant, among, differs, not_among, same
from .kernel.errors import Forbidden
from .kernel.system import SYSTEM


class Role(StrEnum):
    ANYONE = "anyone"  # whoever holds any grant at all
    SPECIALIST = "specialist"
    PROGRAM_SUPERVISOR = "program_supervisor"
    INVESTIGATOR = "investigator"
    FIELD_SUPERVISOR = "field_supervisor"
    AGENCY_COORDINATOR = "agency_coordinator"
    CP_REVIEWER = "cp_reviewer"
    CP_OFFICIAL = "cp_official"
    ESCALATION_AUTHORITY = "escalation_authority"
    PROGRAM_HQ = "program_hq"
    FUND_APPROVER = "fund_approver"
    CARDHOLDER = "cardholder"
    BUDGET_OFFICER = "budget_officer"
    CERTIFYING_OFFICER = "certifying_officer"
    PAYMENT_RECORDER = "payment_recorder"
    AUDITOR = "auditor"
    PRIVACY_OFFICER = "privacy_officer"
    ADMINISTRATOR = "administrator"


(ANYONE, SPECIALIST, PROGRAM_SUPERVISOR, INVESTIGATOR, FIELD_SUPERVISOR, AGENCY_COORDINATOR, CP_REVIEWER, CP_OFFICIAL,
 ESCALATION_AUTHORITY, PROGRAM_HQ, FUND_APPROVER, CARDHOLDER, BUDGET_OFFICER, CERTIFYING_OFFICER, PAYMENT_RECORDER,
 AUDITOR, PRIVACY_OFFICER, ADMINISTRATOR) = Role

ROLES = tuple(role for role in Role if role is not ANYONE)
OFFICE_BOUND = frozenset({SPECIALIST, PROGRAM_SUPERVISOR, INVESTIGATOR, FIELD_SUPERVISOR, FUND_APPROVER, CARDHOLDER})

at_their_office = same("id", MY_OFFICE)
in_their_office = same("office_id", MY_OFFICE)
on_their_team = among("team", ME)
helped_in_their_office = among("offices", MY_OFFICE)
among_its_members = among("members", ME)
themselves = same("id", ME)
done_by_them = same("actor_id", ME)
asked_by_them = same("requested_by_id", ME)
unsigned_by_them = not_among("signers", ME)
not_received_by_them = differs("received_by_id", ME)
not_requested_by_them = differs("requested_by_id", ME)
not_obligated_by_them = differs("obligated_by_id", ME)
not_certified_by_them = differs("certified_by_id", ME)
not_prepared_by_them = not_among("preparers", ME)
approved_by_them = same("supervisor_id", ME)
waiting_in_their_office = same("waits_in_office_id", MY_OFFICE)
at_their_step = same("desk", "role")
not_sent_by_them = not_among("senders", ME)
not_endorsed_by_them = not_among("endorsers", ME)
not_requesting = not_among("requesters", ME)
not_reviewing = not_among("reviewers", ME)
not_proposed_by_them = differs("proposed_by_id", ME)

POLICY: tuple[tuple[Any, ...], ...] = (
    # may do                      who                    only when (all of these)
    ("session.use",               ANYONE),
    ("office.read",               ANYONE),
    ("rulebook_entry.read",       ANYONE),
    ("user.read",                 ANYONE),
    ("user.change_password",      ANYONE,                themselves),
    ("user.create",               ADMINISTRATOR),
    ("user.disable",              ADMINISTRATOR),
    ("office.create",             ADMINISTRATOR),
    ("role_grant.read",           ADMINISTRATOR),
    ("role_grant.read",           AUDITOR),
    ("role_grant.give",           ADMINISTRATOR),
    ("role_grant.end",            ADMINISTRATOR),
    ("api_token.create",          ANYONE,                themselves),

    ("investigation.open",        INVESTIGATOR,          at_their_office),
    ("investigation.read",        INVESTIGATOR,          among_its_members),
    ("investigation.read",        FIELD_SUPERVISOR,      in_their_office),
    ("investigation.read",        SPECIALIST,            in_their_office),
    ("investigation.read",        PROGRAM_SUPERVISOR,    in_their_office),
    ("investigation.add_member",  INVESTIGATOR,          among_its_members),
    ("investigation.add_member",  FIELD_SUPERVISOR,      in_their_office),

    ("case.open",                 SPECIALIST,            at_their_office),
    ("case.open",                 PROGRAM_SUPERVISOR,    at_their_office),
    ("case.read",                 SPECIALIST,            on_their_team),
    ("case.read",                 PROGRAM_SUPERVISOR,    in_their_office),
    ("case.read",                 INVESTIGATOR,          among_its_members),
    ("case.read",                 PROGRAM_HQ),
    ("case.search",               SPECIALIST),
    ("case.search",               PROGRAM_SUPERVISOR),
    ("case.search",               INVESTIGATOR),
    ("case.search",               PROGRAM_HQ),
    ("case.who_looked",           PROGRAM_SUPERVISOR,    in_their_office),
    ("case.update",               SPECIALIST,            on_their_team),
    ("case.update",               PROGRAM_SUPERVISOR,    in_their_office),
    ("case.record_discovery",     SPECIALIST,            on_their_team),
    ("case.record_discovery",     PROGRAM_SUPERVISOR,    in_their_office),
    ("case.assign",               PROGRAM_SUPERVISOR,    in_their_office),
    ("case.join_team",            PROGRAM_SUPERVISOR,    in_their_office),
    ("case.join_team",            SPECIALIST,            on_their_team),
    ("case.leave_team",           PROGRAM_SUPERVISOR,    in_their_office),
    ("case.close",                SPECIALIST,            on_their_team),
    ("case.close",                PROGRAM_SUPERVISOR,    in_their_office),
    ("case.reopen",               SPECIALIST,            on_their_team),
    ("case.reopen",               PROGRAM_SUPERVISOR,    in_their_office),

    ("identity.read",             SPECIALIST,            on_their_team),
    ("identity.read",             PROGRAM_SUPERVISOR,    helped_in_their_office),
    ("identity.read",             INVESTIGATOR,          among_its_members),
    ("identity.read",             PROGRAM_HQ),
    ("identity.record",           SPECIALIST,            on_their_team),
    ("identity.record",           PROGRAM_SUPERVISOR,    helped_in_their_office),
    ("contact.read",              SPECIALIST,            on_their_team),
    ("contact.read",              PROGRAM_SUPERVISOR,    helped_in_their_office),
    ("contact.record",            SPECIALIST,            on_their_team),
    ("contact.record",            PROGRAM_SUPERVISOR,    helped_in_their_office),
    ("note.read",                 SPECIALIST,            on_their_team),
    ("note.read",                 PROGRAM_SUPERVISOR,    in_their_office),
    ("note.read",                 INVESTIGATOR,          among_its_members),
    ("note.read",                 PROGRAM_HQ),
    ("note.add",                  SPECIALIST,            on_their_team),
    ("note.add",                  PROGRAM_SUPERVISOR,    in_their_office),
    ("hhs_notice.read",           SPECIALIST,            on_their_team),
    ("hhs_notice.read",           PROGRAM_SUPERVISOR,    in_their_office),
    ("hhs_notice.read",           PROGRAM_HQ),
    ("hhs_notice.record",         SPECIALIST,            on_their_team),
    ("hhs_notice.record",         PROGRAM_SUPERVISOR,    in_their_office),

    ("assessment.read",           SPECIALIST,            on_their_team),
    ("assessment.read",           PROGRAM_SUPERVISOR,    in_their_office),
    ("assessment.read",           PROGRAM_HQ),
    ("assessment.begin",          SPECIALIST,            on_their_team),
    ("assessment.begin",          PROGRAM_SUPERVISOR,    in_their_office),
    ("assessment.save",           SPECIALIST,            on_their_team),
    ("assessment.save",           PROGRAM_SUPERVISOR,    in_their_office),
    ("assessment.sign",           SPECIALIST,            on_their_team),
    ("assessment.sign",           PROGRAM_SUPERVISOR,    in_their_office),

    ("cp_request.draft",          INVESTIGATOR,          among_its_members),
    ("cp_request.read",           INVESTIGATOR,          among_its_members),
    ("cp_request.read",           FIELD_SUPERVISOR,      in_their_office),
    ("cp_request.read",           AGENCY_COORDINATOR),
    ("cp_request.read",           CP_REVIEWER),
    ("cp_request.read",           CP_OFFICIAL),
    ("cp_request.read",           ESCALATION_AUTHORITY),
    ("cp_request.read",           SPECIALIST,            on_their_team),
    ("cp_request.read",           PROGRAM_SUPERVISOR,    in_their_office),
    ("cp_request.read",           PROGRAM_HQ),
    ("cp_request.read",           AUDITOR),
    ("cp_package.read",           INVESTIGATOR,          among_its_members),
    ("cp_package.read",           FIELD_SUPERVISOR,      in_their_office),
    ("cp_package.read",           AGENCY_COORDINATOR),
    ("cp_package.read",           CP_REVIEWER),
    ("cp_package.read",           CP_OFFICIAL),
    ("cp_package.read",           ESCALATION_AUTHORITY),
    ("cp_request.edit",           INVESTIGATOR,          among_its_members),
    ("cp_request.check_item",     INVESTIGATOR,          among_its_members),
    ("cp_request.send",           INVESTIGATOR,          among_its_members),
    ("cp_request.return",         FIELD_SUPERVISOR,      in_their_office, not_sent_by_them, at_their_step),
    ("cp_request.return",         AGENCY_COORDINATOR,    not_sent_by_them, at_their_step),
    ("cp_request.endorse",        FIELD_SUPERVISOR,      in_their_office, not_sent_by_them),
    ("cp_request.submit",         AGENCY_COORDINATOR,    not_sent_by_them, not_endorsed_by_them),
    ("cp_request.take_up",        CP_REVIEWER,           not_requesting),
    ("cp_request.approve",        CP_OFFICIAL,           not_requesting, not_reviewing),
    ("cp_request.issue",          CP_REVIEWER,           not_requesting),
    ("cp_request.withdraw",       INVESTIGATOR,          among_its_members),
    ("cp_request.withdraw",       FIELD_SUPERVISOR,      in_their_office),
    ("cp_request.withdraw",       AGENCY_COORDINATOR),
    ("cp_request.correct_moment", AGENCY_COORDINATOR,    not_sent_by_them),
    ("cp_request.correct_moment", CP_REVIEWER,           not_requesting),
    ("cp_grant.read",             INVESTIGATOR,          among_its_members),
    ("cp_grant.read",             FIELD_SUPERVISOR,      in_their_office),
    ("cp_grant.read",             AGENCY_COORDINATOR),
    ("cp_grant.read",             CP_REVIEWER),
    ("cp_grant.read",             CP_OFFICIAL),
    ("cp_grant.read",             ESCALATION_AUTHORITY),
    ("cp_grant.read",             SPECIALIST,            on_their_team),
    ("cp_grant.read",             PROGRAM_SUPERVISOR,    in_their_office),
    ("cp_grant.read",             PROGRAM_HQ),
    ("cp_grant.read",             AUDITOR),

    ("fund.read",                 SPECIALIST),
    ("fund.read",                 PROGRAM_SUPERVISOR),
    ("fund.read",                 FUND_APPROVER),
    ("fund.read",                 PROGRAM_HQ),
    ("fund.read",                 BUDGET_OFFICER),
    ("fund.read",                 CERTIFYING_OFFICER),
    ("fund.read",                 PAYMENT_RECORDER),
    ("fund.read",                 CARDHOLDER),
    ("fund.read",                 AUDITOR),
    ("fund.record",               BUDGET_OFFICER),
    ("fund.apportion",            BUDGET_OFFICER),
    ("fund.allot",                BUDGET_OFFICER),

    ("disbursement.request",      SPECIALIST,            on_their_team),
    ("disbursement.request",      PROGRAM_SUPERVISOR,    in_their_office),
    ("disbursement.read",         SPECIALIST,            on_their_team),
    ("disbursement.read",         PROGRAM_SUPERVISOR,    in_their_office),
    ("disbursement.read",         FUND_APPROVER,         in_their_office),
    ("disbursement.read",         CARDHOLDER,            in_their_office),
    ("disbursement.read",         PROGRAM_HQ),
    ("disbursement.read",         BUDGET_OFFICER),
    ("disbursement.read",         CERTIFYING_OFFICER),
    ("disbursement.read",         PAYMENT_RECORDER),
    ("disbursement.read",         AUDITOR),
    ("disbursement.read_words",   SPECIALIST,            on_their_team),
    ("disbursement.read_words",   PROGRAM_SUPERVISOR,    in_their_office),
    ("disbursement.read_words",   FUND_APPROVER,         in_their_office),
    ("disbursement.read_words",   PROGRAM_HQ),
    ("disbursement.read_words",   CERTIFYING_OFFICER),
    ("disbursement.edit",         SPECIALIST,            asked_by_them),
    ("disbursement.edit",         PROGRAM_SUPERVISOR,    asked_by_them),
    ("disbursement.check_resource", SPECIALIST,          on_their_team),
    ("disbursement.check_resource", PROGRAM_SUPERVISOR,  in_their_office),
    ("disbursement.submit",       SPECIALIST,            asked_by_them),
    ("disbursement.submit",       PROGRAM_SUPERVISOR,    asked_by_them),
    ("disbursement.withdraw",     SPECIALIST,            on_their_team),
    ("disbursement.withdraw",     PROGRAM_SUPERVISOR,    in_their_office),
    ("disbursement.return",       PROGRAM_SUPERVISOR,    in_their_office, unsigned_by_them),
    ("disbursement.return",       FUND_APPROVER,         in_their_office, unsigned_by_them),
    ("disbursement.return",       PROGRAM_HQ,            unsigned_by_them),
    ("disbursement.deny",         PROGRAM_SUPERVISOR,    in_their_office, unsigned_by_them),
    ("disbursement.deny",         FUND_APPROVER,         in_their_office, unsigned_by_them),
    ("disbursement.deny",         PROGRAM_HQ,            unsigned_by_them),
    ("disbursement.approve",      PROGRAM_SUPERVISOR,    in_their_office, unsigned_by_them),
    ("disbursement.approve",      FUND_APPROVER,         in_their_office, unsigned_by_them),
    ("disbursement.approve",      PROGRAM_HQ,            unsigned_by_them),
    ("disbursement.cancel",       PROGRAM_SUPERVISOR,    in_their_office),
    ("disbursement.cancel",       BUDGET_OFFICER),
    ("disbursement.obligate",     BUDGET_OFFICER,        unsigned_by_them),
    ("disbursement.deobligate",   BUDGET_OFFICER,        not_requested_by_them),
    ("disbursement.receive",      SPECIALIST,            on_their_team, not_certified_by_them),
    ("disbursement.receive",      PROGRAM_SUPERVISOR,    in_their_office, not_certified_by_them),
    ("disbursement.certify",      CERTIFYING_OFFICER,    unsigned_by_them, not_received_by_them),
    ("disbursement.pay",          PAYMENT_RECORDER,      not_prepared_by_them),
    ("disbursement.fail",         PAYMENT_RECORDER,      not_prepared_by_them),
    ("disbursement.refund",       PAYMENT_RECORDER,      not_prepared_by_them),
    ("disbursement.receipt",      SPECIALIST,            on_their_team),
    ("disbursement.receipt",      PROGRAM_SUPERVISOR,    in_their_office),
    ("disbursement.reconcile",    BUDGET_OFFICER,        not_requested_by_them, not_obligated_by_them),
    ("disbursement.export",       AUDITOR),
    ("disbursement.export",       PROGRAM_HQ),
    ("disbursement.export",       BUDGET_OFFICER),
    ("payee.read_held",           SPECIALIST,            asked_by_them),
    ("payee.read_held",           PROGRAM_SUPERVISOR,    asked_by_them),
    ("payee.read_held",           PROGRAM_SUPERVISOR,    waiting_in_their_office),
    ("payee.read_held",           PROGRAM_SUPERVISOR,    approved_by_them),
    ("payee.read",                SPECIALIST,            on_their_team),
    ("payee.read",                PROGRAM_SUPERVISOR,    in_their_office),
    ("payee.read",                FUND_APPROVER,         in_their_office),
    ("payee.read",                CARDHOLDER,            in_their_office),
    ("payee.read",                PROGRAM_HQ),
    ("payee.read",                BUDGET_OFFICER),
    ("payee.read",                CERTIFYING_OFFICER),
    ("payee.read",                PAYMENT_RECORDER),
    ("movement.read",             BUDGET_OFFICER),
    ("movement.read",             PROGRAM_HQ),
    ("movement.read",             AUDITOR),

    ("person.read",               PRIVACY_OFFICER),
    ("legal_hold.read",           PRIVACY_OFFICER),
    ("legal_hold.read",           PROGRAM_HQ),
    ("legal_hold.place",          PRIVACY_OFFICER),
    ("legal_hold.place",          PROGRAM_HQ),
    ("legal_hold.lift",           PRIVACY_OFFICER),
    ("legal_hold.lift",           PROGRAM_HQ),
    ("key_destruction.read",      PRIVACY_OFFICER),
    ("key_destruction.read",      PROGRAM_HQ),
    ("key_destruction.propose",   PRIVACY_OFFICER),
    ("key_destruction.propose",   PROGRAM_HQ),
    ("key_destruction.withdraw",  PRIVACY_OFFICER),
    ("key_destruction.withdraw",  PROGRAM_HQ),
    ("key_destruction.confirm",   PRIVACY_OFFICER,       not_proposed_by_them),
    ("key_destruction.confirm",   PROGRAM_HQ,            not_proposed_by_them),

    ("audit_event.read",          ANYONE,                done_by_them),
    ("audit_event.read",          PROGRAM_SUPERVISOR,    in_their_office),
    ("audit_event.read",          AUDITOR),
    ("audit_event.read",          PRIVACY_OFFICER),
    ("audit_event.export",        AUDITOR),
)

# What does not exist yet cannot be judged: the verb that makes it is judged on its parent, or on nothing.
JUDGED_ON: dict[str, str | None] = {
    "session.use": None, "user.create": None, "office.create": None, "fund.record": None,
    "role_grant.give": "user", "api_token.create": "user",
    "investigation.open": "office", "case.open": "office", "case.search": None,
    "note.add": "case", "hhs_notice.record": "case",
    "legal_hold.place": "person", "key_destruction.propose": "person",
    "assessment.begin": "case", "cp_request.draft": "case", "disbursement.request": "case",
}

# What the clocks and the first start may do without anybody signed in.
SYSTEM_MAY = frozenset({"office.create", "user.create", "role_grant.give", "api_token.create", "rulebook_entry.publish",
                        "cp_grant.expire", "cp_grant.hold", "cp_grant.release", "disbursement.export",
                        "audit_event.export", "key_ring.rotate", "person_key.destroy"})

# Pairs of roles one person may never hold together (31 USC 3512(c), GAO Green Book principle 10; no appearance of
# paying for testimony). An auditor holds no role that writes.
MONEY = frozenset({PROGRAM_SUPERVISOR, FUND_APPROVER, CARDHOLDER, BUDGET_OFFICER, CERTIFYING_OFFICER,
                   PAYMENT_RECORDER, PROGRAM_HQ})
INCOMPATIBLE: frozenset[frozenset[Role]] = frozenset(
    frozenset(pair) for pair in (
        *((ADMINISTRATOR, role) for role in ROLES if role is not ADMINISTRATOR),
        *((AUDITOR, role) for role in ROLES if role not in (AUDITOR, ADMINISTRATOR)),
        *((CERTIFYING_OFFICER, role) for role in (PAYMENT_RECORDER, BUDGET_OFFICER, CARDHOLDER, FUND_APPROVER,
                                                  PROGRAM_SUPERVISOR)),
        *((CARDHOLDER, role) for role in (FUND_APPROVER, PROGRAM_SUPERVISOR)),
        *((CP_OFFICIAL, role) for role in (INVESTIGATOR, FIELD_SUPERVISOR, AGENCY_COORDINATOR)),
        *((law, money) for law in (INVESTIGATOR, FIELD_SUPERVISOR) for money in MONEY),
    ))

VERBS = frozenset(verb for verb, *_ in POLICY)
_BY_VERB = {verb: tuple((who, conditions) for may_do, who, *conditions in POLICY if may_do == verb) for verb in VERBS}

_EVER = {verb: frozenset(who for who, _ in named) for verb, named in _BY_VERB.items()}


class Way(NamedTuple):
    """One row of the policy, held against one grant."""

    grant: Grant
    conditions: list[Condition]

    def opens(self, row: Any) -> bool:
        return all(condition.holds(self.grant, row) for condition in self.conditions)

    def clause(self, model: Any) -> ColumnElement[bool]:
        return and_(true(), *(condition.clause(self.grant, model) for condition in self.conditions))


def rows(verb: str) -> tuple[tuple[Role, list[Condition]], ...]:
    """The rows that speak of this verb; a verb no row speaks of is a mistake in the code."""
    if verb not in VERBS:
        raise LookupError(f"no policy row speaks of {verb!r}")
    return _BY_VERB[verb]


def judged_on(verb: str) -> str | None:
    """The kind of record this verb is judged on: its own, its parent's, or none."""
    return JUDGED_ON.get(verb, verb.split(".")[0])


def ways(actor: Actor, verb: str) -> list[Way]:
    held = actor.current_grants
    return [Way(grant, conditions) for who, conditions in rows(verb)
            for grant in held if who is ANYONE or who == grant.role]


def may(actor: Actor, verb: str, thing: Any = None) -> bool:
    """May they do this to this very record, as it stands?"""
    return any(way.opens(thing) for way in ways(actor, verb))


def may_ever(actor: Actor, verb: str) -> bool:
    """Does any of their roles open this verb, to some record at least?"""
    return opens_ever((grant.role for grant in actor.current_grants), verb)


def opens_ever(roles: Iterable[str], verb: str) -> bool:
    """The same, for one who holds these roles now."""
    who = _EVER[verb]
    return any(ANYONE in who or role in who for role in roles)


def check(actor: Actor, verb: str, thing: Any) -> None:
    """Raises Forbidden, with the reason, unless they may."""
    if actor is SYSTEM and verb in SYSTEM_MAY:
        return
    if actor is SYSTEM or not may(actor, verb, thing):
        raise Forbidden(why_not(verb))


def why_not(verb: str) -> str:
    """Who may do this, in words: what a refusal says."""
    kind, deed = verb.split(".")
    who = sorted({f"{role.replace('_', ' ')}{_only(conditions)}" for role, conditions in rows(verb)})
    what = kind.replace("cp_", "Continued Presence ").replace("_", " ")
    return f"You may not {deed.replace('_', ' ')} this {what}. Who may: {'; '.join(who)}."


def as_markdown() -> str:
    """The whole table, for people: the README and the help pages print it."""
    lines = (f"| {may_do} | {who.replace('_', ' ')} | {_words(when) or 'always'} |" for may_do, who, *when in POLICY)
    return "\n".join(("| May do | Who | Only when |", "|---|---|---|", *lines, ""))


def _only(conditions: list[Condition]) -> str:
    return f" ({_words(conditions)})" if conditions else ""


def _words(conditions: list[Condition]) -> str:
    names = {id(value): name.replace("_", " ") for name, value in globals().items() if isinstance(value, Condition)}
    return ", ".join(names[id(condition)] for condition in conditions)
