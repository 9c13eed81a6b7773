"""API tokens: shown once, kept as a digest, with scopes and an end."""
from __future__ import annotations

from datetime import timedelta
from secrets import token_urlsafe

from .. import policy
from ..audit import action
from ..kernel.conditions import Actor
from ..kernel.db import db, now
from ..kernel.errors import Invalid
from ..kernel.scope import rules
from .arriving import Person, whose
from .models import ApiToken, User
from .sign_ins import digest


class Bearer:
    """A person through a token: the same person in the trail, with no more rights than the token's scopes."""

    def __init__(self, person: Person, scopes: str) -> None:
        self.id, self.username, self.name, self.current_grants = person
        self.scopes = scopes.split()

    def may_use(self, verb: str) -> bool:
        """Is the verb within the token's scopes? `case.read`, `case.*` and `*` are scopes."""
        return any(scope in ("*", verb, f"{verb.split('.')[0]}.*") for scope in self.scopes)


def create(actor: Actor, user: User, *, label: str, scopes: str = "*", days: int = 90) -> str:
    """A new token for this person, in clear, this once. `days` until it ends, at most 366."""
    if unknown := [scope for scope in scopes.split() if not _known(scope)]:
        raise Invalid(scopes=f"No verb is called {', '.join(unknown)}.")
    if not 0 < days <= 366:
        raise Invalid(days="A token lasts between 1 and 366 days.")
    token = f"cw_{token_urlsafe(32)}"
    with action(actor, "api_token.create", user, label=label, scopes=scopes) as deed:
        deed.subject = row = ApiToken(user_id=user.id, digest=digest(token), label=label, scopes=scopes,
                                      expires_at=now() + timedelta(days=days))
        db.session.add(row)
    return token


def bearer(token: str, kind: type[Bearer] = Bearer) -> Bearer | None:
    """Who comes with this token, or None when it is unknown, ended or its person is disabled."""
    with rules("token"):
        known = whose(ApiToken, digest(token))
    return kind(known[1], known[0].scopes) if known and known[0].expires_at > now() else None


def _known(scope: str) -> bool:
    kinds = {verb.split(".")[0] for verb in policy.VERBS}
    return scope == "*" or scope in policy.VERBS or (scope.endswith(".*") and scope[:-2] in kinds)
