"""Offices, people and their tokens."""
from __future__ import annotations

import click

from ..access import actions as people
from ..access import tokens
from ..audit import whole
from ..kernel.system import SYSTEM
from ..policy import OFFICE_BOUND, ROLES, Role
from .base import casework, person_called, with_app


@casework.group()
def user() -> None:
    """People who sign in."""


@user.command("create")
@click.option("--username", prompt=True)
@click.option("--name", prompt=True)
@click.option("--role", type=click.Choice([str(role) for role in ROLES]), required=True)
@click.option("--office", help="Its code, such as DEN, for a role that is held in one office.")
@click.option("--document", default="First set-up", help="The designation this role rests on.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@with_app
def create_user(username: str, name: str, role: str, office: str | None, document: str, password: str) -> None:
    """Make a person and give them a role: the first administrator is made like this."""
    if Role(role) in OFFICE_BOUND and not office:
        raise click.UsageError(f"A {role.replace('_', ' ')} belongs to one office: say --office CODE.")
    with whole():
        person = people.create_user(SYSTEM, username=username, name=name, password=password)
        people.give_role(SYSTEM, person, role=Role(role), document=document,
                         office=people.office_by_code(office) if office else None)
    click.echo(f"{person.username} may sign in as {role.replace('_', ' ')}.")


@casework.group()
def office() -> None:
    """Offices."""


@office.command("create")
@click.argument("code")
@click.argument("name")
@click.argument("timezone")
@with_app
def create_office(code: str, name: str, timezone: str) -> None:
    """Make an office: CODE NAME TIMEZONE, such as DEN Denver America/Denver."""
    people.create_office(SYSTEM, code=code.upper(), name=name, timezone=timezone)
    click.echo(f"{code.upper()} is there.")


@casework.group()
def token() -> None:
    """API tokens."""


@token.command("create")
@click.option("--user", "username", required=True)
@click.option("--label", default="command line")
@click.option("--scopes", default="*", help="Verbs such as case.read, or case.*; * is all their roles allow.")
@click.option("--days", default=90, show_default=True)
@with_app
def create_token(username: str, label: str, scopes: str, days: int) -> None:
    """Print a new token, alone, once."""
    click.echo(tokens.create(SYSTEM, person_called(username), label=label, scopes=scopes, days=days))
