from decimal import Decimal

import pytest

from tests.unit.phone.invented_rows import direct_row, pstn_row

AMOUNTS = ("charge", "connectionCharge", "totalCharge")


def amounts(**changes: object) -> list[str | None]:
    row = pstn_row(**changes)
    return [row.get("charge"), row.get("connectionCharge"), row.get("totalCharge")]


def test_amounts_are_texts_with_the_digits_that_graph_told() -> None:
    assert amounts() == ["0.0150", "0.10", "0.1150"]
    assert pstn_row()["currency"] == "USD"
    assert pstn_row()["flags"] == []


def test_the_sum_of_a_row_is_exact() -> None:
    assert amounts(charge=Decimal("0.1"), connectionCharge=Decimal("0.2"))[2] == "0.3"
    long = Decimal("79228162514264337593543950335")
    assert amounts(charge=long, connectionCharge=Decimal("0.01"))[2] == "79228162514264337593543950335.01"
    assert amounts(charge=Decimal("1E+3"), connectionCharge=0) == ["1000", "0", "1000"]


@pytest.mark.parametrize(
    "odd", ["1.234,50", "1e3", "NaN", " ", True, Decimal("NaN"), Decimal("sNaN"), Decimal("1E+99"), 0.5, [], {}]
)
def test_what_is_no_amount_is_in_the_record_alone_and_flagged(odd: object) -> None:
    assert amounts(charge=odd) == [None, "0.10", None]
    row = pstn_row(charge=odd)
    assert row["flags"] == ["amountUnreadable"]
    assert row["record"]["charge"] is not None
    assert pstn_row(charge="1.234,50")["record"]["charge"] == "1.234,50"


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_amount_that_is_not_told_is_no_zero(nothing: object) -> None:
    assert amounts(connectionCharge=nothing) == ["0.0150", None, None]
    row = pstn_row(connectionCharge=nothing)
    assert row["flags"] == ["amountMissing"]
    assert row["record"]["connectionCharge"] == nothing


def test_plain_decimal_text_counts_with_a_flag() -> None:
    assert amounts(charge="0.0150") == ["0.0150", "0.10", "0.1150"]
    assert pstn_row(charge="0.0150")["flags"] == ["amountAsText"]


def test_a_negative_amount_counts_with_a_flag() -> None:
    assert amounts(charge=Decimal("-0.30")) == ["-0.30", "0.10", "-0.20"]
    assert pstn_row(charge=Decimal("-0.30"))["flags"] == ["amountNegative"]


def test_a_currency_is_in_upper_case() -> None:
    row = pstn_row(currency="eur")
    assert (row["currency"], row["flags"]) == ("EUR", [])


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_amount_without_a_currency_is_flagged_unless_it_is_zero(nothing: object) -> None:
    row = pstn_row(currency=nothing)
    assert "currency" not in row
    assert row["flags"] == ["currencyMissing"]
    assert pstn_row(currency=nothing, charge=Decimal("0.00"), connectionCharge=0)["flags"] == []
    assert pstn_row(currency=nothing, charge=None)["flags"] == ["amountMissing", "currencyMissing"]


@pytest.mark.parametrize("odd", ["$", "US", "EURO", "€€€", "U5D", "u\u017fd"])
def test_what_is_no_currency_is_in_the_record_alone_and_flagged(odd: str) -> None:
    row = pstn_row(currency=odd)
    assert "currency" not in row
    assert row["flags"] == ["currencyMissing", "currencyUnreadable"]
    assert row["record"]["currency"] == odd


def test_direct_routing_costs_nothing_that_graph_knows() -> None:
    row = direct_row(charge=Decimal("1.00"))
    assert not {*AMOUNTS, "currency"} & row.keys()
    assert (row["flags"], row["record"]["charge"]) == ([], "1.00")
