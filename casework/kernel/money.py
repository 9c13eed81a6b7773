"""Exact cents: amounts are Decimals of dollars, and none ever has a fraction of a cent."""
from __future__ import annotations

import re
from decimal import Decimal

CENT = Decimal("0.01")
LARGEST = Decimal("999999999999.99")
AS_WRITTEN = re.compile(r"\$? ?((?:0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*)(?:\.[0-9]{1,2})?)")


class NotMoney(ValueError):
    """Says in plain words why something is not an amount of money."""


def exact(amount: Decimal | int) -> Decimal:
    """The same amount with two decimals; NotMoney for a fraction of a cent, beyond LARGEST, or no number at all.

    A float is refused with a TypeError: it has lost its cents already.
    """
    if isinstance(amount, bool) or not isinstance(amount, Decimal | int):
        raise TypeError(f"an amount is a Decimal or an int, not {type(amount).__name__}")
    amount = Decimal(amount)
    if not amount.is_finite() or not -LARGEST <= amount <= LARGEST:
        raise NotMoney("This is not an amount that can be recorded.")
    rounded = amount.quantize(CENT)
    if rounded != amount:
        raise NotMoney("An amount cannot have a fraction of a cent.")
    return rounded if rounded else rounded.copy_abs()


def cents(amount: Decimal | int) -> int:
    """Whole cents of an amount of dollars."""
    return int(exact(amount).scaleb(2))


def from_cents(count: int) -> Decimal:
    """Dollars of whole cents, with two decimals."""
    return exact(Decimal(count).scaleb(-2))


def dollars(amount: Decimal | int) -> str:
    """As people read it: $1,240.00; what is owed the other way is -$1,240.00."""
    amount = exact(amount)
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


def parse(text: str) -> Decimal:
    """What somebody typed, as an exact amount of zero or more.

    A dollar sign in front and commas between thousands are welcome; NotMoney for whatever could be read in two ways
    (1,24 or 1.240,50 or 012), for a sign, an exponent, or more than two decimals.
    """
    written = AS_WRITTEN.fullmatch(text.strip())
    if written is None:
        raise NotMoney("Write dollars and cents, such as 1,240.50.")
    return exact(Decimal(written[1].replace(",", "")))
