"""Who is asking at a command line: by token, or by name and password. What they do stands under their name."""
from __future__ import annotations

import os

import click

from ..access import sign_ins
from ..access.tokens import bearer
from ..kernel.conditions import Actor
from ..kernel.errors import Forbidden, Stranger

ADDRESS = "command line"


def asker(verb: str) -> Actor:
    """The person behind CASEWORK_TOKEN, or else behind the name and password that are asked for now."""
    token = os.environ.get("CASEWORK_TOKEN", "")
    return _by_token(token, verb) if token else _by_password()


def _by_token(token: str, verb: str) -> Actor:
    who = bearer(token.strip())
    if who is None:
        raise Stranger("Nobody comes with the token in CASEWORK_TOKEN: it is unknown or has ended.")
    if not who.may_use(verb):
        raise Forbidden(f"The token in CASEWORK_TOKEN was not made for {verb}.")
    return who


def _by_password() -> Actor:
    """The session that this begins ends with it: only who it is was asked."""
    name = click.prompt("Sign in as", err=True)
    password = click.prompt("Password", hide_input=True, err=True)
    known = sign_ins.resume(sign_ins.sign_in(name, password, address=ADDRESS))
    if known is None:
        raise Stranger("The sign-in has ended.")
    person, row = known
    sign_ins.end(person, row)
    return person
