from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.phone.amounts import amount, charged, exact_sum, plain, sums_by_currency
from tests.unit.phone.invented_rows import direct_row, parsed, pstn_row

AMOUNTS = st.decimals(min_value=-(10**20), max_value=10**20, places=8)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0.0150", "0.0150"),
        ("0.00", "0.00"),
        ("-0.00", "0.00"),
        ("0", "0"),
        ("7", "7"),
        ("1e3", "1000"),
        ("1.50E+2", "150"),
        ("5e-7", "0.0000005"),
        ("0.0000000000000000000000000001", "0.0000000000000000000000000001"),
        ("79228162514264337593543950335", "79228162514264337593543950335"),
        ("-12.30", "-12.30"),
        ('"0.0150"', "0.0150"),
        ('"-3"', "-3"),
    ],
)
def test_an_amount_is_kept_with_every_digit_and_without_an_exponent(written: str, expected: str) -> None:
    found = amount(parsed(f'{{"charge": {written}}}')["charge"])
    assert found is not None
    assert plain(found) == expected


@pytest.mark.parametrize(
    "value",
    [
        *("1.234,50", "", " 1", "1e3", "1E3", "NaN", "Infinity", "1,50", "1.", ".5", "+1", "٣", "0x1", "1_000", "1\n"),
        *(None, True, False, 0.1, [], {}, Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"), 10**29),
        *(Decimal("1E+29"), Decimal("1E-29"), Decimal("1E+999999"), "9" * 30, f"0.{'1' * 29}"),
    ],
)
def test_what_is_no_amount_is_not_guessed(value: object) -> None:
    assert amount(value) is None


@given(AMOUNTS)
def test_an_amount_is_the_same_after_it_was_written(value: Decimal) -> None:
    found = amount(plain(value))
    assert found == value
    assert found is not None
    assert plain(found) == plain(value)


def test_a_sum_is_exact_where_floats_are_not() -> None:
    assert exact_sum(*[Decimal("0.1")] * 3) == Decimal("0.3")
    assert plain(exact_sum(*[Decimal("0.0001")] * 10_000)) == "1.0000"
    tiny, huge = Decimal("1E-28"), Decimal("79228162514264337593543950335")
    assert exact_sum(huge, tiny, huge.copy_negate()) == tiny
    assert exact_sum() == 0


@given(st.lists(AMOUNTS))
def test_a_sum_does_not_depend_on_the_order(values: list[Decimal]) -> None:
    assert exact_sum(*values) == exact_sum(*reversed(values)) == exact_sum(*sorted(values))


def test_currencies_are_summed_apart_and_in_order() -> None:
    amounts = [("USD", Decimal("0.10")), ("EUR", Decimal("1.005")), ("USD", Decimal("0.20")), ("", Decimal("3"))]
    found = sums_by_currency(amounts)
    assert [*found.items()] == [("", Decimal("3")), ("EUR", Decimal("1.005")), ("USD", Decimal("0.30"))]
    assert plain(found["USD"]) == "0.30"
    assert sums_by_currency([]) == {}


def test_what_a_row_cost_goes_into_a_sum_with_its_currency_or_with_none() -> None:
    assert charged(pstn_row()) == ("USD", Decimal("0.1150"))
    assert charged(pstn_row(currency=None)) == ("", Decimal("0.1150"))
    assert charged(pstn_row(charge=None)) is None
    assert charged(direct_row()) is None
