import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.phone.numbers import is_dialled, is_masked, who_is_called


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("911", "US"),
        ("+911", "US"),
        ("tel:911", "CA"),
        ("sip:911@sbc1.fabrikam.example;user=phone", "US"),
        ("112", "DE"),
        ("110", "DE"),
        ("999", "GB"),
        ("112", "GB"),
        ("000", "AU"),
        ("111", "NZ"),
        ("119", "JP"),
        ("17", "FR"),
    ],
)
def test_an_emergency_number_is_one_where_the_caller_is(number: str, country: str) -> None:
    assert who_is_called(number, country) == "help"


@pytest.mark.parametrize(
    ("number", "country"),
    [("110", "US"), ("911", "DE"), ("999", "US"), ("+15550911", "US"), ("1911", "US"), ("9110", "US"), ("100", "GB")],
)
def test_it_is_none_elsewhere_nor_is_a_number_that_has_it_inside(number: str, country: str) -> None:
    assert who_is_called(number, country) is None


@pytest.mark.parametrize("country", [None, "ZZ"])
def test_where_the_country_is_not_known_only_the_common_ones_count_and_not_for_sure(country: str | None) -> None:
    assert {number: who_is_called(number, country) for number in ("112", "911", "999", "000", "110", "17")} == {
        **dict.fromkeys(("112", "911", "999", "000"), "helpPerhaps"),
        **dict.fromkeys(("110", "17")),
    }


@pytest.mark.parametrize(("country", "expected"), [("US", "test"), ("CA", "test"), (None, "test"), ("DE", None)])
def test_the_test_number_is_no_emergency(country: str | None, expected: str | None) -> None:
    assert who_is_called("933", country) == expected


@pytest.mark.parametrize(
    ("number", "expected"), [("***", "masked"), ("+***", "masked"), ("**", "masked"), ("****", "masked")]
)
def test_a_number_of_stars_alone_may_be_one_for_emergencies(number: str, expected: str) -> None:
    assert who_is_called(number, "DE") == expected


@pytest.mark.parametrize("number", ["+491555***", "1***", "112***", "*112", "*****", "anonymous", ""])
def test_a_masked_number_is_never_taken_for_one(number: str) -> None:
    assert who_is_called(number, "DE") is None


def test_a_masked_number_has_a_star() -> None:
    assert is_masked("+1555019****")
    assert not is_masked("+15550199")


@pytest.mark.parametrize(
    "number", ["+15550199", "15550199", "112", "tel:+15550199", "4:+15550199", "+1555***", "(555) 0199"]
)
def test_a_number_is_told_from_a_text(number: str) -> None:
    assert is_dialled(number)


@pytest.mark.parametrize("text", ["anonymous", "Reception", "sip:mira@fabrikam.example", "+", "Desk 112"])
def test_a_display_string_is_no_number(text: str) -> None:
    assert not is_dialled(text)


@given(st.text() | st.text("0123456789+*#@;:sip "), st.none() | st.sampled_from(["US", "DE"]))
def test_no_text_breaks_the_reading_of_numbers(number: str, country: str | None) -> None:
    if is_masked(number):
        assert who_is_called(number, country) not in ("help", "helpPerhaps", "test") or "*" in number.partition("@")[2]
