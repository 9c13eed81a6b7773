"""What people send about themselves and about accounts, and what is told of them."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from ..policy import ROLES, Role
from ..web.api import PageArgs
from ..web.fields import Choice, Day, Reference, Secret, Text
from .models import RoleGrant, User


def role_words(role: str) -> str:
    """`cp_official` as people read it."""
    words = role.replace("_", " ").capitalize()
    return words.replace("Cp ", "CP ").replace(" hq", " HQ")


def role_options() -> dict[str, str]:
    return {role.value: role_words(role) for role in ROLES}


class SignIn(Schema):
    username = Text("User name", required=True, most=120, metadata={"autocomplete": "username"})
    password = Secret("Password", required=True, metadata={"autocomplete": "current-password"})
    next = Text(most=2_000, widget="hidden", load_default="/")


class ChangePassword(Schema):
    old_password = Secret("Present password", required=True, metadata={"autocomplete": "current-password"})
    new_password = Secret("New password", required=True, hint="15 to 256 characters. A sentence is good.",
                          metadata={"autocomplete": "new-password"})
    repeated = Secret("New password again", required=True, metadata={"autocomplete": "new-password"})

    @validates_schema
    def twice_the_same(self, data: dict[str, Any], **_: Any) -> None:
        if data["new_password"] != data["repeated"]:
            raise ValidationError({"repeated": ["This is not the same as the new password above."]})


class CreateUser(Schema):
    name = Text("Name", required=True, most=120, hint="As colleagues know them.")
    username = Text("User name", required=True, most=120, hint="What they sign in with.")
    password = Secret("First password", required=True, metadata={"autocomplete": "new-password"},
                      hint="15 to 256 characters. Hand it over in person; they change it at once.")


class GiveRole(Schema):
    role = Choice("Role", role_options, required=True, kind=Role)
    office_id = Reference("Office", hint="Only for a role that is held in one office.")
    document = Text("Designation", most=120, hint="The document that gives it, such as a letter of designation.")
    until_on = Day("Last day", hint="Leave empty when it holds until further notice.")


class PeopleArgs(PageArgs):
    role = Choice("Role", role_options, kind=Role)
    office = Text("Office", most=20, metadata={"description": "The code of an office, such as DEN."})


class OfficeView(Schema):
    id = fields.UUID()
    code = fields.String()
    name = fields.String()
    timezone = fields.String()


class HeldView(Schema):
    """A role somebody holds now."""

    role = fields.String()
    office = fields.Function(lambda grant: grant.office and grant.office.code)
    office_id = fields.UUID(allow_none=True)
    until = fields.AwareDateTime(allow_none=True)


class PersonView(Schema):
    """A colleague. `version` makes the ETag."""

    id = fields.UUID()
    username = fields.String()
    name = fields.String()
    roles = fields.List(fields.Nested(HeldView), attribute="current_grants")
    disabled = fields.Function(lambda user: user.disabled_at is not None)


class RoleGrantView(Schema):
    id = fields.UUID()
    user_id = fields.UUID()
    role = fields.String()
    office_id = fields.UUID(allow_none=True)
    document = fields.String(allow_none=True)
    since = fields.AwareDateTime()
    until = fields.AwareDateTime(allow_none=True)


def held_words(grant: RoleGrant) -> str:
    """`Specialist, Denver`."""
    return f"{role_words(grant.role)}, {grant.office.name}" if grant.office else role_words(grant.role)


def holds_words(user: User) -> str:
    return "; ".join(dict.fromkeys(held_words(grant) for grant in user.current_grants)) or "No role"


def by_id(people: Iterable[User]) -> dict[str, str]:
    """For a select box: who, and what they hold."""
    return {str(user.id): f"{user.name} ({holds_words(user)})" for user in people}
