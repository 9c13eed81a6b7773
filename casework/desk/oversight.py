"""The desks of those who watch: what changed since the last look, who came in, which accounts need a hand."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select

from ..access.models import RoleGrant, User
from ..access.queries import scoped
from ..audit import record_read
from ..audit.models import AuditEvent
from ..funds.queries import exceptions, totals
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.money import dollars
from ..policy import Role, may_ever, ways
from ..web.dates import moment_words
from .panels import LATE, Panel
from .queries import Row

LOOKS, SOON, WEEK, MOST = "audit_event.read", timedelta(days=30), timedelta(days=7), 50


def changed(actor: Actor) -> Panel | None:
    """What others did since this reader last looked at the audit log, for who sees all of it."""
    if not sees_all(actor):
        return None
    last = db.session.scalar(scoped(actor, LOOKS, AuditEvent).where(
        AuditEvent.actor_id == actor.id, AuditEvent.verb == LOOKS).order_by(AuditEvent.id.desc()).limit(1))
    since = last.at if last else now() - WEEK
    counts = _counts(actor, AuditEvent.at > since, AuditEvent.actor_id != actor.id)
    when = f"Since your last look, {moment_words(since)}." if last else "In the last seven days."
    return Panel("What changed", list(counts.items()), says=[when] if counts else [f"{when} Nothing."],
                 link=("The audit log", "/log/events"))


def _counts(actor: Actor, *where: ColumnElement[bool]) -> dict[str, int]:
    rows = db.session.execute(scoped(actor, LOOKS, AuditEvent, AuditEvent.verb, func.count()).where(
        *where).group_by(AuditEvent.verb))
    found: Counter[str] = Counter()
    for verb, count in rows:
        found[_kind(verb)] += count
    return {kind: found[kind] for kind in KINDS if found[kind]}


KINDS = ("Deeds with money", "Roles and accounts", "Other deeds", "Downloads", "Looks at records", "Sign-ins",
         "Refusals")
OF_KIND = {"refusal": "Refusals", "session": "Sign-ins", "disbursement": "Deeds with money", "fund": "Deeds with money",
           "user": "Roles and accounts", "role_grant": "Roles and accounts", "api_token": "Roles and accounts"}


def _kind(verb: str) -> str:
    kind, _, deed = verb.partition(".")
    if verb == "session.refuse":
        return "Refusals"
    if deed.startswith("read") or deed == "search":
        return "Looks at records"
    return "Downloads" if deed == "export" else OF_KIND.get(kind, "Other deeds")


def sees_all(actor: Actor) -> bool:
    """Does the whole audit log open to them?"""
    return any(not way.conditions for way in ways(actor, LOOKS))


def tied(actor: Actor) -> Panel | None:
    """Does the log of disbursements agree with the ledger?"""
    if not (may_ever(actor, "movement.read") and may_ever(actor, "disbursement.read")):
        return None
    found = totals(actor)
    says = ["Log and ledger agree, to the cent." if found.tie else "Log and ledger do not agree. Look at once."]
    return Panel("Paid, less refunds", [("Log", dollars(found.paid - found.refunded)),
                                        ("Ledger", dollars(found.ledger_paid))], says, link=("The log", "/log"))


def looked(actor: Actor) -> Panel | None:
    """Looks and refusals of the last seven days, for who reviews disclosures."""
    if not sees_all(actor) or may_ever(actor, "disbursement.export"):
        return None
    counts = _counts(actor, AuditEvent.at > now() - WEEK)
    sums = [(kind, counts[kind]) for kind in ("Looks at records", "Downloads", "Refusals") if kind in counts]
    return Panel("The last seven days", sums, link=("Who looked at what", "/log/events"))


def watches(actor: Actor) -> bool:
    """Do they look after the whole log of money, and take no step of it themselves?"""
    return sees_all(actor) and may_ever(actor, "disbursement.export")


def late(actor: Actor) -> list[Row]:
    """Papers that are late, the oldest first, for who watches; each is a way into its story."""
    if not watches(actor):
        return []
    papers = sorted(exceptions(actor=actor), key=lambda paper: paper.due_at)[:MOST]
    record_read(actor, "disbursement.read", [paper.disbursement for paper in papers], list="late")
    return [Row(LATE.get(paper.what, paper.what), paper.disbursement.case_number,
                f"{paper.disbursement.number} · {dollars(paper.disbursement.paid or paper.disbursement.requested)}",
                paper.due_at, f"{paper.clock.duty} ({paper.clock.citation})",
                f"/log/disbursements/{paper.disbursement.id}", "Read the story") for paper in papers]


@dataclass(frozen=True)
class Ending:
    """A role that ends soon: whose, which, when."""

    user: User
    role: str
    until: datetime


def without_role(actor: Actor) -> list[User]:
    """Accounts that can do nothing yet, or nothing more, oldest first; for who gives roles."""
    if not may_ever(actor, "role_grant.give"):
        return []
    holds = select(RoleGrant.user_id).where(or_(RoleGrant.until.is_(None), RoleGrant.until > now()))
    return list(db.session.scalars(select(User).where(
        User.disabled_at.is_(None), User.id.not_in(holds)).order_by(User.created_at).limit(MOST)))


def ending(actor: Actor) -> Iterator[Ending]:
    """Roles and designations that end within thirty days."""
    if not may_ever(actor, "role_grant.give"):
        return
    rows = db.session.execute(select(User, RoleGrant).join(RoleGrant, RoleGrant.user_id == User.id).where(
        User.disabled_at.is_(None), RoleGrant.until > now(), RoleGrant.until < now() + SOON)
        .order_by(RoleGrant.until).limit(MOST))
    for user, grant in rows.unique():
        yield Ending(user, role_words(grant.role), grant.until or now())


def role_words(role: Role) -> str:
    return role.replace("_", " ").capitalize()
