"""Legal holds: while one stands, nothing of the person is destroyed."""
from __future__ import annotations

from uuid import UUID

import click

from ..access.queries import find
from ..cases import holding
from ..cases.holds import LegalHold
from .asking import asker
from .base import casework, with_app
from .destroying import person_of


@casework.group()
def holds() -> None:
    """Legal holds on people."""


@holds.command("place")
@click.argument("person")
@click.option("--reason", required=True)
@click.option("--document", required=True, help="The order or letter that asks for it.")
@with_app
def place_hold(person: str, reason: str, document: str) -> None:
    """Place a hold on PERSON: a case number or the id of a person."""
    hold = holding.place(asker("legal_hold.place"), person_of(person), reason=reason, document=document)
    click.echo(f"{hold.id} stands from now on.")


@holds.command("lift")
@click.argument("hold", type=click.UUID)
@click.option("--reason", required=True)
@click.option("--document", required=True, help="The order or letter that allows it.")
@with_app
def lift_hold(hold: UUID, reason: str, document: str) -> None:
    """Lift HOLD. It stays on record."""
    who = asker("legal_hold.lift")
    holding.lift(who, find(who, LegalHold, hold), reason=reason, document=document)
    click.echo(f"{hold} is lifted.")


@holds.command("list")
@with_app
def list_holds() -> None:
    """The holds that stand."""
    for hold in holding.holds(asker("legal_hold.read")):
        click.echo(f"{hold.id}  {hold.placed_at:%Y-%m-%d}  person {hold.person_id}  under {hold.document}")
