"""The accounts of a fund, and the money that each step moves from one to another."""
from __future__ import annotations

from enum import StrEnum


class Account(StrEnum):
    """Where money of a fund's fiscal year is. The first two are national, the rest belong to an office."""

    APPROPRIATION = "appropriation"  # outside: the only one that may go below zero
    APPORTIONED = "apportioned"
    AVAILABLE = "available"
    COMMITTED = "committed"
    OBLIGATED = "obligated"
    DELIVERED = "delivered"
    PAID = "paid"
    LAPSED = "lapsed"


NATIONAL = (Account.APPROPRIATION, Account.APPORTIONED)


class Much(StrEnum):
    """How much a step moves."""

    STEP = "the amount of the step"
    REST = "what was approved and this step leaves"
    ALL = "all that this request still holds there"
    THERE = "of the amount, as much as this request holds there"


BACK = "back"  # to `available`; to `lapsed` when the fiscal year of the money is over (31 USC 1552(a))

A = Account
MOVES: tuple[tuple[str, Account, Account | str, Much], ...] = (
    # verb         out of            into           how much
    ("apportion",  A.APPROPRIATION,  A.APPORTIONED, Much.STEP),
    ("allot",      A.APPORTIONED,    A.AVAILABLE,   Much.STEP),
    ("approve",    A.AVAILABLE,      A.COMMITTED,   Much.STEP),
    ("obligate",   A.COMMITTED,      A.OBLIGATED,   Much.STEP),
    ("obligate",   A.COMMITTED,      BACK,          Much.REST),
    ("receive",    A.OBLIGATED,      A.DELIVERED,   Much.STEP),
    ("pay",        A.DELIVERED,      A.PAID,        Much.STEP),
    ("fail",       A.PAID,           A.DELIVERED,   Much.STEP),
    ("refund",     A.PAID,           BACK,          Much.STEP),
    ("deobligate", A.OBLIGATED,      BACK,          Much.THERE),
    ("deobligate", A.DELIVERED,      BACK,          Much.THERE),
    ("cancel",     A.COMMITTED,      BACK,          Much.ALL),
    ("cancel",     A.OBLIGATED,      BACK,          Much.ALL),
    ("cancel",     A.DELIVERED,      BACK,          Much.ALL),
)

# The same for the wall of the database: a movement that no step makes is not written.
_MADE = [f"('{verb}', '{source}', '{target}')" for verb, source, into, _ in MOVES
         for target in ((Account.AVAILABLE, Account.LAPSED) if into == BACK else (into,))]
AS_THE_TABLE_SAYS = f'("movement".verb, "movement".source, "movement".target) IN ({", ".join(_MADE)})'
