"""Exact cents: what is written, read and refused."""
from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.kernel.money import LARGEST, NotMoney, cents, dollars, exact, from_cents, parse

amounts = st.decimals(min_value=-LARGEST, max_value=LARGEST, places=2)


@pytest.mark.parametrize(("amount", "words"), [
    (Decimal("1240"), "$1,240.00"), (Decimal("0.5"), "$0.50"), (0, "$0.00"), (Decimal("-0.00"), "$0.00"),
    (Decimal("-1240.05"), "-$1,240.05"), (Decimal("1234567.89"), "$1,234,567.89"), (Decimal("1E+3"), "$1,000.00"),
])
def test_an_amount_reads_as_dollars(amount: Decimal | int, words: str) -> None:
    assert dollars(amount) == words


@pytest.mark.parametrize(("text", "amount"), [
    ("1240", "1240"), ("$1,240.50", "1240.50"), ("1,240.5", "1240.50"), (" $ 12 ", "12"), ("0", "0"), ("0.07", "0.07"),
    ("12,345,678.90", "12345678.90"), ("999,999,999,999.99", "999999999999.99"),
])
def test_what_people_write_is_read(text: str, amount: str) -> None:
    assert parse(text) == Decimal(amount)
    assert parse(text).as_tuple().exponent == -2


@pytest.mark.parametrize("text", [
    "", " ", "$", "1,24", "1.240,50", "1240,50", "12.345", "1,2345", ",240", "1,,240", "1 240", "-5", "+5", "(5)",
    "1e3", "NaN", "Infinity", "0x10", ".50", "5.", "012", "0,240", "1_000", "12$", "$$12", "USD 12", "\u0661\u0662",
    "\uff11", "12\n13", "1,000,000,000,000",
])
def test_what_could_be_read_in_two_ways_or_none_is_refused(text: str) -> None:
    with pytest.raises(NotMoney):
        parse(text)


@pytest.mark.parametrize("amount", ["0.001", "1.005", "1.0000000000000000000000000000000000000001"])
def test_a_fraction_of_a_cent_is_refused_however_small(amount: str) -> None:
    for told in (exact, cents, dollars):
        with pytest.raises(NotMoney, match="fraction of a cent"):
            told(Decimal(amount))


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+30", "1000000000000"])
def test_what_no_ledger_can_hold_is_refused(amount: str) -> None:
    with pytest.raises(NotMoney):
        cents(Decimal(amount))


@pytest.mark.parametrize("amount", [1.1, "12", None, True])
def test_only_exact_numbers_are_amounts(amount: object) -> None:
    with pytest.raises(TypeError):
        cents(amount)  # type: ignore[arg-type]


@given(amounts)
def test_cents_and_back_lose_nothing(amount: Decimal) -> None:
    assert from_cents(cents(amount)) == amount


@given(amounts.filter(lambda amount: amount >= 0))
def test_what_is_shown_can_be_typed_again(amount: Decimal) -> None:
    assert parse(dollars(amount)) == amount


@given(amounts, amounts)
def test_order_is_kept(one: Decimal, other: Decimal) -> None:
    assert (one < other) == (cents(one) < cents(other))


@given(st.text())
def test_any_text_is_an_exact_amount_or_refused(text: str) -> None:
    try:
        amount = parse(text)
    except NotMoney:
        return
    assert amount == exact(amount) >= 0
